"""Long files from a real server: complete, or visibly broken; and never more than is read."""

import base64
import contextlib
import hashlib
import http.client
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.machine.conftest import ROOT, eventually
from tests.machine.test_serving import _free_port, _workers

ROWS = 150_000
PLACE = "/systems/suppliers/suppliers.csv"
pytestmark = [
    pytest.mark.drill,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]


@pytest.fixture
def port() -> int:
    """Where the test's server listens."""
    return _free_port()


@pytest.fixture
def hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file: while it is there, no copy ends."""
    monkeypatch.setenv("HOLD", str(tmp_path / "hold"))
    return tmp_path / "hold"


@pytest.fixture(autouse=True)
def server(port: int, hold: Path) -> Iterator["subprocess.Popen[str]"]:
    """A server over the test's own database, with many suppliers in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO systems_supplier (name, slug, company_number, note, illustrative) "
            "SELECT 'Supplier ' || n || repeat('x', 60), 'supplier-' || n, '', '', false "
            "FROM generate_series(1, %s) n",
            [ROWS],
        )
        cursor.execute("ANALYZE systems_supplier")
    with _serve(port) as server:
        try:
            assert eventually(lambda: _answers(port) or server.poll() is not None, seconds=60)
            assert server.poll() is None, server.communicate()[0]
            yield server
        finally:
            server.terminate()
            server.communicate(timeout=15)


def _serve(port: int, *static: str) -> "subprocess.Popen[str]":
    parameters = connection.get_connection_params()
    user, name = (urllib.parse.quote(parameters[key]) for key in ("user", "dbname"))
    query = urllib.parse.urlencode({key: parameters[key] for key in ("host", "port")})
    url = f"postgresql://{user}@/{name}?{query}"
    command = [sys.executable, "-m", "tests.machine.streaming", str(port), *static]
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "citytools.settings",
    }
    out = subprocess.STDOUT
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=out, text=True
    )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False


@contextlib.contextmanager
def _answer(port: int, place: str = PLACE, **headers: str) -> Iterator[http.client.HTTPResponse]:
    """The answer to one visitor, who then goes."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("GET", place, headers=headers)
    with contextlib.closing(client), client.getresponse() as response:
        yield response


def _copying() -> list[int]:
    """Backends that copy at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(0.05)' "
            "AND datname = current_database()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def test_a_long_file_is_streamed_whole_in_little_memory(
    port: int, server: "subprocess.Popen[str]"
) -> None:
    (worker,) = _workers(server.pid)
    with _answer(port, f"{PLACE}?columns=slug") as response:
        response.read()  # whatever is loaded at the first request
    before, begun = _memory(worker), time.monotonic()
    with _answer(port) as response:
        first = response.read(10)
        waited = time.monotonic() - begun
        body = first + response.read()
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert response.headers["X-Row-Count"] == str(ROWS)
    assert body.count(b"\n") == ROWS + 1
    assert len(body) > 12_000_000
    assert _memory(worker) - before < 20_000_000
    assert waited < 5


def _memory(pid: int) -> int:
    """The most memory that a process ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if "VmHWM" in line)
    return int(line.split()[1]) * 1024


def test_who_goes_stops_the_query(port: int, hold: Path) -> None:
    hold.touch()
    with _answer(port) as response:
        response.read(1000)
        assert eventually(lambda: bool(_copying()))
    assert eventually(lambda: not _copying())
    assert _answers(port)


def test_many_read_one_copy_which_those_who_go_do_not_stop(port: int, hold: Path) -> None:
    hold.touch()
    with _answer(port) as staying:
        beginning = staying.read(1000)
        with contextlib.ExitStack() as leaving:
            for _ in range(30):
                reader = leaving.enter_context(_answer(port))
                assert reader.read(1000) == beginning
            assert eventually(lambda: len(_copying()) == 1)
        time.sleep(0.5)
        assert len(_copying()) == 1
        hold.unlink()
        assert (beginning + staying.read()).count(b"\n") == ROWS + 1


def test_the_next_visitor_has_length_hash_and_any_part(port: int) -> None:
    with _answer(port) as response:
        content = response.read()
    assert eventually(lambda: _is_known(port))
    with _answer(port) as response:
        assert response.read() == content
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert response.headers["Repr-Digest"] == f"sha-256=:{digest}:"
        etag = response.headers["ETag"]
    with _answer(port, Range="bytes=5000000-5000099", **{"If-Range": etag}) as part:
        assert (part.status, part.read()) == (206, content[5_000_000:5_000_100])


def _is_known(port: int) -> bool:
    with _answer(port) as response:
        return "Content-Length" in response.headers


def test_a_file_that_breaks_off_never_looks_whole(
    port: int, hold: Path, server: "subprocess.Popen[str]"
) -> None:
    workers = _workers(server.pid)
    hold.touch()
    with _answer(port) as response:
        response.read(1000)
        assert eventually(lambda: bool(_copying()))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [_copying()[0]])
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()
    assert _answers(port)
    assert _workers(server.pid) == workers
