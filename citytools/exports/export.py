"""Files: exactly the rows of a page, as CSV, XLSX and JSON, all by one path.

A file is complete or it looks broken: rows are spooled and sent with their length, or, where they
are very many, sent while they are copied, so that a failure breaks the connection.
"""

import contextlib
import copy
import datetime
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Protocol

from django.conf import settings
from django.db import Error, connection, transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse

from citytools import worlds
from citytools.exports import formats
from citytools.exports.tables import ExportMetadata, ExportTable, QueryTable, RowTable
from citytools.facts import dates
from citytools.http.file_response import (
    add_file_headers,
    bad_request_text,
    retry_later,
    spooled_download,
)
from citytools.lists import keyset
from citytools.lists.columns import Column
from citytools.lists.filters import FactFilterSet
from citytools.lists.query_form import QueryForm

# The copy runs at full speed in a thread with a connection of its own, which is free again when
# it ends, however slowly the file is read. (While readers were sent what came through a pipe, 70
# slow ones held all 60 connections, and every page was a 500.) One snapshot holds the number of
# rows said before and the rows. When the reader goes, the query is cancelled; the file has no
# name, so that it goes with the process too.

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


def start_csv_copy(table: ExportTable) -> "CsvCopy":
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

    def __init__(self, table: ExportTable, file: Any) -> None:
        self.row_count = 0
        self._table, self._file, self._position = table, file, 0
        self._counted: Future[int] = Future()
        self._error: BaseException | None = None
        self._driver: Any = None
        self._finished = threading.Event()
        self._closing = threading.Lock()
        self._thread = threading.Thread(
            target=worlds.in_same_world(self._run), name="csv-copy", daemon=True
        )
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


CSV = "text/csv; charset=utf-8"
MAX_ROWS_SENT_WHOLE = 100_000
"""Rows up to which a file is spooled first and sent with its length."""
MAX_COMPUTED_ROWS = 100_000
"""Rows that are made in Python at the most: each is held until all are made."""


class FileRequest(Protocol):
    """What was asked of a file."""

    @property
    def problems(self) -> Sequence[tuple[str, str]]: ...

    @property
    def selected_columns(self) -> Sequence[Column]: ...

    @property
    def in_words(self) -> str: ...

    def file_name(self, name: str) -> str: ...


@dataclass(frozen=True)
class RowsWithNotes:
    """Rows made in Python, with what must be said of just these: (subject, words)."""

    rows: Iterable[Mapping[str, Any]]
    notes: tuple[tuple[str, str], ...]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.rows)


@dataclass(frozen=True)
class Export:
    """One kind of file: its name, what a row is, its addresses and columns.

    `choose` reads the query string on a day. `made` gives rows made in Python; without it they are
    those of the choice. `whole` says that the file can be fetched without choosing anything first,
    `paged` that the page takes the same query string. `max_rows` bounds rows made in Python where
    each takes longer than others do.
    """

    name: str
    title: str
    row: str
    route: str
    page: str
    filter: type[FactFilterSet] | type[QueryForm]
    choose: Callable[[HttpRequest, datetime.date], Any]
    compute_rows: (
        Callable[[Any, datetime.date], Iterable[Mapping[str, Any]] | RowsWithNotes] | None
    ) = None
    whole: bool = True
    paged: bool = True
    max_rows: int | None = None
    version: int = 1
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def columns(self) -> Sequence[Column]:
        """All columns, in their order."""
        return self.filter.columns

    @property
    def address(self) -> str:
        """Where to fetch it as CSV."""
        return reverse(self.route)

    def address_as(self, suffix: str) -> str:
        """Where to fetch it as csv, xlsx or json."""
        return self.address.removesuffix("csv") + suffix

    @property
    def page_address(self) -> str:
        """The page with the same rows and filters."""
        return reverse(self.page)

    def paths(self, prefix: str = "") -> list[URLPattern]:
        """The addresses of the three formats, beneath a folder of their app."""
        name = self.route.partition(":")[2].removesuffix("csv")
        views = {"csv": self.csv, "xlsx": self.xlsx, "json": self.json}
        return [
            path(f"{prefix}{self.name}.{suffix}", view, name=name + suffix)
            for suffix, view in views.items()
        ]

    def csv(self, request: HttpRequest) -> HttpResponseBase:
        """The rows as CSV, or 400 with the reasons as plain text."""
        query, table = self._rows_or_refusal(request)
        if isinstance(table, HttpResponse):
            return table
        metadata = self.metadata(request, query, table)
        filename = f"{worlds.world_file_name(query.file_name(self.name))}.csv"
        if table.count(MAX_ROWS_SENT_WHOLE + 1) <= MAX_ROWS_SENT_WHOLE:
            return spooled_download(table.write, filename, CSV, metadata)
        return _long_csv(table, filename, metadata)

    def xlsx(self, request: HttpRequest) -> HttpResponseBase:
        """The rows as a workbook, or 400 with the reasons as plain text."""
        query, table = self._rows_or_refusal(request)
        if isinstance(table, HttpResponse):
            return table
        metadata = self.metadata(request, query, table)
        if table.count(formats.MAX_WORKSHEET_ROWS + 1) > formats.MAX_WORKSHEET_ROWS:
            limit = f"{formats.MAX_WORKSHEET_ROWS:,}"
            return bad_request_text(
                [("xlsx", f"A workbook holds {limit} rows, these are more. {_REMEDY}")]
            )

        def write(file: IO[bytes]) -> int:
            return formats.write_workbook(table, metadata.lines(), file)

        filename = f"{worlds.world_file_name(query.file_name(self.name))}.xlsx"
        return spooled_download(write, filename, formats.XLSX, metadata)

    def json(self, request: HttpRequest) -> HttpResponseBase:
        """One part of the rows as JSON, or 400 with the reasons as plain text."""
        paging = formats.parse_paging(request)
        problems = formats.reject_paging(request.GET) if self.compute_rows else paging.problems
        query, table = self._rows_or_refusal(_without_paging(request), problems)
        if isinstance(table, HttpResponse):
            return table
        try:
            return formats.json_document(
                request, table, self.metadata(request, query, table), paging
            )
        except keyset.InvalidCursorError:
            return bad_request_text([formats.NO_NEXT])

    def table(self, query: Any, today: datetime.date) -> ExportTable:
        """The selected rows; of those made in Python one more than may be, if there are as many."""
        if self.compute_rows is None:
            return QueryTable(query.rows, query.selected_columns)
        mappings = self.compute_rows(query, today)
        notes = mappings.notes if isinstance(mappings, RowsWithNotes) else ()
        return RowTable(list(islice(mappings, self.row_limit + 1)), query.selected_columns, notes)

    def metadata(
        self, request: HttpRequest, query: FileRequest, table: ExportTable
    ) -> ExportMetadata:
        """What the file says of itself."""
        text = "?" + _without_paging(request).GET.urlencode()
        path = self.page_address if self.paged else request.path
        return ExportMetadata(
            title=f"{worlds.world_title(self.title)}. {self.row}",
            version=self.version,
            filter_in_words=query.in_words,
            address=request.build_absolute_uri(path + text.removesuffix("?")),
            dictionary=request.build_absolute_uri(f"{reverse('data')}#{self.name}"),
            as_at=dates.now(),
            notes=(*self.notes, *table.notes),
        )

    @property
    def row_limit(self) -> int:
        """Rows made in Python that the file may have."""
        return self.max_rows or MAX_COMPUTED_ROWS

    def too_many(self, table: ExportTable) -> list[tuple[str, str]]:
        """Why the rows are not given at once, where they are made in Python and are very many."""
        if not isinstance(table, RowTable) or len(table.rows) <= self.row_limit:
            return []
        reason = (
            f"There are more than {self.row_limit:,}, more than are made at once. Choose fewer: a "
            "filter such as a borough or a service area leaves less."
        )
        return [("rows", reason)]

    def _rows_or_refusal(
        self, request: HttpRequest, also: Sequence[tuple[str, str]] = ()
    ) -> tuple[Any, ExportTable | HttpResponse]:
        """What was selected and its rows, or the reasons why there are none."""
        today = dates.today()
        query = self.choose(request, today)
        if problems := [*query.problems, *also]:
            return query, bad_request_text(problems)
        table = self.table(query, today)
        if problems := self.too_many(table):
            return query, bad_request_text(problems)
        return query, table


def _long_csv(table: ExportTable, filename: str, metadata: ExportMetadata) -> HttpResponseBase:
    """A file that is sent while it is copied, or 503 where too many are."""
    try:
        file = start_csv_copy(table)
    except TooManyCopiesError:
        return retry_later("Many long files are being read just now.", seconds=10)
    response = FileResponse(file, content_type=CSV)
    return add_file_headers(response, metadata, file.row_count, filename)


_REMEDY = "Take the CSV, or choose fewer."


def _without_paging(request: HttpRequest) -> HttpRequest:
    data = request.GET.copy()
    for name in formats.PAGING:
        data.pop(name, None)
    without = copy.copy(request)
    without.GET = data  # type: ignore[assignment]  # a QueryDict too
    return without
