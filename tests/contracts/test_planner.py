"""The planner: by hand, and against an enumeration of every day that shares no code with it."""

import calendar
import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boroughs.models import Borough
from contracts.joint_procurement.contract_rows import ContractRow
from contracts.joint_procurement.plan import cheapest_target, months_between, plan_for_target
from contracts.models import Contract
from contracts.models.term import ActByBasis, ActByRange, CanAct

NOW = datetime.date(2026, 11, 30)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def contract(
    ends_on: datetime.date | str, until: str = "", value: Decimal | int | None = None
) -> ContractRow:
    pounds = None if value is None else Decimal(value)
    record = Contract(
        lead=Borough(pk=1), ends_on=str(ends_on), extension_until=until, annual_value=pounds
    )
    end = day(str(ends_on))
    return ContractRow(record, record.ends_on, ActByRange(end, end, ActByBasis.STATED), CanAct.YES)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2027-01-31", "2027-02-28", 1),
        ("2027-01-31", "2027-03-01", 2),
        ("2027-02-28", "2027-03-31", 2),
        ("2027-03-31", "2027-03-31", 0),
        ("2027-03-31", "2027-01-01", 0),
        ("2027-03-30", "2027-03-31", 1),
        ("2028-02-29", "2029-02-28", 12),
    ],
)
def test_months_are_the_fewest_that_reach_the_day(first: str, last: str, months: int) -> None:
    assert months_between(day(first), day(last)) == months


def test_who_ends_early_extends_and_who_ends_late_pays_twice() -> None:
    early, late = contract("2027-03-31"), contract("2027-09-30", value=12_000)
    first, second = plan_for_target([early, late], day("2027-06-30")).steps
    assert (first.extend_months, first.twice_months, first.paid_twice) == (3, 0, 0)
    assert (second.extend_months, second.twice_months, second.paid_twice) == (0, 3, 3000)


@pytest.mark.parametrize(
    ("until", "target", "allowed"),
    [
        ("", "2027-03-31", True),
        ("", "2027-04-01", None),
        ("2027-12-31", "2027-12-31", True),
        ("2027-12-31", "2028-01-01", False),
    ],
)
def test_whether_an_extension_is_allowed(until: str, target: str, allowed: bool | None) -> None:
    (step,) = plan_for_target([contract("2027-03-31", until)], day(target)).steps
    assert step.allowed is allowed


def test_a_latest_end_known_as_a_year_allows_its_first_day_for_sure() -> None:
    extensible = contract("2027-03-31", "2028")
    allowed = [plan_for_target([extensible], day(text)).steps[0].allowed for text in
               ("2028-01-01", "2028-06-30", "2029-01-01")]  # fmt: skip
    assert allowed == [True, None, False]


def test_the_last_end_is_cheapest_where_all_may_extend_to_it() -> None:
    plan = cheapest_target([contract("2027-03-31"), contract("2028-09-30", value=9)], NOW)
    assert plan
    assert (plan.target, plan.paid_twice, plan.extend_months) == (day("2028-09-30"), 0, 18)
    assert [step.allowed for step in plan.steps] == [None, True]


def test_a_refused_extension_bounds_the_date() -> None:
    plan = cheapest_target(
        [contract("2027-03-31", "2027-12-31"), contract("2028-03-31", value=12_000)], NOW
    )
    assert plan
    assert plan.paid_twice == 3000
    assert plan.target == day("2027-12-31")


def test_no_date_is_feasible_before_there_is_time_to_buy() -> None:
    assert cheapest_target([contract("2027-03-31", "2027-03-31")], day("2027-11-30")) is None


def by_hand(row: ContractRow, target: datetime.date) -> tuple[bool, int, int]:
    """(refused, months of extension, months paid twice), by stepping month after month."""
    until = row.record.extension_until
    refused = target > row.ends_on and bool(until) and target > day(until)
    return refused, _steps(row.ends_on, target), _steps(target, row.ends_on)


def _steps(first: datetime.date, last: datetime.date) -> int:
    year, month, count, at = first.year, first.month, 0, first
    while at < last:
        count, month = count + 1, month + 1
        year, month = year + (month == 13), 1 if month == 13 else month
        at = datetime.date(year, month, min(first.day, calendar.monthrange(year, month)[1]))
    return count


def every_day(
    contracts: list[ContractRow], earliest: datetime.date
) -> tuple[Decimal, int, int, datetime.date] | None:
    last = max(earliest, *(row.ends_on for row in contracts)) + datetime.timedelta(days=45)
    best = None
    target = earliest
    while target <= last:
        steps = [(row.annual_value, *by_hand(row, target)) for row in contracts]
        if not any(refused for _, refused, _, _ in steps):
            costs = (round(value * twice / 12, 2) for value, _, _, twice in steps if value)
            free = sum(twice for value, _, _, twice in steps if value is None)
            months = sum(extend for _, _, extend, _ in steps)
            burden = (sum(costs, Decimal(0)), free, months, target)
            best = burden if best is None else min(best, burden)
        target += datetime.timedelta(days=1)
    return best


days = st.dates(day("2026-11-01"), day("2028-06-30"))


@st.composite
def contract_rows(draw: st.DrawFn) -> ContractRow:
    ends_on = draw(days | st.sampled_from([day("2027-03-31"), day("2028-02-29")]))
    extra = draw(st.none() | st.integers(0, 400))
    until = "" if extra is None else str(ends_on + datetime.timedelta(days=extra))
    value = draw(st.none() | st.sampled_from([Decimal(12), Decimal(1200), Decimal(99_999)]))
    return contract(ends_on, until, value)


@settings(max_examples=60, deadline=None)
@given(st.lists(contract_rows(), min_size=1, max_size=4), days)
def test_no_day_of_all_is_cheaper(contracts: list[ContractRow], earliest: datetime.date) -> None:
    plan = cheapest_target(contracts, earliest)
    assert (plan.burden if plan else None) == every_day(contracts, earliest)
