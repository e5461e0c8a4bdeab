"""A supplier's share by function: by hand, and against SQL that shares no code."""

import datetime
import random
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from citytools.facts import dates
from citytools.worlds import World, use_world
from contracts.models import Contract
from systems.models import Function, Product, Supplier
from systems.suppliers import market, page
from systems.suppliers.market import Share
from systems.suppliers.page import BASES
from tests import factories
from tests.estate import small_london
from tests.pages import words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.fixture
def rents() -> Function:
    return factories.function("Rents")


def run(function: Function, maker: Supplier | None, times: int, **fields: Any) -> None:
    created = factories.product(manufacturer=maker)
    for _ in range(times):
        factories.system(function=function, product=created, **fields)


def bought(function: Function, supplier: Supplier | None, **fields: Any) -> Contract:
    return factories.contract(functions=[function], supplier=supplier, **fields)


def shares(supplier: Supplier, by: str, *, group: str = "", real: bool = False) -> list[Share]:
    with use_world(World.EVIDENCE if real else World.BOTH):
        counted = market.supplier_group(supplier, group)
        estate = page.read_estate(counted.keys)
        entries = market.market_entries(by, estate, TODAY)
        return market.function_shares(entries, counted, estate)


def test_the_golden_values_stand_on_the_page(client: Client, rents: Function) -> None:
    for name, systems in (("Five", 5), ("Three", 3), ("Two", 2)):
        run(rents, factories.supplier(name), systems)
    run(rents, None, 4)
    text = words(client.get("/systems/suppliers/five/"))
    assert "50.0 %: 5 of 10 systems in use whose maker is known" in text
    assert "left out as not known: 4 3 0.38 0.07 2.63" in text
    assert "Five’s largest share of systems: 50 % for Rents (5 of 10)" in text
    assert "each row are of the same systems in use whose maker is known" in text


def test_a_lone_supplier_is_fully_concentrated(client: Client, rents: Function) -> None:
    run(rents, factories.supplier("Alone"), 1)
    assert "1 of 1 system in use whose maker is known 1 1.00 1.00 1.00" in words(
        client.get("/systems/suppliers/alone/")
    )


def test_only_systems_in_use_in_the_33_are_shared_out(rents: Function) -> None:
    maker, region = factories.supplier(), factories.borough(kind="regional", inner_or_outer="")
    run(rents, maker, 1)
    run(rents, factories.supplier(), 2, status="retired")
    run(rents, factories.supplier(), 1, status="planned")
    run(rents, factories.supplier(), 1, borough=region)
    (share,) = shares(maker, "systems")
    assert (share.own, share.whole, share.share) == (1, 1, 1)


def test_a_group_counts_as_one_supplier_or_each_by_itself(client: Client, rents: Function) -> None:
    owner, owned = factories.supplier("Owner"), factories.supplier("Owned")
    factories.ownership(owned, owner)
    run(rents, owner, 2)
    run(rents, owned, 4)
    run(rents, factories.supplier(), 2)
    assert "75.0 %: 6 of 8 systems in use whose maker is known 2 0.63 0.25 1.60" in words(
        client.get("/systems/suppliers/owner/")
    )
    text = words(client.get("/systems/suppliers/owner/?group=no"))
    assert "25.0 %: 2 of 8 systems in use whose maker is known 3 0.38" in text
    assert "Every company counts by itself, whoever owns it." in text
    text = words(client.get("/systems/suppliers/owned/?group=yes"))
    assert "50.0 %: 4 of 8 systems in use whose maker is known 2 0.63" in text
    assert "of Owned itself only what it and its companies hold is shown" in text
    assert "while N and H count it with Owner" in text


def test_contracts_are_shared_out_among_who_is_paid(client: Client, rents: Function) -> None:
    maker = factories.supplier("Maker")
    run(rents, maker, 1)
    bought(rents, maker)
    bought(rents, factories.supplier())
    bought(rents, None)
    bought(rents, maker, ends_on="2026-11-29")
    bought(rents, maker, starts_on="2027")
    bought(rents, maker, lead=factories.borough(kind="regional", inner_or_outer=""))
    text = words(client.get("/systems/suppliers/maker/?by=contracts"))
    assert "1 of 2 running contracts whose supplier is knownleft out as not known: 1" in text


def test_value_is_counted_whole_in_each_function_and_once_however_shared(
    client: Client, rents: Function
) -> None:
    maker, repairs = factories.supplier("Maker"), factories.function("Repairs")
    partners = [factories.borough() for _ in range(3)]
    fields: dict[str, Any] = {"supplier": maker, "annual_value": 1500, "partners": partners}
    factories.contract(functions=[rents, repairs], **fields)
    bought(rents, factories.supplier(), annual_value=500)
    text = words(client.get("/systems/suppliers/maker/?by=value"))
    words_ = "a year, in {} whose supplier and yearly value are known"
    assert f"£1,500 of £2,000 {words_.format('2 running contracts')}" in text
    assert f"£1,500 of £1,500 {words_.format('1 running contract')}" in text


def test_a_value_that_is_not_known_is_no_share_of_zero(client: Client, rents: Function) -> None:
    maker = factories.supplier("Maker")
    bought(rents, maker)
    bought(rents, factories.supplier(), annual_value=500)
    text = words(client.get("/systems/suppliers/maker/?by=value"))
    assert "not known: of its own 1 the yearly value is not known" in text
    assert "left out as not known: 1, 1 of them its own" in text
    assert "0.0 %" not in text
    assert "No share of yearly value is known for Maker" in text


def test_a_function_without_any_contract_is_not_known(client: Client, rents: Function) -> None:
    run(rents, factories.supplier("Maker"), 1)
    text = words(client.get("/systems/suppliers/maker/?by=contracts"))
    assert "not known: no running contract with a known supplier" in text
    text = words(client.get("/systems/suppliers/maker/?by=value"))
    assert "not known: no running contract with a known supplier and yearly value" in text


def test_none_of_what_is_known_reads_none(client: Client, rents: Function) -> None:
    run(rents, factories.supplier("Maker"), 1)
    bought(rents, factories.supplier())
    text = words(client.get("/systems/suppliers/maker/?by=contracts"))
    assert "Maker is known to hold none of the running contracts whose supplier is known" in text
    assert "0 of 1 running contract whose supplier is known" in text
    assert "0.0 %" not in text


def test_of_fewer_than_six_no_share_is_in_per_cent_and_none_is_drawn(
    client: Client, rents: Function
) -> None:
    maker, repairs = factories.supplier("Maker"), factories.function("Repairs")
    run(rents, maker, 3)
    run(rents, factories.supplier(), 2)
    text = words(client.get("/systems/suppliers/maker/"))
    assert "3 of 5 systems in use whose maker is known" in text
    assert "60.0 %" not in text
    assert "What Maker holds of systems is of too few to draw shares" in text
    assert "1 of fewer than 6 records: not drawn." in text
    run(repairs, maker, 6)
    text = words(client.get("/systems/suppliers/maker/"))
    assert "Maker’s largest share of systems: 100 % for Repairs (6 of 6)" in text
    assert "60.0 %" not in text


def test_each_switch_keeps_the_others(client: Client, rents: Function) -> None:
    owner = factories.supplier("Owner")
    factories.ownership(factories.supplier("Owned"), owner)
    run(rents, owner, 1)
    response = client.get("/systems/suppliers/owner/?by=value&group=no")
    form = response.context["asked"]
    assert form.whole == "group=yes&by=value"
    assert form.same == "group=no"
    assert [query for _, query, _ in form.switches] == [
        f"group=no&by={by}" for by in ("systems", "contracts", "value")
    ]
    assert [now for _, _, now in form.switches] == [False, False, True]
    assert response.status_code == 200


OWNERS = """
WITH RECURSIVE latest AS (
    SELECT DISTINCT ON (supplier_id) supplier_id AS id, owner_id AS owner FROM systems_ownership
    ORDER BY supplier_id, nullif(since, '') || substr('-01-01', 1 + (length(since) - 4)) DESC
        NULLS LAST, id DESC
), walk (start, at, path) AS (
    SELECT id, id, ARRAY[id] FROM systems_supplier
    UNION ALL
    SELECT start, owner, path || owner FROM walk JOIN latest ON latest.id = at
    WHERE NOT owner = ANY(path)
), ends AS (
    SELECT DISTINCT ON (start) start, at, path FROM walk ORDER BY start, cardinality(path) DESC
), units AS (
    SELECT start AS id, CASE WHEN %(group)s THEN coalesce((
        SELECT min(one) FROM unnest(path[array_position(path, latest.owner):]) AS one
    ), at) ELSE start END AS unit, path FROM ends LEFT JOIN latest ON latest.id = ends.at
), members AS (
    SELECT start AS id FROM walk WHERE at = %(supplier)s AND (%(group)s OR start = at)
), used AS (
    SELECT s.function_id AS f, p.manufacturer_id AS held_by, 1::numeric AS a
    FROM systems_system s JOIN systems_product p ON p.id = s.product_id
    JOIN boroughs_borough b ON b.id = s.borough_id AND b.kind <> 'regional'
    WHERE s.status NOT IN ('retired', 'planned')
        AND NOT (s.as_of > '' AND s.as_of < '2020' AND s.confirmed_on IS NULL)
        AND NOT s.national_or_shared
        AND NOT (%(real)s AND s.source_kind = 'illustrative')
), paid AS (
    SELECT cf.function_id AS f, c.supplier_id AS held_by,
        CASE WHEN %(by)s = 'value' THEN c.annual_value ELSE 1 END AS a
    FROM contracts_contract_functions cf JOIN contracts_contract c ON c.id = cf.contract_id
    WHERE (c.starts_first IS NULL OR c.starts_first <= %(today)s)
        AND (c.rolling OR c.ends_last >= %(today)s OR c.ends_on = '' AND c.starts_on <> '')
        AND NOT c.includes_services AND c.stage <> 'planned'
        AND NOT (%(real)s AND c.source_kind = 'illustrative')
        AND EXISTS (SELECT FROM boroughs_borough b WHERE b.kind <> 'regional' AND (b.id = c.lead_id
            OR b.id IN (SELECT borough_id FROM contracts_contractpartner WHERE contract_id = c.id)))
), entries AS (
    SELECT * FROM used WHERE %(by)s = 'systems'
    UNION ALL SELECT * FROM paid WHERE %(by)s <> 'systems'
), held AS (
    SELECT f, unit, sum(a) AS a FROM entries JOIN units ON units.id = held_by GROUP BY f, unit
), markets AS (
    SELECT f, count(*) FILTER (WHERE a > 0) AS n, sum(a) AS whole,
        sum(a * a) / nullif(sum(a) * sum(a), 0) AS h FROM held GROUP BY f
), wanted AS (
    SELECT f FROM used WHERE held_by IN (SELECT id FROM members)
    UNION SELECT f FROM entries WHERE held_by IN (SELECT id FROM members)
)
SELECT w.f, coalesce((SELECT sum(a) FROM entries e
    WHERE e.f = w.f AND held_by IN (SELECT id FROM members)), 0), coalesce(whole, 0), n, h
FROM wanted w LEFT JOIN markets m ON m.f = w.f
"""


def by_sql(**parameters: Any) -> dict[int, tuple[Decimal, Decimal, int | None, float | None]]:
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, parameters | {"today": TODAY})
        return {row[0]: row[1:] for row in cursor.fetchall()}


def market_of_many() -> list[Supplier]:
    """Eight makers that own one another, a circle among them, paid by most of the contracts."""
    small_london(rows=100)
    dice = random.Random(5)
    makers = [factories.supplier() for _ in range(8)]
    for item, other in ((0, 1), (1, 2), (3, 4), (4, 3), (5, 3), (6, 2)):
        factories.ownership(makers[item], makers[other])
    factories.ownership(makers[6], makers[7], since="2020-05")
    products, contracts = list(Product.objects.order_by("pk")), list(Contract.objects.all())
    for created in products:
        created.manufacturer = dice.choice([*makers, None])
    for contract in contracts:
        contract.supplier = dice.choice([*makers, None])
    Product.objects.bulk_update(products, ["manufacturer"])
    Contract.objects.bulk_update(contracts, ["supplier"])
    return makers


def test_sql_agrees() -> None:
    makers, compared = market_of_many(), 0
    choices = [("yes", False), ("no", True), ("no", False)]
    for supplier, by, (group, real) in product(makers, BASES, choices):
        rows = shares(supplier, by[0], group=group, real=real)
        result = by_sql(supplier=supplier.pk, by=by[0], group=group == "yes", real=real)
        assert {row.function.pk for row in rows} == set(result)
        compared += sum(agree(row, *result[row.function.pk]) for row in rows)
    assert compared > 100


def agree(row: Share, own: Decimal, whole: Decimal, count: int | None, index: float | None) -> bool:
    assert (row.own, row.whole) == (own, whole)
    if row.concentration is None:
        assert not whole
        return False
    assert row.concentration.suppliers == count
    assert row.concentration.index == pytest.approx(float(index or 0))
    return True
