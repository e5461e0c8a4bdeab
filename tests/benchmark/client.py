"""Requests put to servers in turn, how long each took, and how much a first visit fetches."""

import http.client
import statistics
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from typing import Self

from django.core.management import CommandError

from tests.benchmark.servers import ADDRESS, Server

_TIMEOUT = 300
_CHUNK = 128 * 1024


@dataclass(frozen=True)
class Ask:
    """One address of one server."""

    server: Server
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """How an answer came: seconds to its first byte and to its last, bytes as sent."""

    seconds: float
    first: float
    size: int
    headers: Mapping[str, str]
    body: bytes = b""


class Visitor:
    """One client with one connection that stays open, as a browser keeps it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._line = http.client.HTTPConnection(ADDRESS, server.port, timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, keep: bool = False
    ) -> Answer:
        """Ask and read all; CommandError unless the answer is 200 or 304.

        A connection that the server closed, idle while others were asked, is opened anew.
        """
        try:
            return self._ask(path, headers, keep)
        except ConnectionError:
            self._line.close()
            return self._ask(path, headers, keep)

    def _ask(self, path: str, headers: Mapping[str, str] | None, keep: bool) -> Answer:
        usual = {"Accept-Encoding": "gzip", "X-Forwarded-Proto": "https"}
        begun = time.perf_counter()
        self._line.request("GET", path, headers=usual | dict(headers or {}))
        response = self._line.getresponse()
        parts = [response.read1(_CHUNK)]
        first = time.perf_counter() - begun
        size = len(parts[0])
        while part := response.read(_CHUNK):
            size += len(part)
            if keep:
                parts.append(part)
        seconds = time.perf_counter() - begun
        if response.status not in {200, 304}:
            raise CommandError(f"{self._server.name} answered {response.status} to {path}")
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(seconds, first, size, told, b"".join(parts) if keep else b"")


@dataclass(frozen=True)
class Taken:
    """What several answers took: seconds each, bytes at the most, answers a second in all."""

    seconds: Sequence[float]
    first: Sequence[float]
    size: int
    rate: float

    @property
    def median(self) -> float:
        """Seconds that half of the answers took at the most."""
        return statistics.median(self.seconds)

    @property
    def first_median(self) -> float:
        """Seconds after which half of the answers had begun."""
        return statistics.median(self.first)

    @property
    def p95(self) -> float:
        """Seconds that 95 of 100 answers took at the most, between two answers as it falls."""
        if len(self.seconds) == 1:
            return self.seconds[0]
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[-1]


def time_in_turn(
    rivals: Mapping[str, Sequence[Ask]], rounds: int, budget: float
) -> dict[str, Taken]:
    """Ask each rival once a round, for `rounds` or until `budget` seconds have passed.

    In turn, so that whatever else the machine does meets all of them alike. Before, each address
    is asked once and nothing noted, so that every rival's caches are as they are in use.
    """
    answers: dict[str, list[Answer]] = {name: [] for name in rivals}
    with ExitStack() as closing:
        lines = {name: Visitor(asks[0].server) for name, asks in rivals.items()}
        for line in lines.values():
            closing.enter_context(line)
        for name, asks in rivals.items():
            for ask in asks:
                lines[name].ask(ask.path, ask.headers)
        until = time.monotonic() + budget
        for number in range(rounds):
            for name, asks in rivals.items():
                ask = asks[number % len(asks)]
                answers[name].append(lines[name].ask(ask.path, ask.headers))
            if time.monotonic() > until:
                break
    return {name: _taken(found) for name, found in answers.items()}


def time_concurrently(asks: Sequence[Ask], clients: int, seconds: float) -> Taken:
    """Many clients, each asking as soon as it has its answer, for some seconds."""
    answers: list[Answer] = []
    until = time.monotonic() + seconds

    def visit(mine: Iterator[Ask]) -> None:
        with Visitor(asks[0].server) as visitor:
            while time.monotonic() < until:
                ask = next(mine)
                answers.append(visitor.ask(ask.path, ask.headers))

    begun = time.monotonic()
    threads = [
        threading.Thread(target=visit, args=[cycle([*asks[number:], *asks[:number]])])
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not answers:
        raise CommandError(f"{asks[0].server.name} answered none of {clients} clients")
    return _taken(answers, time.monotonic() - begun)


def _taken(answers: Sequence[Answer], lasted: float | None = None) -> Taken:
    seconds = [answer.seconds for answer in answers]
    return Taken(
        seconds,
        [answer.first for answer in answers],
        max(answer.size for answer in answers),
        len(answers) / (lasted or sum(seconds)),
    )


_ENCODINGS = {"Accept-Encoding": "br, gzip"}
_PLAIN = {"Accept-Encoding": "identity"}


class _Named(HTMLParser):
    """The addresses of styles, scripts, pictures and of the charts' library in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.charts = False
        self.library: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a browser would fetch."""
        told = dict(attrs)
        fetched = {"link": "href", "script": "src", "img": "src"}.get(tag, "")
        if tag == "link" and told.get("rel") not in {"stylesheet", "icon", "manifest"}:
            fetched = ""
        if address := told.get(fetched):
            self.found.add(address)
        self.charts = self.charts or "data-chart" in told
        self.library = told.get("data-plotly") or self.library


def first_visit_bytes(server: Server, path: str) -> int:
    """Bytes of the page at `path` and of all it names; the charts' library where it has charts."""
    with Visitor(server) as visitor:
        page = visitor.ask(path, _PLAIN, keep=True).body.decode()
        return visitor.ask(path, _ENCODINGS).size + sum(
            visitor.ask(address, _ENCODINGS).size for address in _named(page) if address[0] == "/"
        )


def _named(page: str) -> Iterable[str]:
    parser = _Named()
    parser.feed(page)
    return parser.found | ({parser.library} if parser.charts and parser.library else set())
