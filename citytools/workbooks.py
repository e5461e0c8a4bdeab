"""Workbooks: rows as typed cells on one sheet, and on another what they are.

Nothing is ever written as a formula or a link: text is text, whatever it begins with.
"""

import datetime
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from citytools import clock
from citytools.columns import Column
from citytools.exports import Choice, refusal
from citytools.grammar import FactFilter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 100_000
"""Rows that a workbook holds; beyond that the CSV is the file to take."""


def list_workbook(
    request: HttpRequest, chosen: FactFilter, filename: str, title: str
) -> HttpResponseBase:
    """The chosen rows as XLSX, as `csv_response` gives them as CSV; or 400 with the reasons.

    The file stands beside its page: /skills/skills.xlsx belongs to /skills/.
    """
    page = request.build_absolute_uri().replace(filename, "")
    return workbook_response(chosen, _values(chosen), filename, about(chosen, title, page))


def _values(chosen: FactFilter) -> Iterable[Mapping[str, Any]]:
    """The rows by column name, one more than a workbook holds at most."""
    columns = chosen.chosen_columns
    sources = {
        f"cell_{column.name}": F(column.source) if isinstance(column.source, str) else column.source
        for column in columns
    }
    rows = chosen.rows.annotate(**sources).values_list(*sources)[: MOST + 1]
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def about(chosen: FactFilter, title: str, page: str) -> list[tuple[str, str]]:
    """What the sheet beside the rows of a list says of them."""
    return [
        ("What this is", f"City Tools: London. {title}, one row each"),
        ("Chosen", chosen.in_words or "everything"),
        ("As at", f"{clock.today():%-d %B %Y}"),
        ("Address", page),
        ("What the columns mean", "See the page Data of the same site."),
        ("Empty cells", "Not known, which is never none."),
        ("Invented records", "may be among them" if chosen.illustrative else "left out"),
        ("Licence", "Open Government Licence v3.0, except where a source says otherwise"),
    ]


def workbook_response(
    chosen: Choice,
    rows: Iterable[Mapping[str, Any]],
    filename: str,
    about: Sequence[tuple[str, str]],
) -> HttpResponseBase:
    """Rows made in Python, values by column name, as XLSX; or 400 with the reasons."""
    if chosen.problems:
        return refusal(chosen.problems)
    kept = list(rows)
    if len(kept) > MOST:
        reason = f"{len(kept):,} rows are more than a workbook holds ({MOST:,}). Take the CSV."
        return refusal([("xlsx", reason)])
    file = io.BytesIO()
    write_workbook(kept, chosen.chosen_columns, about, file)
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def write_workbook(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    about: Sequence[tuple[str, str]],
    file: io.BytesIO,
) -> None:
    """A sheet of rows with a frozen header, and a sheet that says what they are."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Rows")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name, bold)
            sheet.set_column(place, place, 24)
        for line, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                _write(sheet, (line, place), column, row[column.name], day)
        _about(book.add_worksheet("About"), [*about, ("Rows", f"{len(rows):,}")], bold)


def _write(sheet: Any, cell: tuple[int, int], column: Column, value: Any, day: Any) -> None:
    """A number as a number, a whole day as a day, all else as text; nothing where not known."""
    if value is None or value == "":
        return
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(*cell, value)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(*cell, value, day)
    else:
        sheet.write_string(*cell, column.plain(value))


def _about(sheet: Any, lines: Sequence[tuple[str, str]], bold: Any) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for number, (name, words) in enumerate(lines):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, words)
