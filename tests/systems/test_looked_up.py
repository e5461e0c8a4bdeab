"""Filters whose records are too many to list: names, other names, the nearest, suggestions."""

from typing import Any

import pytest
from django.test import Client

from systems.models import Product
from tests import factories
from tests.hostile import HOSTILE
from tests.pages import read, rows, text_of, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def modern_gov() -> Product:
    product = factories.product("Modern.Gov", slug="modern-gov")
    factories.product_alias("Moderngov Committee Suite", product)
    for name in ("Mosaic", "Modern Desk", "Uniform"):
        factories.product(name)
    factories.system(product=product)
    factories.system(product=product)
    return product


@pytest.mark.usefixtures("modern_gov")
@pytest.mark.parametrize(
    "name", ["Modern.Gov", "modern gov", "MODERN.GOV", "moderngov committee suite"]
)
def test_a_name_or_another_name_leads_to_the_slug(client: Client, name: str) -> None:
    response = client.get("/systems/", {"product": name, "sort": "-borough"})
    assert response.status_code == 301
    assert response["Location"] == "/systems/?product=modern-gov&sort=-borough"
    assert "2 systems" in words(client.get(response["Location"]))


@pytest.mark.usefixtures("modern_gov")
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_a_file_takes_names_too(client: Client, suffix: str) -> None:
    address = f"/systems/systems.{suffix}"
    query = {"product": ["Modern.Gov", "uniform"], "columns": "system_id,product"}
    response = client.get(address, query)
    assert response.status_code == 301
    expected = f"{address}?product=modern-gov&product=uniform&columns=system_id%2Cproduct"
    assert response["Location"] == expected


@pytest.mark.usefixtures("modern_gov")
def test_the_demonstration_keeps_its_prefix(client: Client) -> None:
    response = client.get("/demo/systems/?product=Modern.Gov")
    assert response["Location"] == "/demo/systems/?product=modern-gov"


@pytest.mark.usefixtures("modern_gov")
def test_an_unknown_name_gets_the_nearest_as_links(client: Client) -> None:
    response = client.get("/systems/?product=Modem.Gov&hosting=saas")
    assert response.status_code == 400
    assert "“Modem.Gov” is not a product known here." in words(response)
    links = [link for link in read(response).links if link.startswith("?product=mod")]
    assert links[0] == "?product=modern-gov&hosting=saas"
    assert len(links) <= 3


@pytest.mark.usefixtures("modern_gov")
def test_a_file_names_the_nearest_in_plain_words(client: Client) -> None:
    response = client.get("/systems/systems.csv?product=Modem.Gov")
    assert response.status_code == 400
    assert "The nearest: Modern.Gov (modern-gov)" in text_of(response)
    assert "<a" not in text_of(response)


def test_a_name_of_two_records_is_a_question_and_not_a_guess(client: Client) -> None:
    first, second = factories.product("One"), factories.product("Two")
    factories.product_alias("Shared name", first)
    factories.product_alias("Shared name", second)
    response = client.get("/systems/?product=shared+name")
    assert response.status_code == 400
    links = {link for link in read(response).links if link.startswith("?product=")}
    assert {"?product=one", "?product=two"} <= links


def test_its_own_name_goes_before_another_s_other_name(client: Client) -> None:
    own, other = factories.product("Atlas"), factories.product("Borealis")
    factories.product_alias("Atlas", other)
    response = client.get("/systems/?product=ATLAS")
    assert response["Location"] == f"/systems/?product={own.slug}"


def test_suppliers_frameworks_and_skills_take_names(client: Client) -> None:
    supplier = factories.supplier("Acme Systems")
    factories.supplier_alias("Acme Ltd", supplier)
    factories.framework("Big Framework")
    factories.skill("Data analysis")
    for address, where in {
        "/contracts/?supplier=acme+ltd": "/contracts/?supplier=acme-systems",
        "/contracts/?framework=big+framework": "/contracts/?framework=big-framework",
        "/skills/?skill=Data+Analysis": "/skills/?skill=data-analysis",
    }.items():
        assert client.get(address)["Location"] == where


@pytest.mark.parametrize("text", [*HOSTILE, "%", "_", "\x00", "'", "x" * 500, "\\", "🙂"])
def test_hostile_values_are_refused_and_shown_as_text(client: Client, text: str) -> None:
    factories.product("Mosaic")
    page = client.get("/systems/", {"product": text})
    assert page.status_code in {200, 400}
    assert "<script>alert" not in text_of(page)
    answer = client.get("/systems/systems/suggestions/product.json", {"q": text})
    assert answer.status_code in {200, 400}


def suggested(client: Client, address: str, words: str) -> list[dict[str, Any]]:
    response = client.get(address, {"q": words})
    assert response.status_code == 200
    results: list[dict[str, Any]] = response.json()["results"]
    return results


@pytest.mark.usefixtures("modern_gov")
def test_suggestions_begin_with_what_begins_so_and_say_how_many_rows(client: Client) -> None:
    results = suggested(client, "/systems/systems/suggestions/product.json", "mod")
    assert [result["label"] for result in results] == ["Modern.Gov", "Modern Desk"]
    assert results[0] == {"value": "modern-gov", "label": "Modern.Gov", "also": "", "count": 2}
    assert results[1]["count"] == 0


@pytest.mark.usefixtures("modern_gov")
def test_a_suggestion_says_by_which_other_name_it_was_found(client: Client) -> None:
    (result,) = suggested(client, "/systems/systems/suggestions/product.json", "committee")
    assert (result["value"], result["also"]) == ("modern-gov", "Moderngov Committee Suite")


@pytest.mark.usefixtures("modern_gov")
def test_the_count_of_a_suggestion_is_the_rows_of_the_list(client: Client) -> None:
    address = "/systems/systems/suggestions/product.json"
    for result in suggested(client, address, "m"):
        file = rows(client, "/systems/systems.csv", {"product": result["value"]})
        assert len(file) == result["count"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/systems/systems/suggestions/borough.json?q=a", 404),
        ("/systems/systems/suggestions/nothing.json?q=a", 404),
        ("/systems/systems/suggestions/product.json", 400),
        ("/systems/systems/suggestions/product.json?q=a&x=1", 400),
        ("/systems/systems/suggestions/product.json?q=...", 200),
        ("/systems/map/suggestions/product.json?q=a", 200),
        ("/contracts/contracts/suggestions/framework.json?q=a", 200),
        ("/skills/training/suggestions/skill.json?q=a", 200),
        ("/changes/changes/suggestions/supplier.json?q=a", 200),
    ],
)
def test_only_looked_up_filters_suggest(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_invented_records_are_suggested_in_the_demonstration_alone(client: Client) -> None:
    factories.product("Mirage", illustrative=True)
    path = "/systems/systems/suggestions/product.json"
    assert suggested(client, path, "mirage") == []
    assert [one["label"] for one in suggested(client, f"/demo{path}", "mirage")] == ["Mirage"]
    assert client.get("/systems/?product=mirage").status_code == 400


@pytest.mark.usefixtures("modern_gov")
def test_suggestions_take_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(5):
        client.get("/systems/systems/suggestions/product.json?q=mod")


@pytest.mark.usefixtures("modern_gov")
def test_a_text_longer_than_any_name_is_not_looked_up(client: Client) -> None:
    """Each of its words would be compared with every name: a thousand took seconds."""
    near, long = "Modern.Gof", "Modern.Gof " * 100
    assert "The nearest" in words(client.get("/systems/", {"product": near}))
    response = client.get("/systems/", {"product": long})
    assert response.status_code == 400
    assert "The nearest" not in words(response)
