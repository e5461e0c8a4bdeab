"""What a contract's successor may be worth, as pure functions: as recorded, or said to be unknown.

The Act counts values with VAT and asks for those above £2 million. Nothing is converted: a value
is kept on its own basis, and one that VAT could lift over the line is marked for a check.
"""

import datetime
import enum
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from contracts.models import Vat
from contracts.models.dates import whole_day

LINE = Decimal(2_000_000)
"""Pounds; a notice names what is worth more."""
HIGHEST_VAT = Decimal("1.2")
"""Most that VAT can add: the standard rate of 20 per cent."""


class Basis(enum.StrEnum):
    """Where a value comes from."""

    TOTAL = "recorded for the whole term"
    TERM = "estimated from the yearly value and the present term"
    UNKNOWN = "not known"


class Group(enum.StrEnum):
    """What a value says of the notice."""

    OVER = "over £2 m"
    CHECK_VAT = "over £2 m only with VAT: check"
    UNKNOWN = "value not known: check"
    BELOW = "£2 m or less"


@dataclass(frozen=True)
class Estimate:
    """Pounds on the basis of VAT that the contract states; None where not known."""

    value: Decimal | None
    basis: Basis
    vat: str

    @property
    def group(self) -> Group:
        """Above the line, not above it, or to be checked."""
        if self.value is None:
            return Group.UNKNOWN
        if self.value > LINE:
            return Group.OVER
        if self.vat != Vat.INCLUDING and self.value * HIGHEST_VAT > LINE:
            return Group.CHECK_VAT
        return Group.BELOW


def estimate(
    total: Decimal | None, annual: Decimal | None, starts_on: str, ends_on: str, vat: str
) -> Estimate:
    """The total; else the yearly value times the years of a term known to the day; else unknown."""
    if total is not None:
        return Estimate(total, Basis.TOTAL, vat)
    start, end = whole_day(starts_on), whole_day(ends_on)
    if annual is None or start is None or end is None or end < start:
        return Estimate(None, Basis.UNKNOWN, vat)
    value = (annual * years(start, end)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Estimate(value, Basis.TERM, vat)


def years(start: datetime.date, end: datetime.date) -> Decimal:
    """Length of a term, both days included: whole years, and the rest as a share of the next."""
    after = end + datetime.timedelta(days=1)
    whole = relativedelta(after, start).years
    begun = start + relativedelta(years=whole)
    length = (start + relativedelta(years=whole + 1) - begun).days
    return whole + Decimal((after - begun).days) / length
