"""The dates of a contract, as pure functions: by when to act, when to start, where it stands.

Months are calendar months, clamped to the month's end: 31 May less 3 months is 28 February. What
is known only as a year or a month never becomes a day: such dates are text (`partial_dates`), and
nothing is counted back from them. `ActBy` says the same in SQL.
"""

import datetime
import enum
from dataclasses import dataclass
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from citytools.facts.dates import first_day, last_day

LEAD_MONTHS = 12
"""Months that replacing a core system takes before its act-by date; a page may choose others."""
AHEAD_MONTHS = 12
"""Months from today within which a decision is counted as ahead."""
_DAY = len("2026-11-30")


class Standing(enum.StrEnum):
    """Where a contract stands on a day."""

    FUTURE = "future"
    CURRENT = "current"
    PAST_ACT_BY = "past act-by"
    ENDED = "ended"
    ROLLING = "rolling"

    @property
    def key(self) -> str:
        """As addresses write it: past_act_by."""
        return self.name.lower()


@dataclass(frozen=True)
class Term:
    """The dates of one contract as recorded: partial dates, empty where not known.

    `notice_months` is None where not known; `rolling` says that there is no end date.
    """

    starts_on: str = ""
    ends_on: str = ""
    extension_until: str = ""
    notice_months: int | None = None
    rolling: bool = False

    @property
    def end(self) -> datetime.date | None:
        """The end before any extension; None unless it is a whole day."""
        return whole_day(self.ends_on)

    @property
    def act_by(self) -> datetime.date | None:
        """End less notice; None unless the end is a whole day and the notice is known."""
        return act_by(self.ends_on, self.notice_months)

    @property
    def act_by_if_extended(self) -> datetime.date | None:
        """The same, if every extension is taken."""
        return act_by(self.extension_until, self.notice_months)

    @property
    def must_start(self) -> datetime.date | None:
        """When work on a successor must begin, if it takes the usual months."""
        return None if self.act_by is None else must_start(self.act_by)

    def standing(self, day: datetime.date) -> Standing:
        """Where it stands on a day, before any extension.

        What begins within a year or month may have begun on its first day; what ends within one
        has ended only after its last.
        """
        if self.starts_on and first_day(self.starts_on) > day:
            return Standing.FUTURE
        if self.rolling:
            return Standing.ROLLING
        if self.ends_on and last_day(self.ends_on) < day:
            return Standing.ENDED
        if self.act_by and self.act_by < day:
            return Standing.PAST_ACT_BY
        return Standing.CURRENT


def act_by(ends_on: str, notice_months: int | None) -> datetime.date | None:
    """A partial end less the notice; None unless the end is a whole day and the notice known."""
    end = whole_day(ends_on)
    return None if end is None or notice_months is None else less_months(end, notice_months)


@lru_cache(maxsize=4096)
def less_months(day: datetime.date, months: int) -> datetime.date:
    """The day so many calendar months earlier, clamped to the month's end."""
    return day - relativedelta(months=months)


def must_start(act_by: datetime.date, lead_months: int = LEAD_MONTHS) -> datetime.date:
    """When work on a successor must begin, to be ready to act."""
    return less_months(act_by, lead_months)


def whole_day(partial: str) -> datetime.date | None:
    """The day that a partial date names; None for a month, a year or nothing."""
    return datetime.date.fromisoformat(partial) if len(partial) == _DAY else None
