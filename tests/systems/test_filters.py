"""What the lists of systems, products and suppliers can be narrowed by, each filter once."""

from typing import Any

import pytest
from django.test import Client

from boroughs.models import Borough
from citytools.facts.provenance import SourceKind
from systems.models import Hosting, ServiceArea, Status, System
from tests import factories
from tests.pages import column, row_links, rows, text_of

pytestmark = pytest.mark.django_db

SYSTEMS, SYSTEMS_CSV = "/systems/", "/systems/systems.csv"
PRODUCTS_CSV = "/systems/products/products.csv"
SUPPLIERS_CSV = "/systems/suppliers/suppliers.csv"


def found(client: Client, **query: Any) -> set[int]:
    """The systems that a query finds, on the page and in the file alike."""
    links = row_links(client, SYSTEMS, query)
    keys = column(client, SYSTEMS_CSV, "system_id", query)
    assert links == [f"/systems/{key}/" for key in keys]
    return set(System.objects.filter(key__in=keys).values_list("pk", flat=True))


def corporate() -> ServiceArea:
    return factories.service_area("Finance", kind=ServiceArea.Kind.CORPORATE)


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("borough", "camden", {"borough": lambda: factories.borough("Camden")}),
    (
        "partnership",
        "south-london-partnership",
        {"borough": lambda: factories.borough(partnership="South London Partnership")},
    ),
    (
        "inner_or_outer",
        "outer",
        {"borough": lambda: factories.borough(inner_or_outer=Borough.Ring.OUTER)},
    ),
    ("product", "mosaic", {"product": lambda: factories.product("Mosaic")}),
    ("function", "rents", {"function": lambda: factories.function("Rents")}),
    (
        "supplier",
        "access",
        {"product": lambda: factories.product(manufacturer=factories.supplier("Access"))},
    ),
    (
        "service_area",
        "finance",
        {"function": lambda: factories.function(service_area=corporate())},
    ),
    ("kind", "corporate", {"function": lambda: factories.function(service_area=corporate())}),
    ("hosting", "saas", {"hosting": Hosting.SAAS}),
    ("status", "retired", {"status": Status.RETIRED}),
    ("source", "return", {"source_kind": SourceKind.RETURN}),
    ("q", "mosa", {"product": lambda: factories.product("Mosaic")}),
    ("q", "RENT", {"function": lambda: factories.function("Rents")}),
    ("q", "Finan", {"function": lambda: factories.function(service_area=corporate())}),
    ("q", "amde", {"borough": lambda: factories.borough("Camden")}),
]


@pytest.mark.parametrize(("name", "value", "fields"), CASES)
def test_a_filter_keeps_the_rows_that_fit_and_no_other(
    client: Client, name: str, value: str, fields: dict[str, Any]
) -> None:
    fields = {key: value() if callable(value) else value for key, value in fields.items()}
    fits = factories.system(**fields)
    factories.system(hosting=Hosting.SHARED, status=Status.LIVE, source_kind="foi", note="Seen.")
    assert found(client, **{name: value}) == {fits.pk}


def test_a_partnership_that_is_not_known_is_named_with_those_that_are(client: Client) -> None:
    factories.borough(partnership="South London Partnership")
    response = client.get(SYSTEMS_CSV, {"partnership": "north"})
    assert response.status_code == 400
    expected = "“north” is not a partnership. Write one of: south-london-partnership."
    assert expected in text_of(response)


def test_words_find_a_product_under_a_former_name_and_its_maker_under_any(client: Client) -> None:
    product = factories.product("Liquidlogic")
    factories.product_alias("Protocol ICS", product)
    factories.supplier_alias("System C Ltd", product.manufacturer)
    fits = factories.system(product=product)
    factories.system()
    assert found(client, q="protocol") == found(client, q="system c") == {fits.pk}


@pytest.mark.parametrize("words", ["%", "_", "%o%", "\\"])
def test_signs_that_mean_something_to_sql_are_plain_characters(client: Client, words: str) -> None:
    factories.system()
    fits = factories.system(product=factories.product(f"Odd {words} name", slug="odd"))
    assert found(client, q=words) == {fits.pk}


@pytest.mark.parametrize("name", ["hosting", "status"])
def test_not_known_finds_the_empty_ones(client: Client, name: str) -> None:
    empty = factories.system()
    filled = factories.system(hosting=Hosting.SAAS, status=Status.LIVE)
    value = str(getattr(filled, name))
    assert found(client, **{name: "not_known"}) == {empty.pk}
    assert found(client, **{name: ["not_known", value]}) == {empty.pk, filled.pk}


def test_several_values_of_one_name_mean_any_of_them(client: Client) -> None:
    camden, barnet, other = factories.system(), factories.system(), factories.system()
    slugs = [camden.borough.slug, barnet.borough.slug, camden.borough.slug]
    assert found(client, borough=slugs) == {camden.pk, barnet.pk}
    assert other.pk not in found(client, borough=slugs)


def test_different_names_must_all_hold_for_the_same_system(client: Client) -> None:
    borough, product = factories.borough(), factories.product()
    factories.system(borough=borough)
    factories.system(product=product)
    assert found(client, borough=borough.slug, product=product.slug) == set()
    both = factories.system(borough=borough, product=product)
    assert found(client, borough=borough.slug, product=product.slug) == {both.pk}


PRODUCT_FILTERS = ["q", "service_area", "function", "supplier", "borough"]


@pytest.mark.parametrize("name", PRODUCT_FILTERS)
def test_a_filter_of_products_keeps_those_that_fit(client: Client, name: str) -> None:
    function = factories.function("Rents", service_area=factories.service_area("Housing"))
    maker = factories.supplier("Access")
    fits = factories.product("Mosaic", manufacturer=maker, functions=[function])
    factories.system(product=fits, borough=factories.borough("Camden"))
    factories.system(product=factories.product("Other", functions=[factories.function()]))
    value = {
        "q": "mosa", "service_area": "housing", "function": "rents", "supplier": "access",
        "borough": "camden",
    }[name]  # fmt: skip
    assert column(client, PRODUCTS_CSV, "product", {name: value}) == ["Mosaic"]
    assert row_links(client, "/systems/products/", {name: value}) == ["/systems/products/mosaic/"]


def test_a_product_run_by_two_boroughs_is_listed_once(client: Client) -> None:
    systems = [factories.system(product=factories.product("Mosaic")) for _ in range(1)]
    systems.append(factories.system(product=systems[0].product, function=systems[0].function))
    slugs = [system.borough.slug for system in systems]
    (row,) = rows(client, PRODUCTS_CSV, {"borough": slugs})
    assert (row["product"], row["systems"], row["boroughs"]) == ("Mosaic", "2", "2")


@pytest.mark.parametrize(("name", "value"), [("q", "civ"), ("q", "northgate")])
def test_a_filter_of_suppliers_keeps_those_that_fit(client: Client, name: str, value: str) -> None:
    fits = factories.supplier("Civica")
    factories.supplier_alias("Northgate", fits)
    factories.supplier("Other")
    assert column(client, SUPPLIERS_CSV, "supplier", {name: value}) == ["Civica"]
    assert row_links(client, "/systems/suppliers/", {name: value}) == ["/systems/suppliers/civica/"]


def test_counts_of_products_and_suppliers_stay_apart(client: Client) -> None:
    maker = factories.supplier("Maker")
    for product in (factories.product(manufacturer=maker), factories.product(manufacturer=maker)):
        factories.system(product=product)
        factories.system(product=product)
    for _ in range(3):
        factories.contract(supplier=maker)
    row = next(row for row in rows(client, SUPPLIERS_CSV) if row["supplier"] == "Maker")
    assert (row["products"], row["systems"], row["contracts"]) == ("2", "4", "3")
    assert System.objects.count() == 4


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("of_the_33", ["plain", "retired", "unmade", "rated"]),
        ("in_use", ["plain", "unmade", "rated"]),
        ("maker_known", ["plain", "rated"]),
        ("rated", ["rated"]),
    ],
)
def test_what_research_counts_can_be_listed(client: Client, name: str, kept: list[str]) -> None:
    region = factories.borough(kind=Borough.Kind.REGIONAL)
    created = {
        "plain": factories.system(),
        "retired": factories.system(status=Status.RETIRED),
        "unmade": factories.system(product=factories.product(manufacturer=None)),
        "rated": factories.system(satisfaction=3),
        "of a region": factories.system(borough=region, satisfaction=3),
    }
    assert found(client, counted=name) == {created[item].pk for item in kept}


def test_a_set_that_research_does_not_count_is_named_with_those_it_does(client: Client) -> None:
    response = client.get(SYSTEMS_CSV, {"counted": "best"})
    assert response.status_code == 400
    assert "Write one of: of_the_33, in_use, maker_known, rated." in text_of(response)
