"""Pages that are no list name what of their address they do not understand, and are shown."""

from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.pages import text_of, words

pytestmark = pytest.mark.django_db

PLAIN = [
    *("/", "/about/", "/accessibility/", "/data/", "/research/", "/research/recommendations/"),
    "/research/case-studies/",
    *("borough", "system", "product", "supplier", "contract", "skill", "finding", "case study"),
    "failure",
]


def address(name: str) -> str:
    if name.startswith("/"):
        return name
    if name == "failure":
        return f"{factories.supplier().get_absolute_url()}failure/"
    make: dict[str, Any] = {
        "borough": factories.borough,
        "system": factories.system,
        "product": factories.product,
        "supplier": factories.supplier,
        "contract": factories.contract,
        "skill": factories.skill,
        "finding": factories.finding,
        "case study": factories.case_study,
    }
    return str(make[name]().get_absolute_url())


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("query", ["surprise=1", "page=2", "%3Cscript%3E=x", "columns=borough"])
def test_what_is_not_understood_is_named_and_the_page_shown(
    client: Client, name: str, query: str
) -> None:
    place = address(name)
    plain = client.get(place)
    assert plain.status_code == 200
    response = client.get(f"{place}?{query}")
    assert response.status_code == 400
    said = words(response)
    assert "is not understood here. Take it out of the address." in said
    assert "<script>=" not in text_of(response)
    title = words(plain, "h1")
    assert title
    assert words(response, "h1") == title


@pytest.mark.parametrize("name", PLAIN)
def test_an_empty_value_is_no_question(client: Client, name: str) -> None:
    assert client.get(f"{address(name)}?surprise=").status_code == 200


def test_a_measure_that_is_not_known_leaves_the_map_as_it_is(client: Client) -> None:
    response = client.get("/boroughs/", {"measure": "joy"})
    assert response.status_code == 400
    assert response.context["tiles"].key == "systems"
