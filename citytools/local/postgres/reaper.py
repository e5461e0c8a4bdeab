"""Stops the server when the last process that used it has gone, however it went.

A program of its own: python -m citytools.local.postgres.reaper <folder of the locks> <data folder>
"""

import fcntl
import os
import sys
import time
from pathlib import Path

from citytools.local import file_locks
from citytools.local.postgres import programs

# Long enough for the next command of a script to take the server over
GRACE_SECONDS = 2.0


def stop_if_unused(folder: Path, data: Path) -> bool:
    """Stop the server unless a process still holds `users`; says whether none did.

    To be called with `lock` held. Whoever wants the server meanwhile waits for `users`.
    """
    users = file_locks.try_exclusive(folder / "users")
    if users is None:
        return False
    try:
        pid = programs.postmaster_pid(data)
        if pid is not None:
            programs.stop_postmaster(pid, data)
    finally:
        os.close(users)
    return True


def main(folder: Path, data: Path) -> None:
    """Detach, wait until nobody uses the server, stop it, end. One at a time."""
    reaper_lock = file_locks.try_exclusive(folder / "reaper")
    if reaper_lock is None:
        return
    # Whoever started us waits for this parent alone: the lock is held by then
    if os.fork():
        os._exit(0)
    os.chdir("/")
    while True:
        _wait_until_unused(folder)
        _sleep_while_running(data)
        with file_locks.exclusive(folder / "lock"):
            if stop_if_unused(folder, data):
                # Off duty before `lock` is free: the next to start a server sees no reaper
                os.close(reaper_lock)
                return


def _wait_until_unused(folder: Path) -> None:
    users = file_locks.open_lock(folder / "users")
    fcntl.flock(users, fcntl.LOCK_EX)
    os.close(users)


def _sleep_while_running(data: Path) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    while programs.postmaster_pid(data) is not None and time.monotonic() < deadline:
        time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
