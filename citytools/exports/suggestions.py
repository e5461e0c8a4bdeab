"""Names for the box of a filter whose records are too many to list."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from citytools.facts import dates
from citytools.history.version_cache import cached_value
from citytools.http.file_response import bad_request_text
from citytools.lists.facet_counts import count_list
from citytools.lists.filters import FactFilterSet
from citytools.lists.name_lookup import nearest_by_name
from citytools.lists.query_form import QueryForm, RecordsField

if TYPE_CHECKING:
    from citytools.exports.export import Export

MAX_SUGGESTIONS = 10


class SuggestionsForm(QueryForm):
    """What is typed into the box."""

    q = forms.CharField(label="Words", max_length=100)


def suggest(export: "Export", request: HttpRequest, name: str) -> HttpResponse:
    """The records most like what is typed, with how many rows the whole list has for each.

    {"results": [{"value": slug, "label": name, "also": other name that fits, "count": rows}]};
    the count is null where the list cannot count by this filter.
    """
    field = export.filter.fields_by_name().get(name)
    if not isinstance(field, RecordsField) or not field.looked_up:
        raise Http404(f"{export.name} has no filter “{name}” that is looked up.")
    form = SuggestionsForm(request)
    if form.problems:
        return bad_request_text(form.problems)
    matches = nearest_by_name(field.rows, str(form.values["q"]), MAX_SUGGESTIONS)
    counts = cached_value(("suggestions", export.name, name), lambda: _count(export, name))
    results: list[dict[str, Any]] = [
        {
            "value": match.record.slug,
            "label": str(match.record),
            "also": match.also,
            "count": None if counts is None else counts.get(match.record.slug, 0),
        }
        for match in matches
    ]
    return JsonResponse({"results": results})


def _count(export: "Export", name: str) -> dict[str, int] | None:
    """Rows of the whole list by slug; None where it does not count them by this filter."""
    choice = export.choose_all(dates.today())
    if not isinstance(choice, FactFilterSet) or name not in choice.narrowings():
        return None
    return dict(count_list(choice, {name}).facets[name])
