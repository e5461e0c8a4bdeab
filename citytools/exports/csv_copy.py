"""Long CSV files: COPY fills a file at full speed, and whoever asks is sent it while it grows.

The copy runs in a thread with a connection of its own, which is free again when it ends, however
slowly the file is read. (While readers were sent what came through a pipe, 70 slow ones held all 60
connections, and every page was a 500.) Those who ask a worker for the same file meanwhile read it
too. One snapshot holds the number of rows said before and the rows. The query is cancelled when the
last reader goes; the file has no name, so that it goes with the process too.
"""

import contextlib
import hashlib
import io
import os
import tempfile
import threading
from base64 import b64encode
from concurrent.futures import Future
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction

from citytools import worlds
from citytools.exports.tables import ExportMetadata, ExportTable
from citytools.http import file_response

MAX_COPIES = 4
"""Queries at a time in each worker."""
MAX_FILES = 16
"""Files at a time in each worker that are being copied or read: they fill the disk."""
MAX_SECONDS_PER_STATEMENT_SECOND = 10
"""A copy may take so many times as long as another statement of a request."""
_BUFFER = 128 * 1024
_POLL_SECONDS = 0.01
_copies = threading.BoundedSemaphore(MAX_COPIES)
_files = threading.BoundedSemaphore(MAX_FILES)
_lock = threading.Lock()
"""Of who reads which copy: held for moments only."""
_in_progress: dict[str, "CsvCopy"] = {}
"""Copies that others may read too, by the key under which their file will be cached."""


class TooManyCopiesError(Exception):
    """As many files are being copied or sent as may be."""


class CopyError(Exception):
    """The copy failed after a part of the file may have been sent."""


def open_csv_copy(table: ExportTable, metadata: ExportMetadata, key: str | None) -> "CsvReader":
    """A reader of the copy in progress under `key`, or of a new one, when its rows are counted.

    Without a key nobody else reads it. TooManyCopiesError where no more may begin.
    """
    with _lock:
        copy = _in_progress.get(key) if key else None
        if copy is None or copy.error:
            copy = _begin(table, metadata, key)
        reader = CsvReader(copy)
    try:
        copy.wait_for_row_count()
    except BaseException:
        reader.close()
        raise
    return reader


def _begin(table: ExportTable, metadata: ExportMetadata, key: str | None) -> "CsvCopy":
    if not _files.acquire(blocking=False):
        raise TooManyCopiesError
    with contextlib.ExitStack() as undo:
        undo.callback(_files.release)
        settings.FILES_FOLDER.mkdir(parents=True, exist_ok=True)
        # Not in /tmp, which may lie in memory
        file = undo.enter_context(tempfile.TemporaryFile(dir=settings.FILES_FOLDER, buffering=0))
        if not _copies.acquire(blocking=False):
            raise TooManyCopiesError
        undo.callback(_copies.release)
        copy = CsvCopy(table, metadata, file, key)
        undo.pop_all()  # its thread and its last reader let them go from here on
    return copy


class CsvCopy:
    """A file that a thread fills. It is open as long as the thread or a reader uses it."""

    def __init__(
        self, table: ExportTable, metadata: ExportMetadata, file: Any, key: str | None
    ) -> None:
        self.row_count = 0
        self.metadata = metadata
        self.error: BaseException | None = None
        self.finished = threading.Event()
        self.digest = ""
        self.size = 0
        """Digest and size are those of the whole file, once it is finished."""
        self._table, self._file, self._key = table, file, key
        self._counted: Future[int] = Future()
        self._driver: Any = None
        self._readers = 0
        self._users = 1
        self._headers: dict[str, str] | None = None
        self._thread = threading.Thread(
            target=worlds.in_same_world(self._run), name="csv-copy", daemon=True
        )
        self._thread.start()
        if key:
            _in_progress[key] = self

    def wait_for_row_count(self) -> None:
        """Set `row_count` to the number of rows of the whole file."""
        self.row_count = self._counted.result()

    def read_at(self, place: int, size: int) -> bytes:
        """Bytes that are there already."""
        return os.pread(self._file.fileno(), size, place)

    @property
    def is_complete(self) -> bool:
        """Whether the file is whole."""
        return self.finished.is_set() and self.error is None

    def add_reader(self) -> None:
        """Count a reader; the lock is held."""
        self._readers += 1
        self._users += 1

    def remove_reader(self) -> None:
        """Let a reader go; the last stops the copy, wherever it stands."""
        with _lock:
            self._readers -= 1
            abandoned = not self._readers and not self.finished.is_set()
            if abandoned:
                self._forget()  # nobody may join what is about to end
        if abandoned:
            self._cancel()
        self._leave()

    def cache_when_complete(self, headers: dict[str, str]) -> None:
        """Put the whole file into the cache of files, now or when it is finished."""
        with _lock:
            if self._headers is not None:
                return  # another reader's answer said the same
            self._headers = headers
            finished = self.finished.is_set()
        if finished:
            self._cache(headers)

    def _cancel(self) -> None:
        while self._thread.is_alive():
            if self._driver is not None:
                with contextlib.suppress(Exception):  # the thread may just have closed it
                    self._driver.cancel()
            self._thread.join(timeout=0.2)

    def _leave(self) -> None:
        with _lock:
            self._users -= 1
            if self._users:
                return
        self._file.close()
        _files.release()

    def _forget(self) -> None:
        if self._key and _in_progress.get(self._key) is self:
            del _in_progress[self._key]

    def _run(self) -> None:
        try:
            self._copy()
        except BaseException as error:
            self.error = error
            if not self._counted.done():
                self._counted.set_exception(error)
        with contextlib.suppress(Error):
            connection.close()
        _copies.release()
        with _lock:
            self.finished.set()
            headers = self._headers
        if headers is not None:
            self._cache(headers)
        with _lock:
            self._forget()  # not before: whoever asks now finds it in the cache
        self._leave()

    def _copy(self) -> None:
        milliseconds = round(settings.STATEMENT_SECONDS * 1000 * MAX_SECONDS_PER_STATEMENT_SECOND)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = %s", [milliseconds])
            self._driver = connection.connection
            self._counted.set_result(self._table.count())
            hashing = _HashingFile(self._file.fileno())
            # The driver writes row by row
            with io.BufferedWriter(hashing, _BUFFER) as buffer:
                self._table.write(buffer)
        self.size = hashing.size
        self.digest = f"sha-256=:{b64encode(hashing.digest.digest()).decode()}:"

    def _cache(self, headers: dict[str, str]) -> None:
        if self.error or not self._key:
            return
        with os.fdopen(os.dup(self._file.fileno()), "rb") as content:
            content.seek(0)
            file_response.cache_bytes(self._key, {**headers, **complete_headers(self)}, content)


class _HashingFile(io.RawIOBase):
    """Writes to a descriptor that stays open, and knows the SHA-256 of what it wrote."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any, /) -> int:
        """Write what there is room for."""
        written = os.write(self._descriptor, data)
        self.digest.update(memoryview(data)[:written])
        self.size += written
        return written


def complete_headers(copy: CsvCopy) -> dict[str, str]:
    """What only a whole file can say of itself."""
    return {"Content-Length": str(copy.size), "Repr-Digest": copy.digest}


class CsvReader:
    """A copy's file from its beginning. `read` waits for rows, `read_nowait` does not."""

    def __init__(self, copy: CsvCopy) -> None:
        """The lock is held."""
        self.copy, self._position, self._closed = copy, 0, False
        copy.add_reader()

    def read_nowait(self, size: int) -> bytes | None:
        """The next bytes, b"" at the end of the whole file; None where more are to come."""
        finished = self.copy.finished.is_set()  # asked first: what is written after it is no end
        part = self.copy.read_at(self._position, size)
        if not part and not finished:
            return None
        if not part and self.copy.error:
            raise CopyError("The file is not whole.") from self.copy.error
        self._position += len(part)
        return part

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end of the whole file."""
        while (part := self.read_nowait(size)) is None:
            self.copy.finished.wait(_POLL_SECONDS)
        return part

    def cache_when_complete(self, headers: dict[str, str]) -> None:
        """Put the whole file into the cache of files, now or when it is finished."""
        self.copy.cache_when_complete(headers)

    def close(self) -> None:
        """Let the file go; where nobody else reads it, stop copying."""
        if not self._closed:
            self._closed = True
            self.copy.remove_reader()
