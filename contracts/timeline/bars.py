"""What of a contract can be drawn on a line of days, and what only said: pure functions.

A month or a year is never a day: where a contract begins or ends within one, that whole stretch is
in doubt and drawn so. What has no end on record has no bar.
"""

import datetime
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citytools.facts.dates import first_day, last_day
from contracts.models import Contract, Term

MOST = 100
"""Bars that one picture holds."""
_DAY = datetime.timedelta(days=1)


class Kind(enum.StrEnum):
    """What is known of a stretch of days."""

    RUNS = "Runs"
    EXTENSION = "Possible extension"
    IN_DOUBT = "Known only as a month or year"


@dataclass(frozen=True)
class Stretch:
    """Days from the first up to, but not including, `after`."""

    kind: Kind
    first: datetime.date
    after: datetime.date


@dataclass(frozen=True)
class Bar:
    """A contract with an end, and its stretches from the picture's edge on."""

    contract: Contract
    stretches: Sequence[Stretch]

    @property
    def start_known(self) -> bool:
        """Whether the start is on record; if not, the bar begins at the picture's edge."""
        return bool(self.contract.starts_on)


def why_not_drawn(term: Term) -> str:
    """Why a contract has no bar; empty where it has one."""
    if term.rolling:
        return "rolling: no end date"
    return "" if term.ends_on else "no end known"


def edge_of(contracts: Sequence[Contract], today: datetime.date) -> datetime.date:
    """Where the picture begins: the January before the year of the earliest end, or of today."""
    ends = [first_day(one.ends_on) for one in contracts if not why_not_drawn(one.term)]
    return datetime.date(min([today, *ends]).year - 1, 1, 1)


def bars_of(contracts: Sequence[Contract], edge: datetime.date) -> list[Bar]:
    """The bars of the contracts that have an end, in their order."""
    return [
        Bar(one, [_cut(part, edge) for part in stretches(one.term, edge) if part.after > edge])
        for one in contracts
        if not why_not_drawn(one.term)
    ]


def _cut(part: Stretch, edge: datetime.date) -> Stretch:
    return Stretch(part.kind, max(part.first, edge), part.after)


def stretches(term: Term, edge: datetime.date) -> Iterator[Stretch]:
    """The parts of a term that ends: sure days, possible extension, and what is in doubt.

    A start not on record is taken to lie before the edge of the picture.
    """
    ending, ended = _span(term.ends_on)
    begins, begun = _span(term.starts_on) if term.starts_on else (edge, edge)
    if begun <= ending:
        yield from _part(Kind.IN_DOUBT, begins, begun)
        yield Stretch(Kind.RUNS, begun, ending + _DAY)
        yield from _part(Kind.IN_DOUBT, ending + _DAY, ended + _DAY)
    else:
        yield Stretch(Kind.IN_DOUBT, begins, ended + _DAY)
    if term.extension_until:
        first, last = _span(term.extension_until)
        sure = max(first, ended) + _DAY
        yield from _part(Kind.EXTENSION, ended + _DAY, sure)
        yield from _part(Kind.IN_DOUBT, sure, last + _DAY)


def _span(partial: str) -> tuple[datetime.date, datetime.date]:
    return first_day(partial), last_day(partial)


def _part(kind: Kind, first: datetime.date, after: datetime.date) -> Iterator[Stretch]:
    if first < after:
        yield Stretch(kind, first, after)
