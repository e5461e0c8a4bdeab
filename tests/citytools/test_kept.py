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
from tests.served import Served, get_counted
from tests.staff import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


@pytest.fixture
def client() -> Client:
    """Somebody who is not signed in."""
    return Served()


@pytest.mark.parametrize("address", ["/", "/systems/", "/systems/?q=a", "/research/", "/about/"])
def test_the_same_page_is_made_once(client: Client, address: str) -> None:
    factories.contract(systems=[factories.system()])
    first = client.get(address)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address)
    assert len(queries) == 1
    assert again.content == first.content
    assert dict(again.items()) == dict(first.items())


def test_compressed_and_plain_are_told_apart(client: Client) -> None:
    plain, _ = get_counted(client, "/about/")
    compressed, many = get_counted(client, "/about/", **{"accept-encoding": "gzip"})
    assert many > 1
    assert gzip.decompress(compressed) == plain
    again, one = get_counted(client, "/about/", **{"accept-encoding": "gzip"})
    assert (again, one) == (compressed, 1)
    assert get_counted(client, "/about/") == (plain, 1)


def test_a_write_makes_the_page_anew(client: Client) -> None:
    factories.system()
    assert b"1 system" in get_counted(client, "/systems/")[0]
    System.objects.update(note="by one statement")
    assert get_counted(client, "/systems/")[1] > 1
    factories.system()
    assert b"2 systems" in get_counted(client, "/systems/")[0]


def test_addresses_hosts_and_methods_are_told_apart(client: Client) -> None:
    factories.contract()
    client.head("/contracts/")
    whole, many = get_counted(client, "/contracts/")
    assert whole
    assert many > 1
    for other in ("/contracts/?sort=title", "/contracts/?q=zzz"):
        assert get_counted(client, other)[1] > 1
    assert get_counted(client, "/contracts/", host="localhost")[1] > 1


@pytest.mark.parametrize("address", ["/contracts/contracts.csv", "/contracts/contracts.json"])
def test_files_and_documents_are_made_each_time(client: Client, address: str) -> None:
    factories.contract()
    assert get_counted(client, address)[1] > 1
    assert get_counted(client, address)[1] > 1


def test_what_is_wrong_or_very_large_is_not_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/systems/?borough=atlantis").status_code == 400
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/systems/?borough=atlantis").status_code == 400
    assert len(queries) > 1
    monkeypatch.setattr(page_cache, "MAX_PAGE_BYTES", 100)
    get_counted(client, "/about/")
    assert get_counted(client, "/about/")[1] > 1


def test_who_is_signed_in_neither_gets_nor_leaves_a_kept_page(client: Client) -> None:
    public, _ = get_counted(client, "/about/")
    staff = signed_in(Served())
    assert get_counted(staff, "/about/")[1] > 1
    assert get_counted(staff, "/about/")[1] > 1
    assert get_counted(client, "/about/") == (public, 1)
    assert "no-store" in staff.get("/about/")["Cache-Control"]


def test_a_page_for_somebody_with_a_forms_token_is_not_kept(client: Client) -> None:
    visitor = Served()
    visitor.get("/admin/login/")  # leaves the cookie of a form, and no session
    assert "csrftoken" in visitor.cookies
    assert get_counted(visitor, "/about/")[1] > 1
    assert get_counted(visitor, "/about/")[1] > 1
    assert get_counted(client, "/about/")[1] > 1  # nor was it left for others


def test_a_kept_page_is_not_written_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    get_counted(client, "/about/")
    monkeypatch.setattr(page_cache, "_keep", lambda *_: pytest.fail("it is kept already"))
    assert get_counted(client, "/about/")[1] == 1


def test_those_asked_for_last_stay(client: Client, settings: Settings) -> None:
    settings.KEPT_PAGES = 2
    for address in ("/about/", "/accessibility/", "/about/", "/research/"):
        get_counted(client, address)
    assert [get_counted(client, one)[1] == 1 for one in ("/about/", "/research/")] == [True, True]
    assert get_counted(client, "/accessibility/")[1] > 1


def test_none_is_kept_where_it_is_turned_off(client: Client, settings: Settings) -> None:
    settings.KEPT_PAGES = 0
    get_counted(client, "/about/")
    assert get_counted(client, "/about/")[1] > 1
