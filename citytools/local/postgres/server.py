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
from citytools.local.postgres import cluster as clusters
from citytools.local.postgres import homes, programs, reaper
from citytools.local.postgres.cluster import PORT, USER, Cluster, StartError, failure_reason

ROOT = Path(__file__).resolve().parents[3]
MAX_START_ATTEMPTS = 10

_clusters: dict[Path, Cluster] = {}
_uses: dict[Path, int] = {}
_threads = threading.Lock()


@dataclass(frozen=True)
class ServerAddress:
    """What a client needs to connect."""

    host: str
    port: int
    user: str


def ensure_running(folder: Path) -> ServerAddress:
    """Start the server of this folder unless it runs, and keep it until this process ends."""
    with _threads:
        try:
            if folder in _uses:
                cluster = _clusters[folder]
                if not _answers(cluster):
                    with file_locks.exclusive(folder / "lock"):
                        _start_if_needed(cluster)
            else:
                cluster = _first_use(folder)
        except OSError as error:
            raise StartError(f"the embedded PostgreSQL cannot start: {error}") from error
    return ServerAddress(str(cluster.socket_folder), PORT, USER)


def _first_use(folder: Path) -> Cluster:
    homes.prepare_folder(folder)
    # Before anything else, so that no reaper stops the server between look and use
    users = file_locks.shared(folder / "users")
    try:
        with file_locks.exclusive(folder / "lock"):
            cluster = homes.locate_cluster(folder)
            _start_if_needed(cluster)
    except BaseException:
        os.close(users)
        raise
    _clusters[folder], _uses[folder] = cluster, users
    return cluster


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
        cluster = _clusters.pop(folder)
        with file_locks.exclusive(folder / "lock"):
            return reaper.stop_if_unused(folder, cluster.data)


def _answers(cluster: Cluster) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(cluster.socket_folder / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
    return True


def _start_if_needed(cluster: Cluster) -> None:
    if not _answers(cluster):
        _create_if_new(cluster)
        _check_version(cluster)
        _start(cluster)
    _update_record(cluster)
    _ensure_reaper(cluster)


def _create_if_new(cluster: Cluster) -> None:
    """Make the first cluster of this folder; what was there and has gone is not begun anew."""
    if record := clusters.read_record(cluster.folder):
        clusters.check_record(cluster.folder, replace(record, home=cluster.home))
    elif clusters.system_identifier(cluster.data) is None:
        if cluster.data.exists() and any(cluster.data.iterdir()):
            raise StartError(
                f"the database's data in {cluster.data} are damaged: bring them back from a "
                "backup, or move that folder away to begin with an empty database"
            )
        clusters.create_cluster(cluster)


def _update_record(cluster: Cluster) -> None:
    identifier = clusters.system_identifier(cluster.data)
    if identifier is None:
        return  # deleted while it runs: the record still says that there was one
    record = clusters.ClusterRecord(cluster.home, identifier)
    if clusters.read_record(cluster.folder) != record:
        clusters.write_record(cluster.folder, record)


def _check_version(cluster: Cluster) -> None:
    data_version = int((cluster.data / "PG_VERSION").read_text())
    program_version = programs.major_version(cluster.bin_folder, cluster.account)
    if data_version != program_version:
        raise StartError(
            f"{cluster.data} is of PostgreSQL {data_version} and the programs are of "
            f"{program_version}: set PG_BINDIR to those of {data_version}, or move that folder and "
            f"{clusters.record_path(cluster.folder)} away to begin anew"
        )


def _start(cluster: Cluster) -> None:
    if cluster.socket_folder != cluster.data:
        homes.make_own_folder(cluster.socket_folder, uid=cluster.account.uid, mode=0o700)
    _drop_stale_pid(cluster)
    options = shlex.join(["-h", "", "-p", str(PORT), "-k", str(cluster.socket_folder)])
    for attempt in range(MAX_START_ATTEMPTS):
        outcome = cluster.account.run(
            *(cluster.bin_folder / "pg_ctl", "start", "-w", "-s", "-t", "60"),
            *("-D", cluster.data, "-l", cluster.log, "-o", options),
        )
        if outcome.returncode == 0:
            return
        if not _is_passing_fault(cluster):
            break
        time.sleep(min(0.1 * 2**attempt, 1))
    reason = failure_reason(outcome.stdout + _log_text(cluster))
    raise StartError(f"the embedded PostgreSQL did not start: {reason} (more in {cluster.log})")


def _drop_stale_pid(cluster: Cluster) -> None:
    """Remove a postmaster.pid that names a process which is not this server.

    PostgreSQL itself takes a zombie, or whoever has the pid now, for a living server.
    """
    if programs.postmaster_pid(cluster.data) is None:
        deadline = time.monotonic() + 10
        # Without the file it could not tell that its own old processes still write
        while programs.leftover_pids(cluster.data) and time.monotonic() < deadline:
            time.sleep(0.05)
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)


def _log_text(cluster: Cluster) -> str:
    return cluster.log.read_text(errors="replace") if cluster.log.exists() else ""


def _is_passing_fault(cluster: Cluster) -> bool:
    """Did the start fail for something that goes by itself: memory or socket of a killed server?"""
    last = _log_text(cluster)[-2000:]
    return any(sign in last for sign in ("shared memory block", "lock file", "being used"))


def _ensure_reaper(cluster: Cluster) -> None:
    """Start a reaper unless one is on duty; it returns at once and goes on by itself."""
    reaper_lock = file_locks.try_exclusive(cluster.folder / "reaper")
    if reaper_lock is None:
        return
    os.close(reaper_lock)
    subprocess.run(
        [sys.executable, "-m", reaper.__name__, str(cluster.folder), str(cluster.data)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )
