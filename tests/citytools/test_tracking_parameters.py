"""What newsletters and social media add to an address changes nothing of what is answered."""

import html
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from citytools.http import page_cache
from citytools.http.page_cache import without_tracking
from tests import factories
from tests.pages import read, text_of
from tests.served import Served, fetch
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

TRACKED = "utm_source=news&fbclid=IwAR0&UTM_Campaign=a%26b&gclid=&mc_cid&_ga=1.2"
ADDRESSES = [
    *(
        "/",
        "/boroughs/",
        "/boroughs/compare/",
        "/systems/",
        "/systems/map/",
        "/systems/products/",
        "/functions/",
    ),
    *("/systems/suppliers/", "/contracts/", "/contracts/together/", "/contracts/timeline/"),
    *("/contracts/pipeline/", "/contracts/frameworks/", "/contracts/concentration/"),
    *("/contracts/transparency/", "/skills/", "/skills/training/", "/research/", "/search/"),
    *("/research/metrics/", "/research/report/", "/about/glossary/", "/data/", "/accessibility/"),
    *("/systems/systems.csv", "/systems/systems.json", "/contracts/contracts.ocds.json"),
    *("/contracts/contracts.ics", "/contracts/contracts.atom", "/research/research.atom"),
    *("/contracts/together.ics", "/research/report.json", "/data/openapi.json"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_trackers_is_the_same_address(client: Client, address: str) -> None:
    factories.contract(systems=[factories.system()])
    plain, tracked = client.get(address), client.get(f"{address}?{TRACKED}")
    assert (plain.status_code, tracked.status_code) == (200, 200)
    assert tracked["ETag"] == plain["ETag"]
    said = _said(tracked)
    assert len(said) == len(_said(plain))  # a time of reading may differ, an address may not
    assert not [name for name in ("utm_", "UTM_", "fbclid", "gclid", "mc_cid") if name in said]


def _said(response: Any) -> str:
    """Headers and body, as a reader of the answer has them."""
    return unquote(f"{dict(response.items())} {b''.join(response).decode()}")


def test_the_error_page_and_what_is_not_understood_name_no_tracker(client: Client) -> None:
    assert "utm_" not in _said(client.get(f"/no-such-page/?{TRACKED}"))
    wrong = client.get(f"/systems/?{TRACKED}&surprise=1")
    assert wrong.status_code == 400
    words = html.unescape(text_of(wrong))
    assert "“surprise” is not understood here" in words
    assert "fbclid" not in words


@pytest.mark.parametrize(
    "name", ["utm", "utm_", "mc", "mc_", "_gallery", "ga", "xutm_source", "gclid2", "utm-source"]
)
def test_a_name_that_only_begins_alike_is_named(client: Client, name: str) -> None:
    response = client.get("/systems/systems.csv", {name: "1"})
    assert response.status_code == 400
    assert f"“{name}” is not understood here" in text_of(response)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("utm_source=x", ""),
        ("a=1&utm_source=x&a=2", "a=1&a=2"),
        ("q=a+b%20c&GCLID=1&e=&&f;g=%zz", "q=a+b%20c&e=&&f;g=%zz"),
        ("utm%5Fsource=x&q=utm_source%3Dy", "q=utm_source%3Dy"),
        ("q=caf\xc3\xa9&_gl=1*abc", "q=caf\xc3\xa9"),
        ("gbraid=1&wbraid=2&msclkid=3&mkt_tok=4&igshid=5&mtm_campaign=6&twclid", ""),
        ("borough=camden", "borough=camden"),
    ],
)
def test_the_rest_of_a_query_keeps_its_bytes_and_its_order(query: str, left: str) -> None:
    assert without_tracking(query) == left


def test_links_of_a_narrowed_list_carry_no_tracker(client: Client) -> None:
    for _ in range(30):
        factories.system(hosting="saas")
    page = client.get(f"/systems/?hosting=saas&{TRACKED}")
    links = read(page).links
    assert any("page=2" in link for link in links)
    assert not [link for link in links if "utm_" in link or "fbclid" in link]
    document = client.get(f"/systems/systems.json?limit=10&{TRACKED}").json()
    addresses = [document["meta"][name] for name in ("self", "next", "page")]
    assert not [address for address in addresses if "utm_" in address or "mc_cid" in address]


@pytest.mark.usefixtures("kept_pages")
def test_a_page_is_made_once_for_readers_of_every_newsletter() -> None:
    client = Served()
    first, many = fetch(client, "/systems/?utm_source=monday")
    assert many > 1
    for address in ("/systems/?utm_source=friday&fbclid=x", "/systems/"):
        assert fetch(client, address) == (first, 1)
    assert len(page_cache._pages) == 1


def test_signing_in_leads_to_where_staff_wanted_to_go(client: Client) -> None:
    response = client.get("/admin/systems/system/?q=mosaic&utm_source=news")
    assert response["Location"] == "/admin/login/?next=/admin/systems/system/%3Fq%3Dmosaic"
    own = client.get(f"{response['Location']}&utm_source=news")
    assert own.context["next"] == "/admin/systems/system/?q=mosaic"


def test_staff_lists_open_with_trackers(client: Client) -> None:
    factories.system()
    response = signed_in(client).get("/admin/systems/system/?utm_source=news&q=borough")
    assert response.status_code == 200  # an unknown name sends a list of staff's to ?e=1
