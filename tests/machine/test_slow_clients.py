"""Clients that send or read next to nothing keep nobody else waiting, behind nginx neither."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.machine import slow_clients
from tests.machine.conftest import ROOT, eventually
from tests.machine.slow_clients import reading
from tests.machine.test_serving import _free_port
from tests.machine.test_streaming import PLACE, _answers, _serve

CLIENTS, SECONDS = 30, 5
LARGE = "/static/large.bin"
READERS = {"page": "/systems/", "large file": LARGE, "long CSV": PLACE}
SLOW = slow_clients.REQUESTS | {f"reader of a {name}": reading(to) for name, to in READERS.items()}
pytestmark = [
    # Without the mark of one test, the fixture would fill the database that is used by hand
    pytest.mark.django_db,
    # Before any test's own transaction, in which the server would see no supplier
    pytest.mark.usefixtures("port"),
    pytest.mark.skipif(sys.platform != "linux", reason="buffers differ elsewhere"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files, one of them large; while `hold` is among them, no copy of a CSV ends."""
    static = tmp_path_factory.mktemp("static")
    (static / "large.bin").write_bytes(bytes(20_000_000))
    return static


@pytest.fixture(scope="module")
def port(django_db_setup: None, django_db_blocker: DjangoDbBlocker, folder: Path) -> Iterator[int]:
    """One server for all of these tests, since it takes seconds to start, and many suppliers."""
    place = _free_port()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        assert connection.settings_dict["NAME"].startswith("test_")
        _add_suppliers(30_000)
        patch.setenv("HOLD", str(folder / "hold"))
        server = _serve(place, str(folder))
        try:
            assert eventually(lambda: _answers(place) or server.poll() is not None, seconds=60)
            # So that the page is kept
            assert slow_clients.median_seconds(place, "/", during=0.5) < 10
            yield place
        finally:
            server.terminate()
            server.communicate(timeout=15)
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE systems_supplier, systems_supplierevent CASCADE")


@pytest.fixture(scope="module")
def nginx(port: int, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where nginx listens with our configuration, in front of the server."""
    if not (program := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")):
        pytest.skip(
            "no nginx here: citytools/local/nginx.conf is not tested (apt-get install nginx-light)"
        )
    place, own = _free_port(), tmp_path_factory.mktemp("nginx")
    text = (ROOT / "citytools" / "local" / "nginx.conf").read_text()
    for name, value in {
        "PORT": place,
        "SITE": f"127.0.0.1:{port}",
        "STATIC": folder,
        "FOLDER": own,
    }.items():
        text = text.replace(f"@{name}@", str(value))
    # Its workers would become another account, which may not read the tests' folders
    (own / "nginx.conf").write_text(("user root;\n" if os.getuid() == 0 else "") + text)
    command = [program, "-c", str(own / "nginx.conf"), "-p", str(own), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:
            assert eventually(lambda: _answers(place)), (own / "error.log").read_text()
            yield place
        finally:
            running.terminate()


def _add_suppliers(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO systems_supplier (name, slug, company_number, note, illustrative) "
            "SELECT 'Supplier ' || n || repeat('x', 100), 'supplier-' || n || repeat('x', 100), "
            "'', '', false FROM generate_series(1, %s) n",
            [number],
        )


@pytest.mark.drill
@pytest.mark.parametrize("kind", SLOW)
def test_nobody_waits_for_slow_clients(port: int, kind: str) -> None:
    with slow_clients.connected(port, SLOW[kind], CLIENTS):
        time.sleep(0.5)
        healthy = slow_clients.median_seconds(port, "/healthz", SECONDS / 2)
        page = slow_clients.median_seconds(port, "/", SECONDS / 2)
    assert healthy < 1
    assert page < 1


def test_slow_readers_of_a_long_csv_hold_no_connection(port: int) -> None:
    with slow_clients.connected(port, reading(PLACE), 70) as clients:
        statuses = {client.recv(12) for client in clients}
        assert eventually(lambda: _copies_and_connections()[0] == 0)
        assert _copies_and_connections()[1] < 20
        assert slow_clients.median_seconds(port, "/systems/map/", during=1) < 2
    assert statuses == {b"HTTP/1.1 200", b"HTTP/1.1 503"}
    assert eventually(lambda: _curl(port, PLACE) == (0, "200"), seconds=20)


def _copies_and_connections() -> tuple[int, int]:
    """How many queries copy just now, and how many connections to the database there are."""
    with connection.cursor() as cursor:
        # What a transaction has once seen of others it would see again
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state = 'active' AND query LIKE 'COPY%'), count(*) "
            "FROM pg_stat_activity WHERE datname = current_database()"
        )
        copies, connections = cursor.fetchone()
        return copies, connections


def _curl(port: int, path: str, *options: str) -> tuple[int, str]:
    """How curl ends, 18 where the transfer broke, and the status."""
    command = ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "--max-time", "30", *options]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


@contextlib.contextmanager
def _on_hold(folder: Path) -> Iterator[None]:
    """No copy ends meanwhile."""
    (folder / "hold").touch()
    try:
        yield
    finally:
        (folder / "hold").unlink()


def _break_a_copy() -> None:
    """Wait until the server copies a file, and end its connection."""
    # Of this database, since other tests at the same time have servers of their own; and not one
    # that copied before and waits for work
    sleeping = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE query = %s AND datname = current_database() AND state <> 'idle'"
    )
    with connection.cursor() as cursor:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(sleeping, ["SELECT pg_sleep(0.05)"])
            if cursor.fetchall():
                return


@pytest.mark.parametrize("front", ["port", "nginx"])
def test_a_failing_stream_looks_broken_to_curl(
    front: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    port: int = request.getfixturevalue(front)
    with _on_hold(folder), ThreadPoolExecutor() as pool:
        # An order that no other test asks for: a file that is known is not copied again
        curl = pool.submit(_curl, port, f"{PLACE}?sort=-supplier")
        _break_a_copy()
        assert curl.result() == (18, "200")


@pytest.mark.parametrize("front", ["port", "nginx"])
def test_curl_sends_a_chunked_form(
    front: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    form = tmp_path / "form"
    # Without its body it would have no token, and be refused; without a name nobody is looked up
    form.write_text("username=&password=&csrfmiddlewaretoken=" + "a" * 32)
    headers = ["-H", f"Cookie: csrftoken={'a' * 32}", "-H", "Transfer-Encoding: chunked"]
    port: int = request.getfixturevalue(front)
    assert _curl(port, "/admin/login/", *headers, "--data-binary", f"@{form}") == (0, "200")


@pytest.mark.parametrize("front", ["port", "nginx"])
def test_curl_is_told_that_a_body_is_too_large(
    front: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "large").write_bytes(bytes(10_500_000))
    port: int = request.getfixturevalue(front)
    sent = _curl(port, "/admin/login/", "--data-binary", f"@{tmp_path / 'large'}")
    assert sent == (0, "413")


@pytest.mark.parametrize("path", ["/", "/systems/?q=a", LARGE, PLACE, "/systems/systems.csv"])
def test_nginx_passes_pages_and_files_on(nginx: int, path: str) -> None:
    assert _curl(nginx, path) == (0, "200")


@pytest.mark.parametrize("path", [LARGE, PLACE])
def test_nobody_behind_nginx_waits_for_slow_readers(nginx: int, path: str) -> None:
    with slow_clients.connected(nginx, reading(path), CLIENTS):
        assert slow_clients.median_seconds(nginx, "/healthz", during=1) < 1
        assert slow_clients.median_seconds(nginx, "/", during=1) < 1
