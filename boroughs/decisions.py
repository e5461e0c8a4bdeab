"""What a borough must decide, and by when; what has no date is counted, never left out."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from contracts.models import Contract, ContractQuerySet


@dataclass(frozen=True)
class Decisions:
    """`rows` are the first of the `due` contracts, soonest act-by first.

    Each contract is in one count: `due` from today to the last day asked for, `later` after that,
    `passed` where the act-by date has gone but the contract runs on, `endless` without an end date,
    `undated` where end or notice is not known well enough, `ended` by its dates (before any
    extension).
    """

    rows: Sequence[Contract]
    due: int
    later: int
    passed: int
    endless: int
    undated: int
    ended: int

    @property
    def total(self) -> int:
        """All contracts."""
        counts = (self.due, self.later, self.passed, self.endless, self.undated, self.ended)
        return sum(counts)

    @property
    def more(self) -> int:
        """How many due contracts are not among the rows."""
        return self.due - len(self.rows)

    @property
    def besides(self) -> list[str]:
        """In words, how many contracts are not due in the days asked for, and why."""
        runs = "it runs" if self.passed == 1 else "they run"
        counts = {
            "to act on later": self.later,
            f"whose act-by date has passed while {runs} on": self.passed,
            "without an end date": self.endless,
            "whose end or notice is not known well enough": self.undated,
            "ended, before any extension": self.ended,
        }
        return [f"{count:,} {words}" for words, count in counts.items() if count]


def ahead(
    contracts: ContractQuerySet, today: datetime.date, last: datetime.date, most: int
) -> Decisions:
    """Decisions from today to a last day, both included."""
    due = contracts.acting_between(today, last)
    rows = due.for_list().order_by("act_by", "pk")[:most]
    ended, dateless = Q(ends_last__lt=today), Q(act_by=None)
    running = Q(ends_last__gte=today) | Q(ends_last=None)
    counts = contracts.order_by().aggregate(
        due=Count("pk", filter=Q(act_by__range=(today, last))),
        later=Count("pk", filter=Q(act_by__gt=last)),
        passed=Count("pk", filter=Q(act_by__lt=today) & ~ended),
        endless=Count("pk", filter=dateless & Q(rolling=True)),
        undated=Count("pk", filter=dateless & Q(rolling=False) & running),
        ended=Count("pk", filter=ended),
    )
    return Decisions(list(rows), **counts)
