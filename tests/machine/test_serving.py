"""Serving: ports, static files, and that nothing outlives the server."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from citytools.local import web_server
from citytools.local.postgres import cluster, server
from tests.machine.conftest import ROOT, eventually


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else serves on."""
    with socket.socket() as listener:
        listener.bind((web_server.ADDRESS, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_port_is_read() -> None:
    assert web_server.parse_port("8765") == 8765


@pytest.mark.parametrize("text", ["", "0", "65536", "eighty", "-1", "80.5", "٣"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="choose a number"):
        web_server.parse_port(text)


def test_demo_is_yes_or_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", "maybe")
    with pytest.raises(CommandError, match=r"DEMO=maybe .* write yes or no"):
        call_command("serve", port=str(_free_port()))


def test_taken_port_is_named_with_another(taken: int) -> None:
    with pytest.raises(CommandError, match=f"Port {taken} is taken.* PORT={taken + 1} make run"):
        web_server.claim_port(taken, wait_seconds=0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no two can listen on one port")
def test_port_of_a_server_that_does_not_listen_yet_is_taken() -> None:
    port = _free_port()
    with web_server.claim_port(port), pytest.raises(CommandError, match="is taken"):
        web_server.claim_port(port, wait_seconds=0)


def test_static_files_are_collected_when_they_change(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "page.css").write_text("a {}")
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    assert [web_server.collect_static() for _ in range(2)] == [True, False]
    (tmp_path / "sources" / "page.css").write_text("a { color: black }")
    os.utime(tmp_path / "sources" / "page.css", (2e9, 2e9))
    assert web_server.collect_static()
    assert "black" in (tmp_path / "collected" / "page.css").read_text()


def test_sources_of_the_front_end_are_not_served(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "page.scss").write_text("")
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    web_server.collect_static()
    assert not (tmp_path / "collected" / "page.scss").exists()


@pytest.mark.drill
def test_whole_life_of_a_server(folder: Path) -> None:
    """One long test, since it loads every fixture: from an empty database to nothing left."""
    address, port = server.ensure_running(folder), _free_port()
    url = f"postgresql://{address.user}@/{cluster.DATABASE}?host={address.host}"
    with _serve(port, url.replace(" ", "%20")) as first:
        assert eventually(lambda: _answers(port) or first.poll() is not None, seconds=60)
        first.terminate()
        said, _ = first.communicate(timeout=15)
    assert first.returncode == 0, said
    assert "the password" not in said
    assert not _answers(port)

    with _serve(port, url.replace(" ", "%20")) as second:
        assert eventually(lambda: _answers(port), seconds=30)
        workers = _workers(second.pid)
        os.kill(second.pid, signal.SIGKILL)
        second.communicate()
    assert eventually(lambda: not any(_lives(worker) for worker in workers))


def _serve(port: int, url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "citytools", "serve", "--demo", "no", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{web_server.ADDRESS}:{port}/admin/login/") as page:
            return bool(page.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind((web_server.ADDRESS, 0))
        return int(trial.getsockname()[1])


def _workers(pid: int) -> list[int]:
    listing = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = (map(int, line.split()) for line in listing.splitlines())
    return [child for child, parent in pairs if parent == pid]


def _lives(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")
