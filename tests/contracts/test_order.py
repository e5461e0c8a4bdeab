"""The order of contracts: by each column both ways, unknown last; by their end unless asked."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from tests import factories
from tests.pages import column, row_links

pytestmark = pytest.mark.django_db

CSV = "/contracts/contracts.csv"


def first_and_last() -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields of two contracts, the first before the second by each column."""
    first = {
        "title": "Alpha",
        "lead": factories.borough("Barnet"),
        "supplier": factories.supplier("Acme"),
        "starts_on": "2020-12-31",
        "ends_on": "2027-03-31",
        "notice_months": 6,
        "annual_value": Decimal(9),
        "total_value": Decimal(99),
        "as_of": "2025-12",
    }
    last = {
        "title": "Beta",
        "lead": factories.borough("Camden"),
        "supplier": factories.supplier("Bolt"),
        "starts_on": "2021",
        "ends_on": "2027-04-30",
        "notice_months": 3,
        "annual_value": Decimal(10),
        "total_value": Decimal(100),
        "as_of": "2026",
    }
    return first, last


COLUMNS = ["title", "lead_borough", "supplier", "starts_on", "ends_on", "act_by"]
COLUMNS += ["annual_value", "total_value", "as_of"]


@pytest.mark.parametrize("name", COLUMNS)
def test_contracts_sort_by_each_column_both_ways(client: Client, name: str) -> None:
    item, two = first_and_last()
    last, first = factories.contract(**two), factories.contract(**item)
    up = [first.key, last.key]
    assert column(client, CSV, "contract_id", {"sort": name}) == up
    assert column(client, CSV, "contract_id", {"sort": f"-{name}"}) == up[::-1]
    assert row_links(client, "/contracts/", {"sort": name}) == [f"/contracts/{key}/" for key in up]


@pytest.mark.parametrize("name", sorted(set(COLUMNS) - {"title", "lead_borough", "as_of"}))
def test_what_is_not_known_comes_last_both_ways(client: Client, name: str) -> None:
    unknown = factories.contract(supplier=None, rolling=True)
    known = factories.contract(**first_and_last()[0])
    expected = [known.key, unknown.key]
    for sort in (name, f"-{name}"):
        assert column(client, CSV, "contract_id", {"sort": sort}) == expected


@pytest.mark.parametrize("sort", ["act_by", "-act_by", "annual_value", "-ends_on"])
def test_ties_keep_the_order_of_their_numbers(client: Client, sort: str) -> None:
    contracts = [factories.contract(ends_on="2027-03-31", notice_months=1) for _ in range(5)]
    expected = [contract.key for contract in contracts]
    assert column(client, CSV, "contract_id", {"sort": sort}) == expected


def test_unless_asked_the_next_end_is_first_and_what_has_ended_last(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))
    for ends_on in ("2026-11-29", "2028", "", "2026-11-30", "2026-11", "2026-12-01", "2026-10"):
        factories.contract(ends_on=ends_on)
    expected = ["2026-11", "2026-11-30", "2026-12-01", "2028", "", "2026-10", "2026-11-29"]
    assert column(client, CSV, "ends_on") == expected
