"""What changed for one borough since a day: how much of each kind, then the newest by name."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from boroughs.models import Borough
from citytools.history.change_kinds import ChangeKind, change_kinds
from citytools.history.change_sql import ChangeFilter
from citytools.history.change_words import ChangeInWords, changes_in_words
from citytools.history.changes import ChangeList

MAX_NEWEST = 5
_MAX_ENTRIES = 100
"""Entries that are counted by kind: what one transaction did to many records is one of them."""


@dataclass(frozen=True)
class RecentChanges:
    """Changes since a day, that day included.

    `counts` are (how many, of what, what became of them), the newest kind first; where `more`,
    there are others, older than these. `newest` have names; entries of many records have none and
    are in the counts alone.
    """

    since: datetime.date
    counts: Sequence[tuple[int, str, str]]
    newest: Sequence[ChangeInWords]
    more: bool


def changes_since(borough: Borough, day: datetime.date) -> RecentChanges:
    """What changed for a borough; one query, and some for the names of the newest."""
    beginning = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    change_filter = ChangeFilter(since=beginning, subjects=[{Borough: [borough]}])
    changes = ChangeList(change_kinds(), change_filter)
    entries = changes[:_MAX_ENTRIES]
    counts: Counter[tuple[ChangeKind, str]] = Counter()
    for entry in entries:
        counts[entry.kind, entry.action] += entry.number
    named = [entry for entry in entries if entry.record is not None][:MAX_NEWEST]
    return RecentChanges(
        day,
        [
            (number, kind.singular if number == 1 else kind.plural, action)
            for (kind, action), number in counts.items()
        ],
        changes_in_words(named, with_differences=False),
        changes.count() > len(entries),
    )
