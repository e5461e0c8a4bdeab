"""The rows of a file: those of a queryset, or made in Python; each knows how to be written."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol
from urllib.parse import quote

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet, TextField, Value
from django.db.models.functions import Coalesce

from citytools.lists import keyset
from citytools.lists.columns import Column
from citytools.worlds import current_world


def write_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], file: IO[bytes]
) -> int:
    """Write a header and rows made in Python, as `write_csv` those of a queryset; their number."""
    file.write(csv_header(columns))
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 (the number is the answer)
        file.write(_line([column.written(row[column.name]) for column in columns]))
    return count


def write_csv(rows: QuerySet[Any], columns: Sequence[Column], file: IO[bytes]) -> int:
    """Write a header and the rows, in their order, to a binary file; returns their number."""
    file.write(csv_header(columns))
    file.flush()  # whoever is sent the file while it grows has the names before the first row
    statement = copy_statement(rows, columns)
    if not statement:
        return 0
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, file)
        return int(cursor.rowcount)


def copy_statement(rows: QuerySet[Any], columns: Sequence[Column]) -> str:
    """The statement that copies the rows without a header; empty where none can match."""
    cells: dict[str, Expression] = {f"cell_{column.name}": column.cell for column in columns}
    if len(cells) == 1:
        # Quoted, for a row of one empty cell would be an empty line, which readers skip
        cells = {name: Coalesce(cell, Value("", TextField())) for name, cell in cells.items()}
    try:
        query, parameters = rows.annotate(**cells).values_list(*cells).query.sql_with_params()
    except EmptyResultSet:
        return ""  # Django knows without asking that no row matches
    with connection.cursor() as cursor:
        statement = cursor.mogrify(query, parameters).decode()
    return f"COPY ({statement}) TO STDOUT (FORMAT csv)"


def csv_header(columns: Sequence[Column]) -> bytes:
    """The first line."""
    return _line([column.name for column in columns])


def _line(cells: Sequence[str]) -> bytes:
    only = len(cells) == 1  # a row of one empty cell would be an empty line
    return (",".join(_quote_csv_cell(cell, only) for cell in cells) + "\n").encode()


def _quote_csv_cell(cell: str, only: bool) -> str:
    """As PostgreSQL quotes; the csv module of Python 3.11 leaves a carriage return bare."""
    special = any(sign in cell for sign in ',"\r\n') or (only and not cell)
    return '"' + cell.replace('"', '""') + '"' if special else cell


@dataclass(frozen=True)
class TablePart:
    """Some rows in their order, and the place of the last where more follow."""

    rows: Sequence[Sequence[Any]]
    last: Sequence[Any] | None


class ExportTable(Protocol):
    """What every format asks of rows."""

    @property
    def columns(self) -> Sequence[Column]: ...

    def count(self, limit: int | None = None) -> int:
        """How many rows there are, counted no further than `limit`."""

    def write(self, file: IO[bytes]) -> int:
        """Write the rows as CSV; returns their number."""

    def values(self) -> Iterator[Sequence[Any]]:
        """Each row's values in the order of the columns."""

    def part(self, cursor: Sequence[Any] | None, limit: int) -> TablePart:
        """The rows after a cursor."""


@dataclass(frozen=True)
class QueryTable:
    """Rows of the database."""

    queryset: QuerySet[Any]
    columns: Sequence[Column]

    def count(self, limit: int | None = None) -> int:
        """How many rows there are, counted no further than `limit`."""
        rows = self.queryset.order_by()
        return rows.count() if limit is None else rows[:limit].count()

    def write(self, file: IO[bytes]) -> int:
        """Write the rows as CSV; returns their number."""
        return write_csv(self.queryset, self.columns, file)

    def values(self) -> Iterator[Sequence[Any]]:
        """Each row's values in the order of the columns, fetched by and by."""
        return iter(self._valued(self.queryset).iterator(chunk_size=2000))

    def part(self, cursor: Sequence[Any] | None, limit: int) -> TablePart:
        """The rows after a cursor."""
        keys = keyset.order_keys(self.queryset)
        rows = keyset.order_by_keys(self.queryset, keys)
        if cursor is not None:
            rows = rows.filter(keyset.rows_after(keys, cursor))
        names = [key.name for key in keys]
        page = list(self._valued(rows, *names)[: limit + 1])
        width = len(self.columns)
        last = page[limit - 1][width:] if len(page) > limit else None
        return TablePart([row[:width] for row in page[:limit]], last)

    def _valued(self, rows: QuerySet[Any], *more: str) -> QuerySet[Any]:
        cells = {f"cell_{column.name}": column.value for column in self.columns}
        valued: QuerySet[Any] = rows.annotate(**cells).values_list(*cells, *more)
        return valued


@dataclass(frozen=True)
class RowTable:
    """Rows made in Python, values by column name; they are few and come whole."""

    rows: Sequence[Mapping[str, Any]]
    columns: Sequence[Column]

    def count(self, limit: int | None = None) -> int:
        """How many rows there are."""
        return len(self.rows)

    def write(self, file: IO[bytes]) -> int:
        """Write the rows as CSV; returns their number."""
        return write_table(self.rows, self.columns, file)

    def values(self) -> Iterator[Sequence[Any]]:
        """Each row's values in the order of the columns."""
        return ([row[column.name] for column in self.columns] for row in self.rows)

    def part(self, cursor: Sequence[Any] | None, limit: int) -> TablePart:
        """All rows: what is made at once is read at once."""
        return TablePart(list(self.values()), None)


LICENCE = "Open Government Licence v3.0, except where a source says otherwise"
LICENCE_ADDRESS = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(frozen=True)
class ExportMetadata:
    """One file: what it holds, how it was narrowed, and when it was read.

    `chosen` is the filter in words, `address` the page with the same rows, `dictionary` that of
    the columns' meanings.
    """

    title: str
    version: int
    filter_in_words: str
    address: str
    dictionary: str
    as_at: datetime.datetime
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def filter(self) -> str:
        """The filter in words."""
        return self.filter_in_words or "everything"

    @property
    def _note_lines(self) -> list[str]:
        return [f"{subject}: {words}" for subject, words in self.notes]

    def headers(self, rows: int) -> dict[str, str]:
        """HTTP headers; the filter is percent-encoded UTF-8, since headers are ASCII."""
        notes = {"X-Note": _quote_header_value("; ".join(self._note_lines))} if self.notes else {}
        return notes | {
            "X-Row-Count": str(rows),
            "X-As-At": self.as_at.isoformat(timespec="seconds"),
            "X-Filter": _quote_header_value(self.filter),
            "X-Schema-Version": str(self.version),
            "Link": f'<{LICENCE_ADDRESS}>; rel="license", '
            f'<{self.dictionary}>; rel="describedby"; type="text/html"',
        }

    def lines(self) -> list[tuple[str, str]]:
        """The sheet beside the rows of a workbook; their number is added by who wrote them."""
        return [
            ("What this is", f"City Tools: London. {self.title}"),
            ("Chosen", self.filter),
            ("As at", f"{self.as_at:%-d %B %Y, %H:%M %Z}"),
            ("Address", self.address),
            ("What the columns mean", self.dictionary),
            ("Schema version", str(self.version)),
            ("Empty cells", "Not known, which is never none."),
            *self.notes,
            ("Licence", LICENCE),
            ("Licence in full", LICENCE_ADDRESS),
        ]

    def meta(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "title": self.title,
            "schema_version": self.version,
            "filter": self.filter,
            "as_at": self.as_at.isoformat(timespec="seconds"),
            "page": self.address,
            "dictionary": self.dictionary,
            "notes": self._note_lines,
            "world": str(current_world()),
            "licence": LICENCE,
            "licence_address": LICENCE_ADDRESS,
        }


def _quote_header_value(text: str) -> str:
    return quote(text, safe=" ;,:()/")
