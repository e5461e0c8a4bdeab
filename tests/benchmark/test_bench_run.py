"""A whole run of the benchmark over a few rows, with real servers, of which none is left."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError

from citytools.local.postgres import programs
from tests import factories
from tests.benchmark.bench import Run
from tests.benchmark.results import (
    MEMORY_RATIO,
    UNCHANGED,
    WITH_CHART,
    page_lines,
    question_lines,
)
from tests.benchmark.servers import ADDRESS, ADMIN, HELLO, OURS, UNCACHED, free_port, running_server
from tests.benchmark.targets import TARGET_SIZE, target_lines
from tests.benchmark.workload import QUESTIONS, copy_to_sqlite, time_psql_copy

pytestmark = [
    pytest.mark.drill,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


def test_a_run_asks_every_question_and_leaves_no_server(tmp_path: Path) -> None:
    for borough in [factories.borough() for _ in range(3)]:
        factories.contract(lead=borough, systems=[factories.system(borough=borough)])
    said: list[str] = []
    place = tmp_path / "rows.db"
    copy_to_sqlite(place)
    run = Run(TARGET_SIZE, place, None, rounds=2, seconds=0.6, mixed_requests=40)
    results = run.measure(said.append)
    names = [question.name for question in QUESTIONS]
    assert said[: len(names) + 1] == [f"{UNCACHED}: pages", *names]
    for name in names:
        assert {OURS, UNCACHED, HELLO} <= set(results.by_question[name])
        assert all(figure.answers == 2 for figure in results.by_question[name].values())
        assert results.pages[name].raw > 0
    assert ADMIN in results.by_question["filtered list"]
    assert set(results.by_question[UNCHANGED]) == {OURS, UNCACHED, HELLO}
    assert results.by_question[UNCHANGED][OURS].size == 0  # a 304 has no body
    assert (results.figures[WITH_CHART] or 0) > 300  # kB, the charts' library among them
    assert (results.figures[MEMORY_RATIO] or 0) > 0.5
    assert (results.figures["peak memory of City Tools, MB"] or 0) > 20
    lines = "\n".join(
        [*question_lines(results), *page_lines(results), *target_lines({TARGET_SIZE: results})]
    )
    assert "not known  filtered list, by Datasette's" in lines
    assert lines.count("reached") >= 3
    assert not running(str(tmp_path))


def running(word: str) -> list[str]:
    """Command lines of processes that name something."""
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in processes.stdout.splitlines() if word in line]


def test_what_does_not_start_is_named_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    command = [sys.executable, "-c", "print('no such thing')"]
    with (
        pytest.raises(CommandError, match=f"A rival did not start: see {log}"),
        running_server("A rival", command, free_port(), log, {}),
    ):
        pytest.fail("it does not run")
    assert log.read_text() == "no such thing\n"


def test_a_server_is_gone_afterwards(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", ADDRESS]
    with running_server("A server", command, port, tmp_path / "a.log", {}) as server:
        assert (server.memory() or 0) > 1e6
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((ADDRESS, port), timeout=1)


def test_psql_copies_what_our_file_holds() -> None:
    factories.system()
    psql = programs.find_client("psql")
    assert psql is not None
    assert (
        "PostgreSQL"
        in subprocess.run([psql, "--version"], capture_output=True, text=True, check=True).stdout
    )
    assert (time_psql_copy() or 0) > 0
    assert programs.find_client("no-such-program") is None
