"""Long CSV files: PostgreSQL copies them to a temporary file, which is sent while it grows.

The copy runs at full speed in a thread with a connection of its own, which is free again when it
ends, however slowly the file is read. (While readers were sent what came through a pipe, 70 slow
ones held all 60 connections, and every page was a 500.) One snapshot holds the number of rows said
before and the rows. When the reader goes, the query is cancelled; the file has no name, so that it
goes with the process too.
"""

import contextlib
import logging
import os
import tempfile
import threading
from concurrent.futures import Future
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction

from citytools.exports.tables import Table

_log = logging.getLogger(__name__)
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


class TooManyCopiesError(Exception):
    """As many files are being copied or sent as may be."""


class CopyError(Exception):
    """The copy failed after a part of the file may have been sent."""


def start(table: Table) -> "CsvCopy":
    """Begin to copy; returns when the number of rows is known."""
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
        copy = CsvCopy(table, file)
        undo.pop_all()  # its thread and `close` let them go from here on
    try:
        copy.wait_for_row_count()
    except BaseException:
        copy.close()
        raise
    return copy


class CsvCopy:
    """The file, open for reading. `read` waits for rows, `read_nowait` does not."""

    def __init__(self, table: Table, file: Any) -> None:
        self.row_count = 0
        self._table, self._file, self._position = table, file, 0
        self._counted: Future[int] = Future()
        self._error: BaseException | None = None
        self._driver: Any = None
        self._finished = threading.Event()
        self._closing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="csv-copy", daemon=True)
        self._thread.start()

    def wait_for_row_count(self) -> None:
        """Set `row_count` to the number of rows of the whole file."""
        self.row_count = self._counted.result()

    def read_nowait(self, size: int) -> bytes | None:
        """The next bytes, b"" at the end of the whole file; None where more are to come."""
        finished = self._finished.is_set()  # asked first: what is written after it is no end
        part = os.pread(self._file.fileno(), size, self._position)
        if not part and not finished:
            return None
        if not part and self._error:
            raise CopyError("The file is not whole.") from self._error
        self._position += len(part)
        return part

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end of the whole file."""
        while (part := self.read_nowait(size)) is None:
            self._finished.wait(_POLL_SECONDS)
        return part

    def close(self) -> None:
        """Stop copying, wherever it stands, and let the file go."""
        with self._closing:
            if self._file.closed:
                return
            while self._thread.is_alive():
                if self._driver is not None:
                    with contextlib.suppress(Exception):  # the thread may just have closed it
                        self._driver.cancel()
                self._thread.join(timeout=0.2)
            self._file.close()
            _files.release()

    def _run(self) -> None:
        try:
            self._copy()
        except BaseException as error:
            self._error = error
            if not self._counted.done():
                self._counted.set_exception(error)
        finally:
            with contextlib.suppress(Error):
                connection.close()
            _copies.release()
            self._finished.set()

    def _copy(self) -> None:
        milliseconds = round(settings.STATEMENT_SECONDS * 1000 * MAX_SECONDS_PER_STATEMENT_SECOND)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = %s", [milliseconds])
            self._driver = connection.connection
            self._counted.set_result(self._table.count())
            # The driver writes row by row. The buffer closes its descriptor, so it has its own
            with os.fdopen(os.dup(self._file.fileno()), "wb", _BUFFER) as buffer:
                self._table.write(buffer)
