"""The servers to measure, each at its best: started, waited for, weighed, stopped."""

import contextlib
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from django.core.management import CommandError
from django.db import connection

from citytools.staff import admin

ADDRESS = "127.0.0.1"
_START_TIMEOUT_SECONDS = 120
"""Seconds until a server must answer: the first collects and compresses the static files."""


@dataclass(frozen=True)
class Server:
    """One that answers at a port; `pid` is the process that leads its workers."""

    name: str
    port: int
    pid: int

    def memory(self, kind: str = "VmHWM") -> int | None:
        """Bytes held by it and its workers, the most so far (VmHWM) or now (VmRSS).

        None where the machine does not tell (no /proc). Pages that workers share count for each.
        """
        sizes = [_kilobytes(pid, kind) for pid in _family(self.pid)]
        return sum(sizes) * 1024 if any(sizes) else None

    def forget_peak(self) -> None:
        """Let the most so far begin anew at what is held now."""
        for pid in _family(self.pid):
            with contextlib.suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as trial:
        trial.bind((ADDRESS, 0))
        return int(trial.getsockname()[1])


@contextlib.contextmanager
def running_server(
    name: str, command: Sequence[str], port: int, log: Path, env: Mapping[str, str]
) -> Iterator[Server]:
    """A server that answers; it and its workers are gone afterwards."""
    with (
        log.open("w") as output,
        subprocess.Popen(
            command, env=dict(env), stdout=output, stderr=output, start_new_session=True
        ) as process,
    ):
        try:
            _wait(process, name, port, log)
            yield Server(name, port, process.pid)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def django_server(port: int) -> list[str]:
    """The command of City Tools' own way of serving, whatever the settings."""
    return [sys.executable, "-m", "tests.benchmark.serve", str(port)]


def _wait(process: subprocess.Popen[bytes], name: str, port: int, log: Path) -> None:
    until = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((ADDRESS, port), timeout=1):
            return
        time.sleep(0.1)
    raise CommandError(f"{name} did not start: see {log}")


def _family(leader: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # pid (name) state parent …: a name may hold blanks and brackets
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    family = [leader]
    for pid in family:
        family.extend(children.get(pid, []))
    return family


def _kilobytes(pid: int, kind: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{kind}:"):
                return int(line.split()[1])
    return 0


OURS, UNCACHED = "City Tools", "the same, anew"
"""As it is served, pages kept until their facts change; and with each page made anew."""
DATASETTE, ADMIN, HELLO = "Datasette", "Django admin", "hello"
Servers = Mapping[str, tuple[Server, Mapping[str, str]]]
"""Each rival's server, and the headers with which it is asked."""
_AS_BY_TLS = {"X-Forwarded-Proto": "https"}


@contextmanager
def start_all(copied: Path, datasette: Path | None) -> Iterator[Servers]:
    """All servers, answering; they are gone afterwards."""
    with ExitStack() as closing:

        def start(name: str, command: list[str], port: int, **env: str) -> Server:
            log = copied.parent / ("-".join(re.findall(r"\w+", name.lower())) + ".log")
            environment = {**os.environ, "PYTHONUNBUFFERED": "1", **env}
            return closing.enter_context(running_server(name, command, port, log, environment))

        production = _production()
        port = free_port()
        ours = start(OURS, django_server(port), port, **production)
        port = free_port()
        anew = start(UNCACHED, django_server(port), port, **production, KEEP_PAGES="no")
        port = free_port()
        bare = {"DJANGO_SETTINGS_MODULE": "tests.benchmark.serve"}
        hello = start(HELLO, django_server(port), port, **bare)
        servers: dict[str, tuple[Server, Mapping[str, str]]] = {
            OURS: (ours, {}),
            UNCACHED: (anew, {}),
            ADMIN: (ours, {"Cookie": _signed_in(ours)}),
            HELLO: (hello, {}),
        }
        if datasette:
            port = free_port()
            servers[DATASETTE] = start(DATASETTE, _datasette(datasette, copied, port), port), {}
        yield servers


def _datasette(program: Path, copied: Path, port: int) -> list[str]:
    """Datasette at its best: a file that never changes, and no limit that cuts work short."""
    settings = {"sql_time_limit_ms": 60_000, "facet_time_limit_ms": 60_000, "max_csv_mb": 0}
    settings |= {"suggest_facets": 0, "default_cache_ttl": 0}
    command = [str(program), "serve", "--immutable", str(copied), "--port", str(port)]
    for name, value in settings.items():
        command += ["--setting", name, str(value)]
    return command


def _production() -> dict[str, str]:
    """Settings of a server for real, on the database that this process uses."""
    parameters = connection.get_connection_params()
    place = urlencode(
        {key: parameters[key] for key in ("host", "port", "user") if parameters.get(key)}
    )
    return {
        "CITYTOOLS_MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": f"postgresql:///{quote(parameters['dbname'])}?{place}",
        "ALLOWED_HOSTS": ADDRESS,
        "STATEMENT_SECONDS": "300",
        "DJANGO_SETTINGS_MODULE": "citytools.settings",
    }


def _signed_in(ours: Server) -> str:
    """The cookie of a new staff account, by the sign-in page, as a person gets it."""
    name, password = admin.create_staff_account()
    line = http.client.HTTPConnection(ADDRESS, ours.port, timeout=60)
    try:
        line.request("GET", "/admin/login/", headers=_AS_BY_TLS)
        page = line.getresponse()
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
        form = {"username": name, "password": password}
        form["csrfmiddlewaretoken"] = token[1] if token else ""
        headers = {
            "Cookie": _cookies(page),
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"https://{ADDRESS}:{ours.port}/admin/login/",
        }
        line.request("POST", "/admin/login/", urlencode(form), _AS_BY_TLS | headers)
        answer = line.getresponse()
        if answer.status != 302:
            raise CommandError(f"{ours.name} did not let the new account {name} in.")
        return _cookies(answer)
    finally:
        line.close()


def _cookies(response: http.client.HTTPResponse) -> str:
    cookies = response.headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.partition(";")[0] for cookie in cookies)
