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

from systems.models import System
from tests.benchmark import generate
from tests.benchmark.client import Ask, Visitor, first_visit_bytes, time_concurrently, time_in_turn
from tests.benchmark.results import (
    ANEW_TOO,
    COPIED,
    COPY,
    FIRST_BYTE,
    GROWTH,
    LIST_SIZE,
    UNCHANGED,
    WITH_CHART,
    WITHOUT_CHART,
    Results,
    question_lines,
    read_all,
    target_lines,
)
from tests.benchmark.servers import ADMIN, ANEW, HELLO, OURS, Server, Servers, all_up
from tests.benchmark.workload import (
    LIST,
    QUESTIONS,
    RECORD,
    Sample,
    asks,
    copy_to_sqlite,
    sample,
    time_psql_copy,
)

_CLIENTS = 8
_ALL = "/systems/systems.csv"


@dataclass(frozen=True)
class Run:
    """What is measured, and for how long."""

    systems: int
    copied: Path
    datasette: Path | None
    rounds: int
    seconds: float

    def measure(self, say: Callable[[str], None]) -> Results:
        """Start all, ask all, stop all."""
        found, of = Results(self.systems), sample()
        with all_up(self.copied, self.datasette) as servers:
            self._questions(found, of, servers, say)
            say("The CSV of all rows, and psql's copy of them")
            self._everything(found, servers)
            say("What is unchanged, and the weight of first visits")
            self._unchanged(found, servers)
            self._weights(found, servers[OURS][0])
            for name, (server, _) in servers.items():
                if name != ADMIN:  # the same server as ours
                    found.alone[f"peak memory of {name}, MB"] = _megabytes(server.memory())
        return found

    def _questions(
        self, found: Results, of: Sample, servers: Servers, say: Callable[[str], None]
    ) -> None:
        for question in QUESTIONS:
            say(question.name)
            asked = asks(question, of, servers)
            found.add(question.name, time_in_turn(asked, self.rounds, self.seconds))
            if question.name in {LIST, RECORD}:
                for one in asked.values():  # each worker's caches, as they are in use
                    time_concurrently(one, _CLIENTS, self.seconds / 12)
                several = {
                    name: time_concurrently(one, _CLIENTS, self.seconds / 6)
                    for name, one in asked.items()
                }
                found.add(f"{question.name}, {_CLIENTS} clients", several)

    def _everything(self, found: Results, servers: Servers) -> None:
        """The CSV of all rows against psql's copy, each three times, the middle one counted."""
        copies: list[float | None] = []
        for name, suffix in ((OURS, ""), (ANEW, ANEW_TOO)):
            server = servers[name][0]
            server.forget_peak()
            before, taken = server.memory("VmRSS"), []
            with Visitor(server) as visitor:
                for _ in range(3):
                    taken.append(visitor.ask(_ALL))
                    copies.append(time_psql_copy())
            after = server.memory()
            middle = sorted(taken, key=lambda answer: answer.seconds)[1]
            grown = after - before if after and before else None
            found.alone[COPIED + suffix] = middle.seconds
            found.alone[FIRST_BYTE + suffix] = middle.first * 1000
            found.alone[GROWTH + suffix] = _megabytes(grown)
        known = [one for one in copies if one is not None]
        found.alone[COPY] = statistics.median(known) if known else None

    def _unchanged(self, found: Results, servers: Servers) -> None:
        ours, hello = servers[OURS][0], servers[HELLO][0]
        with Visitor(ours) as visitor:
            tag = visitor.ask("/systems/").headers["etag"]
        asked = {
            OURS: [Ask(ours, "/systems/", {"If-None-Match": tag})],
            HELLO: [Ask(hello, "/")],
        }
        found.add(UNCHANGED, time_in_turn(asked, 300, self.seconds))

    def _weights(self, found: Results, ours: Server) -> None:
        with Visitor(ours) as visitor:
            found.alone[LIST_SIZE] = visitor.ask("/systems/").size / 1000
        found.alone[WITH_CHART] = first_visit_bytes(ours, "/systems/") / 1000
        found.alone[WITHOUT_CHART] = first_visit_bytes(ours, "/about/") / 1000


def _megabytes(size: int | None) -> float | None:
    return None if size is None else size / 1e6


FOLDER = settings.BASE_DIR / ".bench"


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
        found = run.measure(self._say)
        path = found.write(FOLDER)
        self.stdout.writelines(f"{line}\n" for line in question_lines(found))
        self.stdout.writelines(f"{line}\n" for line in target_lines(read_all(FOLDER)))
        self.stdout.write(
            f"Kept in {path.relative_to(settings.BASE_DIR)}. To undo: remove .bench/, and drop the "
            f"database {settings.DATABASES['default']['NAME']}."
        )

    def _fill(self, size: int) -> None:
        call_command("migrate", verbosity=0)
        held = System.objects.count()
        if not held:
            self._say(f"Generating {size:,} systems")
            call_command(generate.Command(), systems=size, seed=1, stdout=self.stdout)
        elif held != size:
            raise CommandError(
                f"This database holds {held:,} systems, not {size:,}: name another in "
                "CITYTOOLS_DATABASE, and it is made and filled."
            )

    def _say(self, words: str) -> None:
        self.stdout.write(f"{time.strftime('%H:%M:%S')} {words}")
