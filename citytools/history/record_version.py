"""The version of a record and of the rows that belong to it, and what was written since.

A version is the newest event and the number of events of the record, then of each kind of row:
“812-3.40-2.0-0”. The number tells of a write that began earlier and ended later than the newest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import connection
from django.http import HttpRequest

from citytools.history import page
from citytools.history.page import HistoryEntry, HistoryLink

# Generic for the type checker alone
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

MAX_ENTRIES = 20
MAX_LATEST_ENTRIES = 3
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


def current_version(model: Any, record: int, links: Sequence[HistoryLink]) -> str:
    """The version now; one query."""
    quote = connection.ops.quote_name
    kinds = [(model, "pgh_obj_id"), *((link.model, f"{link.field}_id") for link in links)]
    parts = []
    for position, (kind, column) in enumerate(kinds):
        events = quote(kind.pgh_event_model._meta.db_table)
        # Also the later events of a row that has been moved to another record
        parts.append(
            f"SELECT {position}, coalesce(max(pgh_id), 0), count(*) FROM {events} WHERE pgh_obj_id"  # noqa: S608
            f" IN (SELECT pgh_obj_id FROM {events} WHERE {quote(column)} = %s)"
        )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 1", [record] * len(parts))
        return ".".join(f"{newest}-{number}" for _, newest, number in cursor.fetchall())


def find_conflict(
    model: Any, record: int, links: Sequence[HistoryLink], opened_at: str, now: str
) -> Conflict | None:
    """What was written between two versions; None if they are the same."""
    if opened_at == now:
        return None
    # The newest event of each kind; none of them if it is no version at all
    is_version = _FORM.fullmatch(opened_at)
    newest = [int(part.partition("-")[0]) for part in opened_at.split(".")] if is_version else []
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
        return current_version(self.model, number, self.history_links)

    def conflict(self, request: HttpRequest, number: int) -> Conflict | None:
        """What was written since the posted form was opened; within a transaction.

        The record and its rows are locked before they are compared, so that of two who save at
        one moment the second sees the first.
        """
        self._lock(number)
        now, opened_at = self.version_of(number), request.POST.get(FIELD, "")
        return find_conflict(self.model, number, self.history_links, opened_at, now)

    def _lock(self, number: int) -> None:
        # Without the keys (FOR NO KEY UPDATE): whoever only links to the record need not wait, so
        # that forms of two records that are linked never wait for each other in a circle
        rows = [(link.model, link.field) for link in self.history_links]
        for model, field in [(self.model, "pk"), *rows]:
            locked = model._base_manager.select_for_update(no_key=True).filter(**{field: number})
            list(locked.order_by("pk").values_list("pk"))
