"""Workbooks: rows as typed cells on one sheet, and on another what they are.

Nothing is ever written as a formula or a link: text is text, whatever it begins with.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from citytools.columns import Column
from citytools.tables import Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 100_000
"""Rows that a workbook holds; beyond that the CSV is the file to take."""
_LONGEST = 32_767
"""Characters of a cell, by the format."""
_CUT = "Cells longer than a workbook may hold: {:,}, here cut at 32,767. The CSV has them whole."


def write_workbook(table: Table, about: Sequence[tuple[str, str]], file: IO[bytes]) -> int:
    """A sheet of rows with a frozen header, and a sheet that says what they are; their number.

    Rows are written as they come, so that memory does not grow with them.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = cut = 0
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Rows")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, 24)
            sheet.write_string(0, place, column.name, bold)
        for count, row in enumerate(table.values(), 1):
            for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                cut += _write(sheet, (count, place), column, value, day)
        told = [*about, ("Rows", f"{count:,}"), *([("Cut short", _CUT.format(cut))] if cut else [])]
        _about(book.add_worksheet("About"), told, bold)
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
        sheet.write_string(*cell, text[:_LONGEST])
    return len(text) > _LONGEST


def _about(sheet: Any, lines: Sequence[tuple[str, str]], bold: Any) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    for number, (name, words) in enumerate(lines):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, words)
