"""What changed for one borough since a day: how much of each kind, then the newest by name."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from boroughs.models import Borough
from citytools.history.change_kinds import change_kinds
from citytools.history.change_sql import ChangeFilter
from citytools.history.change_words import ChangeInWords, changes_in_words
from citytools.history.changes import ChangeList, ChangeTotal

MAX_NEWEST = 5


@dataclass(frozen=True)
class RecentChanges:
    """Changes since a day, that day included: by kind and outcome, and the newest by name."""

    since: datetime.date
    totals: Sequence[ChangeTotal]
    newest: Sequence[ChangeInWords]

    @property
    def number(self) -> int:
        """How many records were changed."""
        return sum(total.number for total in self.totals)


def changes_since(borough: Borough, day: datetime.date) -> RecentChanges:
    """What changed for a borough; one query, and where anything did some for the newest."""
    beginning = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    change_filter = ChangeFilter(since=beginning, subjects=[{Borough: [borough]}])
    changes = ChangeList(change_kinds(), change_filter, by_record=True)
    totals = changes.totals()
    newest = changes[:MAX_NEWEST] if totals else []
    return RecentChanges(day, totals, changes_in_words(newest, with_differences=False))
