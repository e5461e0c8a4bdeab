"""The page of the search: what it accepts, what it refuses, and what it never shows."""

import datetime
import html
import re
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from tests import factories
from tests.citytools.test_grammar import HOSTILE
from tests.pages import read, text_of, words

pytestmark = pytest.mark.django_db


def titles(client: Client, **query: Any) -> list[str]:
    """The names on the page, best first."""
    response = client.get("/search/", query)
    assert response.status_code == 200, words(response)
    return [hit.title for hit in response.context["listing"].hits]


def test_without_words_the_page_says_what_can_be_asked(client: Client) -> None:
    for address in ("/search/", "/search/?q=", "/search/?q=+++"):
        page = client.get(address)
        assert page.status_code == 200
        assert "It finds boroughs, systems, products, suppliers" in words(page)
        assert "/search/?q=mozaic" in read(page).links
        assert "/contracts/" in read(page).links


def test_the_box_of_every_page_asks_the_search(client: Client) -> None:
    for address in ("/", "/systems/", "/no-such-page/"):
        form = re.search(
            r'<form class="ct-search".*?</form>', text_of(client.get(address)), re.DOTALL
        )
        assert form
        assert 'action="/search/"' in form[0]
        assert "value=" not in form[0]


def test_the_box_keeps_the_words_and_no_id_stands_twice(client: Client) -> None:
    factories.product("Mosaic")
    page = text_of(client.get("/search/", {"q": 'mosaic "x"'}))
    assert 'value="mosaic &#34;x&#34;"' in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_title_and_heading_say_what_was_asked(client: Client) -> None:
    page = client.get("/search/", {"q": "Mosaic & more"})
    assert "<title>Search: Mosaic &amp; more – City Tools: London</title>" in text_of(page)
    assert words(page, within="h1") == "Search Mosaic & more"


REFUSED = [
    ({"q": "a", "surprise": "1"}, "“surprise” is not understood here"),
    ({"q": "a", "page": "2"}, "“page” is not understood here"),
    ({"q": "a", "columns": "name"}, "“columns” is not understood here"),
    ({"q": "a", "kind": "person"}, "“person” is not a kind. Write one of: borough, system"),
    ({"q": "a", "illustrative": "maybe"}, "“illustrative” is not understood here"),
    ({"q": ["a", "b"]}, "“q” is given 2 times: give it once"),
    ({"q": "x" * 101}, "at most 100 characters"),
    ({"q": "x" * 10_000}, "at most 100 characters"),
    ({"q": "nul\x00"}, "Null characters are not allowed"),
]


@pytest.mark.parametrize(("query", "reason"), REFUSED)
def test_what_is_not_understood_is_named(client: Client, query: Any, reason: str) -> None:
    page = client.get("/search/", query)
    assert page.status_code == 400
    assert reason in html.unescape(words(page))
    assert "Best matches" not in words(page)


MORE_HOSTILE = [
    *HOSTILE,
    *("!!!", "'", '"', "''", "& | ! ( ) :*", "<->", "a & !b | (c", '"never closed', "a:*", "or"),
    *("🎉", "👩\u200d👩\u200d👧", "مرحبا", "\u202eabc", "Ω≈ç", "\ufb01", "İ", "ß", "\t", "\ud7ff"),
    *("the of and", "- - -", "a " * 50, "()" * 50, "\\' OR 1=1 --", "$$", "%s", "x'); SELECT 1"),
    *("{", "{names}", "%(a)s", "%%", "\\", "_"),
]


@pytest.mark.parametrize("question", MORE_HOSTILE)
def test_hostile_words_never_break_the_page(client: Client, question: str) -> None:
    camden = factories.borough("Camden")
    system = factories.system(borough=camden, product=factories.product("Mosaic"))
    factories.contract(lead=camden, systems=[system], title="Mosaic support")
    for words_ in (question, f"camden {question}"[:100]):
        page = client.get("/search/", {"q": words_, "kind": ["system", "contract"]})
        assert page.status_code in {200, 400}
        assert page.status_code == 200 or "\x00" in question or len(words_.strip()) > 100
        assert "<script>alert" not in text_of(page)


def test_names_with_markup_are_shown_as_words_and_not_run(client: Client) -> None:
    evil = "<script>alert(1)</script> & “co”"
    maker = factories.supplier(evil, slug="evil")
    product = factories.product("Alert " + evil, slug="alert", manufacturer=maker)
    factories.product_alias("Alerting <b>", product)
    factories.system(product=product, function=factories.function("Alert <i>", slug="alert"))
    factories.contract(title="Alert " + evil, supplier=maker)
    page = text_of(client.get("/search/", {"q": "alert"}))
    assert "&lt;script&gt;" in page
    for tag in ("<script>alert", "<b>", "<i>"):
        assert tag not in page


def test_only_published_research_is_found(client: Client) -> None:
    today = dates.today()
    tomorrow = today + datetime.timedelta(days=1)
    builders = [factories.finding, factories.case_study, factories.recommendation]
    for number, build in enumerate(builders):
        text = {"body": "It is about wombats."}
        build(title=f"Wombats now {number}", published_on=today, **text)
        build(title=f"Wombats drafted {number}", published_on=None, **text)
        build(title=f"Wombats tomorrow {number}", published_on=tomorrow, **text)
        build(title=f"Untitled {number}", published_on=None, **text)
    assert sorted(titles(client, q="wombats")) == [f"Wombats now {number}" for number in range(3)]
    assert sorted(titles(client, q="wombat")) == [f"Wombats now {number}" for number in range(3)]


def test_the_name_of_a_metric_in_a_text_is_no_word_of_it(client: Client) -> None:
    token = "{{ metric:modern_gov_boroughs|then }}"
    factories.finding(title="On committees", summary=f"{token} wombats", body=token)
    factories.case_study(title="On walks", body=token, outcome=f"Wombats {token}.")
    factories.recommendation(title="On advice", body=f"Of wombats {token} run.")
    for question in ("metric", "modern_gov_boroughs", "boroughs"):
        assert not {"On committees", "On walks", "On advice"} & set(titles(client, q=question))
    assert sorted(titles(client, q="wombats")) == ["On advice", "On committees", "On walks"]


def test_the_text_of_research_is_read_in_all_forms_of_a_word(client: Client) -> None:
    factories.finding(title="On buying", body="Boroughs negotiated together.")
    factories.case_study(title="Apart", summary="Nobody was negotiating.", body="-")
    assert sorted(titles(client, q="negotiates")) == ["Apart", "On buying"]


def test_accents_case_and_signs_make_no_difference(client: Client) -> None:
    factories.product("Café-Manager+", slug="cafe")
    for question in ("cafe manager", "CAFÉ MANAGER", "cafemanager", "café‑manager", "Cafe/Manager"):
        assert titles(client, q=question)[0] == "Café-Manager+", question


def test_a_service_area_leads_to_its_systems(client: Client) -> None:
    area = factories.service_area("Housing", slug="housing", also_called="council homes; HRA")
    factories.function("Repairs", slug="repairs", service_area=area)
    for question in ("hra", "council homes", "housing"):
        hit = client.get("/search/", {"q": question}).context["listing"].best[0]
        assert hit.address == "/systems/?service_area=housing"
    assert client.get("/search/", {"q": "repairs"}).context["listing"].best[0].address == (
        "/functions/repairs/"
    )


def test_a_function_that_is_named_comes_first(client: Client) -> None:
    names = ("Housing management", "Council tax", "Library management")
    functions = [factories.function(name) for name in names]
    for function in functions:
        product = factories.product(f"{function} Suite", functions=[function])
        system = factories.system(function=function, product=product)
        factories.contract(title=f"{function} system", functions=[function], systems=[system])
        hit = client.get("/search/", {"q": function.name}).context["listing"].hits[0]
        assert hit.address == function.get_absolute_url()


def test_boroughs_are_never_ordered_by_what_they_have(client: Client) -> None:
    product = factories.product("Mosaic")
    for name, satisfaction in (("Alpha", 1), ("Beta", 5), ("Gamma", 3)):
        factories.system(
            borough=factories.borough(name), product=product, satisfaction=satisfaction
        )
    names = titles(client, q="mosaic", kind="system")
    assert names == ["Mosaic in Alpha", "Mosaic in Beta", "Mosaic in Gamma"]


def test_a_contract_is_found_by_number_title_and_supplier(client: Client) -> None:
    contract = factories.contract(
        title="Payroll bureau",
        reference="AB/12-3",
        ocid="ocds-b5fd17-1234",
        supplier=factories.supplier("Zellis"),
    )
    factories.contract(title="Something else")
    for question in ("ab/12-3", "OCDS-B5FD17-1234", "payroll bureaux", "pay roll bureau", "zellis"):
        page = client.get("/search/", {"q": question})
        addresses = [hit.address for hit in page.context["listing"].hits]
        assert contract.get_absolute_url() in addresses, question
        assert len([address for address in addresses if address.startswith("/contracts/")]) == 1, (
            question
        )


def test_levels_of_fit_come_in_their_order(client: Client) -> None:
    for name in (
        "Liquid",  # the whole name
        "Liquid Gold",  # begins with the word
        "Liquidator",  # begins with the letters
        "New Liquid Thing",  # holds the word
        "New Liquidator Thing",  # holds a word that begins so
        "Semiliquid",  # holds the letters
        "Liqiud",  # spelt alike
    ):
        factories.supplier(name)
    best = ["Liquid", "Liquid Gold", "Liquidator", "New Liquid Thing", "New Liquidator Thing"]
    assert titles(client, q="liquid", kind="supplier")[:6] == [*best, "Semiliquid"]
