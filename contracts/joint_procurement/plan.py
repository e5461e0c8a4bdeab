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

from boroughs.models import Borough
from citytools.facts.dates import first_day, last_day
from contracts.joint_procurement.contract_rows import ContractRow
from contracts.joint_procurement.windows import Candidate, GroupWindow, SharedSpan, contract_span
from contracts.models.dates import less_months

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class PlannedContract:
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
class ContractStep:
    """What a target means for one contract; `allowed` is None where it is not known.

    `paid_twice` is in pounds; None where the yearly value is not known.
    """

    holding: PlannedContract
    extend_months: int
    allowed: bool | None
    twice_months: int
    paid_twice: Decimal | None


@dataclass(frozen=True)
class TargetPlan:
    """A target date and what it means for each contract."""

    target: datetime.date
    steps: Sequence[ContractStep]

    @property
    def refused(self) -> list[ContractStep]:
        """Extensions that are known not to be allowed."""
        return [step for step in self.steps if step.allowed is False]

    @property
    def unsure(self) -> list[ContractStep]:
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


def plan_for_target(holdings: Sequence[PlannedContract], target: datetime.date) -> TargetPlan:
    """What a target date means for each contract."""
    return TargetPlan(target, [_step(holding, target) for holding in holdings])


def _step(holding: PlannedContract, target: datetime.date) -> ContractStep:
    twice = months_between(target, holding.ends_on)
    value = holding.annual_value
    cost = Decimal(0) if not twice else None if value is None else value * twice / 12
    return ContractStep(
        holding,
        months_between(holding.ends_on, target),
        _is_allowed(holding, target),
        twice,
        None if cost is None else cost.quantize(_CENT),
    )


def _is_allowed(holding: PlannedContract, target: datetime.date) -> bool | None:
    """Whether it may run to the target; None where that is not known."""
    if target <= holding.ends_on or (holding.sure and target <= holding.sure):
        return True
    return False if holding.perhaps and target > holding.perhaps else None


def cheapest_target(
    holdings: Sequence[PlannedContract], earliest: datetime.date
) -> TargetPlan | None:
    """The cheapest feasible target from `earliest` on; None where none is."""
    plans = (plan_for_target(holdings, day) for day in _turning_points(holdings, earliest))
    return min(
        (plan for plan in plans if not plan.refused), key=lambda plan: plan.burden, default=None
    )


def _turning_points(
    holdings: Sequence[PlannedContract], earliest: datetime.date
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


MAX_EXTENSION_MONTHS = 24
"""Months of extension beyond which a contract is no near miss."""


@dataclass(frozen=True)
class NearMiss:
    """A contract that would fit after so many months; `allowed` is None where not known."""

    contract: ContractRow
    lead: Borough
    months: int
    allowed: bool | None


def planned_contract(candidate: Candidate) -> PlannedContract | None:
    """What the planner must know of a contract; None where its end is no whole day."""
    if candidate.ends_on is None:
        return None
    until = candidate.held.extension_until
    sure, perhaps = (first_day(until), last_day(until)) if until else (None, None)
    value = candidate.held.annual_value
    return PlannedContract(candidate.held.pk, candidate.ends_on, sure, perhaps, value)


def near_misses(joint: GroupWindow, lead_months: int, most: int = 3) -> list[NearMiss]:
    """Contracts of others that end too early, the fewest months first; one for each lead."""
    inside = {candidate.held.lead_id for candidate in joint.members}
    found: dict[int, NearMiss] = {}
    for candidate in joint.others:
        miss = (
            None
            if candidate.held.lead_id in inside
            else _miss(candidate, joint.window, lead_months)
        )
        if miss is not None:
            before = found.get(miss.contract.lead_id)
            found[miss.contract.lead_id] = min(before or miss, miss, key=lambda it: it.months)
    ordered = sorted(found.values(), key=lambda near_miss: (near_miss.months, near_miss.lead.name))
    return ordered[:most]


def _miss(candidate: Candidate, window: SharedSpan, lead_months: int) -> NearMiss | None:
    contract = planned_contract(candidate)
    if contract is None or candidate.span is None or candidate.span.act_by >= window.opens_on:
        return None
    months = _months_to_fit(contract.ends_on, candidate.notice_months or 0, window, lead_months)
    if months is None:
        return None
    (step,) = plan_for_target([contract], contract.ends_on + relativedelta(months=months)).steps
    return NearMiss(candidate.held, candidate.lead, months, step.allowed)


def _months_to_fit(
    ends_on: datetime.date, notice: int, window: SharedSpan, lead_months: int
) -> int | None:
    """The fewest months of extension after which all share a day; None if too many, or none."""
    for months in range(1, MAX_EXTENSION_MONTHS + 1):
        by = less_months(ends_on + relativedelta(months=months), notice)
        span = contract_span(0, 0, by, lead_months)
        if span.act_by >= window.opens_on:
            return months if span.must_start <= window.closes_on else None
    return None


def planned_contracts(joint: GroupWindow) -> Sequence[PlannedContract]:
    """The window's contracts as the planner takes them; each has a whole day as its end."""
    return [
        contract
        for candidate in joint.members
        if (contract := planned_contract(candidate)) is not None
    ]
