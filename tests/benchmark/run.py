"""One run over one size: all servers up at once, each question put to them in turn."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark import client as asking
from tests.benchmark import rows, targets, weight
from tests.benchmark.client import Ask, Visitor
from tests.benchmark.results import Results
from tests.benchmark.rivals import Servers, all_up
from tests.benchmark.servers import Server
from tests.benchmark.workload import (
    ADMIN,
    ANEW,
    HELLO,
    LIST,
    OURS,
    QUESTIONS,
    RECORD,
    Sample,
    asks,
    sample,
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
            found.add(question.name, asking.in_turn(asked, self.rounds, self.seconds))
            if question.name in {LIST, RECORD}:
                for one in asked.values():  # each worker's caches, as they are in use
                    asking.at_once(one, _CLIENTS, self.seconds / 12)
                several = {
                    name: asking.at_once(one, _CLIENTS, self.seconds / 6)
                    for name, one in asked.items()
                }
                found.add(f"{question.name}, {_CLIENTS} clients", several)

    def _everything(self, found: Results, servers: Servers) -> None:
        """The CSV of all rows against psql's copy, each three times, the middle one counted."""
        copies: list[float | None] = []
        for name, suffix in ((OURS, ""), (ANEW, targets.ANEW_TOO)):
            server = servers[name][0]
            server.forget_peak()
            before, taken = server.memory("VmRSS"), []
            with Visitor(server) as visitor:
                for _ in range(3):
                    taken.append(visitor.ask(_ALL))
                    copies.append(rows.copy_by_psql())
            after = server.memory()
            middle = sorted(taken, key=lambda answer: answer.seconds)[1]
            grown = after - before if after and before else None
            found.alone[targets.COPIED + suffix] = middle.seconds
            found.alone[targets.FIRST_BYTE + suffix] = middle.first * 1000
            found.alone[targets.GROWTH + suffix] = _megabytes(grown)
        known = [one for one in copies if one is not None]
        found.alone[targets.COPY] = statistics.median(known) if known else None

    def _unchanged(self, found: Results, servers: Servers) -> None:
        ours, hello = servers[OURS][0], servers[HELLO][0]
        with Visitor(ours) as visitor:
            tag = visitor.ask("/systems/").headers["etag"]
        asked = {
            OURS: [Ask(ours, "/systems/", {"If-None-Match": tag})],
            HELLO: [Ask(hello, "/")],
        }
        found.add(targets.UNCHANGED, asking.in_turn(asked, 300, self.seconds))

    def _weights(self, found: Results, ours: Server) -> None:
        with Visitor(ours) as visitor:
            found.alone[targets.LIST_SIZE] = visitor.ask("/systems/").size / 1000
        found.alone[targets.WITH_CHART] = weight.of_first_visit(ours, "/systems/") / 1000
        found.alone[targets.WITHOUT_CHART] = weight.of_first_visit(ours, "/about/") / 1000


def _megabytes(size: int | None) -> float | None:
    return None if size is None else size / 1e6
