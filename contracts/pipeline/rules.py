"""The dates of a pipeline notice, as pure functions (Procurement Act 2023, section 93).

A financial year begins on 1 April and is called by the calendar year in which it begins. The notice
is due within 56 days beginning with that day, and covers 18 months from it.
"""

import datetime
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from citytools.facts.dates import first_day, last_day

FIRST_YEAR, LAST_YEAR = 2025, 2040
"""The first year in which a notice was due, and the last that a page can be asked for."""
DAYS, MONTHS = 56, 18
_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """What one notice covers: from `first` to `last`, both included; due by `publish_by`."""

    year: int

    @property
    def first(self) -> datetime.date:
        """1 April."""
        return datetime.date(self.year, 4, 1)

    @property
    def last(self) -> datetime.date:
        """The last day of the 18 months: 30 September of the year after."""
        return self.first + relativedelta(months=MONTHS) - _ONE_DAY

    @property
    def publish_by(self) -> datetime.date:
        """The 56th day, 1 April being the first: 26 May."""
        return self.first + (DAYS - 1) * _ONE_DAY

    @property
    def name(self) -> str:
        """'2027/28'."""
        return f"{self.year}/{(self.year + 1) % 100:02}"

    def holds(self, partial: str) -> bool:
        """Whether every day that a partial date can mean falls within."""
        return bool(partial) and self.first <= first_day(partial) and last_day(partial) <= self.last

    def may_hold(self, partial: str) -> bool:
        """Whether any day that a partial date can mean falls within."""
        return bool(partial) and first_day(partial) <= self.last and last_day(partial) >= self.first


def next_due(today: datetime.date) -> Period:
    """The next notice to publish: this calendar year's until its day has passed."""
    this = Period(today.year)
    return this if today <= this.publish_by else Period(today.year + 1)
