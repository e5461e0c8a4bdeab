"""Joint-procurement windows: when several boroughs can still choose together. Pure functions.

Each contract spans the days from when work on a successor must start to its act-by date. A window
is a maximal set of such contracts, under at least two lead boroughs, that share a day. It opens
at the latest must-start and closes at the earliest act-by of its contracts. Only what can still
be acted on counts: contracts whose act-by date is today or later and whose work must start within
the horizon; what lies outside never hides a window that lies within.
"""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from dateutil.relativedelta import relativedelta

from contracts.models import must_start


@dataclass(frozen=True)
class Span:
    """One contract's days to act, by primary keys of the contract and of its lead borough.

    `assumed` says that the notice behind `act_by` was assumed, not known.
    """

    contract: int
    lead: int
    must_start: datetime.date
    act_by: datetime.date
    assumed: bool = False


@dataclass(frozen=True)
class Window:
    """Contracts that share a day, in the order of their act-by dates."""

    spans: Sequence[Span]

    @cached_property
    def opens_on(self) -> datetime.date:
        """The latest day on which work for one of them must start."""
        return max(span.must_start for span in self.spans)

    @cached_property
    def closes_on(self) -> datetime.date:
        """The earliest day by which one of them must be acted on."""
        return min(span.act_by for span in self.spans)

    @cached_property
    def leads(self) -> frozenset[int]:
        """The lead boroughs."""
        return frozenset(span.lead for span in self.spans)


def span_of(
    contract: int, lead: int, act_by: datetime.date, lead_months: int, *, assumed: bool = False
) -> Span:
    """The span of a contract with an act-by date."""
    return Span(contract, lead, must_start(act_by, lead_months), act_by, assumed)


def find(spans: Iterable[Span], today: datetime.date, months: int) -> list[Window]:
    """The windows among one group's contracts, first to close first, then first to open."""
    last = today + relativedelta(months=months)
    open_ = [span for span in spans if span.act_by >= today and span.must_start <= last]
    found = [Window(shared) for shared in _maximal(open_) if len({one.lead for one in shared}) > 1]
    # No two share both days, for then they would hold the same contracts
    return sorted(found, key=lambda one: (one.closes_on, one.opens_on))


def _maximal(spans: Sequence[Span]) -> Iterator[tuple[Span, ...]]:
    """Every maximal set that shares a day: what is running whenever one ends after one began."""
    begins = sorted(spans, key=lambda span: (span.must_start, span.contract))
    ends = sorted(spans, key=lambda span: (span.act_by, span.contract))
    running: dict[int, Span] = {}
    waiting = iter(begins)
    upcoming = next(waiting, None)
    for ending in ends:
        begun = False
        while upcoming is not None and upcoming.must_start <= ending.act_by:
            running[upcoming.contract] = upcoming
            begun, upcoming = True, next(waiting, None)
        if begun:
            yield tuple(sorted(running.values(), key=lambda span: (span.act_by, span.contract)))
        del running[ending.contract]


def name_of(by: str, group: str, window: Window) -> str:
    """The window's id: the same as long as its group and its contracts are the same."""
    keys = sorted(span.contract for span in window.spans)
    told = f"{by}:{group}:{','.join(map(str, keys))}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]
