"""Long CSV files: copied to a file that is sent while it grows, or a clear 503."""

import errno
import os
import threading
from pathlib import Path
from typing import IO, Any

import pytest
from django.test import Client
from pytest_django import Settings

from citytools.exports import export
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "/systems/suppliers/suppliers.csv"


@pytest.fixture(autouse=True)
def _few_rows_are_many(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    monkeypatch.setattr(export, "MAX_ROWS_SENT_WHOLE", 0)
    settings.FILES_FOLDER = tmp_path / "files"
    factories.supplier()


class FakeTable:
    """Writes one line, then waits, then fails if told to."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault, self.go_on = fault, threading.Event()

    def count(self) -> int:
        return 2

    def write(self, file: IO[bytes]) -> int:
        file.write(b"first\n")
        file.flush()
        self.go_on.wait(10)
        if self.fault:
            raise self.fault
        file.write(b"second\n")
        return 2


def start(table: Any) -> export.CsvCopy:
    return export.start_csv_copy(table)


def free_slots() -> tuple[int, int]:
    """How many copies and files there may be besides those there are."""
    return export._copies._value, export._files._value


def test_rows_can_be_read_before_the_last_is_written() -> None:
    table = FakeTable()
    copy = start(table)
    assert (copy.row_count, copy.read(100)) == (2, b"first\n")
    assert copy.read_nowait(100) is None
    table.go_on.set()
    assert copy.read(100) == b"second\n"
    assert copy.read(100) == b""
    copy.close()


def test_connection_is_free_while_the_file_is_still_read() -> None:
    table = FakeTable()
    copies, files = free_slots()
    copy = start(table)
    assert free_slots() == (copies - 1, files - 1)
    table.go_on.set()
    copy._thread.join()
    assert free_slots() == (copies, files - 1)
    copy.close()
    copy.close()
    assert free_slots() == (copies, files)


def test_a_full_disk_breaks_the_file_off_and_leaves_nothing(tmp_path: Path) -> None:
    before = free_slots()
    table = FakeTable(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    copy = start(table)
    assert copy.read(100) == b"first\n"
    table.go_on.set()
    with pytest.raises(export.CopyError):
        copy.read(100)
    copy.close()
    assert free_slots() == before
    assert list((tmp_path / "files").iterdir()) == []


def test_the_whole_file_is_sent(client: Client) -> None:
    response = client.get(PLACE)
    lines = b"".join(response).decode().splitlines()
    assert response["X-Row-Count"] == "1"
    assert len(lines) == 2


@pytest.mark.parametrize("slots", ["_copies", "_files"])
def test_503_where_as_many_are_sent_as_may_be(
    client: Client, monkeypatch: pytest.MonkeyPatch, slots: str
) -> None:
    monkeypatch.setattr(export, slots, threading.Semaphore(0))
    files = export._files._value
    response = client.get(PLACE)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert export._files._value == files


def test_503_where_the_disk_is_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_options: Any) -> IO[bytes]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = free_slots()
    monkeypatch.setattr(export.tempfile, "TemporaryFile", full)
    response = client.get(PLACE)
    assert (response.status_code, response["Retry-After"]) == (503, "300")
    assert b"disk is full" in response.content
    assert free_slots() == before


def test_a_failed_count_leaves_no_copy_behind() -> None:
    class Uncountable(FakeTable):
        def count(self) -> int:
            raise LookupError("the database went")

    before = free_slots()
    with pytest.raises(LookupError):
        start(Uncountable())
    assert free_slots() == before
