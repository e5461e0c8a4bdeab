"""The same rows for the rivals: SQLite with indexes and full text, PostgreSQL's own \\copy."""

import csv
import io
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict

from citytools import csvs
from citytools.columns import Column
from citytools.grammar import FactFilter
from citytools.local.postgres import programs
from contracts.filters import ContractFilter
from contracts.models import Contract
from systems.filters import SystemFilter
from systems.models import System


@dataclass(frozen=True)
class List:
    """One list of ours and its table for the rivals."""

    name: str
    chosen: FactFilter
    indexed: Sequence[str]
    """Columns with an index, and with counts beside their values."""
    words: Sequence[str]
    """Columns of the full text."""

    @property
    def rows(self) -> QuerySet[Any]:
        """All rows in the order of our file."""
        return self.chosen.rows

    @property
    def columns(self) -> Sequence[Column]:
        """The columns of our file."""
        return self.chosen.chosen_columns


def lists() -> tuple[List, List]:
    """Systems and contracts."""
    return (
        List(
            "systems",
            SystemFilter(QueryDict(), System.objects.all()),
            indexed=(
                *("borough", "service_area", "kind", "function", "product", "manufacturer"),
                *("hosting", "status", "source_kind"),
            ),
            words=("borough", "service_area", "function", "product", "manufacturer"),
        ),
        List(
            "contracts",
            ContractFilter(QueryDict(), Contract.objects.all()),
            indexed=("lead_borough", "supplier", "ends_on"),
            words=("title", "supplier", "lead_borough"),
        ),
    )


def into_sqlite(path: Path) -> None:
    """Write both lists into a new SQLite file, indexed and analysed."""
    path.unlink(missing_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    database = sqlite3.connect(draft)
    for one in lists():
        _fill(database, one)
    database.execute("ANALYZE")
    database.commit()
    database.close()
    draft.rename(path)


def _fill(database: sqlite3.Connection, one: List) -> None:
    names = [column.name for column in one.columns]
    fields = [f"{column.name} {'REAL' if column.numeric else 'TEXT'}" for column in one.columns]
    key = f"{names[0]} INTEGER PRIMARY KEY"
    database.execute(f"CREATE TABLE {one.name} ({', '.join([key, *fields[1:]])})")
    with tempfile.TemporaryFile() as spool:
        csvs.write_csv(one.rows, one.columns, spool)
        spool.seek(0)
        reader = csv.reader(io.TextIOWrapper(spool, encoding="utf-8", newline=""))
        next(reader)
        places = ", ".join("?" * len(names))
        database.executemany(f"INSERT INTO {one.name} VALUES ({places})", reader)  # noqa: S608 (ours)
    for column in one.indexed:
        database.execute(f"CREATE INDEX {one.name}_{column} ON {one.name} ({column})")
    words = ", ".join(one.words)
    text = f"{one.name}_fts"
    database.execute(f"CREATE VIRTUAL TABLE {text} USING fts5({words}, content='{one.name}')")
    database.execute(f"INSERT INTO {text} ({text}) VALUES ('rebuild')")  # noqa: S608 (ours)


def copy_by_psql() -> float | None:
    """Seconds in which psql copies all systems to a file; None where there is no psql."""
    psql = programs.find_client("psql")
    if psql is None:
        return None
    everything = lists()[0]
    statement = csvs.copying(everything.rows, everything.columns)
    asked = connection.get_connection_params()
    command = [str(psql), "-h", asked["host"], "-p", str(asked["port"])]
    command += ["-U", asked["user"], "-d", asked["dbname"], "-q", "-v", "ON_ERROR_STOP=1"]
    with tempfile.NamedTemporaryFile() as file:
        words = statement.removesuffix("TO STDOUT (FORMAT csv)").removeprefix("COPY ")
        told = " ".join(f"\\copy {words} TO '{file.name}' (FORMAT csv)".split())
        begun = time.perf_counter()
        subprocess.run(command, input=told, text=True, check=True)
        return time.perf_counter() - begun
