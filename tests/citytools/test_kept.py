"""A page that was made is sent again until anything changes; what differs by reader never is."""

import gzip

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from citytools.http import page_cache
from systems.models import System
from tests import factories
from tests.served import Served, fetch
from tests.staff import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


@pytest.fixture
def client() -> Client:
    """Somebody who is not signed in."""
    return Served()


@pytest.mark.parametrize("address", ["/", "/systems/", "/systems/?q=a", "/research/"])
def test_the_same_page_is_made_once(client: Client, address: str) -> None:
    factories.contract(systems=[factories.system()])
    first = client.get(address)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address)
    assert len(queries) == 1
    assert again.content == first.content
    assert dict(again.items()) == dict(first.items())


def test_compressed_and_plain_are_told_apart(client: Client) -> None:
    plain, _ = fetch(client, "/systems/")
    compressed, many = fetch(client, "/systems/", **{"accept-encoding": "gzip"})
    assert many > 1
    assert gzip.decompress(compressed) == plain
    again, queries = fetch(client, "/systems/", **{"accept-encoding": "gzip"})
    assert (again, queries) == (compressed, 1)
    assert fetch(client, "/systems/") == (plain, 1)


def test_a_write_makes_the_page_anew(client: Client) -> None:
    factories.system()
    assert b"1 system" in fetch(client, "/systems/")[0]
    System.objects.update(note="by one statement")
    assert fetch(client, "/systems/")[1] > 1
    factories.system()
    assert b"2 systems" in fetch(client, "/systems/")[0]


def test_addresses_hosts_and_methods_are_told_apart(client: Client) -> None:
    factories.contract()
    client.head("/contracts/")
    whole, many = fetch(client, "/contracts/")
    assert whole
    assert many > 1
    for other in ("/contracts/?sort=title", "/contracts/?q=zzz"):
        assert fetch(client, other)[1] > 1
    assert fetch(client, "/contracts/", host="localhost")[1] > 1


@pytest.mark.parametrize("address", ["/contracts/contracts.csv", "/contracts/contracts.json"])
def test_files_and_documents_are_made_each_time(client: Client, address: str) -> None:
    factories.contract()
    assert fetch(client, address)[1] > 1
    assert fetch(client, address)[1] > 1


def test_what_is_wrong_or_very_large_is_not_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/systems/?borough=atlantis").status_code == 400
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/systems/?borough=atlantis").status_code == 400
    assert len(queries) > 1
    monkeypatch.setattr(page_cache, "MAX_PAGE_BYTES", 100)
    fetch(client, "/systems/")
    assert fetch(client, "/systems/")[1] > 1


def test_who_is_signed_in_neither_gets_nor_leaves_a_kept_page(client: Client) -> None:
    public, _ = fetch(client, "/systems/")
    staff = signed_in(Served())
    assert fetch(staff, "/systems/")[1] > 1
    assert fetch(staff, "/systems/")[1] > 1
    assert fetch(client, "/systems/") == (public, 1)
    assert "no-store" in staff.get("/systems/")["Cache-Control"]


def test_a_page_for_somebody_with_a_forms_token_is_not_kept(client: Client) -> None:
    visitor = Served()
    visitor.get("/admin/login/")  # leaves the cookie of a form, and no session
    assert "csrftoken" in visitor.cookies
    assert fetch(visitor, "/systems/")[1] > 1
    assert fetch(visitor, "/systems/")[1] > 1
    assert fetch(client, "/systems/")[1] > 1  # nor was it left for others


def test_a_kept_page_is_not_written_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch(client, "/systems/")
    monkeypatch.setattr(page_cache, "_store", lambda *_: pytest.fail("it is kept already"))
    assert fetch(client, "/systems/")[1] == 1


def test_those_asked_for_last_stay(client: Client, settings: Settings) -> None:
    settings.MAX_CACHED_PAGES = 2
    for address in ("/systems/", "/contracts/", "/systems/", "/research/"):
        fetch(client, address)
    assert [fetch(client, address)[1] == 1 for address in ("/systems/", "/research/")] == [
        True,
        True,
    ]
    assert fetch(client, "/contracts/")[1] > 1


def test_none_is_kept_where_it_is_turned_off(client: Client, settings: Settings) -> None:
    settings.MAX_CACHED_PAGES = 0
    fetch(client, "/systems/")
    assert fetch(client, "/systems/")[1] > 1
