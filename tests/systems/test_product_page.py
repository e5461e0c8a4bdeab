"""A product's page: who runs it, what it costs, what else there is, who moves to and from it."""

import datetime
import re
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from boroughs.models import Borough
from citytools.facts import dates
from citytools.lists.prepared_query import PreparedQuery
from systems import costs, moves
from systems.models import Function, Product, System
from systems.products import page
from tests import factories
from tests.estate import small_london
from tests.pages import read, row_links, words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)
ADDRESS = "/systems/products/mosaic/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.fixture
def mosaic() -> Product:
    return factories.product("Mosaic")


def paid(product: Product, value: Any, population: int = 100_000, **fields: Any) -> None:
    """A borough that runs a product on a contract of its own."""
    borough = factories.borough(population=population, population_year=2021)
    users = fields.pop("users", None)
    system = factories.system(borough=borough, product=product, users=users)
    factories.contract(lead=borough, systems=[system], annual_value=value, **fields)


def costs_of(product: Product) -> costs.Costs:
    return costs.product_costs(product.pk, TODAY)


def test_boroughs_stand_under_their_functions(client: Client, mosaic: Product) -> None:
    adults, children = factories.function("Adults"), factories.function("Children")
    systems = [
        factories.system(product=mosaic, borough=factories.borough(name), function=function)
        for name, function in (("Ealing", adults), ("Brent", children), ("Barnet", adults))
    ]
    text = words(client.get(ADDRESS))
    assert re.search(r"Adults \(2\) ?Barnet.*Ealing.*Children \(1\) ?Brent", text)
    links = row_links(client, ADDRESS)
    assert links == [systems[place].get_absolute_url() for place in (2, 0, 1)]


def test_hosting_is_counted_with_what_is_not_known(client: Client, mosaic: Product) -> None:
    for hosting in ("saas", "", "saas", "on_premises", ""):
        factories.system(product=mosaic, hosting=hosting)
    text = words(client.get(ADDRESS))
    assert "Software as a service: 2; On premises: 1; not known: 2 (of 5 systems)" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([None, None], "Satisfaction not known"),
        ([4, None], "too few for a mean: n = 1, of 2 systems in use"),
        ([4, 5], "too few for a mean: n = 2, of 2 systems in use"),
        ([4, 5, 1, None], "3.3 of 5 on average, from 3 answers for 4 systems in use"),
    ],
)
def test_satisfaction_is_shown_from_three_answers_with_their_number(
    client: Client, mosaic: Product, given: list[int | None], said: str
) -> None:
    for score in given:
        factories.system(product=mosaic, satisfaction=score)
    factories.system(product=mosaic, satisfaction=1, status="retired")
    assert said in words(client.get(ADDRESS)).replace("Satisfactionnot", "Satisfaction not")


def test_retired_and_planned_systems_are_said(client: Client, mosaic: Product) -> None:
    for status in ("retired", "planned", "live", ""):
        factories.system(product=mosaic, status=status)
    text = words(client.get(ADDRESS))
    first = "4 of 33 boroughs are known to run it, as 4 systems, 2 of them retired"
    assert f"{first}, only planned or last seen in 2019 or before." in text


def test_a_cost_is_shown_from_six_contracts_on(client: Client, mosaic: Product) -> None:
    for number in range(5):
        paid(mosaic, 1000 * (number + 1), users=10)
    text = words(client.get(ADDRESS))
    assert text.count("too few to show") == 2
    assert "ranks" not in text.split("How costs are compared")[0]
    paid(mosaic, 6000, users=10)
    text = words(client.get(ADDRESS))
    assert "£35.00 £10.00 to £60.00 (ranks 1 to 6 of 6)" in text
    assert "£350 £100 to £600 (ranks 1 to 6 of 6)" in text
    assert "Half of 6 contracts cost £35 a year or less for each 1,000 residents" in text


def test_a_shared_contract_counts_once_over_all_who_share_it(mosaic: Product) -> None:
    bodies = [factories.borough(population=count, population_year=2021) for count in (1000, 3000)]
    systems = [factories.system(product=mosaic, borough=body, users=5) for body in bodies]
    factories.contract(lead=bodies[0], partners=bodies[1:], systems=systems, annual_value=8000)
    (cost,) = costs_of(mosaic).rows
    assert cost.each_thousand == 2000
    assert cost.each_user == 800


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({}, True),
        ({"starts_on": "2026-11-30", "ends_on": "2026-11-30"}, True),
        ({"ends_on": "2026"}, True),
        ({"ends_on": "2026-11-29"}, False),
        ({"starts_on": "2026-12-01"}, False),
        ({"rolling": True}, True),
    ],
)
def test_only_contracts_that_run_today_count(
    mosaic: Product, fields: dict[str, Any], counted: bool
) -> None:
    paid(mosaic, 1000, **fields)
    assert bool(costs_of(mosaic).rows) == counted
    for contract in mosaic.systems.get().contracts.all():
        assert contract.runs_on(TODAY) == counted


def test_what_cannot_be_compared_is_counted_with_its_reason(
    client: Client, mosaic: Product
) -> None:
    paid(mosaic, 1000, vat="excluding")
    paid(mosaic, 1000)
    paid(mosaic, None)
    other = factories.system()
    factories.contract(systems=[factories.system(product=mosaic), other], annual_value=9)
    text = words(client.get(ADDRESS))
    assert "2 contracts that run today, 1 excluding VAT, 1 with the VAT basis not known;" in text
    assert "1 more pays for other products too and is left out." in text
    assert "1 more states no yearly value." in text


def test_residents_and_users_that_are_not_known_make_no_cost(mosaic: Product) -> None:
    borough = factories.borough()
    known, unknown = (
        factories.system(borough=borough, product=mosaic, users=users) for users in (5, None)
    )
    factories.contract(lead=borough, systems=[known, unknown], annual_value=10)
    paid(mosaic, 10, users=0)
    costs_ = costs_of(mosaic)
    assert len(costs_.rows) == 2
    assert costs_.users == []
    assert costs_.thousands == [Decimal("0.10")]


EACH_THOUSAND = """
SELECT round(c.annual_value * 1000 / sum(b.population), 2) FROM contracts_contract c
JOIN LATERAL (
    SELECT c.lead_id AS body UNION SELECT borough_id FROM contracts_contractpartner
    WHERE contract_id = c.id
) AS bodies ON true JOIN boroughs_borough b ON b.id = bodies.body
WHERE c.annual_value IS NOT NULL AND coalesce(c.starts_first, '-infinity') <= %(day)s
AND (c.rolling OR c.ends_last >= %(day)s OR c.ends_on = '' AND c.starts_on <> '')
AND NOT c.includes_services AND c.stage <> 'planned' AND %(product)s = ALL (
    SELECT s.product_id FROM contracts_contractsystem cs JOIN systems_system s
    ON s.id = cs.system_id WHERE cs.contract_id = c.id
) AND EXISTS (SELECT FROM contracts_contractsystem WHERE contract_id = c.id)
GROUP BY c.id HAVING count(*) = count(b.population) AND bool_or(b.slug <> 'city-of-london')
"""


def test_sql_that_shares_no_code_agrees_on_what_products_cost() -> None:
    call_command("load", verbosity=0)
    ranged = 0
    for product in Product.objects.filter(systems__contracts__isnull=False).distinct():
        with connection.cursor() as cursor:
            cursor.execute(EACH_THOUSAND, {"day": TODAY, "product": product.pk})
            by_sql = sorted(value for (value,) in cursor.fetchall())
        result = costs_of(product)
        assert sorted(result.thousands) == by_sql, product
        if result.each_thousand:
            ranged += 1
            assert result.each_thousand.median == median(by_sql)
    assert ranged > 3


def test_what_the_city_pays_is_left_out_of_the_range_and_stands_beside_it(
    client: Client, mosaic: Product
) -> None:
    for number in range(6):
        paid(mosaic, 1000 * (number + 1))
    before = costs_of(mosaic).each_thousand
    city = factories.borough("City of London", kind="city", population=8583, population_year=2021)
    system = factories.system(borough=city, product=mosaic)
    factories.contract(lead=city, systems=[system], annual_value=85_830)
    costs_ = costs_of(mosaic)
    assert (len(costs_.rows), costs_.each_thousand) == (7, before)
    text = words(client.get(ADDRESS))
    assert "The City of London pays £10,000 for each 1,000 of its 8,583 residents, so few" in text
    assert "£10,000.00, left out of the range" in text


def test_a_contract_that_the_city_shares_is_over_the_residents_of_all(mosaic: Product) -> None:
    city = factories.borough("City of London", kind="city", population=8_000, population_year=2021)
    partner = factories.borough(population=192_000, population_year=2021)
    system = factories.system(borough=city, product=mosaic)
    factories.contract(lead=city, partners=[partner], systems=[system], annual_value=2_000)
    assert costs_of(mosaic).thousands == [Decimal("10.00")]


def test_alternatives_are_what_others_run_for_the_same_functions(
    client: Client, mosaic: Product
) -> None:
    adults = factories.function("Adults")
    factories.system(product=mosaic, function=adults)
    rival, other = factories.product("Rival"), factories.product("Other")
    for name, score in (("Brent", 3), ("Ealing", 4), ("Barnet", 4)):
        factories.system(
            product=rival, function=adults, borough=factories.borough(name), satisfaction=score
        )
    factories.system(product=other)
    factories.system(product=other, function=adults, status="retired")
    text = words(client.get(ADDRESS)).split("What else London runs for the same")[-1]
    assert re.search(
        r"Adults Rival Supplier \d+ 3 of 33 Barnet, Brent, Ealing 3.7 of 5 \(n = 3\)", text
    )
    assert re.search(r"Ealing 3.7 of 5 \(n = 3\) How this is worked out", text)


def test_alternatives_of_a_product_nobody_runs_are_those_of_what_it_is_made_for(
    client: Client, mosaic: Product
) -> None:
    adults = factories.function("Adults")
    mosaic.functions.add(adults)
    factories.system(product=factories.product("Rival"), function=adults)
    text = words(client.get(ADDRESS))
    assert "No use in London is known yet." in text
    assert "Rival" in text


def test_alternatives_beyond_five_are_counted(mosaic: Product) -> None:
    adults = factories.function("Adults")
    for _ in range(7):
        factories.system(function=adults)
    ((function, alternatives, more),) = page.alternatives_to([adults], [mosaic])
    assert (function, len(alternatives), more) == (adults, 5, 2)


def test_counting_by_hand_agrees_on_alternatives() -> None:
    small_london(rows=200)
    product = Product.objects.earliest("pk")
    seen = list(System.objects.in_use().exclude(borough__kind=Borough.Kind.REGIONAL))
    result = page.alternatives_to(Function.objects.all(), [product], limit=99)
    assert result
    for function, rows, _ in result:
        for row in rows:
            boroughs = {
                system.borough.name
                for system in seen
                if (system.function, system.product) == (function, row.product)
            }
            assert row.boroughs == sorted(boroughs)
        assert product not in [row.product for row in rows]


def side_by_side(mosaic: Product, own: str, other: str) -> list[moves.Move]:
    borough, function = factories.borough("Camden"), factories.function("Adults")
    rival = factories.product("Rival")
    factories.system(borough=borough, function=function, product=mosaic, status=own)
    factories.system(borough=borough, function=function, product=rival, status=other)
    factories.system(borough=factories.borough(), function=function, product=rival, status=other)
    return moves.moves_involving(mosaic)


@pytest.mark.parametrize("leaving", ["retiring", "retired"])
@pytest.mark.parametrize("arriving", ["planned", "implementing", "live"])
def test_a_move_is_read_from_what_stands_side_by_side(
    mosaic: Product, leaving: str, arriving: str
) -> None:
    (move,) = side_by_side(mosaic, leaving, arriving)
    assert (move.borough.name, move.before.name, move.after.name) == ("Camden", "Mosaic", "Rival")


def test_the_other_way_round_it_is_a_move_to_the_product(client: Client, mosaic: Product) -> None:
    (move,) = side_by_side(mosaic, "implementing", "retiring")
    assert (move.before.name, move.after.name) == ("Rival", "Mosaic")
    assert "The one is being retired, the other being put in" in words(client.get(ADDRESS))


@pytest.mark.parametrize("pair", [("live", "live"), ("retired", "retiring"), ("", "live")])
def test_no_move_is_made_up(mosaic: Product, pair: tuple[str, str]) -> None:
    assert side_by_side(mosaic, *pair) == []


@pytest.mark.django_db(transaction=True)
def test_a_changed_record_is_said_as_what_it_is(client: Client, mosaic: Product) -> None:
    rival = factories.product("Rival")
    system = factories.system(product=rival)
    system.users = 3
    system.save()
    System.objects.filter(pk=system.pk).update(product=mosaic)
    (there,) = moves.moves_involving(mosaic)
    (back,) = moves.moves_involving(rival)
    assert (there.before, there.after) == (rival, mosaic) == (back.before, back.after)
    assert "a move, or a mistake put right" in words(client.get(ADDRESS))


@pytest.mark.parametrize(
    "query", [{"illustrative": "maybe"}, {"x": "1"}, {"illustrative": ["no", "yes"]}]
)
def test_what_is_not_understood_is_named(client: Client, mosaic: Product, query: Any) -> None:
    response = client.get(ADDRESS, query)
    assert response.status_code == 400
    text = words(response)
    assert "This address was not understood" in text
    assert next(iter(query)) in text.split("take everything out")[1][:20]


def test_more_systems_than_fit_are_counted(
    client: Client, mosaic: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MAX_SYSTEMS_ON_PAGE", 3)
    unlimited = page._product_systems
    monkeypatch.setattr(page, "_product_systems", PreparedQuery(unlimited.queryset))
    for _ in range(5):
        factories.system(product=mosaic)
    assert "The first 3 are shown." in words(client.get(ADDRESS))
    assert "?product=mosaic" in "".join(read(client.get(ADDRESS)).links)
