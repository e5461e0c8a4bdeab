"""Long CSV files: copied once to a file that all are sent while it grows, or a clear 503."""

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from citytools.exports import csv_copy
from citytools.exports.tables import ExportMetadata

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER = tmp_path / "files"
    settings.MAX_CACHED_FILE_BYTES = 10_000_000


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


METADATA = ExportMetadata("Some", 1, "", "/", "/data/", timezone.now())


def start(table: Any, key: str | None = None) -> csv_copy.CsvReader:
    return csv_copy.open_csv_copy(table, METADATA, key)


def free_slots() -> tuple[int, int]:
    """How many copies and files there may be besides those there are."""
    return csv_copy._copies._value, csv_copy._files._value


def test_rows_can_be_read_before_the_last_is_written() -> None:
    table = FakeTable()
    reader = start(table)
    assert (reader.copy.row_count, reader.read(100)) == (2, b"first\n")
    assert reader.read_nowait(100) is None
    table.go_on.set()
    assert reader.read(100) == b"second\n"
    assert reader.read(100) == b""
    reader.close()


def test_connection_is_free_while_the_file_is_still_read() -> None:
    table = FakeTable()
    copies, files = free_slots()
    reader = start(table)
    assert free_slots() == (copies - 1, files - 1)
    table.go_on.set()
    reader.copy._thread.join()
    assert free_slots() == (copies, files - 1)
    reader.close()
    reader.close()
    assert free_slots() == (copies, files)


def test_a_full_disk_breaks_the_file_off_and_leaves_nothing(tmp_path: Path) -> None:
    before = free_slots()
    table = FakeTable(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    reader = start(table)
    reader.cache_when_complete({})
    assert reader.read(100) == b"first\n"
    table.go_on.set()
    with pytest.raises(csv_copy.CopyError):
        reader.read(100)
    reader.close()
    assert free_slots() == before
    assert list((tmp_path / "files").iterdir()) == []


def test_all_who_ask_meanwhile_read_one_copy_from_its_beginning() -> None:
    table, never_asked = FakeTable(), FakeTable()
    before = free_slots()
    readers = [start(table, "key"), start(never_asked, "key")]
    assert readers[0].read(100) == b"first\n"
    late = start(never_asked, "key")
    assert {reader.copy for reader in (*readers, late)} == {late.copy}
    assert free_slots() == (before[0] - 1, before[1] - 1)
    table.go_on.set()
    assert [whole(reader) for reader in (*readers, late)] == [
        *(b"second\n", b"first\nsecond\n", b"first\nsecond\n")
    ]
    for reader in (*readers, late):
        reader.close()
    assert free_slots() == before
    assert not csv_copy._in_progress


def whole(reader: csv_copy.CsvReader) -> bytes:
    """What is left to read."""
    return b"".join(iter(lambda: reader.read(5), b""))


def test_many_who_ask_at_once_read_one_copy() -> None:
    table = FakeTable()
    with ThreadPoolExecutor(12) as pool:
        readers = list(pool.map(lambda _: start(table, "key"), range(12)))
    assert len({id(reader.copy) for reader in readers}) == 1
    table.go_on.set()
    assert {whole(reader) for reader in readers} == {b"first\nsecond\n"}
    for reader in readers:
        reader.close()


def test_who_leaves_stops_no_copy_that_another_reads() -> None:
    table = FakeTable()
    first, second = start(table, "key"), start(table, "key")
    assert first.read(100) == b"first\n"
    first.close()
    assert not first.copy.finished.is_set()
    table.go_on.set()
    assert whole(second) == b"first\nsecond\n"
    second.close()


class EndlessTable(FakeTable):
    """Waits in the database until it is cancelled."""

    def write(self, file: IO[bytes]) -> int:
        with csv_copy.connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        return 2


def test_the_last_who_leaves_stops_the_query() -> None:
    before = free_slots()
    readers = [start(EndlessTable(), "key") for _ in range(2)]
    readers[0].close()
    assert csv_copy._in_progress
    readers[1].close()
    assert readers[0].copy.error
    assert not csv_copy._in_progress
    assert free_slots() == before


def test_what_failed_is_joined_by_nobody_and_begun_anew() -> None:
    failing, table = FakeTable(LookupError("the database went")), FakeTable()
    first, second = start(failing, "key"), start(failing, "key")
    failing.go_on.set()
    for reader in (first, second):
        with pytest.raises(csv_copy.CopyError):
            whole(reader)
    third = start(table, "key")
    table.go_on.set()
    assert whole(third) == b"first\nsecond\n"
    for reader in (first, second, third):
        reader.close()


def test_a_failed_count_leaves_no_copy_behind() -> None:
    class Uncountable(FakeTable):
        def count(self) -> int:
            raise LookupError("the database went")

    before = free_slots()
    with pytest.raises(LookupError):
        start(Uncountable())
    assert free_slots() == before
