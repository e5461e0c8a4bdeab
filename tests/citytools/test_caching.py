"""What is unchanged is not sent again; what is private is never kept."""

import datetime
import gzip
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import http_date

from citytools.facts import dates
from citytools.history import data_version
from citytools.http import conditional_get
from contracts.models import Contract
from tests import factories
from tests.pages import text_of
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

ADDRESSES = [
    "/", "/systems/", "/systems/?q=a", "/data/", "/contracts/contracts.csv",
    "/contracts/contracts.json?limit=1", "/contracts/contracts.xlsx", "/search/?q=a", "/about/",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_unchanged_is_a_304_for_one_query(client: Client, address: str) -> None:
    factories.contract(systems=[factories.system()])
    first = client.get(address)
    assert first.status_code == 200
    b"".join(first)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, len(queries)) == (304, b"", 1)
    for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
        assert set(again[name].split(", ")) == set(first[name].split(", "))
    assert set(first["Cache-Control"].split(", ")) == {"public", "no-cache"}
    assert {"Accept-Encoding", "Cookie"} <= set(first["Vary"].split(", "))


def test_any_write_makes_every_page_new(client: Client) -> None:
    contract = factories.contract()
    before = client.get("/about/")["ETag"]
    Contract.objects.filter(pk=contract.pk).update(note="by one statement")
    after = client.get("/about/", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after["ETag"] != before


def test_the_etag_is_of_address_query_host_day_and_code(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    etags = {client.get(address)["ETag"] for address in ("/about/", "/systems/", "/systems/?q=a")}
    etags.add(client.get("/about/", headers={"host": "localhost"})["ETag"])
    etags.add(client.get("/about/", secure=True)["ETag"])
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2030, 1, 1))
    etags.add(client.get("/about/")["ETag"])
    other = data_version.Version("other", timezone.now())
    monkeypatch.setattr(data_version, "code_version", lambda: other)
    etags.add(client.get("/about/")["ETag"])
    assert len(etags) == 7
    assert client.head("/about/")["ETag"] in etags


def test_a_date_alone_counts_once_the_last_change_has_settled(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter = datetime.timedelta(minutes=16)
    for ago, status in ((quarter, 304), (datetime.timedelta(), 200)):
        changed = timezone.now() - ago
        version = data_version.Version("some", changed)
        monkeypatch.setattr(data_version, "current_version", lambda version=version: version)
        since = http_date(changed.timestamp())
        answer = client.get("/about/", headers={"If-Modified-Since": since})
        assert answer.status_code == status
        assert answer["Last-Modified"] == since


def test_what_the_signed_in_see_is_never_kept(client: Client) -> None:
    signed_in(client)
    for address in ("/", "/contracts/contracts.csv", "/admin/"):
        response = client.get(address)
        text_of(response)
        assert "ETag" not in response
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        assert "Content-Encoding" not in response


def test_the_sign_in_page_is_never_kept_or_compressed(client: Client) -> None:
    response = client.get("/admin/login/", headers={"Accept-Encoding": "gzip"})
    assert "no-store" in response["Cache-Control"]
    assert "ETag" not in response
    assert "Content-Encoding" not in response


def test_what_was_not_understood_or_found_has_no_etag(client: Client) -> None:
    for address in ("/systems/?surprise=1", "/nowhere/", "/contracts/contracts.csv?x=1"):
        assert "ETag" not in client.get(address)


def test_those_who_watch_the_service_ask_nothing_of_the_data(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert "ETag" not in client.get("/healthz")
    assert len(queries) == 0


def test_pages_and_documents_are_compressed_and_files_are_not(client: Client) -> None:
    for _ in range(30):
        factories.contract()
    taken = {"Accept-Encoding": "gzip"}
    for address in ("/contracts/", "/contracts/contracts.json"):
        packed, plain = client.get(address, headers=taken), client.get(address)
        assert packed["Content-Encoding"] == "gzip"
        assert len(packed.content) < len(plain.content) / 3
        assert "Content-Encoding" not in plain
        assert packed["ETag"] == plain["ETag"]
        if address.endswith("/"):
            assert gzip.decompress(packed.content) == plain.content
    file = client.get("/contracts/contracts.csv", headers=taken)
    assert "Content-Encoding" not in file
    assert len(text_of(file).encode()) == int(file["Content-Length"])


def test_no_public_page_holds_the_token_of_a_form(client: Client) -> None:
    for address in ("/", "/systems/", "/contracts/", "/skills/", "/search/?q=a", "/data/"):
        response = client.get(address)
        assert not response.cookies
        assert not re.search("csrfmiddlewaretoken", text_of(response))


def test_what_is_private_is_told_by_the_address_and_the_cookie() -> None:
    assert conditional_get.UNVERSIONED_PATHS == ("/admin/", "/healthz", "/readyz", "/.well-known/")


@pytest.mark.parametrize(
    ("address", "status"), [("/nowhere/", 404), ("/systems/999999/", 404), ("/systems/?x=1", 400)]
)
def test_what_is_not_there_is_unchanged_for_nobody(
    client: Client, address: str, status: int
) -> None:
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == status
    assert client.get("/about/", headers={"If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0.01", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("br", False),
        ("", False),
    ],
)
def test_gzip_is_sent_to_those_who_take_it(client: Client, accepted: str, compressed: bool) -> None:
    response = client.get("/about/", headers={"Accept-Encoding": accepted})
    assert (response.headers.get("Content-Encoding") == "gzip") is compressed
    assert "Accept-Encoding" in response["Vary"]
