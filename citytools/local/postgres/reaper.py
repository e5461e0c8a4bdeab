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
GRACE = 2.0


def stop_if_unused(folder: Path, data: Path) -> bool:
    """Stop the server unless a process still holds `users`; says whether none did.

    To be called with `lock` held. Whoever wants the server meanwhile waits for `users`.
    """
    users = file_locks.alone(folder / "users")
    if users is None:
        return False
    try:
        pid = programs.postmaster(data)
        if pid is not None:
            programs.stop(pid, data)
    finally:
        os.close(users)
    return True


def main(folder: Path, data: Path) -> None:
    """Detach, wait until nobody uses the server, stop it, end. One at a time."""
    on_duty = file_locks.alone(folder / "reaper")
    if on_duty is None:
        return
    # Whoever started us waits for this parent alone: the lock is held by then
    if os.fork():
        os._exit(0)
    os.chdir("/")
    while True:
        _wait_until_unused(folder)
        _sleep_while_it_runs(data)
        with file_locks.exclusive(folder / "lock"):
            if stop_if_unused(folder, data):
                # Off duty before `lock` is free: the next to start a server sees no reaper
                os.close(on_duty)
                return


def _wait_until_unused(folder: Path) -> None:
    users = file_locks.opened(folder / "users")
    fcntl.flock(users, fcntl.LOCK_EX)
    os.close(users)


def _sleep_while_it_runs(data: Path) -> None:
    until = time.monotonic() + GRACE
    while programs.postmaster(data) is not None and time.monotonic() < until:
        time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
