"""A page that was made is sent again until anything changes; what differs by reader never is.

Asked through the whole WSGI application, for kept pages lie ahead of Django.
"""

import gzip
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.core.signals import request_finished, request_started
from django.db import OperationalError, ProgrammingError, close_old_connections, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from citytools import kept, patience, versions, wsgi
from systems.models import System
from tests import factories
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept(settings: Settings) -> Iterator[None]:
    settings.KEPT_PAGES = 300
    kept.forget()
    # As Django's own client does: the test's transaction ends with its connection
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


class Served(Client):
    """Asks as a browser does: the whole application, with what is kept ahead of Django."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.handler = _through  # type: ignore[assignment]


def _through(environ: dict[str, Any]) -> HttpResponse:
    told: list[Any] = []
    parts = wsgi.application(environ, lambda *words: told.extend(words))
    content = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    response = HttpResponse(content, status=int(told[0][:3]))
    del response["Content-Type"]
    for name, value in told[1]:
        if name == "Set-Cookie":
            response.cookies.load(value)
        response[name] = value
    response.wsgi_request = WSGIRequest(environ)  # type: ignore[attr-defined]
    return response


@pytest.fixture
def client() -> Client:
    """Somebody who is not signed in."""
    return Served()


def asked(client: Client, address: str, **headers: str) -> tuple[bytes, int]:
    """What is answered, and by how many queries."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, headers=headers)
        content = b"".join(response)
    assert response.status_code == 200
    return content, len(queries)


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
    plain, _ = asked(client, "/about/")
    compressed, many = asked(client, "/about/", **{"accept-encoding": "gzip"})
    assert many > 1
    assert gzip.decompress(compressed) == plain
    again, one = asked(client, "/about/", **{"accept-encoding": "gzip"})
    assert (again, one) == (compressed, 1)
    assert asked(client, "/about/") == (plain, 1)


def test_a_write_makes_the_page_anew(client: Client) -> None:
    factories.system()
    assert b"1 system" in asked(client, "/systems/")[0]
    System.objects.update(note="by one statement")
    assert asked(client, "/systems/")[1] > 1
    factories.system()
    assert b"2 systems" in asked(client, "/systems/")[0]


def test_addresses_hosts_and_methods_are_told_apart(client: Client) -> None:
    factories.contract()
    client.head("/contracts/")
    whole, many = asked(client, "/contracts/")
    assert whole
    assert many > 1
    for other in ("/contracts/?sort=title", "/contracts/?q=zzz"):
        assert asked(client, other)[1] > 1
    assert asked(client, "/contracts/", host="localhost")[1] > 1


@pytest.mark.parametrize("address", ["/contracts/contracts.csv", "/contracts/contracts.json"])
def test_files_and_documents_are_made_each_time(client: Client, address: str) -> None:
    factories.contract()
    assert asked(client, address)[1] > 1
    assert asked(client, address)[1] > 1


def test_what_is_wrong_or_very_large_is_not_kept(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/systems/?borough=atlantis").status_code == 400
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/systems/?borough=atlantis").status_code == 400
    assert len(queries) > 1
    monkeypatch.setattr(kept, "LARGEST", 100)
    asked(client, "/about/")
    assert asked(client, "/about/")[1] > 1


def test_who_is_signed_in_neither_gets_nor_leaves_a_kept_page(client: Client) -> None:
    public, _ = asked(client, "/about/")
    staff = signed_in(Served())
    assert asked(staff, "/about/")[1] > 1
    assert asked(staff, "/about/")[1] > 1
    assert asked(client, "/about/") == (public, 1)
    assert "no-store" in staff.get("/about/")["Cache-Control"]


@pytest.mark.parametrize("had", ["{}", '"other", {}', "{strong}"])
def test_an_unchanged_page_is_still_a_304(client: Client, had: str) -> None:
    plain = client.get("/about/")
    kept.forget()
    etag = plain["ETag"]
    same = {"If-None-Match": had.format(etag, strong=etag.removeprefix("W/"))}
    by_django = client.get("/about/", headers=same)
    assert by_django.status_code == 304
    asked(client, "/about/")
    with CaptureQueriesContext(connection) as queries:
        again = client.get("/about/", headers=same)
    assert (again.status_code, again.content, len(queries)) == (304, b"", 1)
    for name in ("ETag", "Last-Modified", "Cache-Control", "Content-Security-Policy"):
        assert again[name] == plain[name] == by_django[name]
    assert not kept._OF_CONTENT & set(again.headers)


def test_whether_there_is_anything_is_answered_by_django(client: Client) -> None:
    """The same, whether the page is kept or not."""
    for _ in range(2):
        assert client.get("/about/", headers={"If-None-Match": "*"}).status_code == 200
        asked(client, "/about/")


@pytest.mark.parametrize("charset", ["cp037", "latin-1", "utf-16", "rot13", "base64", "undefined"])
@pytest.mark.parametrize("address", ["/systems/", "/systems/systems.csv"])
def test_nobodys_charset_leaves_another_page_for_others(
    client: Client, address: str, charset: str, settings: Settings, tmp_path: Path
) -> None:
    """Django reads a query by the charset of the request's Content-Type, which no ETag knows."""
    settings.FILES_FOLDER, settings.KEPT_FILES_BYTES = tmp_path, 1_000_000
    for name in ("Barnet", "Café"):
        factories.system(borough=factories.borough(name), product=factories.product(name))
    query = {"q": "Café"}
    odd = client.get(address, query, headers={"Content-Type": f"text/plain; charset={charset}"})
    after = client.get(address, query)
    kept.forget()
    settings.KEPT_FILES_BYTES = 0
    right = b"".join(client.get(address, query))
    assert b"".join(odd) == b"".join(after) == right
    assert "Café".encode() in right
    assert b"Barnet,Barnet" not in right


def test_long_addresses_and_headers_fill_no_memory(client: Client) -> None:
    long = "x" * 3_000
    for _ in range(2):
        assert asked(client, f"/systems/?q={long[:90]}&borough=")[1] > 0
        assert client.get("/about/", headers={"X-Forwarded-Proto": long}).status_code == 200
    assert all(len("".join(map(str, key))) < 2_100 for key in kept._pages)
    first, _ = asked(client, "/about/", **{"x-forwarded-proto": "http,one"})
    assert asked(client, "/about/", **{"x-forwarded-proto": f"http,{long}"}) == (first, 1)


def test_who_has_an_older_page_gets_the_kept_one(client: Client) -> None:
    older = {"If-None-Match": 'W/"older"', "If-Modified-Since": "Fri, 27 Nov 2026 09:00:00 GMT"}
    made, many = asked(client, "/about/", **older)
    assert many > 1
    assert asked(client, "/about/", **older) == (made, 1)
    assert asked(client, "/about/") == (made, 1)


def test_what_failed_on_its_way_out_is_not_kept() -> None:
    django = kept.first(lambda environ, start: _failing(environ, start))
    environ = RequestFactory().get("/about/").META
    assert django(environ, lambda *_: None) == [b"sorry"]
    assert not kept._pages


def _failing(environ: dict[str, Any], start: Any) -> list[bytes]:
    environ[kept._MARK] = ("version", "etag")
    start("500 Internal Server Error", [])
    return [b"sorry"]


@pytest.mark.parametrize("name", ["If-Match", "If-Modified-Since", "If-Unmodified-Since"])
def test_other_conditions_are_djangos(client: Client, name: str) -> None:
    asked(client, "/about/")
    told = client.get("/about/", headers={name: '"other"'})
    assert told.status_code == (HTTPStatus.PRECONDITION_FAILED if name == "If-Match" else 200)


def test_a_kept_page_is_not_sent_while_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(client, "/about/")

    for fault in (OperationalError("no connection"), ProgrammingError("no such table")):

        def away(fault: Exception = fault) -> versions.Version:
            raise fault

        monkeypatch.setattr(versions, "present", away)
        with pytest.raises(type(fault)):  # Django's own, for which it has a page
            client.get("/about/")


def test_a_connection_made_for_the_version_is_bounded(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(client, "/about/")
    found: list[bool] = []
    monkeypatch.setattr(versions, "present", lambda: found.append(patience._asked.get()))
    with pytest.raises(AttributeError):
        client.get("/about/")
    assert found == [True]


def test_a_page_for_somebody_with_a_forms_token_is_not_kept(client: Client) -> None:
    visitor = Served()
    visitor.get("/admin/login/")  # leaves the cookie of a form, and no session
    assert "csrftoken" in visitor.cookies
    assert asked(visitor, "/about/")[1] > 1
    assert asked(visitor, "/about/")[1] > 1
    assert asked(client, "/about/")[1] > 1  # nor was it left for others


def test_a_kept_page_is_not_written_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(client, "/about/")
    monkeypatch.setattr(kept, "_keep", lambda *_: pytest.fail("it is kept already"))
    assert asked(client, "/about/")[1] == 1


def test_those_asked_for_last_stay(client: Client, settings: Settings) -> None:
    settings.KEPT_PAGES = 2
    for address in ("/about/", "/accessibility/", "/about/", "/research/"):
        asked(client, address)
    assert [asked(client, one)[1] == 1 for one in ("/about/", "/research/")] == [True, True]
    assert asked(client, "/accessibility/")[1] > 1


def test_none_is_kept_where_it_is_turned_off(client: Client, settings: Settings) -> None:
    settings.KEPT_PAGES = 0
    asked(client, "/about/")
    assert asked(client, "/about/")[1] > 1
