"""Folders for clusters of their own, and programs that use them."""

import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from citytools.local import file_locks
from citytools.local.postgres import cluster, homes, programs, server

ROOT = Path(__file__).resolve().parents[2]
CLIENT = """
import sys
from pathlib import Path
from citytools.local.postgres import programs, server
address = server.ensure_running(Path(sys.argv[1]))
print(programs.postmaster_pid(Path(sys.argv[1]) / "data"), flush=True)
sys.stdin.read()
"""

Starter = Callable[[Path], "subprocess.Popen[str]"]


@pytest.fixture
def empty() -> Iterator[Path]:
    """Where a cluster may lie: other accounts reach it, as they reach a clone outside a home."""
    with _place() as place:
        yield place


@pytest.fixture
def folder(_cluster_folder: Path) -> Iterator[Path]:
    """A folder with a cluster in it that does not run: a copy, since making one takes a second."""
    with _place() as place:
        place.mkdir()
        subprocess.run(["cp", "-a", _cluster_folder / "data", place / "data"], check=True)
        yield place


@pytest.fixture(scope="session")
def _cluster_folder() -> Iterator[Path]:
    with _place() as place:
        server.ensure_running(place)
        server.release(place)
        yield place


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stands for /var/lib/city-tools, so that no test leaves anything there."""
    place = Path(tempfile.mkdtemp(prefix="lasting-", dir="/var/tmp"))
    place.chmod(0o755)
    monkeypatch.setattr(homes, "LASTING_FOLDERS", (place,))
    monkeypatch.setattr(homes, "CLEANED_FOLDER", place / "cleaned")
    (place / "cleaned").mkdir()
    yield place
    shutil.rmtree(place)


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(prefix="city tools ", dir="/var/tmp"))
    top.chmod(0o755)
    try:
        yield top / ".postgres"
    finally:
        forget(top / ".postgres")
        shutil.rmtree(top)


def forget(place: Path) -> None:
    """Stop the server of this folder, whatever a test did to it."""
    with contextlib.suppress(cluster.StartError):
        server.release(place)
    if (pid := programs.postmaster_pid(place / "data")) is not None:
        programs.stop_postmaster(pid, place / "data")
    # The reaper looks in once more before it goes
    if place.exists():
        with file_locks.exclusive(place / "reaper"):
            pass


@pytest.fixture
def start_client() -> Iterator[Starter]:
    """Start programs that use the server of a folder until they are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(place: Path) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", CLIENT, str(place)]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    yield start
    for client in started:
        client.send_signal(signal.SIGKILL)
        client.communicate()


def postmaster_seen_by(client: "subprocess.Popen[str]") -> int:
    """The server's pid as the client found it, once the client uses it."""
    assert client.stdout
    return int(client.stdout.readline())


def version_at(address: server.ServerAddress) -> str:
    """What the server says of itself."""
    connection = psycopg2.connect(
        host=address.host, port=address.port, user=address.user, dbname=cluster.DATABASE
    )
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchall()[0][0])


def eventually(condition: Callable[[], bool], seconds: float = 8) -> bool:
    """Does it come true in time?"""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.02)
    return False
