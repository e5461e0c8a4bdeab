"""One end date for several contracts: what each must be extended, or is paid for twice. Pure.

For a target date, a contract that ends before it must be extended; one that ends after it is paid
for twice from the target on. Months are whole: the fewest calendar months that reach the day.
The cheapest target costs the fewest known pounds paid twice; then the fewest months paid twice
where the cost is not known, the fewest months of extension, the earliest day. A target is feasible
where no extension is known to be refused, and not before the earliest day that leaves time to buy.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from contracts.models.dates import less_months

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Holding:
    """One contract: its end, the first and last day to which an extension surely and perhaps leads.

    `sure` and `perhaps` are None where no extension is on record: then it is not known whether one
    is allowed. They differ where its latest end is known only as a month or a year.
    """

    contract: int
    ends_on: datetime.date
    sure: datetime.date | None = None
    perhaps: datetime.date | None = None
    annual_value: Decimal | None = None


@dataclass(frozen=True)
class Step:
    """What a target means for one contract; `allowed` is None where it is not known.

    `paid_twice` is in pounds; None where the yearly value is not known.
    """

    holding: Holding
    extend_months: int
    allowed: bool | None
    twice_months: int
    paid_twice: Decimal | None


@dataclass(frozen=True)
class Plan:
    """A target date and what it means for each contract."""

    target: datetime.date
    steps: Sequence[Step]

    @property
    def refused(self) -> list[Step]:
        """Extensions that are known not to be allowed."""
        return [step for step in self.steps if step.allowed is False]

    @property
    def unsure(self) -> list[Step]:
        """Extensions of which it is not known whether they are allowed."""
        return [step for step in self.steps if step.allowed is None]

    @property
    def paid_twice(self) -> Decimal:
        """Pounds paid twice, as far as known."""
        known = [step.paid_twice for step in self.steps if step.paid_twice is not None]
        return sum(known, Decimal(0))

    @property
    def unpriced_months(self) -> int:
        """Months paid twice at a cost that is not known."""
        return sum(step.twice_months for step in self.steps if step.paid_twice is None)

    @property
    def extend_months(self) -> int:
        """Months of extension over all contracts."""
        return sum(step.extend_months for step in self.steps)

    @property
    def burden(self) -> tuple[Decimal, int, int, datetime.date]:
        """What makes a target cheaper than another, in this order."""
        return self.paid_twice, self.unpriced_months, self.extend_months, self.target


def months_between(first: datetime.date, last: datetime.date) -> int:
    """The fewest whole calendar months that lead from one day to another or beyond it."""
    if last <= first:
        return 0
    months = (last.year - first.year) * 12 + last.month - first.month
    return months + int(first + relativedelta(months=months) < last)


def plan(holdings: Sequence[Holding], target: datetime.date) -> Plan:
    """What a target date means for each contract."""
    return Plan(target, [_step(holding, target) for holding in holdings])


def _step(holding: Holding, target: datetime.date) -> Step:
    twice = months_between(target, holding.ends_on)
    value = holding.annual_value
    cost = Decimal(0) if not twice else None if value is None else value * twice / 12
    return Step(
        holding,
        months_between(holding.ends_on, target),
        _allowed(holding, target),
        twice,
        None if cost is None else cost.quantize(_CENT),
    )


def _allowed(holding: Holding, target: datetime.date) -> bool | None:
    """Whether it may run to the target; None where that is not known."""
    if target <= holding.ends_on or (holding.sure and target <= holding.sure):
        return True
    return False if holding.perhaps and target > holding.perhaps else None


def cheapest(holdings: Sequence[Holding], earliest: datetime.date) -> Plan | None:
    """The cheapest feasible target from `earliest` on; None where none is."""
    plans = (plan(holdings, day) for day in _turning_points(holdings, earliest))
    return min((one for one in plans if not one.refused), key=lambda one: one.burden, default=None)


def _turning_points(
    holdings: Sequence[Holding], earliest: datetime.date
) -> Iterator[datetime.date]:
    """The days on which the burden can change; between them it stays, and the first is earliest.

    Fewer months are paid twice from the day that is so many months before an end; or, where that
    month is too short, from the day after.
    """
    last = max(earliest, *(holding.ends_on for holding in holdings))
    days = {earliest}
    for holding in holdings:
        end = holding.ends_on
        for months in range(months_between(earliest, end) + 1):
            back = less_months(end, months)
            days |= {back, back + datetime.timedelta(days=1)}
    yield from sorted(day for day in days if earliest <= day <= last)
