"""JSON: what the rows are, the columns, and one part of the rows with the way to the next."""

import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import HttpRequest, JsonResponse, QueryDict

from citytools.exports.tables import ExportMetadata, ExportTable
from citytools.lists import keyset
from citytools.lists.columns import Column

DEFAULT_JSON_ROWS, MAX_JSON_ROWS = 1_000, 10_000
"""Rows of one part, unless `limit` says otherwise, and at most."""
PAGING = ("after", "limit")
"""Names of the query string that page and other files do not know."""
NO_NEXT = ("after", "This is no next page of these rows: take meta.next of the page before.")
"""The problem with a cursor from elsewhere."""


@dataclass(frozen=True)
class Paging:
    """Which part is asked for; `problems` say what of it was not understood."""

    limit: int
    cursor: list[Any] | None
    problems: list[tuple[str, str]]


def reject_paging(data: QueryDict) -> list[tuple[str, str]]:
    """What is wrong where a document comes whole, and a part of it is asked for."""
    words = "This document comes whole: leave it out."
    return [(name, words) for name in PAGING if name in data]


def parse_paging(request: HttpRequest) -> Paging:
    """The part that a query string asks for."""
    data, limit, cursor = request.GET, DEFAULT_JSON_ROWS, None
    problems = [
        (name, f"“{name}” is given more than once: give it once.")
        for name in PAGING
        if len(data.getlist(name)) > 1
    ]
    if text := data.get("limit"):
        known = text.isascii() and text.isdecimal() and len(text) < 6
        limit = int(text) if known else 0
        if not 1 <= limit <= MAX_JSON_ROWS:
            problems.append(("limit", f"Write whole rows, 1 to {MAX_JSON_ROWS}."))
    if text := data.get("after"):
        try:
            cursor = keyset.decode_cursor(text, selection_key(request))
        except keyset.InvalidCursorError:
            problems.append(NO_NEXT)
    return Paging(limit, cursor, problems)


def selection_key(request: HttpRequest) -> str:
    """What of an address says which rows there are and in which order, in one spelling."""
    data, ignored = request.GET, {*PAGING, "columns", "page"}
    names = sorted(name for name in data if name not in ignored)
    selection = "&".join(f"{name}={value!r}" for name in names for value in data.getlist(name))
    return f"{request.path}?{selection}"


def json_document(
    request: HttpRequest, table: ExportTable, metadata: ExportMetadata, paging: Paging
) -> JsonResponse:
    """One part of the rows, with the number of all."""
    part = table.part(paging.cursor, paging.limit)
    here = request.build_absolute_uri()
    following = None
    if part.last is not None:
        data = request.GET.copy()
        data["after"] = keyset.encode_cursor(part.last, selection_key(request))
        following = f"{request.build_absolute_uri(request.path)}?{data.urlencode()}"
    names = [column.name for column in table.columns]
    count = {"rows": table.count(), "rows_here": len(part.rows)}
    meta = metadata.meta() | count | {"self": here, "next": following}
    rows = [
        dict(zip(names, map(Column.typed, table.columns, row), strict=True)) for row in part.rows
    ]
    columns = [column_definition(column) for column in table.columns]
    response = JsonResponse({"meta": meta, "columns": columns, "rows": rows})
    for name, value in metadata.headers(count["rows"]).items():
        response[name] = value
    if following:
        response["Link"] += f', <{following}>; rel="next"'
    return response


def column_definition(column: Column) -> dict[str, Any]:
    """A column as the dictionary has it."""
    return {
        "name": column.name,
        "type": column.kind,
        "unit": column.unit or None,
        "meaning": column.meaning,
        "allowed": list(column.allowed) or None,
    }


# Nothing is ever written as a formula or a link: text is text, whatever it begins with.

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_WORKSHEET_ROWS = 100_000
"""Rows that a workbook holds; beyond that the CSV is the file to take."""
_MAX_CELL_CHARACTERS = 32_767
"""Characters of a cell, by the format."""
_CUT = "Cells longer than a workbook may hold: {:,}, here cut at 32,767. The CSV has them whole."


class _Target:
    """A file that, once writing to it has failed, swallows whatever still comes.

    The library leaves its ZipFile open, which writes once more when it is collected: by then the
    file is closed, and Python would print a traceback.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.abandoned = file, False

    def write(self, data: bytes) -> int:
        return len(data) if self.abandoned else self._file.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0 if self.abandoned else self._file.seek(offset, whence)

    def tell(self) -> int:
        return 0 if self.abandoned else self._file.tell()

    def flush(self) -> None:
        if not self.abandoned:
            self._file.flush()


def write_workbook(table: ExportTable, about: Sequence[tuple[str, str]], file: IO[bytes]) -> int:
    """A sheet of rows with a frozen header, and a sheet that says what they are; their number.

    Rows are written as they come, so that memory does not grow with them.
    """
    target = _Target(file)
    try:
        return _write_sheets(table, about, target)
    except BaseException:
        target.abandoned = True
        raise


def _write_sheets(table: ExportTable, about: Sequence[tuple[str, str]], file: _Target) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = cut = 0
    # On a full disk the library leaves its drafts behind: here they go with their folder
    with (
        tempfile.TemporaryDirectory() as folder,
        xlsxwriter.Workbook(file, options | {"tmpdir": folder}) as book,
    ):
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Rows")
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(table.columns):
            sheet.set_column(number, number, 24)
            sheet.write_string(0, number, column.name, bold)
        for count, row in enumerate(table.values(), 1):
            for number, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                cut += _write(sheet, (count, number), column, value, day)
        lines = [
            *about,
            ("Rows", f"{count:,}"),
            *([("Cut short", _CUT.format(cut))] if cut else []),
        ]
        _about(book.add_worksheet("About"), lines, bold)
    return count


def _write(sheet: Any, cell: tuple[int, int], column: Column, value: Any, day: Any) -> bool:
    """A number as a number, a whole day as a day, all else as text; nothing where not known.

    Says whether the text had to be cut short.
    """
    text = ""
    if value is None or value == "":
        return False
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(*cell, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(*cell, value, day)
    else:
        text = column.plain(value)
        sheet.write_string(*cell, text[:_MAX_CELL_CHARACTERS])
    return len(text) > _MAX_CELL_CHARACTERS


def _about(sheet: Any, lines: Sequence[tuple[str, str]], bold: Any) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for number, (name, words) in enumerate(lines):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, words)
