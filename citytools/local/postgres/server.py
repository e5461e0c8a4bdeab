"""Starts the server when it is first needed; any number of processes share it."""

import os
import shlex
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from citytools.local import file_locks
from citytools.local.postgres import cluster, homes, programs, reaper
from citytools.local.postgres.cluster import Cluster
from citytools.local.postgres.homes import CannotStart

ROOT = Path(__file__).resolve().parents[3]
ATTEMPTS = 10

_clusters: dict[Path, Cluster] = {}
_uses: dict[Path, int] = {}
_threads = threading.Lock()


@dataclass(frozen=True)
class Address:
    """What a client needs to connect."""

    host: str
    port: int
    user: str


def ensure_running(folder: Path) -> Address:
    """Start the server of this folder unless it runs, and keep it until this process ends."""
    with _threads:
        try:
            if folder in _uses:
                ours = _clusters[folder]
                if not _answers(ours):
                    with file_locks.exclusive(folder / "lock"):
                        _start_if_needed(ours)
            else:
                ours = _first_use(folder)
        except OSError as error:
            raise CannotStart(f"the embedded PostgreSQL cannot start: {error}") from error
    return Address(str(ours.socket_folder), cluster.PORT, cluster.USER)


def _first_use(folder: Path) -> Cluster:
    cluster.prepare(folder)
    # Before anything else, so that no reaper stops the server between look and use
    users = file_locks.shared(folder / "users")
    try:
        with file_locks.exclusive(folder / "lock"):
            ours = cluster.of(folder)
            _start_if_needed(ours)
    except BaseException:
        os.close(users)
        raise
    _clusters[folder], _uses[folder] = ours, users
    return ours


def data_folder(folder: Path) -> Path | None:
    """Where the data of a server in use are kept."""
    with _threads:
        return _clusters[folder].data if folder in _clusters else None


def release(folder: Path) -> bool:
    """Have done with the server; stop it now if nobody else uses it, and say whether so."""
    with _threads:
        if folder not in _uses:
            return True
        os.close(_uses.pop(folder))
        ours = _clusters.pop(folder)
        with file_locks.exclusive(folder / "lock"):
            return reaper.stop_if_unused(folder, ours.data)


def _answers(ours: Cluster) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(ours.socket_folder / f".s.PGSQL.{cluster.PORT}"))
        except OSError:
            return False
    return True


def _start_if_needed(ours: Cluster) -> None:
    if not _answers(ours):
        _make_if_new(ours)
        _check_version(ours)
        _start(ours)
    _record(ours)
    _ensure_reaper(ours)


def _make_if_new(ours: Cluster) -> None:
    """Make the first cluster of this folder; what was there and has gone is not begun anew."""
    if record := homes.read_record(ours.folder):
        homes.check_record(ours.folder, replace(record, home=ours.home))
    elif homes.system_identifier(ours.data) is None:
        if ours.data.exists() and any(ours.data.iterdir()):
            raise CannotStart(
                f"the database's data in {ours.data} are damaged: bring them back from a backup, "
                "or move that folder away to begin with an empty database"
            )
        cluster.make(ours)


def _record(ours: Cluster) -> None:
    identifier = homes.system_identifier(ours.data)
    if identifier is None:
        return  # deleted while it runs: the record still says that there was one
    record = homes.Record(ours.home, identifier)
    if homes.read_record(ours.folder) != record:
        homes.write_record(ours.folder, record)


def _check_version(ours: Cluster) -> None:
    held = int((ours.data / "PG_VERSION").read_text())
    offered = programs.version(ours.programs, ours.account)
    if held != offered:
        raise CannotStart(
            f"{ours.data} is of PostgreSQL {held} and the programs are of {offered}: "
            f"set PG_BINDIR to those of {held}, or move that folder and "
            f"{homes.record_path(ours.folder)} away to begin anew"
        )


def _start(ours: Cluster) -> None:
    if ours.socket_folder != ours.data:
        homes.own_folder(ours.socket_folder, uid=ours.account.uid, mode=0o700)
    _drop_stale_pid(ours)
    options = shlex.join(["-h", "", "-p", str(cluster.PORT), "-k", str(ours.socket_folder)])
    for attempt in range(ATTEMPTS):
        outcome = ours.account.run(
            *(ours.programs / "pg_ctl", "start", "-w", "-s", "-t", "60"),
            *("-D", ours.data, "-l", ours.log, "-o", options),
        )
        if outcome.returncode == 0:
            return
        if not _may_pass(ours):
            break
        time.sleep(min(0.1 * 2**attempt, 1))
    said = outcome.stdout + (ours.log.read_text(errors="replace") if ours.log.exists() else "")
    raise CannotStart(
        f"the embedded PostgreSQL did not start: {cluster.reason(said)} (more in {ours.log})"
    )


def _drop_stale_pid(ours: Cluster) -> None:
    """Remove a postmaster.pid that names a process which is not this server.

    PostgreSQL itself takes a zombie, or whoever has the pid now, for a living server.
    """
    if programs.postmaster(ours.data) is None:
        until = time.monotonic() + 10
        # Without the file it could not tell that its own old processes still write
        while programs.leftovers(ours.data) and time.monotonic() < until:
            time.sleep(0.05)
        (ours.data / "postmaster.pid").unlink(missing_ok=True)


def _may_pass(ours: Cluster) -> bool:
    """Did the start fail for something that goes by itself: memory or socket of a killed server?"""
    last = ours.log.read_text(errors="replace")[-2000:] if ours.log.exists() else ""
    return any(sign in last for sign in ("shared memory block", "lock file", "being used"))


def _ensure_reaper(ours: Cluster) -> None:
    """Start a reaper unless one is on duty; it returns at once and goes on by itself."""
    on_duty = file_locks.alone(ours.folder / "reaper")
    if on_duty is None:
        return
    os.close(on_duty)
    subprocess.run(
        [sys.executable, "-m", "citytools.local.postgres.reaper", str(ours.folder), str(ours.data)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )
