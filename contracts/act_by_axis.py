"""Contracts under one another on one axis of days: by when to act on each, its end, and today.

Positions are in per cent of the axis' width. What an axis shows is also said in words beside it.
"""

import datetime
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from citytools.facts.dates import first_day, last_day
from contracts.models import Contract, ContractTerm
from contracts.models.term import ActByRange

# Years that an axis shows at most; what lies beyond is said in words.
MAX_YEARS = 6
# An axis begins in January of the year that it is so many months before today.
_MONTHS_BEFORE = 4


class Urgency(enum.StrEnum):
    """How soon a contract must be acted on, as its tag says."""

    PAST = "Past every likely date"
    STATED_PAST = "Act-by date has passed"
    NOW = "May be due now"
    EXTENDED = "Ended or extended"
    UNDATED = "End not known"
    ROLLING = "No end date"
    ENDED = "Ended"
    LATER = ""

    @property
    def style(self) -> str:
        """The style of its tag: past, now or other."""
        if self in {Urgency.PAST, Urgency.STATED_PAST}:
            return "past"
        return "now" if self is Urgency.NOW else "other"


def urgency_on(term: ContractTerm, day: datetime.date) -> Urgency:
    """How soon a contract must be acted on, as seen on a day."""
    if term.rolling:
        return Urgency.ROLLING
    if term.act_by is None:
        return Urgency.UNDATED
    if last_day(term.ends_on) < day:
        return Urgency.EXTENDED if term.perhaps_extended_on(day) else Urgency.ENDED
    if term.act_by.latest < day:
        return Urgency.PAST if term.notice_months is None else Urgency.STATED_PAST
    return Urgency.NOW if term.act_by.earliest <= day else Urgency.LATER


class Segment(NamedTuple):
    """A part of the axis: where it begins and how wide it is, in per cent."""

    x: float
    width: float

    @property
    def end(self) -> float:
        """Where it ends."""
        return round(self.x + self.width, 2)


@dataclass(frozen=True)
class AxisRow:
    """One contract; its parts are None where they are not known or not on the axis.

    `act` is the range of days by which to act, `act_day` the day where it is one; `life` what runs
    before and after it, `end` where the contract ends at the latest, `extension` what may follow.
    """

    contract: Contract
    urgency: Urgency
    act: Segment | None = None
    act_day: float | None = None
    life: Segment | None = None
    end: float | None = None
    extension: Segment | None = None

    @property
    def drawn(self) -> bool:
        """Whether the axis shows anything of it."""
        return bool(self.act or self.act_day is not None or self.life or self.extension)


@dataclass(frozen=True)
class ActByAxis:
    """An axis from `first` up to, but not including, `after`, and what stands on it."""

    first: datetime.date
    after: datetime.date
    today: datetime.date
    rows: Sequence[AxisRow] = ()

    @property
    def years(self) -> list[tuple[int, float]]:
        """Each year that begins on the axis, and where."""
        numbers = range(self.first.year, self.after.year)
        return [(year, self.position(datetime.date(year, 1, 1))) for year in numbers]

    @property
    def now(self) -> float:
        """Where today stands."""
        return self.position(self.today)

    def position(self, day: datetime.date) -> float:
        """Where a day stands, within 0 and 100."""
        share = (day - self.first).days / (self.after - self.first).days
        return round(100 * min(max(share, 0), 1), 2)

    def segment(self, first: datetime.date, last: datetime.date) -> Segment | None:
        """The part of the axis from one day to another; None where it lies outside."""
        if last < self.first or first >= self.after or last < first:
            return None
        x = self.position(first)
        return Segment(x, round(self.position(last) - x, 2))


def act_by_axis(contracts: Sequence[Contract], today: datetime.date) -> ActByAxis:
    """Contracts in their order on an axis that reaches to their last end, in whole years."""
    start = datetime.date(today.year - (today.month <= _MONTHS_BEFORE), 1, 1)
    ends = [contract.extension_until or contract.ends_on for contract in contracts]
    last = max([today, *(last_day(end) for end in ends if end)])
    after = datetime.date(min(last.year + 1, start.year + MAX_YEARS), 1, 1)
    axis = ActByAxis(start, after, today)
    rows = [_axis_row(axis, contract) for contract in contracts]
    return ActByAxis(start, after, today, rows)


def _axis_row(axis: ActByAxis, contract: Contract) -> AxisRow:
    term, urgency = contract.term, urgency_on(contract.term, axis.today)
    if term.act_by is None:
        return AxisRow(contract, urgency)
    ends, until = last_day(term.ends_on), term.extension_until
    begins = first_day(term.starts_on) if term.starts_on else axis.first
    extension = axis.segment(ends, last_day(until)) if until and last_day(until) > ends else None
    return AxisRow(
        contract,
        urgency,
        act=None
        if _is_day(term.act_by)
        else axis.segment(term.act_by.earliest, term.act_by.latest),
        act_day=_day_position(axis, term.act_by),
        life=axis.segment(min(begins, ends), ends),
        end=axis.position(ends) if axis.first <= ends < axis.after else None,
        extension=extension,
    )


def _is_day(act_by: ActByRange) -> bool:
    return act_by.earliest == act_by.latest


def _range_segment(axis: ActByAxis, act_by: ActByRange) -> Segment | None:
    return None if _is_day(act_by) else axis.segment(act_by.earliest, act_by.latest)


def _day_position(axis: ActByAxis, act_by: ActByRange) -> float | None:
    on_axis = axis.first <= act_by.earliest < axis.after
    return axis.position(act_by.earliest) if _is_day(act_by) and on_axis else None
