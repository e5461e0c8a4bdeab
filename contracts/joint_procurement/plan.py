"""One end date for several contracts: what each must be extended, or is paid for twice. Pure.

For a target date, a contract that ends before it must be extended; one that ends after it is paid
for twice from the target on. Months are whole: the fewest calendar months that reach the day.
The cheapest target costs the fewest known pounds paid twice; then the fewest months paid twice
where the cost is not known, the fewest months of extension, the earliest day. A target is feasible
where no extension is known to be refused, and not before the earliest day that leaves time to buy.
An end known as a month or a year counts as the last of its days.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from citytools.facts.dates import first_day
from contracts.joint_procurement.contract_rows import ContractRow
from contracts.joint_procurement.windows import MAX_EXTENSION_MONTHS, Window
from contracts.models.term import less_months


@dataclass(frozen=True)
class Step:
    """What a target means for one contract; `allowed` is None where it is not known.

    `paid_twice` is in pounds; None where the yearly value is not known.
    """

    contract: ContractRow
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
        return sum((step.paid_twice or Decimal(0) for step in self.steps), Decimal(0))

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


def plan_for_target(contracts: Sequence[ContractRow], target: datetime.date) -> Plan:
    """What a target date means for each contract."""
    return Plan(target, [_step(contract, target) for contract in contracts])


def _step(contract: ContractRow, target: datetime.date) -> Step:
    twice = months_between(target, contract.ends_on)
    value = contract.annual_value
    cost = Decimal(0) if not twice else None if value is None else value * twice / 12
    return Step(
        contract,
        months_between(contract.ends_on, target),
        _is_allowed(contract, target),
        twice,
        None if cost is None else cost.quantize(Decimal("0.01")),
    )


def _is_allowed(contract: ContractRow, target: datetime.date) -> bool | None:
    """Whether it may run to the target; None where no extension, or not its day, is on record."""
    if target <= contract.ends_on:
        return True
    if contract.latest_end is None:
        return None
    surely, perhaps = contract.latest_end
    return True if target <= surely else None if target <= perhaps else False


def cheapest_target(contracts: Sequence[ContractRow], earliest: datetime.date) -> Plan | None:
    """The cheapest feasible target from `earliest` on; None where none is."""
    plans = (plan_for_target(contracts, day) for day in _turning_points(contracts, earliest))
    return min(
        (plan for plan in plans if not plan.refused), key=lambda plan: plan.burden, default=None
    )


def _turning_points(
    contracts: Sequence[ContractRow], earliest: datetime.date
) -> Iterator[datetime.date]:
    """The days on which the burden can change; between them it stays, and the first is earliest.

    Fewer months are paid twice from the day that is so many months before an end; or, where that
    month is too short, from the day after.
    """
    last = max(earliest, *(contract.ends_on for contract in contracts))
    days = {earliest}
    for contract in contracts:
        for months in range(months_between(earliest, contract.ends_on) + 1):
            back = less_months(contract.ends_on, months)
            days |= {back, back + datetime.timedelta(days=1)}
    yield from sorted(day for day in days if earliest <= day <= last)


def near_misses(
    window: Window, rows: Mapping[int, ContractRow], lead_months: int, limit: int = 3
) -> list[Step]:
    """Extensions by which contracts of other leads would fit; the shortest of each lead."""
    best: dict[str, Step] = {}
    for lead, contract in near_contracts(window):
        if contract not in rows or lead in best:
            continue
        months = _months_to_fit(rows[contract], window, lead_months)
        if months is not None:
            target = rows[contract].ends_on + relativedelta(months=months)
            best[lead] = _step(rows[contract], target)
    ordered = sorted(best.values(), key=lambda step: (step.extend_months, step.contract.lead.name))
    return ordered[:limit]


def near_contracts(window: Window, limit: int = 5) -> list[tuple[str, int]]:
    """(lead, contract) of those that end before a window's days, under no lead of it, last first.

    More than are named, since an extension may miss the window's days.
    """
    leads = set(window.lead_names)
    return [(lead, contract) for lead, contract in window.near if lead not in leads][:limit]


def _months_to_fit(contract: ContractRow, window: Window, lead_months: int) -> int | None:
    """The fewest months of extension after which all share a day; None if too many, or none."""
    for months in range(1, MAX_EXTENSION_MONTHS + 1):
        if contract.ends_on + relativedelta(months=months) >= window.opens:
            first = first_day(contract.end) + relativedelta(months=months)
            return months if less_months(first, lead_months) <= window.closes else None
    return None
