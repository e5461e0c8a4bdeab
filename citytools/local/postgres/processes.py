"""Whether a server is alive, told from the operating system and not from a file it left."""

import os
import signal
import subprocess
import time
from pathlib import Path

_PROC = Path("/proc/self").exists()


def postmaster(data: Path) -> int | None:
    """The pid of the server on this data folder, or None if there is none.

    postmaster.pid alone proves nothing: after kill -9 its pid may be a zombie or anybody's.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _works_in(pid, data) else None


def leftovers(data: Path) -> list[int]:
    """Processes of a server that was killed: they hold its memory for a moment longer."""
    if not _PROC:
        return []
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if _works_in(pid, data)]


def stop(pid: int, data: Path, seconds: float = 20) -> None:
    """Shut the server down in good order, in haste if it takes too long."""
    for how in (signal.SIGINT, signal.SIGQUIT):
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not _works_in(pid, data):
                return
            time.sleep(0.02)


def _works_in(pid: int, data: Path) -> bool:
    """Is this a living process of a server on that folder? Its processes all work in there."""
    if _PROC:
        try:
            # A zombie has no working folder; another account's process keeps its own to itself
            return Path(f"/proc/{pid}/cwd").samefile(data)
        except OSError:
            return False
    command = ["ps", "-o", "state=,command=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return "postgres" in shown and not shown.startswith("Z")
