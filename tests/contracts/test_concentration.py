"""Concentration: shares of the largest, with denominators, groups and ties."""

import html
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from boroughs.models import Borough
from citytools.facts.statistics import max_share, top_share
from contracts.concentration import bases
from systems.models import Owners, Ownership
from tests import factories
from tests.estate import small_london
from tests.pages import read, rows, text_of, words

PAGE, FILE = "/contracts/concentration/", "/contracts/concentration.csv"
db = pytest.mark.django_db


@pytest.mark.parametrize(
    ("amounts", "places", "share", "tied"),
    [
        ([5, 3, 2], 1, Decimal("0.5"), 0),
        ([2, 3, 5], 2, Decimal("0.8"), 0),
        ([1, 1, 1, 1], 2, Decimal("0.5"), 4),
        ([4, 2, 2, 1, 1], 2, Decimal("0.6"), 2),
        ([4, 2, 2], 3, Decimal(1), 0),
        ([4], 10, Decimal(1), 0),
        ([], 10, None, 0),
        ([0, 0], 1, None, 2),
    ],
)
def test_the_share_of_the_largest(
    amounts: list[int], places: int, share: Decimal | None, tied: int
) -> None:
    top = top_share(amounts, places)
    assert (top.share, top.tied) == (share, tied)


AMOUNTS = st.lists(st.integers(0, 50), max_size=30)


@given(AMOUNTS, st.integers(1, 20))
def test_no_other_choice_of_holders_holds_more(amounts: list[int], places: int) -> None:
    """Second computation: take the largest away one at a time."""
    left, held = list(amounts), 0
    for _ in range(min(places, len(left))):
        held += max(left)
        left.remove(max(left))
    top = top_share(amounts, places)
    assert (top.amount, top.total) == (held, sum(amounts))
    last = sorted(amounts, reverse=True)[places - 1 : places]
    assert bool(top.tied) == bool(last and last[0] in left)


@given(AMOUNTS.filter(any))
def test_fifteen_never_hold_more_than_half_again_what_ten_hold(amounts: list[int]) -> None:
    ten, fifteen = top_share(amounts, 10).share, top_share(amounts, 15).share
    assert ten is not None
    assert fifteen is not None
    assert fifteen <= max_share(ten, 10, 15) + Decimal("1e-20")


def test_the_remark_on_the_claims_is_computed() -> None:
    assert Decimal("0.75") == bases.MAX_FROM_HALF
    assert Decimal("0.6") == bases.MIN_FOR_NINETY
    assert "fifteen can hold at most 75\u00a0%" in bases.REMARK


@pytest.mark.parametrize(
    ("owned", "heads"),
    [
        ({}, {1: 1}),
        ({1: 2, 2: 3}, {1: 3, 2: 3, 3: 3}),
        ({1: 2, 2: 1}, {1: 1, 2: 1}),
        ({5: 3, 3: 4, 4: 3, 9: 5}, {9: 3, 5: 3, 3: 3, 4: 3}),
    ],
)
def test_a_group_is_called_by_its_last_owner_and_a_circle_by_its_first(
    owned: dict[int, int], heads: dict[int, int]
) -> None:
    owners = Owners([Ownership(supplier_id=pk, owner_id=owner) for pk, owner in owned.items()])
    assert {pk: owners.top(pk) for pk in heads} == heads


def basis(key: str, **options: Any) -> bases.MeasureBasis:
    return next(
        measure_basis
        for measure_basis in bases.concentration_bases(**options)
        if measure_basis.key == key
    )


@db
def test_a_shared_contract_with_many_systems_counts_once() -> None:
    maker = factories.supplier("Maker")
    boroughs = [factories.borough() for _ in range(3)]
    factories.contract(
        supplier=maker,
        lead=boroughs[0],
        partners=boroughs[1:],
        systems=[factories.system() for _ in range(3)],
        annual_value=100,
        total_value=300,
    )
    amounts = {
        measure_basis.key: dict(measure_basis.amounts).get(maker)
        for measure_basis in bases.concentration_bases()
    }
    assert amounts == {"contracts": 1, "yearly value": 100, "total value": 300, "systems": None}
    assert basis("contracts").boroughs == 3


@db
def test_contracts_of_regional_bodies_and_systems_not_in_use_do_not_count() -> None:
    region = factories.borough(kind=Borough.Kind.REGIONAL)
    factories.contract(lead=region)
    factories.contract(lead=region, partners=[factories.borough()])
    factories.system(borough=region)
    factories.system(status="retired")
    factories.system(status="live")
    assert (basis("contracts").counted, basis("systems").counted) == (1, 1)


@db
def test_the_four_shares_are_those_of_plain_sql() -> None:
    """Second computation: ranks and sums by the database alone."""
    small_london(seed=3, rows=80)
    crowd = [factories.supplier() for _ in range(18)]
    lead = factories.borough()
    for number, supplier in enumerate(crowd):
        for _ in range(number % 4 + 1):
            amount = {"annual_value": number * 7, "total_value": None if number % 3 else 50}
            factories.contract(supplier=supplier, lead=lead, **amount)
    with connection.cursor() as cursor:
        cursor.execute(SHARES)
        expected = {key: tuple(amounts) for key, *amounts in cursor.fetchall()}
    result = {
        measure_basis.key: (
            measure_basis.top_10.amount,
            measure_basis.top_15.amount,
            measure_basis.total,
        )
        for measure_basis in bases.concentration_bases()
    }
    assert result == expected
    assert len({total for *_, total in result.values()}) == 4


SHARES = """
WITH london AS (SELECT id FROM boroughs_borough WHERE kind <> 'regional'),
shared AS (SELECT contract_id FROM contracts_contractpartner JOIN london ON london.id = borough_id),
paid AS (
    SELECT supplier_id AS maker, annual_value, total_value FROM contracts_contract
    WHERE supplier_id IS NOT NULL AND NOT includes_services AND stage <> 'planned'
      AND (rolling OR starts_on <> '' OR ends_on <> '') AND (
        lead_id IN (SELECT id FROM london) OR id IN (SELECT contract_id FROM shared)
      )
),
made AS (
    SELECT manufacturer_id AS maker FROM systems_system s
    JOIN systems_product p ON p.id = s.product_id JOIN london ON london.id = s.borough_id
    WHERE manufacturer_id IS NOT NULL AND s.status NOT IN ('retired', 'planned')
      AND NOT (s.as_of > '' AND s.as_of < '2020' AND s.confirmed_on IS NULL)
      AND NOT s.national_or_shared
),
held AS (
    SELECT 'contracts' AS basis, maker, count(*)::numeric AS held FROM paid GROUP BY maker
    UNION ALL SELECT 'yearly value', maker, sum(annual_value) FROM paid
        WHERE annual_value IS NOT NULL GROUP BY maker
    UNION ALL SELECT 'total value', maker, sum(total_value) FROM paid
        WHERE total_value IS NOT NULL GROUP BY maker
    UNION ALL SELECT 'systems', maker, count(*) FROM made GROUP BY maker
)
SELECT basis, sum(held) FILTER (WHERE place <= 10), sum(held) FILTER (WHERE place <= 15), sum(held)
FROM (
    SELECT basis, held, row_number() OVER (PARTITION BY basis ORDER BY held DESC, maker) AS place
    FROM held
) ranked GROUP BY basis
"""


@db
def test_a_group_holds_what_its_members_hold(client: Client) -> None:
    old, new = factories.supplier("Old"), factories.supplier("New")
    factories.ownership(old, new)
    for supplier in (old, old, new):
        factories.contract(supplier=supplier)
    alone = [(row["supplier"], row["amount"]) for row in rows(client, FILE)]
    grouped = [(row["supplier"], row["amount"]) for row in rows(client, FILE, {"group": "yes"})]
    assert alone == [("Old", "2"), ("New", "1")]
    assert grouped == [("New", "3")]
    text = words(client.get(PAGE, {"group": "yes"}))
    assert "suppliers with their present owners" in text
    assert "Contracts: 1 of 1 groups" in text


@db
def test_a_circle_of_owners_is_one_group() -> None:
    supplier, two = factories.supplier("One"), factories.supplier("Two")
    factories.ownership(supplier, two)
    factories.ownership(two, supplier)
    factories.contract(supplier=supplier)
    factories.contract(supplier=two)
    assert basis("contracts", grouped=True).amounts == [(supplier, Decimal(2))]


@db
def test_a_denominator_says_how_many_where_and_what_is_left_out() -> None:
    lead = factories.borough()
    factories.contract(lead=lead, total_value=1500)
    factories.contract(lead=lead)
    factories.contract(supplier=None)
    assert basis("contracts").denominator == (
        "of 2 contracts with a known supplier, in 1 borough; 1 more left out, for no supplier is "
        "known"
    )
    assert basis("total value").denominator == (
        "of £1,500 over the whole term in 1 contract with a total value and a known supplier, in "
        "1 borough; 2 more left out, for no supplier or no such value is known; VAT bases mixed"
    )


@db
def test_a_tie_for_the_last_place_is_said(client: Client) -> None:
    for number in range(18):
        supplier = factories.supplier()
        for _ in range(1 if number > 7 else 2):
            factories.contract(supplier=supplier)
    measure_basis = basis("contracts")
    assert "10 tie for place 10: the share is the same" in measure_basis.caution
    assert "10 tie for place 15: the share is the same" in measure_basis.caution
    assert "10 tie for place 10" in words(client.get(PAGE))


@db
def test_few_suppliers_are_said_to_be_few_and_none_is_not_known(client: Client) -> None:
    assert words(client.get(PAGE)).count("not known") >= 8
    factories.contract()
    text = words(client.get(PAGE))
    assert "Only 1 in all." in text
    assert "The ten largest hold 1 of 1 by contracts" in text
    assert "Of fewer than 6 records, so not drawn: contracts, systems" not in text
    assert "Of fewer than 6 records, so not drawn: contracts." in text
    assert "100.0\u00a0% by" not in text_of(client.get(PAGE))


@db
def test_the_claims_stand_beside_with_their_sources(client: Client) -> None:
    finding = factories.finding(slug="two-shares-side-by-side")
    response = client.get(PAGE)
    links = read(response).links
    text = words(client.get(PAGE))
    assert "more than 50 %" in text
    assert "90 or 91 %" in text
    assert "The two claims cannot easily describe one distribution" in text
    assert "https://www.computerweekly.com/news/252488816" in links
    assert finding.get_absolute_url() in links


@db
def test_the_file_has_every_supplier_on_every_basis_and_ends_at_the_whole(client: Client) -> None:
    small_london()
    factories.contract(total_value=10)
    query = client.get(PAGE).context["asked"]
    found = rows(client, FILE)
    assert len(found) == query.total > 40
    assert f"Download all {len(found)} rows" in words(client.get(PAGE))
    for base in query.bases:
        own = [row for row in found if row["basis"] == base.key]
        assert [row["supplier"] for row in own] == [maker.name for maker, _ in base.amounts]
        assert Decimal(own[-1]["cumulative_share"]) == 100
        assert [row["rank"] for row in own] == _ranks([Decimal(row["amount"]) for row in own])


def _ranks(amounts: list[Decimal]) -> list[str]:
    """Second computation: one more than how many are larger."""
    return [str(1 + sum(other > value for other in amounts)) for value in amounts]


@db
def test_the_chart_says_what_the_table_says(client: Client) -> None:
    for _ in range(12):
        factories.contract()
    chart = client.get(PAGE).context["chart"]
    assert chart.title == "The ten largest hold 83.3\u00a0% by contracts"
    assert chart.rows[9][1] == "83.3 %"
    assert chart.figure["data"][0]["y"][9] == 83.3
    assert {trace["type"] for trace in chart.figure["data"]} == {"scatter"}


@db
@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"group": "maybe"}, "“maybe”: write yes or no"),
        ({"group": ["yes", "no"]}, "“group” is given 2 times"),
        ({"illustrative": "1"}, "“illustrative” is not understood here"),
        ({"borough": "camden"}, "“borough” is not understood here"),
        ({"columns": "price"}, "“price” is not a column"),
    ],
)
def test_what_is_not_understood_is_named(
    client: Client, query: dict[str, Any], reason: str
) -> None:
    for path in (PAGE, FILE):
        response = client.get(path, query)
        assert response.status_code == 400
        assert reason in html.unescape(text_of(response))


@db
def test_the_list_of_contracts_leads_here_and_to_its_neighbours(client: Client) -> None:
    links = read(client.get("/contracts/"), "body").links
    assert {PAGE, "/contracts/pipeline/", "/contracts/frameworks/"} <= set(links)
