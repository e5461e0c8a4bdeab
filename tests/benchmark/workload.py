"""The same rows for each rival, and the same questions of them in each one's own addresses."""

import csv
import io
import random
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict

from boroughs.models import Borough
from citytools import csvs
from citytools.columns import Column
from citytools.grammar import FactFilter
from citytools.postgres import binaries
from contracts.filters import ContractFilter
from contracts.models import Contract
from systems.filters import SystemFilter
from systems.models import Product, System
from tests.benchmark.client import Ask
from tests.benchmark.servers import ADMIN, ANEW, DATASETTE, OURS, Server


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


def fact_lists() -> tuple[List, List]:
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


def copy_to_sqlite(path: Path) -> None:
    """Write both fact_lists into a new SQLite file, indexed and analysed."""
    path.unlink(missing_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    database = sqlite3.connect(draft)
    for one in fact_lists():
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


def time_psql_copy() -> float | None:
    """Seconds in which psql copies all systems to a file; None where there is no psql."""
    psql = binaries.client("psql")
    if psql is None:
        return None
    everything = fact_lists()[0]
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


_DIFFERENT = 12
"""How many different addresses a question has, so that nobody answers from memory."""
_MAP = "SELECT function, borough, count(*) FROM systems GROUP BY function, borough"
_QUARTERS = (
    "SELECT substr(ends_on, 1, 4) AS year, (substr(ends_on, 6, 2) + 2) / 3 AS quarter, count(*) "
    "FROM contracts WHERE length(ends_on) >= 7 GROUP BY 1, 2 ORDER BY 1, 2"
)


@dataclass(frozen=True)
class Sample:
    """Things of which the questions ask, the same in every run over the same rows."""

    boroughs: Sequence[Borough]
    words: Sequence[str]
    systems: Sequence[int]


@dataclass(frozen=True)
class Question:
    """A question; `of` gives each rival's paths, which are asked in turn."""

    name: str
    paths: Callable[[Sample], Mapping[str, Sequence[str]]]


def sample() -> Sample:
    """Some boroughs, words and systems, drawn by chance, with the same seed."""
    chance = random.Random(1)
    boroughs = list(Borough.objects.filter(systems__isnull=False).distinct().order_by("pk"))
    names = Product.objects.filter(systems__isnull=False).distinct().order_by("pk")
    words = sorted({name.split()[0] for name in names.values_list("name", flat=True)})
    first, last = System.objects.earliest("pk").pk, System.objects.latest("pk").pk
    drawn = [chance.randint(first, last) for _ in range(_DIFFERENT)]
    return Sample(
        chance.sample(boroughs, min(_DIFFERENT, len(boroughs))),
        chance.sample(words, min(_DIFFERENT, len(words))),
        [System.objects.filter(pk__gte=pk).earliest("pk").pk for pk in drawn],
    )


def _facets() -> list[tuple[str, str]]:
    return [("_facet", name) for name in fact_lists()[0].indexed] + [("_size", "25")]


def _table(pairs: Sequence[tuple[str, str]]) -> str:
    return f"/rows/systems?{urlencode([*pairs, *_facets()])}"


def _sql(statement: str) -> str:
    return f"/rows?{urlencode({'sql': statement})}"


def _filtered(of: Sample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"/systems/?borough={one.slug}" for one in of.boroughs],
        DATASETTE: [_table([("borough", one.name)]) for one in of.boroughs],
        ADMIN: [f"/admin/systems/system/?borough__id__exact={one.pk}" for one in of.boroughs],
    }


def _all(_: Sample) -> Mapping[str, Sequence[str]]:
    return {OURS: ["/systems/"], DATASETTE: [_table([])], ADMIN: ["/admin/systems/system/"]}


def _searched(of: Sample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"/systems/?{urlencode({'q': word})}" for word in of.words],
        DATASETTE: [_table([("_search", word)]) for word in of.words],
        ADMIN: [f"/admin/systems/system/?{urlencode({'q': word})}" for word in of.words],
    }


def _everywhere(of: Sample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"/search/?{urlencode({'q': word})}" for word in of.words],
        DATASETTE: [_table([("_search", word)]) for word in of.words],
    }


def _record(of: Sample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"/systems/{pk}/" for pk in of.systems],
        DATASETTE: [f"/rows/systems/{pk}" for pk in of.systems],
        ADMIN: [f"/admin/systems/system/{pk}/change/" for pk in of.systems],
    }


def _map(_: Sample) -> Mapping[str, Sequence[str]]:
    return {OURS: ["/systems/map/"], DATASETTE: [_sql(_MAP)]}


def _quarters(_: Sample) -> Mapping[str, Sequence[str]]:
    return {OURS: ["/contracts/"], DATASETTE: [_sql(_QUARTERS)]}


def _csv_filtered(of: Sample) -> Mapping[str, Sequence[str]]:
    streamed = [("_stream", "on"), ("_size", "max")]
    return {
        OURS: [f"/systems/systems.csv?borough={one.slug}" for one in of.boroughs],
        DATASETTE: [
            f"/rows/systems.csv?{urlencode([('borough', one.name), *streamed])}"
            for one in of.boroughs
        ],
    }


LIST, SEARCH, RECORD = "filtered list", "search", "one record"
MAP, QUARTERS, CSV = "service map", "contracts by quarter", "CSV, filtered"
QUESTIONS = (
    Question(LIST, _filtered),
    Question("whole list", _all),
    Question(SEARCH, _searched),
    Question("search everything", _everywhere),
    Question(RECORD, _record),
    Question(MAP, _map),
    Question(QUARTERS, _quarters),
    Question(CSV, _csv_filtered),
)


def asks(
    question: Question, of: Sample, servers: Mapping[str, tuple[Server, Mapping[str, str]]]
) -> dict[str, list[Ask]]:
    """What each rival that has an address for the question is asked."""
    paths = question.paths(of)
    every = {OURS: paths[OURS], ANEW: paths[OURS], **paths}
    return {
        name: [Ask(servers[name][0], path, servers[name][1]) for path in every[name]]
        for name in every
        if name in servers
    }
