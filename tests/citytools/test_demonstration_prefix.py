"""Addresses of the demonstration: what is there, what is not, and the way from page to twin."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_script_prefix
from pytest_django import Settings

from citytools import worlds
from citytools.worlds import World, addresses
from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sham() -> Any:
    """An invented product that Camden runs, beside a real one."""
    camden = factories.borough("Camden")
    factories.system(borough=camden, product=factories.product("Real"))
    made_up = factories.product("Sham", illustrative=True, manufacturer=None)
    return factories.system(borough=camden, product=made_up, source_kind="illustrative")


def twin(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    match = re.search(r'<ul class="ct-worlds".*?<a href="([^"]*)"', page, re.DOTALL)
    assert match, "no switch"
    return match[1].replace("&amp;", "&")


def test_the_demonstration_has_its_own_rows_band_and_file_names(client: Client) -> None:
    page = client.get("/demo/systems/")
    assert "Sham" in page.content.decode()
    assert "<strong>Demonstration:</strong>" in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"
    file = client.get("/demo/systems/systems.csv")
    assert file["Content-Disposition"] == 'attachment; filename="systems-demonstration.csv"'
    assert "Sham" in text_of(file)


def test_the_evidence_has_neither(client: Client) -> None:
    page = client.get("/systems/")
    assert "Sham" not in page.content.decode()
    assert "Demonstration:" not in page.content.decode()
    assert not page.has_header("X-Robots-Tag")
    assert "Sham" not in text_of(client.get("/systems/systems.csv"))


@pytest.mark.parametrize(
    "path", ["admin/", "healthz", "readyz", "static/css/site.css", ".well-known/security.txt"]
)
def test_what_there_is_once_has_no_twin(client: Client, path: str) -> None:
    assert client.get(f"/demo/{path}").status_code == 404
    assert client.get(f"/demo/demo/{path}").status_code == 404


def test_without_a_slash_it_redirects(client: Client) -> None:
    answer = client.get("/demo?measure=reporting")
    assert (answer.status_code, answer["Location"]) == (301, "/demo/?measure=reporting")


def test_without_a_demonstration_its_addresses_say_so(client: Client, settings: Settings) -> None:
    settings.DEMONSTRATION = False
    answer = client.get("/demo/systems/")
    assert answer.status_code == 404
    assert "This site has no demonstration" in answer.content.decode()
    assert "ct-worlds" not in client.get("/systems/").content.decode()


def test_the_switch_leads_to_the_twin_with_the_same_query(client: Client) -> None:
    assert twin(client, "/systems/?borough=camden&sort=product") == (
        "/demo/systems/?borough=camden&sort=product"
    )
    assert twin(client, "/demo/systems/?borough=camden") == "/systems/?borough=camden"
    assert twin(client, "/demo/") == "/"


def test_the_switch_leads_to_the_nearest_page_where_there_is_no_twin(
    client: Client, sham: Any
) -> None:
    assert twin(client, "/demo/systems/products/sham/") == "/systems/products/"
    assert twin(client, f"/demo/systems/{sham.key}/") == "/systems/"
    assert twin(client, "/demo/systems/?product=sham") == "/systems/"
    assert twin(client, "/demo/systems/products/real/") == "/systems/products/real/"


def test_every_link_of_a_page_stays_in_its_world(client: Client) -> None:
    for address in ("/demo/", "/demo/systems/", "/demo/boroughs/camden/", "/demo/search/?q=sham"):
        page = client.get(address).content.decode()
        links = re.findall(r'(?:href|action|src)="(/[^"]*)"', page)
        outside = {link for link in links if not link.startswith(("/demo/", "/static/"))}
        assert outside <= {twin(client, address), "/admin/"}, address


def test_an_error_leaves_nothing_of_the_demonstration_behind(client: Client) -> None:
    client.get("/demo/systems/no-such-key/")
    assert get_script_prefix() == "/"
    assert "Sham" not in client.get("/systems/").content.decode()


def test_the_admin_shows_a_record_in_its_world(sham: Any, settings: Settings) -> None:
    real: Callable[[Any], str | None] = addresses.record_address
    assert real(sham) == f"/demo/systems/{sham.key}/"
    assert real(sham.borough) == "/boroughs/camden/"
    settings.DEMONSTRATION = False
    assert real(sham) is None


def test_the_admin_sees_both_worlds(admin_client: Client) -> None:
    page = admin_client.get("/admin/systems/product/").content.decode()
    assert "Sham" in page
    assert "Real" in page


def test_addresses_written_by_hand_are_of_the_world() -> None:
    with addresses.visit_world(World.DEMONSTRATION):
        assert addresses.site_path("/systems/?a=b") == "/demo/systems/?a=b"
        assert worlds.world_file_name("map") == "map-demonstration"
    assert addresses.site_path("/systems/") == "/systems/"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/systems/?borough=camden&illustrative=no", "/systems/?borough=camden"),
        ("/systems/systems.csv?illustrative=no", "/systems/systems.csv"),
        ("/systems/?illustrative=yes&sort=product", "/demo/systems/?sort=product"),
        ("/research/report/?illustrative=yes", "/demo/research/report/"),
        ("/demo/systems/?illustrative=no", "/systems/"),
        ("/demo/systems/?illustrative=yes", "/demo/systems/"),
    ],
)
def test_the_filter_of_before_leads_to_its_world(client: Client, address: str, target: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (301, target)


def test_another_value_of_that_filter_is_not_understood(client: Client) -> None:
    assert client.get("/systems/?illustrative=maybe").status_code == 400


@pytest.mark.parametrize("value", ["yes", "no"])
def test_neither_redirect_nor_switch_leads_to_another_site(client: Client, value: str) -> None:
    elsewhere = "/demo//elsewhere.example/"
    answer = client.get(f"{elsewhere}?illustrative={value}")
    assert not answer["Location"].startswith("//")
    assert 'href="//' not in client.get(elsewhere).content.decode()
