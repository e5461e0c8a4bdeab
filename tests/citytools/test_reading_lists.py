"""A list says first what it holds, then its rows; what is not known can be asked for."""

import re
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from contracts.models import Contract
from systems.models import System
from tests import factories
from tests.hostile import HOSTILE
from tests.pages import LISTS, rows, text_of, words

pytestmark = pytest.mark.django_db


def answer(client: Client, address: str) -> str:
    page = text_of(client.get(address))
    found = re.search(r'<p class="ct-answer[^>]*>(.*?)</p>', page, re.DOTALL)
    assert found, address
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


@pytest.mark.parametrize("address", LISTS)
def test_every_list_can_be_skipped_to_and_says_first_what_it_holds(
    client: Client, address: str
) -> None:
    factories.contract(systems=[factories.system()])
    page = text_of(client.get(address))
    first, second = re.findall(r'<a href="#(\w+)" class="govuk-skip-link">', page)
    assert (first, second) == ("main", "rows")
    assert page.count('id="rows"') == 1
    assert len(answer(client, address).split()) <= 35


def test_systems_say_how_many_are_in_use_and_how_new_the_evidence_is(client: Client) -> None:
    camden = factories.borough("Camden")
    seen = [("live", "2026-08"), ("retired", "2026-08-15"), ("", "2018"), ("planned", "2025")]
    for status, as_of in seen:
        factories.system(borough=camden, status=status, as_of=as_of)
    factories.system(status="live", as_of="2026-09-01")
    said = answer(client, "/systems/?borough=camden")
    in_use = [s for s in System.objects.in_use() if s.borough == camden]
    assert len(in_use) == 1
    assert said == "4 systems in 1 of 33 boroughs, 1 of them in use; newest evidence 15 Aug 2026"


def test_contracts_say_how_many_may_need_a_decision_now(
    client: Client,
) -> None:
    today = dates.today()
    year = today.year
    factories.contract(ends_on=f"{year - 1}-01-31")  # has ended
    factories.contract(ends_on=f"{year + 3}-01-31")  # later
    factories.contract(ends_on=str(year + 1))  # may, as the notice is not known
    factories.contract(ends_on=f"{year + 5}-01-31", notice_months=60)  # perhaps today, perhaps past
    factories.contract(ends_on="")
    ahead = [c for c in Contract.objects.all() if c.ends_last and c.ends_last >= today]
    due = [
        c
        for c in ahead
        if c.act_by_earliest <= today and (c.notice_months is None or c.act_by_latest >= today)
    ]
    said = answer(client, "/contracts/")
    assert said.endswith(
        f"{len(ahead)} have an end ahead, {len(due)} of them may need a decision now"
    )
    assert len(ahead) == 3


@pytest.fixture
def _gaps() -> None:
    known = factories.contract(title="Known", framework=factories.framework("G-Cloud 14"))
    known.functions.add(factories.function("Rents"), factories.function("Repairs"))
    factories.contract(title="Unknown", supplier=None)
    factories.contract(title="Half", supplier=known.supplier)


@pytest.mark.usefixtures("_gaps")
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"supplier": "not_known"}, {"Unknown"}),
        ({"framework": "not_known"}, {"Unknown", "Half"}),
        ({"function": "not_known"}, {"Unknown", "Half"}),
        ({"function": ["not_known", "rents"]}, {"Known", "Unknown", "Half"}),
        ({"framework": ["g-cloud-14", "not_known"], "supplier": "not_known"}, {"Unknown"}),
        ({"framework": "g-cloud-14", "supplier": "not_known"}, set()),
    ],
)
def test_contracts_of_which_it_is_not_known_can_be_asked_for(
    client: Client, query: dict[str, Any], titles: set[str]
) -> None:
    page = client.get("/contracts/", query)
    assert {contract.title for contract in page.context["listing"].page} == titles
    assert {row["title"] for row in rows(client, "/contracts/contracts.csv", query)} == titles
    assert "Not known" in words(page)
    numbers = page.context["listing"].numbers
    for name in query:
        without = client.get("/contracts/", query | {name: "not_known"}).context["listing"].total
        assert numbers.facets[name].get("not_known", without) == without


@pytest.mark.usefixtures("_gaps")
def test_not_known_is_suggested_with_its_rows_and_understood_as_typed(client: Client) -> None:
    address = "/contracts/contracts/suggestions/framework.json"
    (first, *_) = client.get(address, {"q": "not"}).json()["results"]
    assert first == {"value": "not_known", "label": "Not known", "also": "", "count": 2}
    assert "not_known" not in str(client.get(address, {"q": "g-cloud"}).json())
    moved = client.get("/contracts/", {"framework": "Not known"})
    assert (moved.status_code, moved["Location"]) == (301, "/contracts/?framework=not_known")
    assert client.get("/contracts/", {"borough": "not_known"}).status_code == 400
    assert "/changes/?" not in text_of(client.get("/contracts/?supplier=not_known"))


def test_a_maker_that_is_not_known_can_be_asked_for(client: Client) -> None:
    unknown = factories.system(product=factories.product("Nameless", manufacturer=None))
    factories.system()
    page = client.get("/systems/?supplier=not_known")
    assert [system.pk for system in page.context["listing"].page] == [unknown.pk]
    page = client.get("/systems/products/?supplier=not_known")
    assert [product.name for product in page.context["listing"].page] == ["Nameless"]
    described = client.get("/data/openapi.json").json()["paths"]["/contracts/contracts.json"]
    (supplier,) = [one for one in described["get"]["parameters"] if one["name"] == "supplier"]
    assert supplier["description"] == "Supplier, or not_known"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_leave_no_row_and_stand_as_text(client: Client, text: str) -> None:
    factories.system()
    page = client.get("/systems/", {"q": text, "borough": System.objects.get().borough.slug})
    assert page.status_code in {200, 400}
    assert "<script>alert" not in text_of(page)


def test_the_columns_are_boxes_once_they_are_asked_for(client: Client) -> None:
    factories.system()
    page = text_of(client.get("/systems/"))
    assert 'name="columns"' not in page
    (link,) = re.findall(r'href="(\?columns=[^"]*)"', page)
    assert 'name="columns"' in text_of(client.get("/systems/" + link.replace("&amp;", "&")))
