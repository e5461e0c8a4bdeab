"""Which contracts need a decision in some days, which may, and of which nobody can tell.

"No decision is due" is said only where every contract and its end are known and none falls, or may
fall, in those days: a false all-clear is the worst thing this site could say.
"""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, Count, Min, Q, QuerySet, Value, When

from citytools.facts.dates import LastDay, partial_date_in_words
from citytools.lists.prepared_query import PreparedQuery
from contracts.act_by_axis import Urgency, urgency_on
from contracts.models import Contract, Stage
from contracts.models.dates import ContractQuerySet
from contracts.models.term import decision_between, decision_due_between

# Contracts that a page names at most.
MAX_ROWS = 20
# More contracts than one body has open; a query is never without bound.
MAX_OPEN = 500


@dataclass(frozen=True)
class Decisions:
    """`rows` are the first of the contracts that are due or may be, soonest first.

    Each contract is in one count: `due` surely within the days, `may` be due within them,
    `extended` ended by its dates but perhaps extended, `undated` without a known end, `later`
    after the days, `passed` where the stated act-by date has gone but the contract runs on,
    `endless` without an end date, `planned` and without an end, `ended`. `complete` says whether
    a return has told all contracts: without, others may need a decision.
    """

    rows: Sequence[Contract]
    last: datetime.date
    complete: bool
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
        if not self.complete:
            return (
                f"No decision is known to be due{by}; contracts that nobody has told us of may be."
            )
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
    borough: int, today: datetime.date, last: datetime.date, limit: int, *, complete: bool
) -> Decisions:
    """Decisions of a body, led or shared, from today to a last day, both included; three queries.

    At most `MAX_ROWS` contracts are named. `complete`: whether its latest return on contracts is.
    """
    counts = dict.fromkeys((field.name for field in fields(Decisions) if field.type is int), 0)
    counts |= {kind: number for kind, number, _ in _kinds_of_borough(borough, today, last)}
    rows = _first_to_decide(borough, today, last)[:limit]
    return Decisions(rows=rows, last=last, complete=complete, **counts)


@PreparedQuery
def _first_to_decide(
    borough: int, today: datetime.date, last: datetime.date
) -> QuerySet[Contract, Contract]:
    contracts = Contract.objects.of_boroughs([borough]).filter(decision_between(today, last))
    return _by_act_by(contracts.prefetch_related("partners"))[:MAX_ROWS]


def _by_act_by(contracts: ContractQuerySet) -> ContractQuerySet:
    rows = contracts.select_related("lead", "supplier")
    return rows.order_by("act_by_earliest", "act_by_latest", "pk")


@PreparedQuery
def _kinds_of_borough(
    borough: int, today: datetime.date, last: datetime.date
) -> QuerySet[Contract, tuple[str, int, str]]:
    return _count_by_kind(Contract.objects.of_boroughs([borough]), today, last)


def _count_by_kind(
    contracts: ContractQuerySet, today: datetime.date, last: datetime.date
) -> QuerySet[Contract, tuple[str, int, str]]:
    """How many contracts are in each count of `Decisions`, and the first of their ends."""
    kind = Case(
        When(ends_last__lt=today, until__gte=today, then=Value("extended")),
        When(ends_last__lt=today, then=Value("ended")),
        When(decision_due_between(today, last), then=Value("due")),
        When(decision_between(today, last), then=Value("may")),
        When(act_by_earliest__gt=last, then=Value("later")),
        When(act_by_latest__lt=today, then=Value("passed")),
        When(rolling=True, then=Value("endless")),
        When(stage=Stage.PLANNED, then=Value("planned")),
        default=Value("undated"),
        output_field=CharField(),
    )
    kinds: Any = contracts.order_by().alias(until=LastDay("extension_until")).annotate(kind=kind)
    counts: QuerySet[Contract, tuple[str, int, str]] = (
        kinds.values("kind")
        .annotate(number=Count("pk"), first_end=Min("ends_on"))
        .values_list("kind", "number", "first_end")
    )
    return counts


@dataclass(frozen=True)
class OpenContracts:
    """A body's contracts that have not surely ended, first to act on first, and what is urgent.

    `complete` says whether a return has told all of them: without, there may be others.
    """

    rows: Sequence[Contract]
    today: datetime.date
    complete: bool

    @cached_property
    def counts(self) -> "Counter[Urgency | str]":
        """How many are in each state; those planned without an end are `planned` alone."""
        return Counter(self._state(contract) for contract in self.rows)

    def _state(self, contract: Contract) -> Urgency | str:
        urgency = urgency_on(contract.term, self.today)
        planned = contract.stage == Stage.PLANNED and urgency is Urgency.UNDATED
        return "planned" if planned else urgency

    @property
    def urgent(self) -> str:
        """'1 contract is past every likely act-by date, 2 may be due now'; empty where none is."""
        are = {
            Urgency.PAST: "past every likely act-by date",
            Urgency.STATED_PAST: "past the act-by date",
        }
        parts = [_count_words(self.counts[key], "is", "are", words) for key, words in are.items()]
        parts.append(_count_words(self.counts[Urgency.NOW], "may", "may", "be due now"))
        return _with_noun([part for part in parts if part])

    @property
    def others(self) -> str:
        """'2 are due later, 3 have no known end', of those not urgent; more where none is."""
        later = _count_words(self.counts[Urgency.LATER], "is", "are", "due later")
        unclear = [
            _count_words(self.counts[Urgency.EXTENDED], "has", "have", "ended or been extended"),
            _count_words(self.counts[Urgency.UNDATED], "has", "have", "no known end"),
        ]
        if self.urgent:
            return ", ".join(part for part in (later, *unclear) if part)
        calm = [
            _count_words(self.counts[Urgency.ROLLING], "has", "have", "no end date"),
            _count_words(self.counts["planned"], "is", "are", "planned"),
        ]
        later = f"{later}, from {self._next_day} on" if later else ""
        return _with_noun([part for part in (later, *unclear, *calm) if part])

    @property
    def _next_day(self) -> str:
        """The first day ahead that may be the last to act on a contract."""
        days = [contract.act_by_earliest for contract in self.rows if contract.act_by_earliest]
        first = min(day for day in days if day > self.today)
        return partial_date_in_words(first.isoformat(), short=False)


def _count_words(count: int, singular: str, plural: str, words: str) -> str:
    return f"{count:,} {singular if count == 1 else plural} {words}" if count else ""


def _with_noun(parts: Sequence[str]) -> str:
    """'1 contract is planned, 2 have no known end'."""
    if not parts:
        return ""
    number, _, rest = ", ".join(parts).partition(" ")
    return f"{number} contract{'' if number == '1' else 's'} {rest}"


def open_contracts(borough: int, today: datetime.date, *, complete: bool) -> OpenContracts:
    """The contracts of a body, led or shared, that have not surely ended; one query."""
    ranks = {urgency: rank for rank, urgency in enumerate(_MOST_URGENT_FIRST)}
    rows = sorted(
        _first_open(borough, today),
        key=lambda contract: ranks.get(urgency_on(contract.term, today), len(ranks)),
    )
    return OpenContracts(rows, today, complete)


_MOST_URGENT_FIRST = (Urgency.PAST, Urgency.STATED_PAST, Urgency.NOW, Urgency.LATER)


@PreparedQuery
def _first_open(borough: int, today: datetime.date) -> QuerySet[Contract, Contract]:
    perhaps_open = Q(rolling=True) | Q(ends_last=None) | Q(ends_last__gte=today)
    contracts = Contract.objects.of_boroughs([borough]).alias(until=LastDay("extension_until"))
    return _by_act_by(contracts.filter(perhaps_open | Q(until__gte=today)))[:MAX_OPEN]


@dataclass(frozen=True)
class FunctionContracts:
    """Contracts that name a function; `rows` are the first to act on of those with an end ahead.

    `named` counts them all, `ahead` those with an end ahead, of which `now` may need a decision
    today, and `undated` those without a known end. `next_end` is a partial date, empty where none
    is ahead.
    """

    rows: Sequence[Contract]
    named: int
    ahead: int
    now: int
    undated: int
    next_end: str

    @property
    def next_end_in_words(self) -> str:
        """'on 31 March 2027', or 'in March 2027' where no day is known; empty without an end."""
        if not self.next_end:
            return ""
        is_day = len(self.next_end) == len("2027-03-31")
        return f"{'on' if is_day else 'in'} {partial_date_in_words(self.next_end)}"


def function_contracts(function: int, today: datetime.date, limit: int) -> FunctionContracts:
    """The contracts of a function as of today, so many of them by name; one or two queries."""
    rows = _kinds_of_function(function, today)
    numbers = {kind: number for kind, number, _ in rows}
    ends = {kind: end for kind, _, end in rows if kind in _AHEAD}
    now = numbers.get("due", 0) + numbers.get("may", 0)
    return FunctionContracts(
        rows=_first_of_function(function, today)[:limit] if ends else (),
        named=sum(numbers.values()),
        ahead=sum(numbers[kind] for kind in ends),
        now=now,
        undated=numbers.get("undated", 0),
        next_end=min(ends.values(), default=""),
    )


_AHEAD = ("due", "may", "later", "passed")
"""Counts of those whose end lies ahead."""


@PreparedQuery
def _kinds_of_function(
    function: int, today: datetime.date
) -> QuerySet[Contract, tuple[str, int, str]]:
    return _count_by_kind(Contract.objects.for_functions([function]), today, today)


@PreparedQuery
def _first_of_function(function: int, today: datetime.date) -> QuerySet[Contract, Contract]:
    contracts = Contract.objects.for_functions([function]).filter(ends_last__gte=today)
    return _by_act_by(contracts)[:MAX_ROWS]
