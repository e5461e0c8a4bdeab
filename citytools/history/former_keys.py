"""Former keys, slugs and numbers: what a record was once called finds it for ever.

The event log knows every key that a record ever had, so that nothing has to be stored for this and
nothing can be forgotten. A key that another record has by now is that record's.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import models
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from citytools.worlds.addresses import note_page_record

GetResponse = Callable[[HttpRequest], HttpResponseBase]
MAX_FORMER_KEYS = 100
MAX_OWNERS = 1000
"""Records that had any of them, one after the other."""


class RecordMovedError(Exception):
    """The address names a record by a former key or by its number; `key` is its present one."""

    def __init__(self, field: str, key: str) -> None:
        super().__init__(key)
        self.field, self.key = field, key


class QueryMovedError(Exception):
    """The query string names records by their names; `values` has their slugs, by parameter."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        super().__init__(str(values))
        self.values = values


def present_keys(model: Any, field: str, former: Sequence[str]) -> dict[str, str]:
    """The key now of the record that last had each former one, where there still is one.

    Two queries; at most `MAX_FORMER_KEYS` are looked up.
    """
    events = model.pgh_event_model.objects.filter(**{f"{field}__in": former[:MAX_FORMER_KEYS]})
    pairs = events.order_by().values_list(field, "pgh_obj_id").annotate(last=Max("pgh_id"))
    owners = list(pairs.order_by("last")[:MAX_OWNERS])
    records = model._base_manager.filter(pk__in={owner for _, owner, _ in owners})
    present = dict(records.values_list("pk", field)) if owners else {}
    # The last comes last: a key may have been several records' in turn
    return {name: present[owner] for name, owner, _ in owners if owner in present}


def record_or_moved(
    rows: models.QuerySet[Any],
    *,
    number: int | None = None,
    prepared: Callable[[str], Sequence[Any]] | None = None,
    **key: str,
) -> Any:
    """The row of a key, as in `slug="idox"`, or RecordMovedError to it; Http404 without one.

    A former key leads only to what is among the rows: not to what is not public. `prepared` finds
    the rows of a key at less cost, where there is such a query.
    """
    ((field, value),) = key.items()
    if number is not None:
        present = rows.filter(pk=number).values_list(field, flat=True).first()
    elif found := prepared(value) if prepared else rows.filter(**key)[:1]:
        record = found[0]
        note_page_record(record)
        return record
    else:
        present = present_keys(rows.model, field, [value]).get(value)
    if present is None or not rows.filter(**{field: present}).exists():
        raise Http404(f"There is no {rows.model._meta.verbose_name} “{number or value}”.")
    raise RecordMovedError(field, present)


class FormerAddresses:
    """Middleware: 301 to the address with the present key, query string included."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """The redirect for a view that found a record under another key or name."""
        if isinstance(exception, QueryMovedError):
            changed = request.GET.copy()
            for name, values in exception.values.items():
                changed.setlist(name, values)
            return HttpResponsePermanentRedirect(f"{request.path}?{changed.urlencode()}")
        match = request.resolver_match
        if not isinstance(exception, RecordMovedError) or match is None:
            return None
        address = reverse(match.view_name, kwargs={exception.field: exception.key})
        query = request.GET.urlencode()
        return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)
