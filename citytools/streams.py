"""Long CSV files, sent while PostgreSQL copies them: a thread, a pipe, and no end that lies.

The thread has a connection of its own and one snapshot, so that the number of rows said before
is that of the rows sent. When the reader goes, the query is cancelled.
"""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

from django.db import Error, connection, transaction

from citytools.tables import Table

_log = logging.getLogger(__name__)
_BUFFER = 128 * 1024


class BrokenOffError(Exception):
    """The copying failed after a part of the file was sent."""


class Copied(Iterator[bytes]):
    """The bytes of a table's CSV as they come; `count` waits for the number of rows."""

    def __init__(self, table: Table, server: str = "") -> None:
        self._table, self._server = table, server
        self._reading, self._writing = os.pipe()
        self._rows: Future[int] = Future()
        self._fault: BaseException | None = None
        self._driver: Any = None
        self._closed = False
        self._thread = threading.Thread(target=self._copy, name="copying", daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """How many rows the whole file has."""
        return self._rows.result()

    def _copy(self) -> None:
        try:
            with os.fdopen(self._writing, "wb", buffering=_BUFFER) as pipe, transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    # A reader may be slow; the end of the connection ends the query
                    cursor.execute("SET LOCAL statement_timeout = 0")
                self._driver = connection.connection
                self._rows.set_result(self._table.count())
                self._table.write(pipe)
        except BaseException as fault:
            self._fault = fault
            if not self._rows.done():
                self._rows.set_exception(fault)
        finally:
            with contextlib.suppress(Error):
                connection.close()

    def __next__(self) -> bytes:
        chunk = os.read(self._reading, _BUFFER)
        if chunk:
            return chunk
        self._thread.join()
        if self._fault is None:
            raise StopIteration
        _log.error("A file broke off while it was sent.", exc_info=self._fault)
        _cut(self._server)
        raise BrokenOffError("The file is not whole.") from self._fault

    def close(self) -> None:
        """Stop copying, wherever it stands."""
        if self._closed:
            return
        self._closed = True
        os.close(self._reading)
        while self._thread.is_alive():
            if self._driver is not None:
                with contextlib.suppress(Exception):  # the thread may just have closed it
                    self._driver.cancel()
            self._thread.join(timeout=0.2)


def _cut(server: str) -> None:
    """Break the connection, where the server would end the answer as if it were whole.

    Granian ends a chunked answer in good order when its iterator fails, and keeps the socket to
    itself. All that is left is to end this worker, which it replaces at once.
    """
    if server == "Granian":
        os.kill(os.getpid(), signal.SIGKILL)
