"""What a zip holds, for programs: as a Data Package (Frictionless) and as CSV on the Web (W3C)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from citytools.exports.export import Export
from citytools.lists.columns import Column
from citytools.telling import LICENCE, LICENCE_ADDRESS

LICENCE_IN_WORDS = f"{LICENCE}. {LICENCE_ADDRESS}"
_FRICTIONLESS = {
    "integer": "integer",
    "decimal": "number",
    "date": "date",
    "yes or no": "boolean",
}
_CSVW: dict[str, Any] = {
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "yes or no": {"base": "boolean", "format": "yes|no"},
}
_PARTIAL_DATE = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"


@dataclass(frozen=True)
class Packed:
    """One file as it lies in the zip: rows, bytes and SHA-256."""

    file: Export
    rows: int
    size: int
    digest: str


def data_package(packed: Iterable[Packed], as_at: str) -> dict[str, Any]:
    """datapackage.json."""
    return {
        "name": "citytools-london",
        "title": "City Tools: London",
        "description": "Which London borough runs which IT system, on which contract, with which "
        "skills. Rows whose source_kind is illustrative are invented for demonstration.",
        "created": as_at,
        "licenses": [{"name": "OGL-UK-3.0", "title": LICENCE, "path": LICENCE_ADDRESS}],
        "resources": [_resource(one) for one in packed],
    }


def _resource(packed: Packed) -> dict[str, Any]:
    file = packed.file
    return {
        "name": file.name,
        "title": file.title,
        "description": file.row,
        "path": f"{file.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": packed.size,
        "hash": f"sha256:{packed.digest}",
        "rows": packed.rows,
        "schema_version": file.version,
        "profile": "tabular-data-resource",
        "schema": {
            "fields": [_field(column) for column in file.columns],
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _FRICTIONLESS.get(column.kind, "string"),
        "description": _meaning(column),
    }
    if column.kind == "yes or no":
        field |= {"trueValues": ["yes"], "falseValues": ["no"]}
    if column.kind == "partial date":
        field["constraints"] = {"pattern": _PARTIAL_DATE}
    if column.allowed:
        whole = column.kind == "integer"
        field["constraints"] = {"enum": [int(one) if whole else one for one in column.allowed]}
    return field


def _meaning(column: Column) -> str:
    return f"{column.meaning} In {column.unit}." if column.unit else column.meaning


def csvw(packed: Iterable[Packed]) -> dict[str, Any]:
    """csv-metadata.json."""
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": "City Tools: London",
        "dc:license": {"@id": LICENCE_ADDRESS},
        "tables": [_table(one.file) for one in packed],
    }


def _table(file: Export) -> dict[str, Any]:
    return {
        "url": f"{file.name}.csv",
        "dc:title": file.title,
        "dc:description": file.row,
        "tableSchema": {"columns": [_column(column) for column in file.columns]},
    }


def _column(column: Column) -> dict[str, Any]:
    found = {
        "name": column.name,
        "titles": column.name,
        "dc:description": _meaning(column),
        "datatype": _CSVW.get(column.kind, "string"),
    }
    return found | {"separator": "; "} if column.kind == "list" else found
