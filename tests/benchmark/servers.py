"""Servers to be measured: started, waited for, weighed, stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.management import CommandError

ADDRESS = "127.0.0.1"
_PATIENCE = 120
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
def started(
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
    until = time.monotonic() + _PATIENCE
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
