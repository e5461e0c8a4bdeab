"""The version of a record and of the rows that belong to it, and what was written since.

A version is the newest event and the number of events of the record, then of each kind of row:
“812-3.40-2.0-0”. The number tells of a write that began earlier and ended later than the newest.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import connection
from django.db.models import Count, Max
from django.http import HttpRequest

from citytools.history import page
from citytools.history.page import HistoryEntry, HistoryLink, tracked_fields

# Generic for the type checker alone
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

MAX_ENTRIES = 20
MAX_LATEST_ENTRIES = 3
_MAX_EVENTS_SEARCHED = 200
FIELD = "_opened_at"
"""The hidden field of a form with its version; a model's own fields never begin so."""
_FORM = re.compile(r"\d{1,18}-\d{1,18}(\.\d{1,18}-\d{1,18})*", re.ASCII)


@dataclass(frozen=True)
class Conflict:
    """Why a form is not saved: what was written since it was opened, newest first.

    If `since_opened` is false, the form did not say at which version it was opened, or named one
    that there is not: the entries are then the latest that there are. `now` is the version that
    they lead to, for the form when it is shown again.
    """

    now: str
    entries: Sequence[HistoryEntry]
    more: int
    since_opened: bool


def current_versions(
    model: Any, records: Sequence[int], links: Sequence[HistoryLink]
) -> dict[int, str]:
    """The version of each record now; one query."""
    quote = connection.ops.quote_name
    kinds = [(model, "pgh_obj_id"), *((link.model, f"{link.field}_id") for link in links)]
    parts = []
    for position, (kind, column) in enumerate(kinds):
        events = quote(kind.pgh_event_model._meta.db_table)
        # Also the later events of a row that has been moved to another record
        parts.append(
            f"SELECT record, {position}, max(pgh_id), count(*) FROM {events} JOIN"  # noqa: S608
            f" (SELECT DISTINCT {quote(column)} AS record, pgh_obj_id FROM {events}"
            f" WHERE {quote(column)} = ANY(%s)) AS belonging USING (pgh_obj_id) GROUP BY record"
        )
    newest = {record: ["0-0"] * len(kinds) for record in records}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), [list(records)] * len(parts))
        for record, position, event, number in cursor.fetchall():
            newest[record][position] = f"{event}-{number}"
    return {record: ".".join(parts) for record, parts in newest.items()}


@dataclass(frozen=True)
class RecordVersion:
    """The events that told of a record at a version, and of its rows by key, kind after kind."""

    record: Any
    rows: Sequence[Mapping[int, Any]]


def load_version(
    model: Any, record: int, links: Sequence[HistoryLink], version: str
) -> RecordVersion | None:
    """None where there never was such a version, or where events have joined it since.

    Those are of rows that were moved to the record, and of writes that began before the version
    was read and ended after it.
    """
    marks = _parse(version)
    kinds = [(model, "pgh_obj"), *((link.model, link.field) for link in links)]
    if len(marks) != len(kinds):
        return None
    loaded = []
    for (kind, field), (newest, number) in zip(kinds, marks, strict=True):
        events, own = kind.pgh_event_model.objects, {f"{field}_id": record}
        of_rows = events.filter(
            pgh_obj_id__in=events.filter(**own).values("pgh_obj_id"), pgh_id__lte=newest
        )
        if of_rows.aggregate(Max("pgh_id", default=0), Count("pgh_id")) != {
            "pgh_id__max": newest,
            "pgh_id__count": number,
        }:
            return None
        last = of_rows.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
        there = [event for event in last if event.pgh_label != "delete"]
        loaded.append(
            {row.pgh_obj_id: row for row in there if getattr(row, f"{field}_id") == record}
        )
    return RecordVersion(loaded[0].get(record), loaded[1:])


def _parse(version: str) -> list[tuple[int, int]]:
    """(newest event, number of events) of each kind; nothing if it is no version at all."""
    if not _FORM.fullmatch(version):
        return []
    parts = [part.split("-") for part in version.split(".")]
    return [(int(newest), int(number)) for newest, number in parts]


def record_as_of(record: Any, event: Any) -> Any:
    """A copy of a record with the values of an event."""
    earlier = copy.copy(record)
    for field in tracked_fields(type(event)):
        setattr(earlier, field.attname, getattr(event, field.attname))
    return earlier


def last_change(model: Any, row: int, field: str = "") -> Any | None:
    """The newest event of a row, or the newest that changed a field of it."""
    events = model.pgh_event_model.objects.filter(pgh_obj_id=row).select_related("pgh_context")
    newest_first = list(events.order_by("-pgh_id")[:_MAX_EVENTS_SEARCHED])
    for event, before in pairwise(newest_first):
        if not field or getattr(event, field) != getattr(before, field):
            return event
    return newest_first[-1] if newest_first else None


def find_conflict(
    model: Any, record: int, links: Sequence[HistoryLink], opened_at: str, now: str
) -> Conflict | None:
    """What was written between two versions; None if they are the same."""
    if opened_at == now:
        return None
    newest = [number for number, _ in _parse(opened_at)]
    count = 0
    if len(newest) == len(links) + 1:
        entries, count = page.entries_since(model, record, links, newest, MAX_ENTRIES)
    if not count:
        everything = [0] * (len(links) + 1)
        entries, _ = page.entries_since(model, record, links, everything, MAX_LATEST_ENTRIES)
    return Conflict(now, entries, max(0, count - len(entries)), since_opened=count > 0)


class VersionedAdmin(ModelAdmin):
    """Pages whose forms say at which version they were opened."""

    history_links: Sequence[HistoryLink] = ()

    def version_of(self, number: int) -> str:
        return self.versions_of([number])[number]

    def versions_of(self, numbers: Sequence[int]) -> dict[int, str]:
        return current_versions(self.model, numbers, self.history_links)

    def conflict(self, request: HttpRequest, number: int) -> Conflict | None:
        """What was written since the posted form was opened; within a transaction.

        The record and its rows are locked before they are compared, so that of two who save at
        one moment the second sees the first.
        """
        self.lock([number])
        now, opened_at = self.version_of(number), request.POST.get(FIELD, "")
        return find_conflict(self.model, number, self.history_links, opened_at, now)

    def lock(self, numbers: Sequence[int]) -> None:
        """Wait for whoever writes to the records and their rows; nobody else writes then."""
        # Without the keys (FOR NO KEY UPDATE): whoever only links to the record need not wait, so
        # that forms of two records that are linked never wait for each other in a circle
        rows = [(link.model, link.field) for link in self.history_links]
        for model, field in [(self.model, "pk"), *rows]:
            locked = model._base_manager.select_for_update(no_key=True)
            list(locked.filter(**{f"{field}__in": numbers}).order_by("pk").values_list("pk"))
