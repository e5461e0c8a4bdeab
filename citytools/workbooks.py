"""Workbooks: rows as typed cells on one sheet, and on another what they are.

Nothing is ever written as a formula or a link: text is text, whatever it begins with.
"""

import datetime
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from citytools.exports.tables import Table
from citytools.lists.columns import Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 100_000
"""Rows that a workbook holds; beyond that the CSV is the file to take."""
_LONGEST = 32_767
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

    def seek(self, place: int, whence: int = 0) -> int:
        return 0 if self.abandoned else self._file.seek(place, whence)

    def tell(self) -> int:
        return 0 if self.abandoned else self._file.tell()

    def flush(self) -> None:
        if not self.abandoned:
            self._file.flush()


def write_workbook(table: Table, about: Sequence[tuple[str, str]], file: IO[bytes]) -> int:
    """A sheet of rows with a frozen header, and a sheet that says what they are; their number.

    Rows are written as they come, so that memory does not grow with them.
    """
    target = _Target(file)
    try:
        return _write_sheets(table, about, target)
    except BaseException:
        target.abandoned = True
        raise


def _write_sheets(table: Table, about: Sequence[tuple[str, str]], file: _Target) -> int:
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
