"""The benchmark measures what it says: the same rows, in turn, and fair sums."""

import contextlib
import csv
import io
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.benchmark import bench
from tests.benchmark.client import (
    KeepAliveClient,
    Request,
    Timings,
    ask_all,
    first_visit_bytes,
    time_concurrently,
    time_in_turn,
)
from tests.benchmark.results import (
    FIRST_BYTE,
    FIXTURES,
    MEMORY_GROWTH,
    UNCACHED_SUFFIX,
    PageCost,
    QuestionTiming,
    RunResults,
    page_lines,
    read_all,
)
from tests.benchmark.servers import DATASETTE, HELLO, OURS, UNCACHED, Server
from tests.benchmark.targets import TARGET_SIZE, target_lines
from tests.benchmark.workload import (
    HOME,
    LIST,
    QUESTIONS,
    copy_to_sqlite,
    draw_sample,
    fact_lists,
    mixed_paths,
    requests_for,
)

PAGE = """<link rel="stylesheet" href="/site.css"><link rel="canonical" href="/elsewhere">
<script src="/charts.js" data-plotly="/plotly.js"></script><img src="/map.png">
<div {chart}></div>"""


class Answers(BaseHTTPRequestHandler):
    """Says what it was asked, and notes it."""

    protocol_version = "HTTP/1.1"
    paths: list[str] = []

    def do_GET(self) -> None:
        self.paths.append(self.path)
        chart = "data-chart" if self.path == "/chart" else ""
        body = (
            PAGE.format(chart=chart).encode() if self.path in {"/chart", "/plain"} else b"x" * 100
        )
        self.send_response(404 if self.path == "/lost" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        # Unsaid, as a server does when a connection has been idle for long
        self.close_connection = self.path == "/once"

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def server() -> Iterator[Server]:
    Answers.paths = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield Server("a stand-in", listening.server_port, 0)
        finally:
            listening.shutdown()
            thread.join()


def test_rivals_are_asked_in_turn_and_each_address_once_before(server: Server) -> None:
    rivals = {"a": [Request(server, "/a1"), Request(server, "/a2")], "b": [Request(server, "/b")]}
    taken = time_in_turn(rivals, rounds=3, budget=60)
    assert Answers.paths == ["/a1", "/a2", "/b", "/a1", "/b", "/a2", "/b", "/a1", "/b"]
    assert [len(timings.seconds) for timings in taken.values()] == [3, 3]
    assert {timings.size for timings in taken.values()} == {100}


def test_rounds_end_when_the_time_is_over(server: Server) -> None:
    taken = time_in_turn({"a": [Request(server, "/")]}, rounds=10_000, budget=0)
    assert len(taken["a"].seconds) == 1


def test_many_clients_ask_at_once(server: Server) -> None:
    taken = time_concurrently(
        [Request(server, "/a"), Request(server, "/b")], clients=3, seconds=0.2
    )
    assert set(Answers.paths) == {"/a", "/b"}
    assert len(taken.seconds) == len(Answers.paths)
    assert taken.rate > 0


def test_a_client_that_starts_late_still_asks_once(server: Server) -> None:
    taken = time_concurrently([Request(server, "/")], clients=3, seconds=0)
    assert len(taken.seconds) == 3


def test_a_connection_that_the_server_closed_is_opened_anew(server: Server) -> None:
    with KeepAliveClient(server) as client:
        assert client.get("/once").size == 100  # this answer ends the connection
        assert client.get("/again").size == 100
    assert Answers.paths == ["/once", "/again"]


def test_an_answer_that_is_an_error_stops_the_run(server: Server) -> None:
    with pytest.raises(CommandError, match="a stand-in answered 404 to /lost"):
        time_in_turn({"a": [Request(server, "/lost")]}, rounds=1, budget=1)


def test_median_and_percentile_are_those_of_pandas() -> None:
    seconds = [0.5, 0.1, 0.9, 0.2, 0.4, 0.3, 1.5, 0.8]
    taken = Timings(seconds, seconds, 1, 1)
    series = pandas.Series(seconds)
    assert taken.median == pytest.approx(series.median())
    assert taken.p95 == pytest.approx(series.quantile(0.95))
    assert Timings([0.7], [0.7], 1, 1).p95 == 0.7


def test_a_first_visit_counts_the_charts_library_where_there_is_a_chart(server: Server) -> None:
    named = 3 * 100  # style, script, picture; the canonical address is not fetched
    plain, chart = first_visit_bytes(server, "/plain"), first_visit_bytes(server, "/chart")
    assert plain == len(PAGE.format(chart="")) + named
    assert chart == len(PAGE.format(chart="data-chart")) + named + 100


@pytest.mark.django_db
def test_the_rivals_get_the_rows_of_our_file(client: Client, tmp_path: Path) -> None:
    factories.contract(systems=[factories.system(), factories.system()])
    place = tmp_path / "rows.db"
    copy_to_sqlite(place)
    copy_to_sqlite(place)  # in place of an earlier run's
    with contextlib.closing(sqlite3.connect(place)) as database:
        for name, address in (("systems", "/systems/"), ("contracts", "/contracts/")):
            text = b"".join(client.get(f"{address}{name}.csv")).decode()
            ours = sorted(csv.reader(io.StringIO(text)))
            selected = database.execute(f"SELECT * FROM {name}")  # noqa: S608 (ours)
            header = [column[0] for column in selected.description]
            theirs = [
                ["" if v is None else f"{v:g}" if isinstance(v, float) else str(v) for v in row]
                for row in selected
            ]
            assert sorted([header, *theirs]) == ours
        word = database.execute("SELECT product FROM systems").fetchone()[0].split()[0]
        matched = database.execute(
            "SELECT count(*) FROM systems_fts WHERE systems_fts MATCH ?", [word]
        )
        assert matched.fetchone()[0] >= 1
        # Without the one that SQLite makes of a key by itself
        indexes = database.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
        assert indexes.fetchone()[0] == sum(len(table.indexed) for table in fact_lists())


def estate() -> None:
    """A few rows, of which every question finds something to ask."""
    for borough in [factories.borough() for _ in range(3)]:
        system = factories.system(borough=borough)
        factories.contract(lead=borough, systems=[system], supplier=factories.supplier())


@pytest.mark.django_db
def test_each_question_has_an_address_of_ours_that_answers(client: Client) -> None:
    estate()
    sample, here = draw_sample(), Server("here", 0, 0)
    for question in QUESTIONS:
        paths = question.paths(sample)
        answer = client.get(paths[OURS][0])
        assert (answer.status_code, bool(b"".join(answer))) == (200, True), question.name
        requests = requests_for(question, sample, {OURS: (here, {}), UNCACHED: (here, {})})
        assert [ask.path for ask in requests[UNCACHED]] == [ask.path for ask in requests[OURS]]
        assert HELLO not in requests  # it does not run here
    compared = next(q for q in QUESTIONS if "comparison" in q.name).paths(sample)[OURS]
    assert all(path.count("borough=") == 3 for path in compared)


@pytest.mark.django_db
def test_mixed_requests_answer_and_are_the_same_each_time(client: Client) -> None:
    estate()
    sample = draw_sample()
    paths = mixed_paths(sample, 60)
    assert paths == mixed_paths(sample, 60)
    assert len(set(paths)) > 30
    for path in paths:
        answer = client.get(path)
        assert (answer.status_code, bool(b"".join(answer))) == (200, True), path


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/systems/", "/systems/systems.csv"])
def test_a_pages_queries_are_those_of_making_it_a_second_time(client: Client, path: str) -> None:
    estate()
    b"".join(client.get(path))
    with CaptureQueriesContext(connection) as queries:
        b"".join(client.get(path))
    ours = [query for query in queries if "citytools_datachange" not in query["sql"]]
    assert bench.count_queries(path) == len(ours) > 0


@pytest.mark.parametrize("count", [2, 20])
def test_each_of_many_requests_is_asked_once(server: Server, count: int) -> None:
    ask_all([Request(server, f"/{number}") for number in range(count)], clients=3)
    assert sorted(Answers.paths) == sorted(f"/{number}" for number in range(count))


def figure(median: float) -> QuestionTiming:
    return QuestionTiming(median, median, median, 1000, 1.0, 30)


def measured(name: str, cached: float, anew: float) -> RunResults:
    by_rival = {OURS: figure(cached), UNCACHED: figure(anew), DATASETTE: figure(1.0)}
    timings = {LIST: by_rival, HOME: {UNCACHED: figure(anew), HELLO: figure(0.001)}}
    figures = {FIRST_BYTE: 60.0, FIRST_BYTE + UNCACHED_SUFFIX: 60.0, MEMORY_GROWTH: None}
    return RunResults(name, 809, timings, {LIST: PageCost(7, 34_567)}, figures)


def verdicts(*runs: RunResults) -> dict[str, list[str]]:
    """The words before each target's name: first of what is made anew, then of what is cached."""
    found: dict[str, list[str]] = {}
    for line in target_lines({run.name: run for run in runs}):
        if line.startswith("  "):
            found.setdefault(line[13:65].strip(), []).append(line[:13].strip())
    return found


@pytest.mark.parametrize(
    ("cached", "anew", "words"),
    [
        (0.1, 0.7, ["reached", "reached"]),
        (0.1, 0.71, ["MISSED", "reached"]),
        (0.3, 0.1, ["reached", "MISSED"]),
    ],
)
def test_a_target_is_reached_or_missed_anew_and_from_the_cache(
    cached: float, anew: float, words: list[str]
) -> None:
    assert verdicts(measured(TARGET_SIZE, cached, anew))["filtered list, by Datasette's"] == words


def test_what_was_not_measured_is_not_known() -> None:
    found = verdicts(measured(TARGET_SIZE, 0.1, 0.1))
    assert found["CSV of all rows, growth of the server"] == ["not known"]
    assert found["CSV of all rows, its first byte"] == ["reached", "MISSED"]
    assert found["filtered list's p95, 809,000 by 809"] == ["not known", "not known"]
    assert found["real data: home, by hello's"] == ["not known"]


def test_pages_of_the_real_data_are_measured_by_the_bare_hello() -> None:
    assert verdicts(measured(FIXTURES, 1, 0.025))["real data: home, by hello's"] == ["reached"]
    assert verdicts(measured(FIXTURES, 1, 0.026))["real data: home, by hello's"] == ["MISSED"]


def test_growth_is_that_from_the_least_size_to_the_largest(tmp_path: Path) -> None:
    for name, seconds in (("80900", 0.5), ("809", 0.2), ("809000", 0.6), (FIXTURES, 9.0)):
        measured(name, seconds, seconds).write(tmp_path)
    runs = read_all(tmp_path)
    assert runs["809"] == measured("809", 0.2, 0.2)
    (line, cached) = [
        line for line in target_lines(runs) if "filtered list's p95, 809,000 by 809" in line
    ]
    assert line.split()[0] == "reached"
    assert " 3.00 ×" in line
    assert cached.split()[0] == "MISSED"


def test_a_page_is_a_line_with_ratios_queries_and_sizes() -> None:
    results = measured(TARGET_SIZE, 0.1, 0.5)
    results.by_question[LIST][HELLO] = figure(0.25)
    *_, line = page_lines(results)
    assert line.split()[-8:] == ["500.0", "500.0", "2.0", "0.50", "7", "1.0", "34.6", "100.0"]


@pytest.mark.django_db
def test_a_database_of_another_size_is_refused() -> None:
    factories.system()
    with pytest.raises(CommandError, match="holds 1 systems, not 809: name another"):
        call_command(bench.Command(), systems=809)
