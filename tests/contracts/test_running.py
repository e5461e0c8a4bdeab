"""Which contracts run on a day, and which decision comes next."""

import datetime
from typing import Any

import pytest

from contracts.models import Contract
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "runs"),
    [
        ("", "", False),
        ("2020", "", True),
        ("", "2027", True),
        ("2026-11-30", "2026-11-30", True),
        ("2026-12-01", "", False),
        ("", "2026-11-29", False),
        ("2026", "2026", True),
        ("2026-11", "2026-11", True),
        ("2027", "", False),
        ("", "2025", False),
    ],
)
def test_a_contract_runs_from_its_first_day_to_its_last_where_one_is_known(
    starts_on: str, ends_on: str, runs: bool
) -> None:
    factories.contract(starts_on=starts_on, ends_on=ends_on)
    assert Contract.objects.running_on(TODAY).exists() is runs


def test_a_rolling_contract_runs_on() -> None:
    factories.contract(rolling=True, starts_on="2015")
    assert Contract.objects.running_on(TODAY).count() == 1


@pytest.mark.parametrize("term", [{"ends_on": "2030"}, {"starts_on": "2020"}, {"rolling": True}])
def test_what_is_planned_does_not_run(term: dict[str, Any]) -> None:
    contract = factories.contract(stage="planned", **term)
    assert not contract.runs_on(TODAY)
    assert not Contract.objects.running_on(TODAY).exists()
    assert not Contract.objects.running_on(TODAY, if_extended=True).exists()


def test_equal_decisions_keep_the_order_of_their_numbers() -> None:
    for ends_on in ("2028-01-31", "2027-01-31", "", "2026"):
        for _ in range(3):
            factories.contract(ends_on=ends_on, notice_months=1)
    contracts = list(Contract.objects.soonest_decision_first(TODAY))
    assert [contract.ends_on for contract in contracts[::3]] == [
        "2026",  # may have to be decided today
        "2027-01-31",
        "2028-01-31",
        "",
    ]
    for start in range(0, 12, 3):
        keys = [contract.pk for contract in contracts[start : start + 3]]
        assert keys == sorted(keys)
