"""Measures City Tools against its rivals over the same rows: what make bench runs a size of.

Every figure is a ratio of two servers that were asked in turn, in one run, on one machine; the
times themselves say little about another. What counts is time made anew, after an edit or on a
worker that has not yet been asked; how many times that of a bare hello it is, is the measure that
says most about another machine.
"""

import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from citytools.management.commands import load
from systems.models import System
from tests.benchmark import generate
from tests.benchmark.client import (
    KeepAliveClient,
    Request,
    ask_all,
    first_visit_bytes,
    time_concurrently,
    time_in_turn,
)
from tests.benchmark.results import (
    CSV_SECONDS,
    FIRST_BYTE,
    FIXTURES,
    LIST_SIZE,
    MEMORY_GROWTH,
    MEMORY_RATIO,
    PSQL_SECONDS,
    UNCACHED_SUFFIX,
    UNCHANGED,
    WITH_CHART,
    WITHOUT_CHART,
    PageCost,
    RunResults,
    page_lines,
    question_lines,
    read_all,
)
from tests.benchmark.servers import (
    ADDRESS,
    ADMIN,
    DATASETTE,
    HELLO,
    OURS,
    UNCACHED,
    Server,
    Servers,
    start_all,
)
from tests.benchmark.targets import target_lines
from tests.benchmark.workload import (
    LIST,
    QUESTIONS,
    RECORD,
    QuestionSample,
    copy_to_sqlite,
    draw_sample,
    mixed_paths,
    requests_for,
    time_psql_copy,
)

FOLDER = settings.BASE_DIR / ".bench"
_CLIENTS = 8
_ALL = "/systems/systems.csv"
MIXED_REQUESTS = 20_000


@dataclass(frozen=True)
class Run:
    """What is measured, and for how long. Caches are off first, so that nothing warms them."""

    name: str
    copied: Path
    datasette: Path | None
    rounds: int
    seconds: float
    mixed_requests: int = 0
    """How many to ask to see whether memory grows; none where it is not asked."""

    def measure(self, say: Callable[[str], None]) -> RunResults:
        """Start all, ask all, stop all."""
        results, sample = RunResults(self.name, System.objects.count()), draw_sample()
        with start_all(self.copied, self.datasette) as servers:
            for ours, rivals in ((UNCACHED, {ADMIN, DATASETTE, HELLO}), (OURS, {HELLO})):
                say(f"{ours}: pages")
                self._questions(results, sample, _only(servers, {ours, *rivals}), say)
                say(f"{ours}: the CSV of all rows, and psql's copy of them; what is unchanged")
                self._everything(results, servers[ours][0], UNCACHED_SUFFIX * (ours == UNCACHED))
                self._unchanged(results, _only(servers, {ours, HELLO}), ours)
            say("Queries, and the weight of pages")
            self._costs(results, sample, servers[UNCACHED][0])
            self._weights(results, servers[OURS][0])
            if self.mixed_requests:
                say(f"{self.mixed_requests:,} mixed requests")
                self._memory(results, sample, servers[OURS][0])
            for name, (server, _) in servers.items():
                if name != ADMIN:  # the same server as ours
                    results.figures[f"peak memory of {name}, MB"] = _megabytes(server.memory())
        return results

    def _questions(
        self,
        results: RunResults,
        sample: QuestionSample,
        servers: Servers,
        say: Callable[[str], None],
    ) -> None:
        for question in QUESTIONS:
            say(question.name)
            requests = requests_for(question, sample, servers)
            results.add(question.name, time_in_turn(requests, self.rounds, self.seconds))
            if question.name in {LIST, RECORD}:
                del requests[HELLO]
                for mine in requests.values():  # each worker's caches, as they are in use
                    time_concurrently(mine, _CLIENTS, self.seconds / 12)
                timings = {
                    name: time_concurrently(mine, _CLIENTS, self.seconds / 6)
                    for name, mine in requests.items()
                }
                results.add(f"{question.name}, {_CLIENTS} clients", timings)

    def _everything(self, results: RunResults, server: Server, suffix: str) -> None:
        """The CSV of all rows against psql's copy, each three times, the middle one counted."""
        server.forget_peak()
        before, answers, copies = server.memory("VmRSS"), [], []
        with KeepAliveClient(server) as client:
            for _ in range(3):
                answers.append(client.get(_ALL))
                copies.append(time_psql_copy())
        after = server.memory()
        grown = after - before if after and before else None
        results.figures[CSV_SECONDS + suffix] = statistics.median(a.seconds for a in answers)
        results.figures[FIRST_BYTE + suffix] = 1000 * statistics.median(a.first for a in answers)
        results.figures[MEMORY_GROWTH + suffix] = _megabytes(grown)
        known = [seconds for seconds in copies if seconds is not None]
        results.figures[PSQL_SECONDS + suffix] = statistics.median(known) if known else None

    def _unchanged(self, results: RunResults, servers: Servers, ours: str) -> None:
        with KeepAliveClient(servers[ours][0]) as client:
            tag = client.get("/systems/").headers["etag"]
        requests = {
            ours: [Request(servers[ours][0], "/systems/", {"If-None-Match": tag})],
            HELLO: [Request(servers[HELLO][0], "/")],
        }
        results.add(UNCHANGED, time_in_turn(requests, 300, self.seconds))

    def _costs(self, results: RunResults, sample: QuestionSample, ours: Server) -> None:
        """Each kind of page once more: its statements counted here, its bytes as of the server."""
        with KeepAliveClient(ours) as client:
            for question in QUESTIONS:
                path = question.paths(sample)[OURS][0]
                plain = client.get(path, {"Accept-Encoding": "identity"})
                results.pages[question.name] = PageCost(count_queries(path), plain.size)

    def _weights(self, results: RunResults, ours: Server) -> None:
        with KeepAliveClient(ours) as client:
            results.figures[LIST_SIZE] = client.get("/systems/").size / 1000
        results.figures[WITH_CHART] = first_visit_bytes(ours, "/systems/") / 1000
        results.figures[WITHOUT_CHART] = first_visit_bytes(ours, "/about/") / 1000

    def _memory(self, results: RunResults, sample: QuestionSample, ours: Server) -> None:
        """What the server holds after a tenth of many requests, and after all of them."""
        requests = [Request(ours, path) for path in mixed_paths(sample, self.mixed_requests)]
        tenth = self.mixed_requests // 10
        ask_all(requests[:tenth], _CLIENTS)
        before = ours.memory("VmRSS")
        ask_all(requests[tenth:], _CLIENTS)
        after = ours.memory("VmRSS")
        results.figures[f"memory after {tenth:,} mixed requests, MB"] = _megabytes(before)
        results.figures[f"memory after {len(requests):,}, MB"] = _megabytes(after)
        results.figures[MEMORY_RATIO] = after / before if after and before else None


def count_queries(path: str) -> int:
    """The SQL statements of a page that has been asked before, without that for the version."""
    client = Client(SERVER_NAME=ADDRESS)
    b"".join(client.get(path))
    with (
        override_settings(MAX_CACHED_FILE_BYTES=0),
        CaptureQueriesContext(connection) as queries,
    ):
        b"".join(client.get(path))
    return sum("citytools_datachange" not in query["sql"] for query in queries)


def _only(servers: Servers, names: Collection[str]) -> Servers:
    return {name: server for name, server in servers.items() if name in names}


def _megabytes(size: int | None) -> float | None:
    return None if size is None else size / 1e6


class Command(BaseCommand):
    """One size: fill the database if it is empty, copy its rows, ask, print."""

    help = (
        "Measures City Tools against Datasette, Django's admin, psql and a bare Django over the "
        "same rows. Fills the database that CITYTOOLS_DATABASE names if it is empty; a full one "
        "must have as many systems. make bench does so for the real data and three sizes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--systems", type=int, default=80_900)
        size.add_argument("--fixtures", action="store_true", help="the real data, not a nation")
        parser.add_argument("--datasette", type=Path, help="the program; without it no Datasette")
        parser.add_argument("--rounds", type=int, default=30, help="answers to each question")
        parser.add_argument(
            "--seconds", type=float, default=6, help="stop a question's rounds after so long"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        FOLDER.mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        name = FIXTURES if options["fixtures"] else str(options["systems"])
        if options["fixtures"]:
            self._load()
        else:
            self._fill(options["systems"])
        self._say("Copying the rows into SQLite")
        copied = FOLDER / name / "rows.db"
        copied.parent.mkdir(exist_ok=True)
        begun = time.monotonic()
        copy_to_sqlite(copied)
        self._say(f"Copied in {time.monotonic() - begun:.1f} s")
        run = Run(name, copied, options["datasette"], options["rounds"], options["seconds"])
        if options["fixtures"]:
            run = replace(run, mixed_requests=MIXED_REQUESTS)
        results = run.measure(self._say)
        path = results.write(FOLDER)
        for lines in (question_lines(results), page_lines(results), target_lines(read_all(FOLDER))):
            self.stdout.writelines(f"{line}\n" for line in lines)
        self.stdout.write(
            f"Kept in {path.relative_to(settings.BASE_DIR)}. To undo: remove .bench/, and drop the "
            f"database {settings.DATABASES['default']['NAME']}."
        )

    def _load(self) -> None:
        self._say("Loading the real data")
        call_command(load.Command(), demo="no", leave=True, stdout=self.stdout)

    def _fill(self, size: int) -> None:
        count = System.objects.count()
        if not count:
            self._say(f"Generating {size:,} systems")
            call_command(generate.Command(), systems=size, seed=1, stdout=self.stdout)
        elif count != size:
            raise CommandError(
                f"This database holds {count:,} systems, not {size:,}: name another in "
                "CITYTOOLS_DATABASE, and it is made and filled."
            )

    def _say(self, words: str) -> None:
        self.stdout.write(f"{time.strftime('%H:%M:%S')} {words}")
