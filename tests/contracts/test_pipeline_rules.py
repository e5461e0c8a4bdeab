"""The rules of a pipeline notice: dates, estimates and the line of £2 million."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.pipeline.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    Period,
    ValueBasis,
    ValueGroup,
    estimate_value,
    next_due,
    term_in_years,
)

GOLDEN = [
    (2025, "2025-04-01", "2026-09-30", "2025-05-26"),
    (2026, "2026-04-01", "2027-09-30", "2026-05-26"),
    (2027, "2027-04-01", "2028-09-30", "2027-05-26"),
    (2028, "2028-04-01", "2029-09-30", "2028-05-26"),
]
DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2060, 12, 31))


@pytest.mark.parametrize(("year", "first", "last", "publish_by"), GOLDEN)
def test_a_notice_covers_18_months_and_is_due_in_56_days(
    year: int, first: str, last: str, publish_by: str
) -> None:
    period = Period(year)
    assert [str(period.first), str(period.last)] == [first, last]
    assert str(period.publish_by) == publish_by


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_every_day_of_a_period_counted_one_by_one_gives_the_same_dates(year: int) -> None:
    day, days = datetime.date(year, 4, 1), []
    months: set[tuple[int, int]] = set()
    while len(months) < 19:
        days.append(day)
        months.add((day.year, day.month))
        day += datetime.timedelta(days=1)
    assert Period(year).publish_by == days[55]
    assert Period(year).last == days[-2]


@pytest.mark.parametrize(
    ("today", "year"),
    [
        ("2026-05-26", 2026),
        ("2026-05-27", 2027),
        ("2026-11-24", 2027),
        ("2027-01-01", 2027),
        ("2027-04-01", 2027),
    ],
)
def test_the_next_notice_is_this_years_until_its_day_has_passed(today: str, year: int) -> None:
    assert next_due(datetime.date.fromisoformat(today)).year == year


@pytest.mark.parametrize(
    ("partial", "within", "may"),
    [
        ("", False, False),
        ("2027-03-31", False, False),
        ("2027-04-01", True, True),
        ("2028-09-30", True, True),
        ("2028-10-01", False, False),
        ("2027-03", False, False),
        ("2027-11", True, True),
        ("2027", False, True),
        ("2028", False, True),
        ("2029", False, False),
    ],
)
def test_a_partial_end_lies_within_only_if_all_its_days_do(
    partial: str, within: bool, may: bool
) -> None:
    period = Period(2027)
    assert (period.holds(partial), period.may_hold(partial)) == (within, may)


def test_a_financial_year_is_named_by_both_its_years() -> None:
    assert [Period(year).name for year in (2027, 2099)] == ["2027/28", "2099/00"]


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        ("2024-04-01", "2027-03-31", "3"),
        ("2024-02-29", "2025-02-27", "1"),
        ("2027-01-01", "2027-01-01", str(Decimal(1) / 365)),
        ("2027-04-01", "2028-09-30", str(1 + Decimal(183) / 365)),
    ],
)
def test_a_term_in_years(start: str, end: str, length: str) -> None:
    first, last = (datetime.date.fromisoformat(day) for day in (start, end))
    assert term_in_years(first, last) == Decimal(length)


@given(DAYS, st.integers(0, 4000))
def test_a_term_in_years_is_the_sum_of_its_days_each_a_part_of_its_year(
    start: datetime.date, more: int
) -> None:
    """Second computation: every day is one part of the contract year in which it lies."""
    end = start + datetime.timedelta(days=more)
    total, year, begins = Fraction(0), 0, start
    while begins <= end:
        year += 1
        after = _anniversary(start, year)
        total += (
            Fraction((min(after - datetime.timedelta(days=1), end) - begins).days + 1, 1)
            / (after - begins).days
        )
        begins = after
    assert float(term_in_years(start, end)) == pytest.approx(float(total), rel=1e-12)


def _anniversary(start: datetime.date, year: int) -> datetime.date:
    try:
        return start.replace(year=start.year + year)
    except ValueError:  # 29 February
        return start.replace(year=start.year + year, day=28)


FULL = ("2024-04-01", "2027-03-31")


@pytest.mark.parametrize(
    ("total", "annual", "term", "value", "basis"),
    [
        (Decimal(5), Decimal(9), FULL, Decimal(5), ValueBasis.TOTAL),
        (Decimal(0), Decimal(9), FULL, Decimal(0), ValueBasis.TOTAL),
        (None, Decimal("700000.10"), FULL, Decimal("2100000.30"), ValueBasis.TERM),
        (None, Decimal(9), ("2024-04", "2027-03-31"), None, ValueBasis.UNKNOWN),
        (None, Decimal(9), ("2024-04-01", "2027"), None, ValueBasis.UNKNOWN),
        (None, Decimal(9), ("", ""), None, ValueBasis.UNKNOWN),
        (None, None, FULL, None, ValueBasis.UNKNOWN),
    ],
)
def test_a_value_is_recorded_or_estimated_from_whole_days_or_not_known(
    total: Decimal | None,
    annual: Decimal | None,
    term: tuple[str, str],
    value: Decimal | None,
    basis: ValueBasis,
) -> None:
    estimate = estimate_value(total, annual, *term, "")
    assert (estimate.value, estimate.basis) == (value, basis)


@pytest.mark.parametrize(
    ("pounds", "vat", "group"),
    [
        ("2000000.01", "including", ValueGroup.OVER),
        ("2000000.01", "excluding", ValueGroup.OVER),
        ("2000000", "including", ValueGroup.BELOW),
        ("2000000", "excluding", ValueGroup.CHECK_VAT),
        ("1666666.67", "excluding", ValueGroup.CHECK_VAT),
        ("1666666.66", "excluding", ValueGroup.BELOW),
        ("1700000", "", ValueGroup.CHECK_VAT),
        ("0", "", ValueGroup.BELOW),
    ],
)
def test_over_the_line_is_said_on_the_values_own_basis_and_vat_is_left_to_check(
    pounds: str, vat: str, group: ValueGroup
) -> None:
    estimate = estimate_value(Decimal(pounds), None, "", "", vat)
    assert estimate.group == group
    assert estimate.value == Decimal(pounds)
