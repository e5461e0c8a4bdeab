"""Reads CSV and JSON files into rows of text, and the cells of a row into values.

What is wrong goes into a log, by file, row and column, and the reading goes on: a row is never
moved by a column, and a value never guessed.
"""

import codecs
import csv
import difflib
import io
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from django.db import models

from citytools.facts import values
from citytools.facts.values import UnreadableValueError, name_key, quoted, trim
from citytools.imports.faults import Fault, FaultLog, LoadError

T = TypeVar("T")

# Neither can be stored in PostgreSQL: half a character, as only JSON can write it, and none at all
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class FaultyRowError(KeyError):
    """What is named stands in a row that has a fault of its own."""


@dataclass(frozen=True)
class CsvRow:
    """One row of a file, or one record of another kind of file, as text by column.

    `unread` are the columns whose value could not be had, "" for the row as a whole. Such a row
    is checked to its end, and not loaded.
    """

    file: str
    place: str
    cells: Mapping[str, str]
    number: int = 0
    log: FaultLog = field(default_factory=FaultLog, repr=False, compare=False)
    unread: set[str] = field(default_factory=set, repr=False, compare=False)

    def wrong(self, column: str, reason: str, remedy: str) -> None:
        """Note a fault of a cell; without a column, of the row as a whole."""
        value = self.cells.get(column, "")
        fault = Fault(self.file, self.place, column, reason, remedy, value, self.number)
        self.log.add(fault)
        self.unread.add(column)

    def text(self, column: str) -> str:
        return self.cells[column]

    def required(self, column: str) -> str:
        if not self.cells[column]:
            self.wrong(column, *EMPTY)
        return self.cells[column]

    def parts(self, column: str) -> list[str]:
        """The parts of a list that is joined by semicolons."""
        return self._read(column, values.read_list) or []

    def field_values(self, model: type[models.Model], names: Iterable[str]) -> dict[str, Any]:
        """What the cells say for those fields of a model that their columns are named after.

        A column that the file may lack, and does, says nothing: its field stays as it is.
        """
        fields = [model._meta.get_field(name) for name in names if name in self.cells]
        return {field.name: self._field_value(field) for field in fields}

    def _field_value(self, field: Any) -> Any:
        value = self._read(field.name, values.field_reader(field))
        if value is None and not self.cells[field.name] and field.default is False:
            return False  # of what is rarely so, an empty cell says no
        return "" if value is None and field.empty_strings_allowed else value

    def _read(self, column: str, reader: values.Reader) -> Any:
        """The value of a cell; None where it is empty or at fault."""
        text = self.cells[column]
        try:
            return values.read_value(reader, text) if text else None
        except UnreadableValueError as error:
            self.wrong(column, error.reason, error.remedy)
            return None

    def object(self, column: str) -> dict[str, Any]:
        """The object of a JSON file that the cell holds; of an empty cell an empty one."""
        content: dict[str, Any] = json.loads(self.cells[column] or "{}")
        return content

    def lookup(self, column: str, known: Mapping[str, T], listed_in: str) -> T | None:
        """What the cell names among what is known, or None where the cell is empty."""
        text = self.cells[column]
        return self.lookup_name(column, text, known, listed_in) if text else None

    def required_lookup(self, column: str, known: Mapping[str, T], listed_in: str) -> T | None:
        """The same of a cell that may not be empty."""
        return self.lookup(column, known, listed_in) if self.required(column) else None

    def lookup_name(
        self, column: str, name: str, known: Mapping[str, T], listed_in: str
    ) -> T | None:
        """The thing of this name; an unknown name is answered with the likeliest spelling.

        No fault where its own row has one, so that one mistake is one line.
        """
        try:
            return known[name]
        except FaultyRowError:
            self.unread.add(column)
        except KeyError:
            if self.log.is_incomplete(listed_in):
                self.unread.add(column)
            else:
                self.wrong(
                    column, f"{quoted(name)} is not known.", _spelling(name, known, listed_in)
                )
        return None


EMPTY = ("The cell is empty.", "Fill it in: this column is required.")


def _spelling(name: str, known: Iterable[str], listed_in: str) -> str:
    alike = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    if alike:
        return f"Did you mean “{alike[0]}”? Otherwise add it to {listed_in}."
    return f"Add it to {listed_in}, or correct it here."


def read_csv(
    path: Path, columns: Sequence[str], log: FaultLog, optional: Collection[str] = ()
) -> list[CsvRow]:
    """The rows of a file that has exactly these columns, in any order; the header is row 1.

    It may lack those among `optional`, which came later than files that people keep. Empty rows
    are skipped; those of which nothing can be read are left out.
    """
    rows: list[CsvRow] = []
    try:
        table = _table(path, columns, log)
        header = _columns(_label(path), "row 1", next(table, []), columns, optional=optional)
        for number, cells in enumerate(table, start=2):
            if any(cells) and (row := _csv_row(path, number, header, cells, log)):
                rows.append(row)
    except LoadError as error:
        log.add_unread(path.name, *error.faults)
    return rows


def _csv_row(
    path: Path, number: int, header: Sequence[str], cells: Sequence[str], log: FaultLog
) -> CsvRow | None:
    place = f"row {number}"
    if len(cells) != len(header):
        reason = f"The row has {len(cells)} cells where the header has {len(header)}."
        remedy = "Put quotes around a cell that holds a comma, or fill the row up."
        log.add_unread(path.name, Fault(_label(path), place, "", reason, remedy, row=number))
        return None
    row = CsvRow(_label(path), place, dict(zip(header, cells, strict=True)), number, log)
    if any(cell for name, cell in zip(header, cells, strict=True) if not name):
        row.wrong("", "A cell stands under no heading.", "Give it a heading, or empty it.")
    _check_cells(row)
    return row


def read_json(
    path: Path, columns: Mapping[str, Sequence[str]], log: FaultLog, objects: Collection[str] = ()
) -> dict[str, list[CsvRow]]:
    """The records of a JSON file by kind, each with exactly its columns: texts, lists of texts.

    The columns among `objects` hold {…} instead, which a row holds as JSON (`CsvRow.object`).
    Records of which nothing can be read are left out.
    """
    rows: dict[str, list[CsvRow]] = {kind: [] for kind in columns}
    number = 0
    try:
        for kind, records in _records_by_kind(path, columns, log).items():
            for position, record in enumerate(records, start=1):
                number += 1
                empty = CsvRow(_label(path), f"{kind}, record {position}", {}, number, log)
                try:
                    rows[kind].append(_json_row(empty, record, columns[kind], objects))
                except LoadError as error:
                    log.add_unread(f"the {kind.replace('_', ' ')}", *error.faults)
    except LoadError as error:
        log.add_unread(path.name, *error.faults)
    return rows


def _records_by_kind(
    path: Path, columns: Mapping[str, Sequence[str]], log: FaultLog
) -> dict[str, list[dict[str, Any]]]:
    file = _label(path)
    try:
        kinds = json.loads(_text(path, log))
    except json.JSONDecodeError as error:
        reason, place = f"This is not JSON: {error.msg}.", f"line {error.lineno}"
        raise LoadError(Fault(file, place, "", reason, "Correct it.")) from None
    except (RecursionError, ValueError) as error:
        raise LoadError(Fault(file, "", "", f"This is not JSON: {error}.", "Correct it.")) from None
    if not isinstance(kinds, dict) or kinds.keys() != columns.keys():
        remedy = f"Name {', '.join(columns)}."
        raise LoadError(Fault(file, "", "", "It has other kinds of record.", remedy))
    for kind, records in kinds.items():
        if not isinstance(records, list) or not all(isinstance(row, dict) for row in records):
            reason, remedy = "This is not a list of records.", "Write [{…}, {…}]."
            raise LoadError(Fault(file, kind, "", reason, remedy))
    return {kind: kinds[kind] for kind in columns}


def _json_row(
    empty: CsvRow, record: Mapping[str, Any], columns: Sequence[str], objects: Collection[str]
) -> CsvRow:
    names = _columns(empty.file, empty.place, list(record), columns, empty.number)
    cells = {}
    for name, value in zip(names, record.values(), strict=True):
        parts = value if isinstance(value, list) else [value]
        if name in objects and isinstance(value, dict):
            cells[name] = json.dumps(value)
        elif name not in objects and all(isinstance(part, str) for part in parts):
            cells[name] = trim("; ".join(parts))
        else:
            empty.wrong(name, *_KINDS[name in objects])
            cells[name] = ""
    row = replace(empty, cells=cells)
    _check_cells(row)
    return row


_KINDS = {
    True: ("This is not an object.", "Write {…}, or {} for nothing."),
    False: ("This is not text.", "Put it between quotes."),
}


def _columns(
    file: str,
    place: str,
    header: Sequence[str],
    columns: Sequence[str],
    number: int = 1,
    optional: Collection[str] = (),
) -> list[str]:
    """What we call the columns of a header, whatever its case; "" for one without a heading."""
    by_key = {name_key(column): column for column in columns}
    names = [by_key.get(name_key(heading), trim(heading)) for heading in header]
    differences = {
        "missing": [column for column in columns if column not in {*names, *optional}],
        "not known": [name for name in names if name and name not in columns],
        "there twice": sorted({name for name in names if name and names.count(name) > 1}),
    }
    remedy = f"The columns are {', '.join(columns)}."
    faults = [
        Fault(
            file,
            place,
            "",
            f"Columns are {difference}: {', '.join(map(quoted, listed))}.",
            remedy,
            row=number,
        )
        for difference, listed in differences.items()
        if listed
    ]
    if faults:
        raise LoadError(*faults)
    return names


def _label(path: Path) -> str:
    """The file with its folder: the demonstration has files of the same names."""
    return Path(path.parent.name, path.name).as_posix()


_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _table(path: Path, columns: Sequence[str], log: FaultLog) -> Iterator[list[str]]:
    """The rows of trimmed cells; what stands between cells is whatever makes out the header."""
    text = _text(path, log)
    known = {name_key(column) for column in columns}

    def columns_known(delimiter: str) -> int:
        try:
            header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return 0
        return len(known.intersection(map(name_key, header)))

    delimiter = max(_DELIMITERS, key=columns_known)
    if delimiter != ",":
        log.notes.append(f"{_label(path)} was read with {_DELIMITERS[delimiter]} between cells.")
    rows_read = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [trim(cell) for cell in row]
            rows_read += 1
    except csv.Error as error:
        reason = f"The row cannot be read, nor what follows ({error})."
        remedy = "Close every quote, and double a quote within a quoted cell."
        number = rows_read + 1
        fault = Fault(_label(path), f"row {number}", "", reason, remedy, row=number)
        raise LoadError(fault) from None


_MARKS = {
    codecs.BOM_UTF8: ("utf-8-sig", ""),
    # Before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_LE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}


def _text(path: Path, log: FaultLog) -> str:
    """What the file says; a note in the log where it is not UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        reason = "The file is missing." if missing else f"It cannot be read ({error.strerror})."
        remedy = f"Put it into {path.parent}." if missing else "Check what it is."
        raise LoadError(Fault(_label(path), "", "", reason, remedy)) from None
    marks = [mark for mark in _MARKS if content.startswith(mark)]
    encoding, name = _MARKS[marks[0]] if marks else ("utf-8", "")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if marks or not _is_windows_text(content):
            line = content.count(b"\n", 0, error.start) + 1
            reason = f"The file is not {name or 'UTF-8'}."
            remedy = "Save it as UTF-8."
            raise LoadError(Fault(_label(path), f"line {line}", "", reason, remedy)) from None
        text, name = content.decode("cp1252"), "Windows-1252"
    if name:
        log.notes.append(f"{_label(path)} was read as {name}.")
    return text


def _is_windows_text(content: bytes) -> bool:
    """Whether text that is not UTF-8 is Windows-1252, and not UTF-8 that was damaged."""
    signs = content.decode("utf-8", "surrogateescape")
    stray = sum("\udc80" <= sign <= "\udcff" for sign in signs)
    others = sum(sign > "\x7f" for sign in signs) - stray
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return stray > others


def _check_cells(row: CsvRow) -> None:
    for column, cell in row.cells.items():
        if _UNSTORABLE.search(cell):
            row.wrong(column, "The cell holds a sign that is no text (such as null).", "Remove it.")
