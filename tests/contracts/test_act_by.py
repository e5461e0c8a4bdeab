"""By when to act: golden values, and the same by days counted one by one and by the database."""

import calendar
import datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contracts.models import Contract, ContractTerm
from contracts.models.term import ActByBasis, CanAct, act_by_basis, act_by_range
from tests import factories

TURNS = ["2028-02-29", "2027-02-28", "2027-03-31", "2027-05-31", "2026-12-31", "2027-01-01"]
days = st.sampled_from(TURNS) | st.dates(
    datetime.date(2000, 1, 1), datetime.date(2060, 12, 31)
).map(str)
ends = days | days.map(lambda day: day[:7]) | days.map(lambda day: day[:4]) | st.just("")
notices = st.none() | st.integers(0, 60)


def months_before(day: datetime.date, months: int) -> datetime.date:
    """Month by month on the calendar, in no other way than a person would."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_by_count(ends_on: str, notice: int | None) -> list[datetime.date]:
    """Every day by which one may have to act: of each day and each notice that there may be."""
    notices = range(3, 13) if notice is None else [notice]
    first = datetime.date(int(ends_on[:4]), 1, 1)
    possible = [first + datetime.timedelta(number) for number in range(366)]
    days = [day for day in possible if day.isoformat().startswith(ends_on)]
    return sorted(months_before(day, months) for day in days for months in notices)


@pytest.mark.parametrize(
    ("ends_on", "notice", "earliest", "latest", "basis"),
    [
        ("2027-12-31", None, "2026-12-31", "2027-09-30", "assumed"),
        ("2027-12-31", 6, "2027-06-30", "2027-06-30", "stated"),
        ("2027-05-31", 3, "2027-02-28", "2027-02-28", "stated"),
        ("2028-02-29", 12, "2027-02-28", "2027-02-28", "stated"),
        ("2027-08-31", 0, "2027-08-31", "2027-08-31", "stated"),
        ("2027-08", 6, "2027-02-01", "2027-02-28", "month only"),
        ("2027", 6, "2026-07-01", "2027-06-30", "year only"),
        ("2027-08", None, "2026-08-01", "2027-05-31", "assumed"),
        ("2027", None, "2026-01-01", "2027-09-30", "assumed"),
    ],
)
def test_act_by_golden_values(
    ends_on: str, notice: int | None, earliest: str, latest: str, basis: str
) -> None:
    span = ContractTerm(ends_on=ends_on, notice_months=notice).act_by
    assert span is not None
    assert (str(span.earliest), str(span.latest), span.basis) == (earliest, latest, basis)
    assert span.is_stated == (basis == "stated")
    extended = ContractTerm(extension_until=ends_on, notice_months=notice)
    assert extended.act_by is None
    assert extended.act_by_if_extended == span


def test_one_can_act_to_the_earliest_day_and_may_to_the_latest() -> None:
    span = act_by_range("2027-12-31", None)
    assert span is not None
    answers = {
        "2026-12-30": CanAct.YES,
        "2026-12-31": CanAct.YES,
        "2027-01-01": CanAct.MAYBE,
        "2027-09-30": CanAct.MAYBE,
        "2027-10-01": CanAct.NO,
    }
    for day, answer in answers.items():
        assert span.can_act_on(datetime.date.fromisoformat(day)) is answer


@pytest.mark.django_db
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ends, notices)
@example("2028-02-29", None)
@example("2028-02", None)
@example("2028", 6)
@example("", None)
def test_the_range_is_that_of_days_counted_and_of_the_database(
    ends_on: str, notice: int | None
) -> None:
    Contract.objects.all().delete()
    contract = factories.contract(lead=factories.borough(), ends_on=ends_on, notice_months=notice)
    span = contract.term.act_by
    contract = Contract.objects.annotate(basis=act_by_basis()).get()
    if span is None:
        assert not ends_on
        assert contract.act_by_earliest is contract.act_by_latest is contract.basis is None
        return
    counted = days_by_count(ends_on, notice)
    assert (span.earliest, span.latest) == (counted[0], counted[-1])
    assert (contract.act_by_earliest, contract.act_by_latest) == (span.earliest, span.latest)
    assert contract.basis == span.basis
    assert contract.act_by == (span.earliest if span.basis is ActByBasis.STATED else None)
