"""Workbooks: rows as typed cells on one sheet, and on another what they are.

Nothing is ever written as a formula or a link: text is text, whatever it begins with.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse, HttpResponseBase

from citytools.columns import Column
from citytools.exports import Choice, refusal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 100_000
"""Rows that a workbook holds; beyond that the CSV is the file to take."""


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
        sheet = book.add_worksheet("Rows")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name, bold)
            sheet.set_column(place, place, 24)
        for line, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                _write(sheet, line, place, column, row[column.name])
        _about(book.add_worksheet("About"), [*about, ("Rows", f"{len(rows):,}")], bold)


def _write(sheet: Any, line: int, place: int, column: Column, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, column.plain(value))


def _about(sheet: Any, lines: Sequence[tuple[str, str]], bold: Any) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for number, (name, words) in enumerate(lines):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, words)
