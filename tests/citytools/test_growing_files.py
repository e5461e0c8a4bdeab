"""A long CSV from the site: sent while it grows, then known, and never to be mistaken for whole."""

import errno
import hashlib
import os
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from citytools.exports import csv_copy, export
from citytools.exports.tables import QueryTable
from citytools.history import data_version
from systems.models import Supplier
from tests import factories
from tests.machine.conftest import eventually
from tests.staff import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "/systems/suppliers/suppliers.csv"


@pytest.fixture(autouse=True)
def _few_rows_are_many(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    monkeypatch.setattr(export, "MAX_ROWS_SENT_WHOLE", 0)
    settings.FILES_FOLDER = tmp_path / "files"
    settings.MAX_CACHED_FILE_BYTES = 10_000_000
    factories.supplier()


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Set, it lets copies end that have written their rows."""
    event = threading.Event()
    write = QueryTable.write

    def write_and_wait(table: QueryTable, file: IO[bytes]) -> int:
        rows = write(table, file)
        file.flush()
        assert event.wait(10)
        return rows

    monkeypatch.setattr(QueryTable, "write", write_and_wait)
    yield event
    event.set()


def cached(settings: Settings) -> list[Path]:
    folder = settings.FILES_FOLDER / "kept"
    return list(folder.iterdir()) if folder.exists() else []


def test_the_first_answer_grows_and_all_later_ones_are_known(
    client: Client, settings: Settings, go_on: threading.Event
) -> None:
    growing = client.get(PLACE)
    parts = iter(growing)
    content = next(parts)
    assert growing["X-Row-Count"] == "1"
    assert growing["ETag"].startswith('"')
    assert {"Content-Length", "Repr-Digest", "Accept-Ranges"}.isdisjoint(growing.headers)
    go_on.set()
    content += b"".join(parts)
    assert eventually(lambda: bool(cached(settings)))
    known = client.get(PLACE)
    assert b"".join(known) == content
    assert len(content.splitlines()) == 2
    assert int(known["Content-Length"]) == len(content)
    digest = b64encode(hashlib.sha256(content).digest()).decode()
    assert known["Repr-Digest"] == f"sha-256=:{digest}:"
    for name in ("ETag", "X-Row-Count", "X-As-At", "Content-Disposition", "Last-Modified"):
        assert known[name] == growing[name]
    assert known["Accept-Ranges"] == "bytes"
    assert client.get(PLACE, headers={"If-None-Match": growing["ETag"]}).status_code == 304


def test_two_visitors_share_a_copy_and_its_time(client: Client, go_on: threading.Event) -> None:
    first, second = client.get(PLACE), client.get(PLACE)
    assert len(csv_copy._in_progress) == 1
    assert second["X-As-At"] == first["X-As-At"]
    go_on.set()
    assert b"".join(second) == b"".join(first)


def test_worlds_and_selections_share_no_copy(client: Client, go_on: threading.Event) -> None:
    factories.supplier("Sham (invented)", illustrative=True)
    asked = [client.get(f"{start}{PLACE}") for start in ("", "/demo")]
    asked.append(client.get(f"{PLACE}?columns=supplier"))
    assert len(csv_copy._in_progress) == 3
    go_on.set()
    texts = [b"".join(response) for response in asked]
    assert [b"Sham" in text for text in texts] == [False, True, False]
    assert len({response["ETag"] for response in asked}) == 3


def test_an_edit_between_two_visitors_parts_them(client: Client, go_on: threading.Event) -> None:
    first = client.get(PLACE)
    Supplier.objects.update(name="Another name")
    second = client.get(PLACE)
    assert len(csv_copy._in_progress) == 2
    go_on.set()
    assert [b"Another name" in b"".join(response) for response in (first, second)] == [False, True]


def test_who_is_signed_in_has_a_copy_to_themselves(
    client: Client, settings: Settings, go_on: threading.Event
) -> None:
    response = signed_in(client).get(PLACE)
    assert not csv_copy._in_progress
    go_on.set()
    assert b"".join(response).count(b"\n") == 2
    assert not cached(settings)


def test_what_changes_while_it_is_made_has_a_weak_tag_and_is_not_cached(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = iter([data_version.Version(key, timezone.now()) for key in "ab"])
    monkeypatch.setattr(data_version, "current_version", lambda: next(versions))
    response = client.get(PLACE)
    assert response["ETag"].startswith('W/"')
    assert b"".join(response).count(b"\n") == 2
    assert not cached(settings)


def test_a_copy_that_fails_is_not_cached(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = QueryTable.write

    def fail_at_the_end(table: QueryTable, file: IO[bytes]) -> int:
        write(table, file)
        file.flush()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(QueryTable, "write", fail_at_the_end)
    with pytest.raises(csv_copy.CopyError):
        b"".join(client.get(PLACE))
    assert not cached(settings)
    monkeypatch.setattr(QueryTable, "write", write)
    assert b"".join(client.get(PLACE)).count(b"\n") == 2


def test_a_file_too_large_for_the_cache_is_sent_and_leaves_the_others(
    client: Client, settings: Settings
) -> None:
    b"".join(client.get(PLACE))
    assert eventually(lambda: len(cached(settings)) == 1)
    settings.MAX_CACHED_FILE_BYTES = 3_000
    for letter in "abcdefghijklmnopqrst":
        factories.supplier(letter * 110)
    assert len(b"".join(client.get(PLACE))) > 4_000
    assert eventually(lambda: not csv_copy._in_progress)
    assert len(cached(settings)) == 1


def test_a_part_of_a_file_that_still_grows_is_the_whole(
    client: Client, go_on: threading.Event
) -> None:
    response = client.get(PLACE, headers={"Range": "bytes=0-3"})
    go_on.set()
    assert response.status_code == 200
    assert b"".join(response).count(b"\n") == 2


def test_a_short_file_is_known_from_its_first_answer_and_a_part_of_it(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MAX_ROWS_SENT_WHOLE", 5)
    part = client.get(PLACE, headers={"Range": "bytes=2-4"})
    assert (part.status_code, b"".join(part)) == (206, b"ppl")
    response = client.get(PLACE)
    content = b"".join(response)
    assert int(response["Content-Length"]) == len(content)
    assert response["Accept-Ranges"] == "bytes"
    assert cached(settings)


@pytest.mark.parametrize("slots", ["_copies", "_files"])
def test_503_where_as_many_are_sent_as_may_be(
    client: Client, monkeypatch: pytest.MonkeyPatch, slots: str
) -> None:
    monkeypatch.setattr(csv_copy, slots, threading.Semaphore(0))
    files = csv_copy._files._value
    response = client.get(PLACE)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert csv_copy._files._value == files


def test_503_where_the_disk_is_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_options: Any) -> IO[bytes]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = csv_copy._copies._value, csv_copy._files._value
    monkeypatch.setattr(csv_copy.tempfile, "TemporaryFile", full)
    response = client.get(PLACE)
    assert (response.status_code, response["Retry-After"]) == (503, "300")
    assert b"disk is full" in response.content
    assert (csv_copy._copies._value, csv_copy._files._value) == before


def test_two_copies_of_one_version_have_the_same_bytes(client: Client, settings: Settings) -> None:
    for letter in "zyxwv":
        factories.supplier(letter)
    response = client.get(PLACE)
    content = b"".join(response)
    assert eventually(lambda: bool(cached(settings)))
    for path in cached(settings):
        path.unlink()
    again = client.get(PLACE)
    assert (b"".join(again), again["ETag"]) == (content, response["ETag"])
