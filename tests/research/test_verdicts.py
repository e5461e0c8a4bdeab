"""Verdicts that can fail: when a claim holds, does not, is consistent with too few, or unknown."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from citytools.facts.statistics import ANY_SHARE, NO_LIMITS, AttainableRange, share_of_largest
from research.metrics.base import Measurement, Scope
from research.metrics.definitions import METRICS, measure
from research.models import Finding
from research.publications.verdicts import Verdict, verdict_on
from tests import factories
from tests.pages import rows, words
from tests.research.sql.estate import any_london

TODAY = datetime.date(2026, 11, 30)
TOP_TEN = "top10_supplier_share_by_contracts"
MORE_THAN_HALF = {"metric": TOP_TEN, "comparison": "more_than", "threshold": Decimal(50)}
FULL_LIST = "/research/findings.csv"


@pytest.fixture
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def contracts(*numbers: int) -> None:
    """A supplier for each number, with so many contracts."""
    lead = factories.borough()
    for number in numbers:
        supplier = factories.supplier()
        for _ in range(number):
            factories.contract(lead=lead, supplier=supplier)


@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
def test_ten_suppliers_of_sixteen_hold_most_of_21_contracts_and_test_nothing(
    client: Client,
) -> None:
    contracts(*[2] * 5, *[1] * 11)
    finding = factories.finding(title="Ten hold more than half", **MORE_THAN_HALF)
    why = (
        "With 21 contracts at 16 suppliers the 10 largest hold at least 71.4 %, whatever is true; "
        "it takes 20 suppliers or more before this claim could fail."
    )
    few = "n = 21, and this number tests a claim from n = 30 on: of fewer, one record more or less"
    said = words(client.get(finding.get_absolute_url()))
    assert "What the rows say: consistent, too few to test" in said
    assert "What the rows say: holds" not in said
    assert why in said
    assert few in said
    assert "Consistent, too few to test" in words(client.get("/research/"))
    report = words(client.get("/research/report/"))
    assert "the rows are consistent with it, but too few to test it. " in report
    assert why in report
    (row,) = rows(client, FULL_LIST)
    assert (row["verdict"], row["testable_from_n"]) == ("consistent, too few to test", "30")
    assert (row["least_possible"], row["greatest_possible"]) == ("71.428571", "71.428571")
    assert why in row["verdict_reason"].replace("\u00a0", " ")
    metric = words(client.get(f"/research/metrics/{TOP_TEN}/"))
    assert "from n = 30 on" in metric
    assert "71.4 % and nothing else, with 21 contracts at 16 suppliers" in metric


@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ([*[5] * 4, *[1] * 26], "holds"),  # 46 contracts: 26 of 46 at ten, of at least 16
        ([*[2] * 10, *[1] * 30], "does not hold"),  # 20 of 50
        ([*[3] * 12], "consistent, too few to test"),  # 36 contracts, of twelve suppliers
        ([*[1] * 25], "not known"),  # ten of 25, against it, and too few to say so
    ],
)
def test_a_claim_holds_only_where_it_could_have_failed(
    client: Client, numbers: list[int], verdict: str
) -> None:
    contracts(*numbers)
    factories.finding(**MORE_THAN_HALF)
    (row,) = rows(client, FULL_LIST)
    assert row["verdict"] == verdict


@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
def test_so_many_suppliers_that_few_cannot_hold_most_refute_a_claim(client: Client) -> None:
    contracts(*[2] * 19, *[1] * 23)
    finding = factories.finding(**MORE_THAN_HALF)
    said = words(client.get(finding.get_absolute_url()))
    assert "What the rows say: does not hold" in said
    assert "With 61 contracts at 42 suppliers the 10 largest cannot hold more than 47.5 %" in said
    assert "A value that is not more than 50.0 %, from n = 30 on. By arithmetic it can be" in said


def verdict(
    metric: str, value: str | None, counted: int, attainable: AttainableRange, **test: Any
) -> Verdict:
    amount = None if value is None else Decimal(value)
    measured = Measurement(amount, counted, attainable=attainable)
    claim = Finding(comparison=test["is_"], threshold=Decimal(test["to"]))
    return verdict_on(claim, METRICS[metric], measured)


@pytest.mark.parametrize(
    ("metric", "value", "counted", "limits", "test", "expected"),
    [
        # A share of records: enough of them, or not
        ("contracts_with_known_end", "40", 30, ANY_SHARE, ("less_than", 50), "holds"),
        ("contracts_with_known_end", "60", 30, ANY_SHARE, ("less_than", 50), "does not hold"),
        ("contracts_with_known_end", "40", 29, ANY_SHARE, ("less_than", 50), "consistent"),
        ("contracts_with_known_end", "60", 29, ANY_SHARE, ("less_than", 50), "not known"),
        ("contracts_with_known_end", None, 0, NO_LIMITS, ("less_than", 50), "not known"),
        # What every value satisfies, or none
        ("contracts_with_known_end", "60", 90, ANY_SHARE, ("at_least", 0), "consistent"),
        ("contracts_with_known_end", "60", 90, ANY_SHARE, ("more_than", 100), "not known"),
        ("contracts_with_known_end", "60", 90, ANY_SHARE, ("equal", 120), "not known"),
        ("contracts_with_known_end", "60", 90, ANY_SHARE, ("equal", 60), "holds"),
        ("contracts_with_known_end", "60", 90, ANY_SHARE, ("equal", 61), "does not hold"),
        # Suppliers that are seen do exist
        (TOP_TEN, "45", 61, share_of_largest(10, 42, 61, ""), ("more_than", 50), "does not hold"),
        (TOP_TEN, "72", 40, share_of_largest(10, 16, 40, ""), ("more_than", 50), "consistent"),
        (TOP_TEN, "72", 40, share_of_largest(10, 20, 40, ""), ("more_than", 50), "holds"),
        # A count only grows: reached is reached, passed is passed
        ("social_care_suppliers", "1", 5, AttainableRange(Decimal(1), Decimal(5)),
         ("at_most", 3), "consistent"),
        ("social_care_suppliers", "1", 3, AttainableRange(Decimal(1), Decimal(3)),
         ("at_most", 3), "consistent"),
        ("social_care_suppliers", "3", 40, AttainableRange(Decimal(1), Decimal(40)),
         ("at_most", 3), "holds"),
        ("social_care_suppliers", "4", 5, AttainableRange(Decimal(1), Decimal(5)),
         ("at_most", 3), "does not hold"),
        ("social_care_suppliers", "4", 5, AttainableRange(Decimal(1), Decimal(5)),
         ("at_least", 4), "holds"),
        # The record itself needs no more than to be there
        ("systems_on_record", "7", 7, AttainableRange(Decimal(0)), ("at_most", 7), "holds"),
        ("boroughs_reporting_systems", "0", 33, AttainableRange(Decimal(0), Decimal(33)),
         ("equal", 0), "holds"),
    ],
)  # fmt: skip
def test_each_kind_of_number_says_what_it_can(
    metric: str, value: str | None, counted: int, limits: AttainableRange,
    test: tuple[str, int], expected: str,
) -> None:  # fmt: skip
    is_, to = test
    said = verdict(metric, value, counted, limits, is_=is_, to=to)
    assert str(said).startswith(expected)


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_says_from_how_many_records_it_tests_a_claim_and_why(key: str) -> None:
    testable = METRICS[key].testable
    assert 1 <= testable.n <= 33
    assert testable.reason


@pytest.mark.django_db
def test_every_measured_metric_lies_within_what_arithmetic_allows() -> None:
    any_london(2)
    for key, measured in measure(METRICS, Scope(TODAY)).items():
        limits = measured.attainable
        assert measured.value is not None, key
        assert limits.least is not None, key
        assert limits.least <= measured.value <= (limits.greatest or Decimal("Infinity")), key


@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
def test_the_method_states_the_rule_and_from_how_many_records_each_number_tests(
    client: Client,
) -> None:
    said = words(client.get("/about/method/"))
    assert "Whether a claim holds" in said
    assert "Shares need 30" in said
    for metric in METRICS.values():
        assert f"from n = {metric.testable.n}: {metric.testable.reason}" in said
