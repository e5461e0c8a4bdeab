"""Boroughs and their returns, from files."""

from pathlib import Path

from boroughs.models import Borough, Return
from citytools.imports import SOURCED, ImportRun, source_fields
from citytools.imports.csv_reader import read_csv
from citytools.imports.table_writer import RecordDraft

_BOROUGH_TEXTS = (
    "gss_code", "name", "official_name", "code", "slug", "kind", "inner_or_outer", "partnership",
)  # fmt: skip
_BOROUGH_NUMBERS = (
    "population", "population_year", "households", "households_year", "tile_row", "tile_column",
)  # fmt: skip
_RETURN = ("borough", "subject", "received_on", "complete", *SOURCED)


def boroughs(path: Path, run: ImportRun) -> None:
    """boroughs.csv: the 33 and the regional bodies."""
    drafts = [
        RecordDraft(
            line,
            {name: line.text(name) for name in _BOROUGH_TEXTS}
            | {name: line.whole(name) for name in _BOROUGH_NUMBERS},
        )
        for line in read_csv(path, (*_BOROUGH_TEXTS, *_BOROUGH_NUMBERS))
    ]
    run.upsert(Borough, drafts, key=["gss_code"])


def returns(path: Path, run: ImportRun) -> None:
    """returns.csv: who answered on what, and when."""
    known = run.directory(Borough, "slug")
    drafts = run.drafts(
        Return,
        read_csv(path, _RETURN),
        lambda line: {
            "borough": line.required_lookup("borough", known, "boroughs.csv"),
            "subject": line.text("subject"),
            "received_on": line.day("received_on"),
            "complete": line.yes_no("complete"),
            **source_fields(line),
        },
    )
    run.upsert(Return, drafts, key=["borough", "subject", "received_on"])


# The reader of each file; a file comes after those that it refers to
FILES = {"boroughs.csv": boroughs, "returns.csv": returns}
