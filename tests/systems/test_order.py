"""The order of systems, products and suppliers: by each column both ways, unknown last."""

from typing import Any

import pytest
from django.test import Client

from citytools.lists.listing import PAGE_SIZE
from systems.models import ServiceArea
from tests import factories
from tests.pages import column, row_links, words

pytestmark = pytest.mark.django_db

CSV = "/systems/systems.csv"


def first_and_last() -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields of two systems, the first before the second by each column."""
    area = factories.service_area("Z", position=1, kind=ServiceArea.Kind.CORPORATE)
    late = factories.service_area("A", position=2)
    first = {
        "borough": factories.borough("Barnet"),
        "function": factories.function("Z job", service_area=area, position=1),
        "product": factories.product("Alpha", manufacturer=factories.supplier("Aa")),
        "hosting": "on_premises",
        "status": "live",
        "live_since": "2018-06",
        "users": 9,
        "satisfaction": 1,
        "as_of": "2025-12",
    }
    last = {
        "borough": factories.borough("Camden"),
        "function": factories.function("A job", service_area=late, position=2),
        "product": factories.product("Beta", manufacturer=factories.supplier("Bb")),
        "hosting": "saas",
        "status": "retired",
        "live_since": "2019",
        "users": 10,
        "satisfaction": 5,
        "as_of": "2026",
    }
    return first, last


COLUMNS = [
    "borough",
    "service_area",
    "function",
    "product",
    "manufacturer",
    "hosting",
    "status",
    "live_since",
    "users",
    "satisfaction",
    "as_of",
]


@pytest.mark.parametrize("name", COLUMNS)
def test_systems_sort_by_each_column_both_ways(client: Client, name: str) -> None:
    item, two = first_and_last()
    last, first = factories.system(**two), factories.system(**item)
    up = [first.key, last.key]
    assert column(client, CSV, "system_id", {"sort": name}) == up
    assert column(client, CSV, "system_id", {"sort": f"-{name}"}) == up[::-1]
    assert row_links(client, "/systems/", {"sort": name}) == [f"/systems/{key}/" for key in up]


EMPTY = ["manufacturer", "hosting", "status", "live_since", "users", "satisfaction"]


@pytest.mark.parametrize("name", EMPTY)
def test_what_is_not_known_comes_last_both_ways(client: Client, name: str) -> None:
    unknown = factories.system(product=factories.product(manufacturer=None))
    known = factories.system(**first_and_last()[0])
    for sort in (name, f"-{name}"):
        assert column(client, CSV, "system_id", {"sort": sort}) == [known.key, unknown.key]


@pytest.mark.parametrize("sort", ["satisfaction", "-satisfaction", "hosting", "-as_of"])
def test_ties_keep_the_order_of_their_numbers(client: Client, sort: str) -> None:
    systems = [factories.system(satisfaction=3, hosting="saas") for _ in range(5)]
    expected = [system.key for system in systems]
    assert column(client, CSV, "system_id", {"sort": sort}) == expected


def test_systems_stand_by_borough_then_function_unless_asked_otherwise(client: Client) -> None:
    barnet, camden = factories.borough("Barnet"), factories.borough("Camden")
    late, early = factories.function(position=9), factories.function(position=1)
    for place in ((camden, early), (barnet, late), (barnet, early)):
        factories.system(borough=place[0], function=place[1])
    assert column(client, CSV, "borough") == ["Barnet", "Barnet", "Camden"]
    assert column(client, CSV, "function") == [early.name, late.name, early.name]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("product", ["Alpha", "Beta", "Gamma"]),
        ("-product", ["Gamma", "Beta", "Alpha"]),
        ("manufacturer", ["Beta", "Alpha", "Gamma"]),
        ("-manufacturer", ["Alpha", "Beta", "Gamma"]),
        ("systems", ["Gamma", "Beta", "Alpha"]),
        ("-systems", ["Alpha", "Beta", "Gamma"]),
        ("boroughs", ["Gamma", "Alpha", "Beta"]),
        ("-boroughs", ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_products_sort_by_each_column_both_ways(
    client: Client, sort: str, expected: list[str]
) -> None:
    alpha = factories.product("Alpha", manufacturer=factories.supplier("Zed"))
    beta = factories.product("Beta", manufacturer=factories.supplier("Ace"))
    factories.product("Gamma", manufacturer=None)
    borough = factories.borough()
    factories.system(product=alpha, borough=borough)
    factories.system(product=alpha, borough=borough)
    factories.system(product=beta)
    assert column(client, "/systems/products/products.csv", "product", {"sort": sort}) == expected


@pytest.mark.parametrize("name", ["supplier", "products", "systems", "contracts"])
def test_suppliers_sort_by_each_column_both_ways(client: Client, name: str) -> None:
    late = factories.supplier("Beta")
    factories.supplier("Alpha")
    factories.system(product=factories.product(manufacturer=late))
    factories.contract(supplier=late)
    file = "/systems/suppliers/suppliers.csv"
    assert column(client, file, "supplier", {"sort": name}) == ["Alpha", "Beta"]
    assert column(client, file, "supplier", {"sort": f"-{name}"}) == ["Beta", "Alpha"]


def test_a_heading_offers_the_other_direction_and_says_the_present_one(client: Client) -> None:
    factories.system()
    page = client.get("/systems/", {"sort": "borough", "hosting": "not_known", "page": "1"})
    listing = page.context["listing"]
    assert listing.sorted_by("borough") == ("sort=-borough&hosting=not_known", "ascending")
    assert listing.sorted_by("as_of") == ("sort=as_of&hosting=not_known", "none")
    assert 'aria-sort="ascending"' in page.content.decode()


def test_a_full_page_of_rows_and_the_rest_follows(client: Client) -> None:
    borough, function = factories.borough(), factories.function()
    for _ in range(2 * PAGE_SIZE + 1):
        factories.system(borough=borough, function=function)
    pages = [row_links(client, "/systems/", {"page": number}) for number in (1, 2, 3)]
    assert [len(links) for links in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    in_file = column(client, CSV, "system_id")
    assert [link for links in pages for link in links] == [f"/systems/{key}/" for key in in_file]


def test_the_last_page_has_no_next_and_the_first_no_previous(client: Client) -> None:
    borough, function = factories.borough(), factories.function()
    for _ in range(PAGE_SIZE + 1):
        factories.system(borough=borough, function=function)
    first, last = (client.get("/systems/", {"page": page}).content.decode() for page in (1, 2))
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in last
    assert "There is no such page: write 1 to 2." in words(client.get("/systems/?page=3"))
