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
from citytools.exports import tables
from citytools.lists.columns import Column
from citytools.lists.filters import FactFilterSet
from citytools.local.postgres import programs
from citytools.worlds import PREFIX
from contracts.filters import ContractFilter
from contracts.models import Contract
from systems.filters import SystemFilter
from systems.models import Product, System
from tests.benchmark.client import Request
from tests.benchmark.servers import ADMIN, DATASETTE, OURS, UNCACHED, Server


@dataclass(frozen=True)
class RivalTable:
    """One list of ours and its table for the rivals."""

    name: str
    filterset: FactFilterSet
    indexed: Sequence[str]
    """Columns with an index, and with counts beside their values."""
    words: Sequence[str]
    """Columns of the full text."""

    @property
    def rows(self) -> QuerySet[Any]:
        """All rows in the order of our file."""
        return self.filterset.rows

    @property
    def columns(self) -> Sequence[Column]:
        """The columns of our file."""
        return self.filterset.selected_columns


def fact_lists() -> tuple[RivalTable, RivalTable]:
    """Systems and contracts."""
    return (
        RivalTable(
            "systems",
            SystemFilter(QueryDict(), System.objects.all()),
            indexed=(
                *("borough", "service_area", "kind", "function", "product", "manufacturer"),
                *("hosting", "status", "source_kind"),
            ),
            words=("borough", "service_area", "function", "product", "manufacturer"),
        ),
        RivalTable(
            "contracts",
            ContractFilter(QueryDict(), Contract.objects.all()),
            indexed=("lead_borough", "supplier", "ends_on"),
            words=("title", "supplier", "lead_borough"),
        ),
    )


def copy_to_sqlite(path: Path) -> None:
    """Write both lists into a new SQLite file, indexed and analysed."""
    path.unlink(missing_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    database = sqlite3.connect(draft)
    for table in fact_lists():
        _fill(database, table)
    database.execute("ANALYZE")
    database.commit()
    database.close()
    draft.rename(path)


def _fill(database: sqlite3.Connection, table: RivalTable) -> None:
    names = [column.name for column in table.columns]
    fields = [f"{column.name} {'REAL' if column.numeric else 'TEXT'}" for column in table.columns]
    key = f"{names[0]} TEXT PRIMARY KEY"
    database.execute(f"CREATE TABLE {table.name} ({', '.join([key, *fields[1:]])})")
    with tempfile.TemporaryFile() as spool:
        tables.write_csv(table.rows, table.columns, spool)
        spool.seek(0)
        reader = csv.reader(io.TextIOWrapper(spool, encoding="utf-8", newline=""))
        next(reader)
        places = ", ".join("?" * len(names))
        database.executemany(f"INSERT INTO {table.name} VALUES ({places})", reader)  # noqa: S608 (ours)
    for column in table.indexed:
        database.execute(f"CREATE INDEX {table.name}_{column} ON {table.name} ({column})")
    words = ", ".join(table.words)
    text = f"{table.name}_fts"
    database.execute(f"CREATE VIRTUAL TABLE {text} USING fts5({words}, content='{table.name}')")
    database.execute(f"INSERT INTO {text} ({text}) VALUES ('rebuild')")  # noqa: S608 (ours)


def time_psql_copy() -> float | None:
    """Seconds in which psql copies all systems to a file; None where there is no psql."""
    psql = programs.find_client("psql")
    if psql is None:
        return None
    everything = fact_lists()[0]
    statement = tables.copy_statement(everything.rows, everything.columns)
    parameters = connection.get_connection_params()
    command = [str(psql), "-h", parameters["host"], "-p", str(parameters["port"])]
    command += ["-U", parameters["user"], "-d", parameters["dbname"], "-q", "-v", "ON_ERROR_STOP=1"]
    with tempfile.NamedTemporaryFile() as file:
        words = statement.removesuffix("TO STDOUT (FORMAT csv)").removeprefix("COPY ")
        meta_command = " ".join(f"\\copy {words} TO '{file.name}' (FORMAT csv)".split())
        begun = time.perf_counter()
        subprocess.run(command, input=meta_command, text=True, check=True)
        return time.perf_counter() - begun


_DIFFERENT = 12
"""How many different addresses a question has, so that nobody answers from memory."""
_MAP = "SELECT function, borough, count(*) FROM systems GROUP BY function, borough"
_QUARTERS = (
    "SELECT substr(ends_on, 1, 4) AS year, (substr(ends_on, 6, 2) + 2) / 3 AS quarter, count(*) "
    "FROM contracts WHERE length(ends_on) >= 7 GROUP BY 1, 2 ORDER BY 1, 2"
)


@dataclass(frozen=True)
class QuestionSample:
    """Things of which the questions ask, the same in every run over the same rows."""

    boroughs: Sequence[Borough]
    words: Sequence[str]
    systems: Sequence[System]


@dataclass(frozen=True)
class TimedQuestion:
    """A question; `paths` gives each rival's paths, which are asked in turn."""

    name: str
    paths: Callable[[QuestionSample], Mapping[str, Sequence[str]]]


def draw_sample() -> QuestionSample:
    """Some boroughs, words and systems, drawn by chance, with the same seed."""
    chance = random.Random(1)
    boroughs = list(Borough.objects.filter(systems__isnull=False).distinct().order_by("pk"))
    names = Product.objects.filter(systems__isnull=False).distinct().order_by("pk")
    words = sorted({name.split()[0] for name in names.values_list("name", flat=True)})
    first, last = System.objects.earliest("pk").pk, System.objects.latest("pk").pk
    drawn = [chance.randint(first, last) for _ in range(_DIFFERENT)]
    return QuestionSample(
        chance.sample(boroughs, min(_DIFFERENT, len(boroughs))),
        chance.sample(words, min(_DIFFERENT, len(words))),
        [System.objects.filter(pk__gte=pk).earliest("pk") for pk in drawn],
    )


def _facets() -> list[tuple[str, str]]:
    return [("_facet", name) for name in fact_lists()[0].indexed] + [("_size", "25")]


def _table(pairs: Sequence[tuple[str, str]]) -> str:
    return f"/rows/systems?{urlencode([*pairs, *_facets()])}"


def _sql(statement: str) -> str:
    return f"/rows?{urlencode({'sql': statement})}"


def _filtered(sample: QuestionSample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"{PREFIX}/systems/?borough={borough.slug}" for borough in sample.boroughs],
        DATASETTE: [_table([("borough", borough.name)]) for borough in sample.boroughs],
        ADMIN: [f"/admin/systems/system/?borough__id__exact={b.pk}" for b in sample.boroughs],
    }


def _all(_: QuestionSample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"{PREFIX}/systems/"],
        DATASETTE: [_table([])],
        ADMIN: ["/admin/systems/system/"],
    }


def _searched(sample: QuestionSample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"{PREFIX}/systems/?{urlencode({'q': word})}" for word in sample.words],
        DATASETTE: [_table([("_search", word)]) for word in sample.words],
        ADMIN: [f"/admin/systems/system/?{urlencode({'q': word})}" for word in sample.words],
    }


def _everywhere(sample: QuestionSample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"{PREFIX}/search/?{urlencode({'q': word})}" for word in sample.words],
        DATASETTE: [_table([("_search", word)]) for word in sample.words],
    }


def _record(sample: QuestionSample) -> Mapping[str, Sequence[str]]:
    return {
        OURS: [f"{PREFIX}/systems/{system.key}/" for system in sample.systems],
        DATASETTE: [f"/rows/systems/{system.key}" for system in sample.systems],
        ADMIN: [f"/admin/systems/system/{system.pk}/change/" for system in sample.systems],
    }


def _map(_: QuestionSample) -> Mapping[str, Sequence[str]]:
    return {OURS: [f"{PREFIX}/systems/map/"], DATASETTE: [_sql(_MAP)]}


def _quarters(_: QuestionSample) -> Mapping[str, Sequence[str]]:
    return {OURS: [f"{PREFIX}/contracts/"], DATASETTE: [_sql(_QUARTERS)]}


def _csv_filtered(sample: QuestionSample) -> Mapping[str, Sequence[str]]:
    streamed = [("_stream", "on"), ("_size", "max")]
    return {
        OURS: [
            f"{PREFIX}/systems/systems.csv?borough={borough.slug}" for borough in sample.boroughs
        ],
        DATASETTE: [
            f"/rows/systems.csv?{urlencode([('borough', borough.name), *streamed])}"
            for borough in sample.boroughs
        ],
    }


LIST, SEARCH, RECORD = "filtered list", "search", "one record"
MAP, QUARTERS, CSV = "service map", "contracts by quarter", "CSV, filtered"
QUESTIONS = (
    TimedQuestion(LIST, _filtered),
    TimedQuestion("whole list", _all),
    TimedQuestion(SEARCH, _searched),
    TimedQuestion("search everything", _everywhere),
    TimedQuestion(RECORD, _record),
    TimedQuestion(MAP, _map),
    TimedQuestion(QUARTERS, _quarters),
    TimedQuestion(CSV, _csv_filtered),
)


def requests_for(
    question: TimedQuestion,
    sample: QuestionSample,
    servers: Mapping[str, tuple[Server, Mapping[str, str]]],
) -> dict[str, list[Request]]:
    """What each rival that has an address for the question is asked."""
    paths = question.paths(sample)
    every = {OURS: paths[OURS], UNCACHED: paths[OURS], **paths}
    return {
        name: [Request(servers[name][0], path, servers[name][1]) for path in every[name]]
        for name in every
        if name in servers
    }
