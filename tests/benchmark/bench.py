"""Measures City Tools against its rivals over the same rows: what make bench runs a size of.

Every figure is a ratio of two servers that were asked in turn, in one run, on one machine; the
times themselves say little about another.
"""

import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from citytools.worlds import PREFIX
from systems.models import System
from tests.benchmark import generate
from tests.benchmark.client import (
    KeepAliveClient,
    Request,
    first_visit_bytes,
    time_concurrently,
    time_in_turn,
)
from tests.benchmark.results import (
    CSV_SECONDS,
    FIRST_BYTE,
    LIST_SIZE,
    MEMORY_GROWTH,
    PSQL_SECONDS,
    UNCACHED_SUFFIX,
    UNCHANGED,
    WITH_CHART,
    WITHOUT_CHART,
    RunResults,
    question_lines,
    read_all,
    target_lines,
)
from tests.benchmark.servers import ADMIN, HELLO, OURS, UNCACHED, Server, Servers, start_all
from tests.benchmark.workload import (
    LIST,
    QUESTIONS,
    RECORD,
    QuestionSample,
    copy_to_sqlite,
    draw_sample,
    requests_for,
    time_psql_copy,
)

FOLDER = settings.BASE_DIR / ".bench"
_CLIENTS = 8
_ALL = f"{PREFIX}/systems/systems.csv"


@dataclass(frozen=True)
class Run:
    """What is measured, and for how long."""

    systems: int
    copied: Path
    datasette: Path | None
    rounds: int
    seconds: float

    def measure(self, say: Callable[[str], None]) -> RunResults:
        """Start all, ask all, stop all."""
        results, sample = RunResults(self.systems), draw_sample()
        with start_all(self.copied, self.datasette) as servers:
            self._questions(results, sample, servers, say)
            say("The CSV of all rows, and psql's copy of them")
            self._everything(results, servers)
            say("What is unchanged, and the weight of first visits")
            self._unchanged(results, servers)
            self._weights(results, servers[OURS][0])
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
                for mine in requests.values():  # each worker's caches, as they are in use
                    time_concurrently(mine, _CLIENTS, self.seconds / 12)
                timings = {
                    name: time_concurrently(mine, _CLIENTS, self.seconds / 6)
                    for name, mine in requests.items()
                }
                results.add(f"{question.name}, {_CLIENTS} clients", timings)

    def _everything(self, results: RunResults, servers: Servers) -> None:
        """The CSV of all rows against psql's copy, each three times, the middle one counted."""
        copies: list[float | None] = []
        for name, suffix in ((OURS, ""), (UNCACHED, UNCACHED_SUFFIX)):
            server = servers[name][0]
            server.forget_peak()
            before, answers = server.memory("VmRSS"), []
            with KeepAliveClient(server) as client:
                for _ in range(3):
                    answers.append(client.get(_ALL))
                    copies.append(time_psql_copy())
            after = server.memory()
            middle = sorted(answers, key=lambda answer: answer.seconds)[1]
            grown = after - before if after and before else None
            results.figures[CSV_SECONDS + suffix] = middle.seconds
            results.figures[FIRST_BYTE + suffix] = middle.first * 1000
            results.figures[MEMORY_GROWTH + suffix] = _megabytes(grown)
        known = [seconds for seconds in copies if seconds is not None]
        results.figures[PSQL_SECONDS] = statistics.median(known) if known else None

    def _unchanged(self, results: RunResults, servers: Servers) -> None:
        ours, hello = servers[OURS][0], servers[HELLO][0]
        with KeepAliveClient(ours) as client:
            tag = client.get(f"{PREFIX}/systems/").headers["etag"]
        requests = {
            OURS: [Request(ours, f"{PREFIX}/systems/", {"If-None-Match": tag})],
            HELLO: [Request(hello, "/")],
        }
        results.add(UNCHANGED, time_in_turn(requests, 300, self.seconds))

    def _weights(self, results: RunResults, ours: Server) -> None:
        with KeepAliveClient(ours) as client:
            results.figures[LIST_SIZE] = client.get(f"{PREFIX}/systems/").size / 1000
        results.figures[WITH_CHART] = first_visit_bytes(ours, f"{PREFIX}/systems/") / 1000
        results.figures[WITHOUT_CHART] = first_visit_bytes(ours, "/about/") / 1000


def _megabytes(size: int | None) -> float | None:
    return None if size is None else size / 1e6


class Command(BaseCommand):
    """One size: fill the database if it is empty, copy its rows, ask, print."""

    help = (
        "Measures City Tools against Datasette, Django's admin, psql and a bare Django over the "
        "same rows. Fills the database that CITYTOOLS_DATABASE names if it is empty; a full one "
        "must have as many systems. make bench does so for three sizes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--systems", type=int, default=80_900)
        parser.add_argument("--datasette", type=Path, help="the program; without it no Datasette")
        parser.add_argument("--rounds", type=int, default=30, help="answers to each question")
        parser.add_argument(
            "--seconds", type=float, default=30, help="stop a question's rounds after so long"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        FOLDER.mkdir(exist_ok=True)
        size = options["systems"]
        self._fill(size)
        self._say("Copying the rows into SQLite")
        copied = FOLDER / f"{size}" / "rows.db"
        copied.parent.mkdir(exist_ok=True)
        begun = time.monotonic()
        copy_to_sqlite(copied)
        self._say(f"Copied in {time.monotonic() - begun:.1f} s")
        run = Run(size, copied, options["datasette"], options["rounds"], options["seconds"])
        results = run.measure(self._say)
        path = results.write(FOLDER)
        self.stdout.writelines(f"{line}\n" for line in question_lines(results))
        self.stdout.writelines(f"{line}\n" for line in target_lines(read_all(FOLDER)))
        self.stdout.write(
            f"Kept in {path.relative_to(settings.BASE_DIR)}. To undo: remove .bench/, and drop the "
            f"database {settings.DATABASES['default']['NAME']}."
        )

    def _fill(self, size: int) -> None:
        call_command("migrate", verbosity=0)
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
