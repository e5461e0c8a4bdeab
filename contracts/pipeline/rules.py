"""The dates of a pipeline notice, as pure functions (Procurement Act 2023, section 93).

A financial year begins on 1 April and is called by the calendar year in which it begins. The notice
is due within 56 days beginning with that day, and covers 18 months from it.
"""

import datetime
import enum
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from citytools.facts.dates import first_day, last_day
from contracts.models import Vat
from contracts.models.term import whole_day

# The first year in which a notice was due, and the last that a page offers.
FIRST_YEAR, LAST_YEAR = 2025, 2040
DAYS_TO_PUBLISH, MONTHS_AHEAD = 56, 18
_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """What one notice covers: from `first` to `last`, both included; due by `publish_by`."""

    year: int

    @property
    def first(self) -> datetime.date:
        return datetime.date(self.year, 4, 1)

    @property
    def last(self) -> datetime.date:
        """The last day of the 18 months: 30 September of the year after."""
        return self.first + relativedelta(months=MONTHS_AHEAD) - _ONE_DAY

    @property
    def publish_by(self) -> datetime.date:
        """The 56th day, 1 April being the first: 26 May."""
        return self.first + (DAYS_TO_PUBLISH - 1) * _ONE_DAY

    @property
    def name(self) -> str:
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


# The Act counts values with VAT and asks for those above £2 million. Nothing is converted: a
# value is kept on its own basis, and one that VAT could lift over the line is marked for a check.

# A notice names what is worth more.
THRESHOLD_POUNDS = Decimal(2_000_000)
# The standard rate of 20 per cent.
MAX_VAT_FACTOR = Decimal("1.2")


class ValueBasis(enum.StrEnum):
    """Where a value comes from."""

    TOTAL = "recorded for the whole term"
    TERM = "estimated from the yearly value and the present term"
    UNKNOWN = "not known"


class ValueGroup(enum.StrEnum):
    """What a value says of the notice."""

    OVER = "over £2 m"
    CHECK_VAT = "over £2 m only with VAT: check"
    UNKNOWN = "value not known: check"
    BELOW = "£2 m or less"


@dataclass(frozen=True)
class Estimate:
    """Pounds on the basis of VAT that the contract states; None where not known."""

    value: Decimal | None
    basis: ValueBasis
    vat: str

    @property
    def group(self) -> ValueGroup:
        """Above the line, not above it, or to be checked."""
        if self.value is None:
            return ValueGroup.UNKNOWN
        if self.value > THRESHOLD_POUNDS:
            return ValueGroup.OVER
        if self.vat != Vat.INCLUDING and self.value * MAX_VAT_FACTOR > THRESHOLD_POUNDS:
            return ValueGroup.CHECK_VAT
        return ValueGroup.BELOW


def estimate_value(
    total: Decimal | None, annual: Decimal | None, starts_on: str, ends_on: str, vat: str
) -> Estimate:
    """The total; else the yearly value times the years of a term known to the day; else unknown."""
    if total is not None:
        return Estimate(total, ValueBasis.TOTAL, vat)
    start, end = whole_day(starts_on), whole_day(ends_on)
    if annual is None or start is None or end is None or end < start:
        return Estimate(None, ValueBasis.UNKNOWN, vat)
    value = (annual * term_in_years(start, end)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Estimate(value, ValueBasis.TERM, vat)


def term_in_years(start: datetime.date, end: datetime.date) -> Decimal:
    """Length of a term, both days included: whole years, and the rest as a share of the next."""
    after = end + datetime.timedelta(days=1)
    whole = relativedelta(after, start).years
    begun = start + relativedelta(years=whole)
    length = (start + relativedelta(years=whole + 1) - begun).days
    return whole + Decimal((after - begun).days) / length
