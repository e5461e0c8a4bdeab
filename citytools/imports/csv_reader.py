"""Reads CSV and JSON strictly: what is wrong is named by file, row and column, with the remedy."""

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from citytools.cells import Line, LoadError


def lines(path: Path, columns: Sequence[str]) -> list[Line]:
    """The rows of a file that has exactly these columns, in any order; the header is row 1."""
    table = _rows(path)
    header = next(table, [])
    _check_header(_label(path), "row 1", header, columns)
    found = []
    for number, row in enumerate(table, start=2):
        if len(row) != len(header):
            raise LoadError(
                _label(path),
                f"row {number}",
                "",
                f"The row has {len(row)} cells where the header has {len(header)}.",
                "Put quotes around a cell that holds a comma; remove empty rows.",
            )
        line = Line(_label(path), f"row {number}", dict(zip(header, row, strict=True)))
        _check_cells(line)
        found.append(line)
    return found


def records(
    path: Path, columns: Mapping[str, Sequence[str]], objects: Collection[str] = ()
) -> dict[str, list[Line]]:
    """The records of a JSON file by kind, each with exactly its columns: texts, lists of texts.

    The columns among `objects` hold {…} instead, which a line keeps as JSON (`Line.object`).
    """
    try:
        kinds = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise LoadError(
            _label(path),
            f"line {error.lineno}",
            "",
            f"This is not JSON: {error.msg}.",
            "Correct it.",
        ) from None
    wanted = ", ".join(columns)
    if not isinstance(kinds, dict) or kinds.keys() != columns.keys():
        raise LoadError(_label(path), "", "", "It has other kinds of record.", f"Name {wanted}.")
    return {
        kind: _records(_label(path), kind, kinds[kind], columns[kind], objects) for kind in columns
    }


def _records(
    file: str, kind: str, found: object, columns: Sequence[str], objects: Collection[str]
) -> list[Line]:
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise LoadError(file, kind, "", "This is not a list of records.", "Write [{…}, {…}].")
    return [
        _record(file, f"{kind}, record {number}", record, columns, objects)
        for number, record in enumerate(found, start=1)
    ]


def _record(
    file: str,
    place: str,
    record: Mapping[str, Any],
    columns: Sequence[str],
    objects: Collection[str],
) -> Line:
    _check_header(file, place, list(record), columns)
    cells = {}
    for name, value in record.items():
        if (name in objects) != isinstance(value, dict):
            reason, remedy = _KINDS[name in objects]
            raise LoadError(file, place, name, reason, remedy)
        cells[name] = json.dumps(value) if name in objects else _joined(file, place, name, value)
    line = Line(file, place, cells)
    _check_cells(line)
    return line


_KINDS = {
    True: ("This is not an object.", "Write {…}, or {} for nothing."),
    False: ("This is not text.", "Put it between quotes."),
}


def _joined(file: str, place: str, name: str, value: object) -> str:
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
        raise LoadError(
            _label(path),
            f"row {rows_read + 1}",
            "",
            f"The row cannot be read ({error}).",
            "Close every quote, and double a quote within a quoted cell.",
        ) from None


def _check_header(file: str, place: str, header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    twice = sorted({column for column in header if header.count(column) > 1})
    faults = {"missing": missing, "not known": unknown, "there twice": twice}
    for fault, names in faults.items():
        if names:
            named = ", ".join(f"“{name}”" for name in names)
            raise LoadError(
                file,
                place,
                "",
                f"Columns are {fault}: {named}.",
                f"The columns are {', '.join(columns)}.",
            )


def _check_cells(line: Line) -> None:
    for field, cell in line.cells.items():
        if cell != cell.strip():
            raise line.wrong(field, "The cell begins or ends with a space.", "Remove it.")
        if "\x00" in cell:
            raise line.wrong(field, "The cell holds a null character.", "Remove it.")
