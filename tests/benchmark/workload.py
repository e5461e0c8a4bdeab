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
from contracts.filters import ContractFilter
from contracts.models import Contract
from systems.filters import SystemFilter
from systems.models import Function, Product, Supplier, System
from tests.benchmark.client import Request
from tests.benchmark.servers import ADMIN, DATASETTE, HELLO, OURS, UNCACHED, Servers


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
    london: Sequence[Borough]
    """Those with a profile of their own to compare: of the 33."""
    words: Sequence[str]
    systems: Sequence[System]
    contracts: Sequence[Contract]
    products: Sequence[Product]
    suppliers: Sequence[Supplier]
    functions: Sequence[Function]


Paths = Mapping[str, Sequence[str]]
"""Each rival's paths, which are asked in turn."""


@dataclass(frozen=True)
class TimedQuestion:
    """A question, and the paths by which each rival that can answer it is asked."""

    name: str
    paths: Callable[[QuestionSample], Paths]


def draw_sample() -> QuestionSample:
    """Some things of each kind, drawn by chance, with the same seed."""
    chance = random.Random(1)

    def draw(rows: Any) -> Any:
        several = list(rows.order_by("pk"))
        return chance.sample(several, min(_DIFFERENT, len(several)))

    names = Product.objects.filter(systems__isnull=False).distinct().order_by("pk")
    words = sorted({name.split()[0] for name in names.values_list("name", flat=True)})
    with_systems = Borough.objects.filter(systems__isnull=False).distinct()
    return QuestionSample(
        boroughs=draw(with_systems),
        london=draw(with_systems.filter(pk__in=Borough.objects.london())),
        words=chance.sample(words, min(_DIFFERENT, len(words))),
        systems=_draw_by_number(System.objects.all(), chance),
        contracts=_draw_by_number(Contract.objects.all(), chance),
        products=draw(Product.objects.filter(systems__isnull=False).distinct()),
        suppliers=draw(Supplier.objects.filter(contracts__isnull=False).distinct()),
        functions=draw(Function.objects.all()),
    )


def _draw_by_number(rows: QuerySet[Any], chance: random.Random) -> Sequence[Any]:
    """Rows at or after numbers drawn by chance: there are too many to read all."""
    first, last = rows.earliest("pk").pk, rows.latest("pk").pk
    numbers = [chance.randint(first, last) for _ in range(_DIFFERENT)]
    return [rows.filter(pk__gte=number).earliest("pk") for number in numbers]


def _facets() -> list[tuple[str, str]]:
    return [("_facet", name) for name in fact_lists()[0].indexed] + [("_size", "25")]


def _table(pairs: Sequence[tuple[str, str]]) -> str:
    return f"/rows/systems?{urlencode([*pairs, *_facets()])}"


def _sql(statement: str) -> str:
    return f"/rows?{urlencode({'sql': statement})}"


def _filtered(sample: QuestionSample) -> Paths:
    return {
        OURS: [f"/systems/?borough={borough.slug}" for borough in sample.boroughs],
        DATASETTE: [_table([("borough", borough.name)]) for borough in sample.boroughs],
        ADMIN: [f"/admin/systems/system/?borough__id__exact={b.pk}" for b in sample.boroughs],
    }


def _all(_: QuestionSample) -> Paths:
    return {
        OURS: ["/systems/"],
        DATASETTE: [_table([])],
        ADMIN: ["/admin/systems/system/"],
    }


def _searched(sample: QuestionSample) -> Paths:
    return {
        OURS: [f"/systems/?{urlencode({'q': word})}" for word in sample.words],
        DATASETTE: [_table([("_search", word)]) for word in sample.words],
        ADMIN: [f"/admin/systems/system/?{urlencode({'q': word})}" for word in sample.words],
    }


def _everywhere(sample: QuestionSample) -> Paths:
    return {
        OURS: [f"/search/?{urlencode({'q': word})}" for word in sample.words],
        DATASETTE: [_table([("_search", word)]) for word in sample.words],
    }


def _record(sample: QuestionSample) -> Paths:
    return {
        OURS: _addresses(sample.systems),
        DATASETTE: [f"/rows/systems/{system.key}" for system in sample.systems],
        ADMIN: [f"/admin/systems/system/{system.pk}/change/" for system in sample.systems],
    }


def _map(_: QuestionSample) -> Paths:
    return {OURS: ["/systems/map/"], DATASETTE: [_sql(_MAP)]}


def _quarters(_: QuestionSample) -> Paths:
    return {OURS: ["/contracts/"], DATASETTE: [_sql(_QUARTERS)]}


def _csv_filtered(sample: QuestionSample) -> Paths:
    streamed = [("_stream", "on"), ("_size", "max")]
    return {
        OURS: [f"/systems/systems.csv?borough={borough.slug}" for borough in sample.boroughs],
        DATASETTE: [
            f"/rows/systems.csv?{urlencode([('borough', borough.name), *streamed])}"
            for borough in sample.boroughs
        ],
    }


def _compared(sample: QuestionSample) -> Paths:
    """Each three boroughs that follow one another in the sample."""
    slugs = [borough.slug for borough in sample.london]
    threes = zip(slugs, slugs[1:] + slugs[:1], slugs[2:] + slugs[:2], strict=True)
    return {OURS: [f"/boroughs/compare/?{urlencode({'borough': three}, True)}" for three in threes]}


def _contracts_of_boroughs(sample: QuestionSample) -> Paths:
    return {OURS: [f"/contracts/?borough={borough.slug}" for borough in sample.boroughs]}


def _addresses(records: Sequence[Any]) -> list[str]:
    return [record.get_absolute_url() for record in records]


def _page(address: str) -> Callable[[QuestionSample], Paths]:
    return lambda _: {OURS: [address]}


HOME, PROFILE, COMPARISON = "home", "borough's profile", "comparison of three"
LIST, WHOLE_LIST, SEARCH, EVERYTHING = "filtered list", "whole list", "search", "search everything"
RECORD, MAP, QUARTERS, CSV = "one record", "service map", "contracts by quarter", "CSV, filtered"
QUESTIONS = (
    TimedQuestion(HOME, _page("/")),
    TimedQuestion(PROFILE, lambda sample: {OURS: _addresses(sample.london)}),
    TimedQuestion(COMPARISON, _compared),
    TimedQuestion(LIST, _filtered),
    TimedQuestion(WHOLE_LIST, _all),
    TimedQuestion(SEARCH, _searched),
    TimedQuestion(EVERYTHING, _everywhere),
    TimedQuestion(RECORD, _record),
    TimedQuestion("product", lambda sample: {OURS: _addresses(sample.products)}),
    TimedQuestion("supplier", lambda sample: {OURS: _addresses(sample.suppliers)}),
    TimedQuestion("contracts list", _contracts_of_boroughs),
    TimedQuestion("contract", lambda sample: {OURS: _addresses(sample.contracts)}),
    TimedQuestion(QUARTERS, _quarters),
    TimedQuestion("windows", _page("/contracts/together/")),
    TimedQuestion("concentration", _page("/contracts/concentration/")),
    TimedQuestion(MAP, _map),
    TimedQuestion("skills matrix", _page("/skills/")),
    TimedQuestion("training", _page("/skills/training/")),
    TimedQuestion("research landing", _page("/research/")),
    TimedQuestion("report", _page("/research/report/")),
    TimedQuestion("changes", _page("/changes/")),
    TimedQuestion("metrics", _page("/research/metrics/")),
    TimedQuestion("data", _page("/data/")),
    TimedQuestion(CSV, _csv_filtered),
)
"""One for each kind of page, and a file."""


def requests_for(
    question: TimedQuestion, sample: QuestionSample, servers: Servers
) -> dict[str, list[Request]]:
    """What each rival that has an address for the question is asked; the bare hello always."""
    paths = question.paths(sample)
    every = {UNCACHED: paths[OURS], **paths, HELLO: ["/"]}
    return {
        name: [Request(servers[name][0], path, servers[name][1]) for path in every[name]]
        for name in every
        if name in servers
    }


def mixed_paths(sample: QuestionSample, count: int) -> list[str]:
    """As many of our addresses, drawn by chance: pages, lists by two filters, files."""
    chance = random.Random(2)
    pages = [path for question in QUESTIONS for path in question.paths(sample)[OURS]]
    slugs = [borough.slug for borough in Borough.objects.filter(systems__isnull=False).distinct()]
    kinds = ("systems/", "contracts/", "systems/systems.csv", "systems/systems.json")

    def narrowed() -> str:
        chosen = {"borough": chance.choice(slugs), "function": chance.choice(sample.functions).slug}
        return f"/{chance.choice(kinds)}?{urlencode(chosen)}"

    return [chance.choice(pages) if chance.random() < 0.5 else narrowed() for _ in range(count)]
