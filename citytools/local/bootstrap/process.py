"""The set-up's folder, lock and log; a failure is one line that says what to do."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from citytools.local import file_locks

ROOT = Path(__file__).resolve().parents[3]
SETUP_FOLDER = ROOT / ".setup"
LOG = SETUP_FOLDER / "log"
_NO_NETWORK = (
    "NewConnection|NameResolution|Temporary failure|Name or service|Network is unreachable"
    "|ConnectTimeout|ProxyError|Max retries|Read timed out|ENOTFOUND|EAI_AGAIN|ECONNREFUSED"
    "|ETIMEDOUT|ENETUNREACH|ECONNRESET"
)
# Patterns in a failed program's output; the first that matches says what a person can do
_ADVICE = {
    "SSLError|CERTIFICATE|SELF_SIGNED": "the registry's certificate is not trusted: set PIP_CERT",
    "No space left|Errno 28|ENOSPC": "the disk is full: make room and start again",
    "EACCES|EROFS": "this account may not write there: the log names the folder",
    _NO_NETWORK: "the package registry does not answer: connect to the network and start again",
    "DO NOT MATCH THE HASHES|EINTEGRITY": "a package differs from the lock file: "
    "do not use it; clear the download cache, try again",
    "No matching distribution found for ocds": "the index has no source packages: "
    "put those of schemas.lock where PIP_FIND_LINKS names",
    "No matching distribution": "a package has no wheel for this machine: "
    "use Linux or macOS with Python 3.11 to 3.14",
}


class SetupError(Exception):
    """Why the set-up stopped, in one line that says what to do."""


@contextlib.contextmanager
def setup_lock() -> Iterator[None]:
    """Let one set-up at a time go on in this folder."""
    try:
        SETUP_FOLDER.mkdir(exist_ok=True)
        handle = file_locks.try_exclusive(SETUP_FOLDER / "lock")
    except PermissionError as error:
        raise SetupError(
            f"this account may not write in {ROOT}: use the account that owns it, or your own clone"
        ) from error
    if handle is None:
        print("Waiting for another set-up in this folder to finish …", flush=True)
    else:
        os.close(handle)
    with file_locks.exclusive(SETUP_FOLDER / "lock"):
        yield


def run_logged(
    command: Sequence[str | Path], purpose: str, env: Mapping[str, str] | None = None
) -> None:
    """Run a command with its output in the log; if it fails, say why in one line."""
    with LOG.open("a+", errors="replace") as log:
        print("$", *command, file=log, flush=True)
        start = log.tell()
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": subprocess.STDOUT}
        outcome = subprocess.run(command, cwd=ROOT, env=env, check=False, **streams)  # type: ignore[call-overload]
        log.seek(start)
        output = log.read()
    if outcome.returncode:
        raise SetupError(f"{purpose} failed: {advice_for(output)} (more in {LOG})")


def advice_for(output: str) -> str:
    """What a person can do about the failure that this output tells of; else its last line."""
    for pattern, advice in _ADVICE.items():
        if re.search(pattern, output):
            return advice
    return (output.strip().splitlines() or ["it said nothing"])[-1].strip()


def become(command: Sequence[str | Path]) -> None:
    """Turn this process into the command, so that signals reach it and nothing else."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(command[0], [str(word) for word in command])  # noqa: S606 (no shell wanted)
