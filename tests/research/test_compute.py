"""What metrics make of gaps, ties and edges, by small examples."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from boroughs.models import Borough
from research.metrics.base import Scope
from research.metrics.compute import months_between, spearman_rho
from research.metrics.definitions import measure as measurements
from systems.models import Supplier, System
from tests import factories

TODAY = datetime.date(2026, 11, 25)


def measure(key: str) -> Any:
    return measurements([key], Scope(TODAY))[key]


def system(borough: Borough, maker: Supplier | None, satisfaction: int | None = None) -> System:
    product = factories.product(manufacturer=maker)
    return factories.system(borough=borough, product=product, satisfaction=satisfaction)


def test_rho_is_known_from_three_cases_on_that_are_not_all_the_same() -> None:
    assert spearman_rho([1, 2], [2, 1]) is None
    assert spearman_rho([1, 2, 3], [4, 4, 4]) is None
    assert spearman_rho([2, 2, 2], [1, 4, 5]) is None
    assert spearman_rho([1, 2, 3], [3, 2, 1]) == -1
    assert spearman_rho([1, 2, 2, 9], [1, 2, 2, 3]) == 1
    assert spearman_rho([1, 2, 3, 4], [1, 3, 2, 4]) == Decimal("0.8")


@pytest.mark.django_db
def test_more_makers_and_lower_satisfaction_give_a_negative_rho() -> None:
    for makers, satisfaction in ((1, 5), (2, 4), (3, 1)):
        borough, suppliers = factories.borough(), [factories.supplier() for _ in range(makers)]
        for number in range(3):
            system(borough, suppliers[number % makers], satisfaction)
    measured = measure("suppliers_satisfaction_rho_by_borough")
    assert (measured.value, measured.counted, measured.left_out) == (-1, 3, 0)
    assert sorted(row[1:] for row in measured.picture.rows) == [(1, 5), (2, 4), (3, 1)]


@pytest.mark.django_db
def test_a_borough_with_under_three_scores_or_no_known_maker_is_no_case() -> None:
    two_scores, no_maker = factories.borough(), factories.borough()
    for score in (5, 4, None):
        system(two_scores, factories.supplier(), score)
    for _ in range(3):
        system(no_maker, None, 5)
    measured = measure("suppliers_satisfaction_rho_by_borough")
    assert (measured.value, measured.counted, measured.left_out) == (None, 0, 2)
    system(two_scores, factories.supplier(), 4)
    assert measure("suppliers_satisfaction_rho_by_borough").counted == 1


@pytest.mark.django_db
def test_retired_systems_and_regional_bodies_count_for_nothing() -> None:
    region = factories.borough(kind=Borough.Kind.REGIONAL)
    system(region, factories.supplier())
    factories.system(status="retired")
    factories.contract(lead=region)
    measured = measure("top10_supplier_share_by_systems")
    assert (measured.value, measured.counted) == (None, 0)
    assert measure("contracts_on_record").value == 0
    assert measure("systems_on_record").value == 1


@pytest.mark.django_db
def test_a_shared_contract_counts_once_and_for_each_borough() -> None:
    partners = [factories.borough(), factories.borough(kind=Borough.Kind.REGIONAL)]
    factories.contract(partners=partners, total_value=100)
    measured = measure("top10_supplier_share_by_value")
    assert (measured.value, measured.whole, measured.boroughs) == (100, 100, 2)


@pytest.mark.django_db
def test_no_social_care_system_on_record_is_not_known_and_not_none() -> None:
    assert measure("social_care_suppliers").value is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ends_on", "counts"),
    [("2026-11-24", False), ("2026-11-25", True), ("2027", True), ("2027-11-25", True),
     ("2027-11-26", False), ("2026", True), ("2028", False)],
)  # fmt: skip
def test_what_may_end_within_twelve_months_counts(ends_on: str, counts: bool) -> None:
    factories.contract(ends_on=ends_on)
    factories.contract(ends_on="2030")
    assert measure("contracts_ending_in_12_months").value == int(counts)


@pytest.mark.django_db
@pytest.mark.parametrize(("notice", "passed"), [(0, 0), (3, 100), (4, 100), (2, 0)])
def test_an_act_by_date_has_passed_from_the_day_after(notice: int, passed: int) -> None:
    factories.contract(ends_on="2027-02-24", notice_months=notice)
    assert measure("contracts_past_act_by").value == passed


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        ("2026-11-25", "2026-11-25", 0),
        ("2026-10-26", "2026-11-25", 0),
        ("2026-10-25", "2026-11-25", 1),
        ("2019-02-09", "2026-11-25", 93),
        ("2026-12-01", "2026-11-25", 0),
    ],
)
def test_an_age_is_in_whole_months(earlier: str, later: str, months: int) -> None:
    days = [datetime.date.fromisoformat(day) for day in (earlier, later)]
    assert months_between(*days) == months


@pytest.mark.django_db
def test_of_an_even_number_of_facts_the_older_of_the_middle_two_counts() -> None:
    for as_of in ("2020", "2026-01", "2026-10-25", "2026-11"):
        factories.system(as_of=as_of)
    assert measure("median_age_of_facts").value == 10
    assert measure("median_age_of_facts").picture.rows == [("2020", 1), ("2026", 3)]
