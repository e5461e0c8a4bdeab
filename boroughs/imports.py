"""Boroughs and their returns, from files."""

from pathlib import Path

from boroughs.models import Borough, Return
from citytools.imports import SOURCED, ImportRun
from citytools.imports.csv_reader import read_csv
from citytools.imports.table_writer import RecordDraft

_BOROUGH = (
    "gss_code", "name", "official_name", "code", "slug", "kind", "inner_or_outer", "partnership",
    "population", "population_year", "households", "households_year", "tile_row", "tile_column",
)  # fmt: skip
_RETURN = ("subject", "received_on", "complete", *SOURCED)


def boroughs(path: Path, run: ImportRun) -> None:
    """boroughs.csv: the 33 and the regional bodies."""
    rows = read_csv(path, _BOROUGH, run.faults)
    drafts = [RecordDraft(line, line.field_values(Borough, _BOROUGH)) for line in rows]
    run.upsert(Borough, drafts, key=["gss_code"])


def returns(path: Path, run: ImportRun) -> None:
    """returns.csv: who answered on what, and when."""
    known = run.directory(Borough, "slug")
    drafts = run.drafts(
        Return,
        read_csv(path, ("borough", *_RETURN), run.faults),
        lambda line: {
            "borough": line.required_lookup("borough", known, "boroughs.csv"),
            **line.field_values(Return, _RETURN),
        },
    )
    run.upsert(Return, drafts, key=["borough", "subject", "received_on"])


# The reader of each file; a file comes after those that it refers to
FILES = {"boroughs.csv": boroughs, "returns.csv": returns}
