"""Which contracts need a decision in some days, which may, and of which nobody can tell.

"No decision is due" is said only where the end of every contract is known and none falls, or may
fall, in those days: a false all-clear is the worst thing this site could say.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from citytools.facts.dates import LastDay
from contracts.models import Contract, ContractQuerySet, Stage
from contracts.models.term import decision_between, decision_due_between


@dataclass(frozen=True)
class Decisions:
    """`rows` are the first of the contracts that are due or may be, soonest first.

    Each contract is in one count: `due` surely within the days, `may` be due within them,
    `extended` ended by its dates but perhaps extended, `undated` without a known end, `later`
    after the days, `passed` where the stated act-by date has gone but the contract runs on,
    `endless` without an end date, `planned` and without an end, `ended`.
    """

    rows: Sequence[Contract]
    last: datetime.date
    due: int
    may: int
    extended: int
    undated: int
    later: int
    passed: int
    endless: int
    planned: int
    ended: int

    @property
    def open(self) -> int:
        """How many are due, or may be."""
        return self.due + self.may

    @property
    def more(self) -> int:
        """How many of these are not among the rows."""
        return self.open - len(self.rows)

    @property
    def sentence(self) -> str:
        """'1 contract needs a decision by 28 May 2028 and 2 may; of 3 the end is not known.'"""
        by = "" if self.last == datetime.date.max else f" by {self.last:%-d %B %Y}"
        unclear = []
        if self.extended:
            have = "has" if self.extended == 1 else "have"
            unclear.append(f"{self.extended:,} {have} ended or been extended: ask")
        if self.undated:
            unclear.append(f"of {self.undated:,} the end is not known")
        if self.open:
            return "; ".join([self._open_words(by), *unclear]) + "."
        if unclear:
            words = "; ".join(unclear)
            return f"{words[0].upper()}{words[1:]}. No other is known to need a decision{by}."
        return f"No decision is due{by}."

    def _open_words(self, by: str) -> str:
        need = "needs" if self.due == 1 else "need"
        contracts = "contract" if (self.due or self.may) == 1 else "contracts"
        if not self.due:
            return f"{self.may:,} {contracts} may need a decision{by}"
        due = f"{self.due:,} {contracts} {need} a decision{by}"
        return f"{due} and {self.may:,} more may" if self.may else due

    @property
    def not_due(self) -> list[str]:
        """In words, how many contracts need none within the days, and why."""
        runs = "it runs" if self.passed == 1 else "they run"
        counts = {
            "to act on later": self.later,
            f"whose act-by date has passed while {runs} on": self.passed,
            "without an end date": self.endless,
            "planned": self.planned,
            "ended": self.ended,
        }
        return [f"{count:,} {words}" for words, count in counts.items() if count]


def decisions_ahead(
    contracts: ContractQuerySet, today: datetime.date, last: datetime.date, limit: int
) -> Decisions:
    """Decisions from today to a last day, both included; three queries."""
    falls, due = decision_between(today, last), decision_due_between(today, last)
    rows = contracts.filter(falls).select_related("lead", "supplier").prefetch_related("partners")
    rows = rows.order_by("act_by_earliest", "act_by_latest", "pk")[:limit]
    ended, until = Q(ends_last__lt=today), LastDay("extension_until")
    extended = ended & Q(until__gte=today)
    planned = Q(stage=Stage.PLANNED)
    counts = (
        contracts.order_by()
        .alias(until=until)
        .aggregate(
            due=Count("pk", filter=due),
            may=Count("pk", filter=falls & ~due),
            extended=Count("pk", filter=extended),
            undated=Count("pk", filter=Q(ends_on="", rolling=False) & ~planned),
            later=Count("pk", filter=Q(act_by_earliest__gt=last)),
            passed=Count("pk", filter=~ended & ~falls & Q(act_by_latest__lt=today)),
            endless=Count("pk", filter=Q(rolling=True)),
            planned=Count("pk", filter=Q(ends_on="", rolling=False) & planned),
            ended=Count("pk", filter=ended & (Q(until=None) | Q(until__lt=today))),
        )
    )
    return Decisions(list(rows), last, **counts)
