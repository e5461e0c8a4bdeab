"""Reads CSV and JSON strictly: what is wrong is named by file, row and column, with the remedy."""

import csv
import datetime
import difflib
import io
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,10}(\.\d{1,4})?", re.ASCII)
_MONEY = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)


class LoadError(Exception):
    """A cell, a row or a file that cannot be loaded; its text says where, why and what to do."""

    def __init__(self, file: str, place: str, field: str, reason: str, remedy: str) -> None:
        self.file, self.place, self.field = file, place, field
        self.reason, self.remedy = reason, remedy
        where = ", ".join(part for part in (file, place, field) if part)
        super().__init__(f"{where}: {reason} {remedy}")


@dataclass(frozen=True)
class CsvRow:
    """One row of a file, or one record of another kind of file, as text by column."""

    file: str
    place: str
    cells: Mapping[str, str]

    def wrong(self, field: str, reason: str, remedy: str) -> LoadError:
        """The error to raise about a cell of this row."""
        return LoadError(self.file, self.place, field, reason, remedy)

    def text(self, field: str) -> str:
        return self.cells[field]

    def required(self, field: str) -> str:
        if not self.cells[field]:
            raise self.wrong(field, "The cell is empty.", "Fill it in: this column is required.")
        return self.cells[field]

    def parts(self, field: str) -> list[str]:
        """The parts of a list that is joined by "; "; each once and none empty."""
        if not self.cells[field]:
            return []
        parts = self.cells[field].split("; ")
        if any(part != part.strip(" ;") or not part for part in parts):
            raise self.wrong(field, "The list has an empty part.", "Join its parts by “; ”.")
        if len(set(parts)) < len(parts):
            raise self.wrong(field, "The list names something twice.", "Name it once.")
        return parts

    def whole(self, field: str) -> int | None:
        text = self.cells[field]
        if text and not _WHOLE.fullmatch(text):
            raise self.wrong(
                field, f"“{text}” is not a whole number.", "Write digits only, as in 1200."
            )
        return int(text) if text else None

    def number(self, field: str) -> Decimal | None:
        """A number of up to four places, also below zero, or None where the cell is empty."""
        text = self.cells[field]
        if text and not _NUMBER.fullmatch(text):
            raise self.wrong(
                field, f"“{text}” is not a number.", "Write digits, as in 50, 12.5 or -0.25."
            )
        return Decimal(text) if text else None

    def money(self, field: str) -> Decimal | None:
        text = self.cells[field]
        if text and not _MONEY.fullmatch(text):
            raise self.wrong(
                field,
                f"“{text}” is not an amount.",
                "Write digits without pound sign and commas, as in 1200 or 1200.50.",
            )
        return Decimal(text) if text else None

    def object(self, field: str) -> dict[str, Any]:
        """The object of a JSON file that the cell holds; of an empty cell an empty one."""
        content: dict[str, Any] = json.loads(self.cells[field] or "{}")
        return content

    def yes_no(self, field: str) -> bool | None:
        answers = {"yes": True, "no": False, "": None}
        text = self.cells[field]
        if text not in answers:
            raise self.wrong(field, f"“{text}” is neither yes nor no.", "Write yes or no.")
        return answers[text]

    def day(self, field: str) -> datetime.date | None:
        text = self.cells[field]
        if not text:
            return None
        try:
            if not _DAY.fullmatch(text):
                raise ValueError(text)
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise self.wrong(field, f"“{text}” is not a day.", "Write it as 2026-11-30.") from None

    def lookup(self, field: str, known: Mapping[str, T], listed_in: str) -> T | None:
        """What the cell names among what is known, or None where the cell is empty."""
        text = self.cells[field]
        return self.lookup_name(field, text, known, listed_in) if text else None

    def required_lookup(self, field: str, known: Mapping[str, T], listed_in: str) -> T:
        """What the cell, which may not be empty, names among what is known."""
        return self.lookup_name(field, self.required(field), known, listed_in)

    def lookup_name(self, field: str, name: str, known: Mapping[str, T], listed_in: str) -> T:
        """The thing of this name; an unknown name is answered with the likeliest spelling."""
        if name in known:
            return known[name]
        alike = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        remedy = f"Add it to {listed_in}, or correct it here."
        if alike:
            remedy = f"Did you mean “{alike[0]}”? Otherwise add it to {listed_in}."
        raise self.wrong(field, f"“{name}” is not known.", remedy)


def read_csv(path: Path, columns: Sequence[str]) -> list[CsvRow]:
    """The rows of a file that has exactly these columns, in any order; the header is row 1."""
    table = _rows(path)
    header = next(table, [])
    _check_header(_label(path), "row 1", header, columns)
    rows = []
    for number, row in enumerate(table, start=2):
        if len(row) != len(header):
            reason = f"The row has {len(row)} cells where the header has {len(header)}."
            remedy = "Put quotes around a cell that holds a comma; remove empty rows."
            raise LoadError(_label(path), f"row {number}", "", reason, remedy)
        line = CsvRow(_label(path), f"row {number}", dict(zip(header, row, strict=True)))
        _check_cells(line)
        rows.append(line)
    return rows


def read_json(
    path: Path, columns: Mapping[str, Sequence[str]], objects: Collection[str] = ()
) -> dict[str, list[CsvRow]]:
    """The records of a JSON file by kind, each with exactly its columns: texts, lists of texts.

    The columns among `objects` hold {…} instead, which a row holds as JSON (`CsvRow.object`).
    """
    try:
        kinds = json.loads(_text(path))
    except json.JSONDecodeError as error:
        reason = f"This is not JSON: {error.msg}."
        raise LoadError(_label(path), f"line {error.lineno}", "", reason, "Correct it.") from None
    if not isinstance(kinds, dict) or kinds.keys() != columns.keys():
        remedy = f"Name {', '.join(columns)}."
        raise LoadError(_label(path), "", "", "It has other kinds of record.", remedy)
    return {
        kind: _records(_label(path), kind, kinds[kind], columns[kind], objects) for kind in columns
    }


def _records(
    file: str, kind: str, records: object, columns: Sequence[str], objects: Collection[str]
) -> list[CsvRow]:
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise LoadError(file, kind, "", "This is not a list of records.", "Write [{…}, {…}].")
    return [
        _record(file, f"{kind}, record {number}", record, columns, objects)
        for number, record in enumerate(records, start=1)
    ]


def _record(
    file: str,
    place: str,
    record: Mapping[str, Any],
    columns: Sequence[str],
    objects: Collection[str],
) -> CsvRow:
    _check_header(file, place, list(record), columns)
    cells = {}
    for name, value in record.items():
        if (name in objects) != isinstance(value, dict):
            reason, remedy = _KINDS[name in objects]
            raise LoadError(file, place, name, reason, remedy)
        cells[name] = json.dumps(value) if name in objects else _join_list(file, place, name, value)
    line = CsvRow(file, place, cells)
    _check_cells(line)
    return line


_KINDS = {
    True: ("This is not an object.", "Write {…}, or {} for nothing."),
    False: ("This is not text.", "Put it between quotes."),
}


def _join_list(file: str, place: str, name: str, value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts):
        raise LoadError(file, place, name, *_KINDS[False])
    return "; ".join(texts)


def _label(path: Path) -> str:
    """The file with its folder: the demonstration has files of the same names."""
    return Path(path.parent.name, path.name).as_posix()


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise LoadError(
            _label(path), f"line {line}", "", "The file is not UTF-8.", "Save it as UTF-8."
        ) from None
    except FileNotFoundError:
        raise LoadError(
            _label(path), "", "", "The file is missing.", f"Put it into {path.parent}."
        ) from None


def _rows(path: Path) -> Iterator[list[str]]:
    rows_read = 0
    try:
        for row in csv.reader(io.StringIO(_text(path), newline=""), strict=True):
            yield row
            rows_read += 1
    except csv.Error as error:
        reason = f"The row cannot be read ({error})."
        remedy = "Close every quote, and double a quote within a quoted cell."
        raise LoadError(_label(path), f"row {rows_read + 1}", "", reason, remedy) from None


def _check_header(file: str, place: str, header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    twice = sorted({column for column in header if header.count(column) > 1})
    faults = {"missing": missing, "not known": unknown, "there twice": twice}
    for fault, names in faults.items():
        if names:
            reason = f"Columns are {fault}: {', '.join(f'“{name}”' for name in names)}."
            raise LoadError(file, place, "", reason, f"The columns are {', '.join(columns)}.")


def _check_cells(line: CsvRow) -> None:
    for field, cell in line.cells.items():
        if cell != cell.strip():
            raise line.wrong(field, "The cell begins or ends with a space.", "Remove it.")
        if "\x00" in cell:
            raise line.wrong(field, "The cell holds a null character.", "Remove it.")
