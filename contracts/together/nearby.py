"""Who would fit a window if its contract were extended by some months, and for how long."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from boroughs.models import Borough
from citytools.facts.dates import first_day, last_day
from contracts.joint_procurement.contract_rows import Held
from contracts.joint_procurement.plan import Holding, plan
from contracts.joint_procurement.windows import Candidate, Joint
from contracts.models.dates import less_months
from contracts.together.windows import Window, span_of

LONGEST = 24
"""Months of extension beyond which a contract is no near miss."""


@dataclass(frozen=True)
class NearMiss:
    """A contract that would fit after so many months; `allowed` is None where not known."""

    contract: Held
    lead: Borough
    months: int
    allowed: bool | None


def holding_of(candidate: Candidate) -> Holding | None:
    """What the planner must know of a contract; None where its end is no whole day."""
    if candidate.ends_on is None:
        return None
    until = candidate.held.extension_until
    sure, perhaps = (first_day(until), last_day(until)) if until else (None, None)
    value = candidate.held.annual_value
    return Holding(candidate.held.pk, candidate.ends_on, sure, perhaps, value)


def misses(joint: Joint, lead_months: int, most: int = 3) -> list[NearMiss]:
    """Contracts of others that end too early, the fewest months first; one for each lead."""
    inside = {one.held.lead_id for one in joint.members}
    found: dict[int, NearMiss] = {}
    for one in joint.others:
        miss = None if one.held.lead_id in inside else _miss(one, joint.window, lead_months)
        if miss is not None:
            before = found.get(miss.contract.lead_id)
            found[miss.contract.lead_id] = min(before or miss, miss, key=lambda it: it.months)
    ordered = sorted(found.values(), key=lambda one: (one.months, one.lead.name))
    return ordered[:most]


def _miss(one: Candidate, window: Window, lead_months: int) -> NearMiss | None:
    held = holding_of(one)
    if held is None or one.span is None or one.span.act_by >= window.opens_on:
        return None
    months = _months_to_fit(held.ends_on, one.notice_months or 0, window, lead_months)
    if months is None:
        return None
    (step,) = plan([held], held.ends_on + relativedelta(months=months)).steps
    return NearMiss(one.held, one.lead, months, step.allowed)


def _months_to_fit(
    ends_on: datetime.date, notice: int, window: Window, lead_months: int
) -> int | None:
    """The fewest months of extension after which all share a day; None if too many, or none."""
    for months in range(1, LONGEST + 1):
        by = less_months(ends_on + relativedelta(months=months), notice)
        span = span_of(0, 0, by, lead_months)
        if span.act_by >= window.opens_on:
            return months if span.must_start <= window.closes_on else None
    return None


def holdings_of(joint: Joint) -> Sequence[Holding]:
    """The window's contracts as the planner takes them; each has a whole day as its end."""
    return [held for one in joint.members if (held := holding_of(one)) is not None]
