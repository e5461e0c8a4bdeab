"""Files: exactly the rows of a page, as CSV, XLSX and JSON, all by one path.

A file is complete or it looks broken: rows are spooled and sent with their length, or, where they
are very many, sent while they are copied, so that a failure breaks the connection.
"""

import copy
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Protocol

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse

from citytools import clock, csv_copy, workbooks
from citytools.exports import formats
from citytools.exports.tables import Made, Stored, Table
from citytools.http.file_response import described, refusal, retry_later, spooled
from citytools.lists import keyset
from citytools.lists.columns import Column
from citytools.lists.filterset import FactFilter
from citytools.telling import Told

CSV = "text/csv; charset=utf-8"
SPOOLED = 100_000
"""Rows up to which a file is spooled first and sent with its length."""
MOST_MADE = 100_000
"""Rows that are made in Python at the most: each is held until all are made."""


class Choice(Protocol):
    """What was asked of a file."""

    @property
    def problems(self) -> Sequence[tuple[str, str]]: ...

    @property
    def chosen_columns(self) -> Sequence[Column]: ...

    @property
    def in_words(self) -> str: ...

    @property
    def illustrative(self) -> bool: ...

    def file_name(self, name: str) -> str: ...


@dataclass(frozen=True)
class Noted:
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
    `paged` that the page takes the same query string.
    """

    name: str
    title: str
    row: str
    route: str
    page: str
    filter: type[FactFilter]
    choose: Callable[[HttpRequest, datetime.date], Any]
    made: Callable[[Any, datetime.date], Iterable[Mapping[str, Any]] | Noted] | None = None
    whole: bool = True
    paged: bool = True
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

    def paths(self, place: str = "") -> list[URLPattern]:
        """The addresses of the three formats, beneath a folder of their app."""
        name = self.route.partition(":")[2].removesuffix("csv")
        views = {"csv": self.csv, "xlsx": self.xlsx, "json": self.json}
        return [
            path(f"{place}{self.name}.{suffix}", view, name=name + suffix)
            for suffix, view in views.items()
        ]

    def csv(self, request: HttpRequest) -> HttpResponseBase:
        """The rows as CSV, or 400 with the reasons as plain text."""
        chosen, table = self._found(request)
        if isinstance(table, HttpResponse):
            return table
        told = self.told(request, chosen, table)
        filename = f"{chosen.file_name(self.name)}.csv"
        if table.count(SPOOLED + 1) <= SPOOLED:
            return spooled(table.write, filename, CSV, told)
        return _long_csv(table, filename, told)

    def xlsx(self, request: HttpRequest) -> HttpResponseBase:
        """The rows as a workbook, or 400 with the reasons as plain text."""
        chosen, table = self._found(request)
        if isinstance(table, HttpResponse):
            return table
        told = self.told(request, chosen, table)
        if table.count(workbooks.MOST + 1) > workbooks.MOST:
            most = f"{workbooks.MOST:,}"
            return refusal([("xlsx", f"A workbook holds {most} rows, these are more. {_REMEDY}")])

        def write(file: IO[bytes]) -> int:
            return workbooks.write_workbook(table, told.lines(), file)

        filename = f"{chosen.file_name(self.name)}.xlsx"
        return spooled(write, filename, workbooks.XLSX, told)

    def json(self, request: HttpRequest) -> HttpResponseBase:
        """One part of the rows as JSON, or 400 with the reasons as plain text."""
        asked = formats.paging(request)
        problems = formats.whole(request.GET) if self.made else asked.problems
        chosen, table = self._found(_without_paging(request), problems)
        if isinstance(table, HttpResponse):
            return table
        try:
            return formats.document(request, table, self.told(request, chosen, table), asked)
        except keyset.NotOursError:
            return refusal([formats.NO_NEXT])

    def table(self, chosen: Any, today: datetime.date) -> Table:
        """The chosen rows; of those made in Python one more than may be, if there are as many."""
        if self.made is None:
            return Stored(chosen.rows, chosen.chosen_columns)
        made = self.made(chosen, today)
        notes = made.notes if isinstance(made, Noted) else ()
        return Made(list(islice(made, MOST_MADE + 1)), chosen.chosen_columns, notes)

    def told(self, request: HttpRequest, chosen: Choice, table: Table) -> Told:
        """What the file says of itself."""
        query = "?" + _without_paging(request).GET.urlencode()
        place = self.page_address if self.paged else request.path
        return Told(
            title=f"{self.title}. {self.row}",
            version=self.version,
            chosen=chosen.in_words,
            illustrative=chosen.illustrative,
            address=request.build_absolute_uri(place + query.removesuffix("?")),
            dictionary=request.build_absolute_uri(f"{reverse('data')}#{self.name}"),
            as_at=clock.now(),
            notes=(*self.notes, *table.notes),
        )

    def _found(
        self, request: HttpRequest, also: Sequence[tuple[str, str]] = ()
    ) -> tuple[Any, Table | HttpResponse]:
        """What was chosen and its rows, or the reasons why there are none."""
        today = clock.today()
        chosen = self.choose(request, today)
        if problems := [*chosen.problems, *also]:
            return chosen, refusal(problems)
        table = self.table(chosen, today)
        if problems := too_many(table):
            return chosen, refusal(problems)
        return chosen, table


def _long_csv(table: Table, filename: str, told: Told) -> HttpResponseBase:
    """A file that is sent while it is copied, or 503 where too many are."""
    try:
        file = csv_copy.start(table)
    except csv_copy.TooManyCopiesError:
        return retry_later("Many long files are being read just now.", seconds=10)
    response = FileResponse(file, content_type=CSV)
    return described(response, told, file.row_count, filename)


_REMEDY = "Take the CSV, or choose fewer."


def too_many(table: Table) -> list[tuple[str, str]]:
    """Why the rows are not given at once, where they are made in Python and are very many."""
    if not isinstance(table, Made) or len(table.rows) <= MOST_MADE:
        return []
    words = f"There are more than {MOST_MADE:,}, more than are made at once. Choose fewer: a filter"
    return [("rows", f"{words} such as a borough or a service area leaves less.")]


def _without_paging(request: HttpRequest) -> HttpRequest:
    data = request.GET.copy()
    for name in formats.PAGING:
        data.pop(name, None)
    asked = copy.copy(request)
    asked.GET = data  # type: ignore[assignment]  # a QueryDict too
    return asked
