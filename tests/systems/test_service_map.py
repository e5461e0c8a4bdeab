"""The service map: its three states, its letters, its filters, and its file recounted."""

import csv
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from boroughs.models import Borough
from citytools.worlds import World, use_world
from systems.models import Function, Status, System
from systems.service_map.map import (
    HighlightedProducts,
    MapFilter,
    MapRow,
    MapUse,
    ServiceMap,
    product_marks,
    service_map_for,
)
from tests import factories
from tests.estate import small_london
from tests.pages import last_seen_long_ago, read, rows, text_of, words

pytestmark = pytest.mark.django_db
MAP, FILE = "/systems/map/", "/systems/map.csv"


def drawn(query: str = "") -> ServiceMap:
    return service_map_for(MapFilter(QueryDict(query), System.objects.all()))


def states(query: str = "") -> dict[tuple[str, str], str]:
    """State by function and borough."""
    return {
        (row.function.name, cell.borough.name): cell.state
        for row in drawn(query).rows
        for cell in row.cells
    }


def row(name: str, query: str = "") -> MapRow:
    return next(map_row for map_row in drawn(query).rows if map_row.function.name == name)


@pytest.fixture
def rents() -> Function:
    return factories.function("Rents", service_area=factories.service_area("Housing"))


def test_an_answer_is_known_none_recorded_or_not_known(rents: Function) -> None:
    for name in ("Known", "Complete", "Open", "Silent", "Later open"):
        factories.borough(name)
    at = {borough.name: borough for borough in Borough.objects.all()}
    factories.system(borough=at["Known"], function=rents)
    factories.returned(at["Complete"])
    factories.returned(at["Open"], complete=False)
    factories.returned(at["Later open"], received_on="2026-01-01")
    factories.returned(at["Later open"], received_on="2026-02-01", complete=False)
    factories.returned(at["Silent"], subject="contracts")
    assert states() == {
        ("Rents", "Known"): "known",
        ("Rents", "Complete"): "none recorded",
        ("Rents", "Open"): "not known",
        ("Rents", "Later open"): "not known",
        ("Rents", "Silent"): "not known",
    }


@pytest.mark.parametrize("status", [Status.RETIRED, Status.PLANNED])
def test_what_is_not_in_use_is_no_answer(status: str, rents: Function) -> None:
    borough = factories.borough("Camden")
    factories.system(borough=borough, function=rents, status=status)
    assert states() == {("Rents", "Camden"): "not known"}
    factories.returned(borough)
    assert states() == {("Rents", "Camden"): "none recorded"}


def test_a_regional_body_has_no_column(rents: Function) -> None:
    region = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.system(borough=region, function=rents)
    factories.borough("Camden")
    assert states() == {("Rents", "Camden"): "not known"}
    assert row("Rents").answered == 0


def test_invented_systems_and_returns_drop_out_together(rents: Function) -> None:
    borough = factories.borough("Camden")
    factories.system(borough=borough, function=rents, source_kind="illustrative")
    factories.returned(borough, source_kind="illustrative")
    with use_world(World.EVIDENCE):
        assert states() == {("Rents", "Camden"): "not known"}
    assert states() == {("Rents", "Camden"): "known"}


def three(rents: Function) -> None:
    """Camden, Brent and Sutton run A; Sutton also runs B; Barnet has nothing; Ealing is open."""
    product, other = factories.product("Product A"), factories.product("Product B")
    for name in ("Camden", "Brent", "Sutton"):
        factories.system(borough=factories.borough(name), product=product, function=rents)
    factories.system(borough=Borough.objects.get(name="Sutton"), product=other, function=rents)
    factories.returned(factories.borough("Barnet"))
    factories.borough("Ealing")


def test_a_row_says_how_many_of_london_are_known_whatever_is_shown(rents: Function) -> None:
    three(rents)
    for query in ("", "borough=ealing"):
        assert row("Rents", query).answered == 4


def test_an_area_says_in_how_many_functions_a_borough_is_known(rents: Function) -> None:
    three(rents)
    repairs = factories.function("Repairs", service_area=rents.service_area)
    factories.system(borough=Borough.objects.get(name="Brent"), function=repairs)
    (area,) = drawn().areas
    names = [borough.name for borough in drawn().boroughs]
    assert dict(zip(names, area.known, strict=True)) == {
        "Barnet": 0, "Brent": 2, "Camden": 1, "Ealing": 0, "Sutton": 1,
    }  # fmt: skip


def test_the_page_says_it_in_words(client: Client, rents: Function) -> None:
    three(rents)
    text = words(client.get(MAP))
    assert "Rents – PA Product A PA Product A · PA+ Product A; Product B 4" in text
    assert "1 function in 5 boroughs: 3 answers known, 1 none recorded, 1 not known" in text
    assert "1 of 33 boroughs reporting" in text
    page = text_of(client.get(MAP))
    assert page.count('aria-label="none recorded"') == 1
    assert page.count('aria-label="not known"') == 1


def test_all_products_of_a_cell_are_named(client: Client, rents: Function) -> None:
    three(rents)
    (cell,) = rows(client, FILE, {"borough": "sutton"})
    assert cell["products"] == "Product A; Product B"
    page = client.get(MAP, {"borough": "sutton"})
    assert "PA+ Product A; Product B" in words(page)
    assert 'title="Product A; Product B"' in text_of(page)


# Letters and colours


def use(product: int, borough: int, function: int = 1) -> MapUse:
    return MapUse(function, borough, product, f"Product {product:03}", f"p-{product}", None)


def test_a_colour_says_how_shared_a_product_is_for_the_function() -> None:
    shares = {1: 5, 2: 4, 3: 3, 4: 2, 5: 2, 6: 1}
    uses = [use(product, borough) for product, many in shares.items() for borough in range(many)]
    uses += [use(6, borough, function=2) for borough in (1, 2)]
    marks = product_marks(uses, HighlightedProducts())
    styles = {key: mark.style for key, mark in marks[1].items()}
    assert styles == {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5}
    assert marks[2][6].style == 1


def test_letters_are_those_of_the_page_of_the_function(client: Client, rents: Function) -> None:
    three(rents)
    marks = {mark.name: mark for cell in row("Rents").cells for mark in cell.products}
    page = text_of(client.get(rents.get_absolute_url()))
    for mark in marks.values():
        assert f'ct-rank--{mark.style}" aria-hidden="true">{mark.letters}<' in page
    assert len({mark.letters for mark in marks.values()}) == len(marks) == 2


# Filters


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("borough=camden", {"Camden"}),
        ("borough=camden&borough=brent", {"Camden", "Brent"}),
        ("inner_or_outer=outer", {"Brent"}),
        ("partnership=south-london-partnership", {"Sutton"}),
        ("partnership=south-london-partnership&borough=camden", set()),
    ],
)
def test_filters_of_boroughs_choose_columns(
    rents: Function, query: str, expected: set[str]
) -> None:
    factories.borough("Camden")
    factories.borough("Brent", inner_or_outer="outer")
    factories.borough("Sutton", partnership="South London Partnership")
    assert {borough for _, borough in states(query)} == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("function=rents", {"Rents"}),
        ("service_area=housing", {"Rents", "Repairs"}),
        ("kind=corporate", {"Payroll"}),
        ("kind=corporate&function=rents", set()),
        ("product=product-a", {"Rents"}),
        ("product=product-a&product=product-c", {"Rents", "Payroll"}),
        ("product=product-a&borough=brent", set()),
        ("supplier=maker", {"Payroll"}),
        ("supplier=maker&product=product-a", set()),
        ("product=product-d", set()),
    ],
)
def test_filters_of_functions_choose_rows(rents: Function, query: str, expected: set[str]) -> None:
    factories.function("Repairs", service_area=rents.service_area)
    people = factories.service_area("People", kind="corporate")
    payroll = factories.function("Payroll", service_area=people)
    camden = factories.borough("Camden")
    factories.borough("Brent")
    factories.system(borough=camden, function=rents, product=factories.product("Product A"))
    maker = factories.supplier("Maker")
    product = factories.product("Product C", manufacturer=maker)
    factories.system(borough=camden, function=payroll, product=product)
    factories.product("Product D")
    assert {function for function, _ in states(query)} == expected


def test_a_product_filter_marks_it_and_hides_no_other_answer(
    client: Client, rents: Function
) -> None:
    three(rents)
    page = text_of(client.get(MAP, {"product": "product-b"}))
    assert page.count(' on"') == 1
    assert states("product=product-b") == states()
    selected = {
        mark.name
        for cell in row("Rents", "product=product-b").cells
        for mark in cell.products
        if mark.chosen
    }
    assert selected == {"Product B"}


@pytest.mark.parametrize(
    "query",
    [
        {"borough": "atlantis"},
        {"partnership": "nobody"},
        {"product": "<script>"},
        {"surprise": "1"},
        {"inner_or_outer": "both"},
        {"illustrative": "maybe"},
        {"columns": "price"},
        {"page": "99"},
        {"service_area": "housing" * 2000},
    ],
)
def test_what_is_not_understood_is_named(client: Client, query: dict[str, str]) -> None:
    (name,) = query
    response = client.get(MAP, query)
    assert response.status_code == 400
    assert name in words(response)
    assert "<script>" not in text_of(response).split("<main")[1].split("</main>")[0]
    assert name == "page" or client.get(FILE, query).status_code == 400


def test_a_regional_body_is_no_choice(client: Client) -> None:
    factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    assert client.get(MAP, {"borough": "gla"}).status_code == 400


def test_an_empty_london_is_said_to_be_empty(client: Client) -> None:
    text = words(client.get(MAP))
    assert "No answers are recorded yet." in text
    assert rows(client, FILE) == []


# The file, and a recount that shares no code with the map


def from_the_files(client: Client, query: str) -> dict[tuple[str, str], tuple[str, str]]:
    """(state, products) by function and borough, out of the files of systems and boroughs."""
    systems = list(
        csv.DictReader(io.StringIO(text_of(client.get(f"/systems/systems.csv?{query}"))))
    )
    boroughs = csv.DictReader(io.StringIO(text_of(client.get("/boroughs/boroughs.csv"))))
    functions = {system["function"] for system in systems}
    result: dict[tuple[str, str], tuple[str, str]] = {}
    for borough in boroughs:
        if borough["kind"] == "regional":
            continue
        for function in functions:
            names = sorted(
                system["product"]
                for system in systems
                if system["borough"] == borough["borough"]
                and system["function"] == function
                and system["status"] not in {"retired", "planned"}
                and not last_seen_long_ago(system)
            )
            none = "none recorded" if borough["complete_systems"] == "yes" else "not known"
            result[function, borough["borough"]] = ("known" if names else none, "; ".join(names))
    return result


def agree(client: Client) -> None:
    mapped = {
        (item["function"], item["borough"]): (
            item["state"],
            "; ".join(sorted(item["products"].split("; ")) if item["products"] else []),
        )
        for item in rows(client, FILE)
    }
    counted = from_the_files(client, "")
    assert counted
    assert {place: mapped[place] for place in counted} == counted
    assert {mapped[place][1] for place in set(mapped) - set(counted)} <= {""}


def test_the_cells_recounted_from_the_file_of_systems(client: Client) -> None:
    small_london(rows=120)
    agree(client)


def test_the_cells_recounted_on_the_data_that_run_loads(client: Client) -> None:
    call_command("load", verbosity=0)
    agree(client)
    answers = rows(client, FILE)
    assert len(answers) == Function.objects.count() * 33
    text = words(client.get(MAP))
    for state in ("known", "none recorded", "not known"):
        count = sum(answer["state"] == state for answer in answers)
        assert f"{count:,} " in text


@pytest.mark.parametrize("query", [{}, {"partnership": "west"}, {"kind": "corporate"}])
def test_page_and_file_agree_cell_for_cell(client: Client, query: dict[str, Any]) -> None:
    small_london()
    answers = rows(client, FILE, query)
    page = text_of(client.get(MAP, query))
    table = page.split('class="ct-who-runs"')[1].split("</table>")[0]
    cells = table.split("<td")[1:]
    drawn_states = []
    for cell in cells:
        if "colspan" in cell:  # sums
            continue
        plain = "none recorded" if '"none recorded"' in cell else "known"
        drawn_states.append("not known" if '"not known"' in cell else plain)
    assert drawn_states == [answer["state"] for answer in answers]
    assert len(read(client.get(MAP, query)).links) > 0


def test_columns_may_be_chosen(client: Client, rents: Function) -> None:
    three(rents)
    text = text_of(client.get(FILE, {"columns": ["state", "borough"], "borough": "camden"}))
    assert text == "state,borough\nknown,Camden\n"


def test_the_matrix_takes_fewer_than_six_queries() -> None:
    small_london()
    filterset = MapFilter(QueryDict(), System.objects.all())
    assert not filterset.problems
    with CaptureQueriesContext(connection) as queries:
        assert service_map_for(filterset).known
    assert len(queries) < 6
