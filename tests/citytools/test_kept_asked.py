"""Kept pages against conditions, charsets, long headers, and a database that is away."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from citytools.history import data_version
from citytools.http import outages, page_cache
from tests import factories
from tests.served import Served, fetch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


@pytest.fixture
def client() -> Client:
    """Somebody who is not signed in."""
    return Served()


@pytest.mark.parametrize("had", ["{}", '"other", {}', "{strong}"])
def test_an_unchanged_page_is_still_a_304(client: Client, had: str) -> None:
    plain = client.get("/systems/")
    page_cache.clear_page_cache()
    etag = plain["ETag"]
    same = {"If-None-Match": had.format(etag, strong=etag.removeprefix("W/"))}
    by_django = client.get("/systems/", headers=same)
    assert by_django.status_code == 304
    fetch(client, "/systems/")
    with CaptureQueriesContext(connection) as queries:
        again = client.get("/systems/", headers=same)
    assert (again.status_code, again.content, len(queries)) == (304, b"", 1)
    for name in ("ETag", "Last-Modified", "Cache-Control", "Content-Security-Policy"):
        assert again[name] == plain[name] == by_django[name]
    assert not page_cache._CONTENT_HEADERS & set(again.headers)


def test_whether_there_is_anything_is_answered_by_django(client: Client) -> None:
    """The same, whether the page is kept or not."""
    for _ in range(2):
        assert client.get("/systems/", headers={"If-None-Match": "*"}).status_code == 200
        fetch(client, "/systems/")


@pytest.mark.parametrize("charset", ["cp037", "latin-1", "utf-16", "rot13", "base64", "undefined"])
@pytest.mark.parametrize("address", ["/systems/", "/systems/systems.csv"])
def test_nobodys_charset_leaves_another_page_for_others(
    client: Client, address: str, charset: str, settings: Settings, tmp_path: Path
) -> None:
    """Django reads a query by the charset of the request's Content-Type, which no ETag knows."""
    settings.FILES_FOLDER, settings.MAX_CACHED_FILE_BYTES = tmp_path, 1_000_000
    for name in ("Barnet", "Café"):
        factories.system(borough=factories.borough(name), product=factories.product(name))
    query = {"q": "Café"}
    odd = client.get(address, query, headers={"Content-Type": f"text/plain; charset={charset}"})
    after = client.get(address, query)
    page_cache.clear_page_cache()
    settings.MAX_CACHED_FILE_BYTES = 0
    right = b"".join(client.get(address, query))
    assert b"".join(odd) == b"".join(after) == right
    assert "Café".encode() in right
    assert b"Barnet,Barnet" not in right


def test_long_addresses_and_headers_fill_no_memory(client: Client) -> None:
    long = "x" * 3_000
    for _ in range(2):
        assert fetch(client, f"/systems/?q={long[:90]}&borough=")[1] > 0
        assert client.get("/systems/", headers={"X-Forwarded-Proto": long}).status_code == 200
    assert all(len("".join(map(str, key))) < 2_100 for key in page_cache._pages)
    first, _ = fetch(client, "/systems/", **{"x-forwarded-proto": "http,one"})
    assert fetch(client, "/systems/", **{"x-forwarded-proto": f"http,{long}"}) == (first, 1)


def test_who_has_an_older_page_gets_the_kept_one(client: Client) -> None:
    older = {"If-None-Match": 'W/"older"', "If-Modified-Since": "Fri, 27 Nov 2026 09:00:00 GMT"}
    page, many = fetch(client, "/systems/", **older)
    assert many > 1
    assert fetch(client, "/systems/", **older) == (page, 1)
    assert fetch(client, "/systems/") == (page, 1)


def test_what_failed_on_its_way_out_is_not_kept() -> None:
    django = page_cache.PageCache(lambda environ, start: _failing(environ, start))
    environ = RequestFactory().get("/systems/").META
    assert django(environ, lambda *_: None) == [b"sorry"]
    assert not page_cache._pages


def _failing(environ: dict[str, Any], start: Any) -> list[bytes]:
    environ[page_cache._MARK] = ("version", "etag")
    start("500 Internal Server Error", [])
    return [b"sorry"]


@pytest.mark.parametrize("name", ["If-Match", "If-Modified-Since", "If-Unmodified-Since"])
def test_other_conditions_are_djangos(client: Client, name: str) -> None:
    fetch(client, "/systems/")
    wsgiresponse = client.get("/systems/", headers={name: '"other"'})
    assert wsgiresponse.status_code == (
        HTTPStatus.PRECONDITION_FAILED if name == "If-Match" else 200
    )


def test_a_kept_page_is_not_sent_while_the_database_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(client, "/systems/")

    for fault in (OperationalError("no connection"), ProgrammingError("no such table")):

        def away(fault: Exception = fault) -> data_version.Version:
            raise fault

        monkeypatch.setattr(data_version, "current_version", away)
        with pytest.raises(type(fault)):  # Django's own, for which it has a page
            client.get("/systems/")


def test_a_connection_made_for_the_version_is_bounded(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(client, "/systems/")
    bounded: list[bool] = []
    monkeypatch.setattr(
        data_version, "current_version", lambda: bounded.append(outages._in_request.get())
    )
    with pytest.raises(AttributeError):
        client.get("/systems/")
    assert bounded == [True]
