"""Requests put to servers in turn, how long each took, and how much a first visit fetches."""

import http.client
import statistics
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
class Request:
    """One address of one server."""

    server: Server
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TimedAnswer:
    """How an answer came: seconds to its first byte and to its last, bytes as sent."""

    seconds: float
    first: float
    size: int
    headers: Mapping[str, str]
    body: bytes = b""


class KeepAliveClient:
    """One client with one connection that stays open, as a browser keeps it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection = http.client.HTTPConnection(ADDRESS, server.port, timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, keep: bool = False
    ) -> TimedAnswer:
        """Send a GET and read all; CommandError unless the answer is 200 or 304.

        A connection that the server closed, idle while others were asked, is opened anew.
        """
        try:
            return self._get(path, headers, keep)
        except ConnectionError:
            self._connection.close()
            return self._get(path, headers, keep)

    def _get(self, path: str, headers: Mapping[str, str] | None, keep: bool) -> TimedAnswer:
        usual = {"Accept-Encoding": "gzip", "X-Forwarded-Proto": "https"}
        begun = time.perf_counter()
        self._connection.request("GET", path, headers=usual | dict(headers or {}))
        response = self._connection.getresponse()
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
        response_headers = {name.lower(): value for name, value in response.getheaders()}
        return TimedAnswer(seconds, first, size, response_headers, b"".join(parts) if keep else b"")


@dataclass(frozen=True)
class Timings:
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
    rivals: Mapping[str, Sequence[Request]], rounds: int, budget: float
) -> dict[str, Timings]:
    """Ask each rival once a round, for `rounds` or until `budget` seconds have passed.

    In turn, so that whatever else the machine does meets all of them alike. Before, each address
    is asked once and nothing noted, so that every rival's caches are as they are in use.
    """
    answers: dict[str, list[TimedAnswer]] = {name: [] for name in rivals}
    with ExitStack() as closing:
        clients = {name: KeepAliveClient(requests[0].server) for name, requests in rivals.items()}
        for client in clients.values():
            closing.enter_context(client)
        for name, requests in rivals.items():
            for request in requests:
                clients[name].get(request.path, request.headers)
        until = time.monotonic() + budget
        for number in range(rounds):
            for name, requests in rivals.items():
                request = requests[number % len(requests)]
                answers[name].append(clients[name].get(request.path, request.headers))
            if time.monotonic() > until:
                break
    return {name: _timings(timed) for name, timed in answers.items()}


def time_concurrently(requests: Sequence[Request], clients: int, seconds: float) -> Timings:
    """Many clients, each asking as soon as it has its answer, for some seconds but once at least.

    On a loaded machine a thread may start when the time is already over.
    """
    answers: list[TimedAnswer] = []
    until = time.monotonic() + seconds

    def run_client(mine: Iterator[Request]) -> None:
        with KeepAliveClient(requests[0].server) as client:
            for request in mine:
                answers.append(client.get(request.path, request.headers))
                if time.monotonic() >= until:
                    break

    begun = time.monotonic()
    threads = [
        threading.Thread(target=run_client, args=[cycle([*requests[number:], *requests[:number]])])
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not answers:
        raise CommandError(f"{requests[0].server.name} answered none of {clients} clients")
    return _timings(answers, time.monotonic() - begun)


def ask_all(requests: Sequence[Request], clients: int) -> None:
    """Ask for each once, so many at a time."""
    clients = min(clients, len(requests))
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(_ask, requests[number::clients]) for number in range(clients)]:
            done.result()


def _ask(requests: Sequence[Request]) -> None:
    with KeepAliveClient(requests[0].server) as client:
        for request in requests:
            client.get(request.path, request.headers)


def _timings(answers: Sequence[TimedAnswer], lasted: float | None = None) -> Timings:
    seconds = [answer.seconds for answer in answers]
    return Timings(
        seconds,
        [answer.first for answer in answers],
        max(answer.size for answer in answers),
        len(answers) / (lasted or sum(seconds)),
    )


_ENCODINGS = {"Accept-Encoding": "br, gzip"}
_PLAIN = {"Accept-Encoding": "identity"}


class _LinkedFiles(HTMLParser):
    """The addresses of styles, scripts, pictures and of the charts' library in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.charts = False
        self.library: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a browser would fetch."""
        attributes = dict(attrs)
        fetched = {"link": "href", "script": "src", "img": "src"}.get(tag, "")
        if tag == "link" and attributes.get("rel") not in {"stylesheet", "icon", "manifest"}:
            fetched = ""
        if address := attributes.get(fetched):
            self.addresses.add(address)
        self.charts = self.charts or "data-chart" in attributes
        self.library = attributes.get("data-plotly") or self.library


def first_visit_bytes(server: Server, path: str) -> int:
    """Bytes of the page at `path` and of all it names; the charts' library where it has charts."""
    with KeepAliveClient(server) as client:
        page = client.get(path, _PLAIN, keep=True).body.decode()
        return client.get(path, _ENCODINGS).size + sum(
            client.get(address, _ENCODINGS).size
            for address in _linked_files(page)
            if address[0] == "/"
        )


def _linked_files(page: str) -> Iterable[str]:
    parser = _LinkedFiles()
    parser.feed(page)
    return parser.addresses | ({parser.library} if parser.charts and parser.library else set())
