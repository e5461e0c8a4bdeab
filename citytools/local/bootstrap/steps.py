"""What every step of the set-up shares: the project's folder, its lock, its log, its errors."""

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WORKSHOP = ROOT / ".setup"
LOG = WORKSHOP / "log"

_NO_NETWORK = (
    "NewConnection|NameResolution|Temporary failure|Name or service|Network is unreachable"
    "|ConnectTimeout|ProxyError|Max retries|Read timed out|ENOTFOUND|EAI_AGAIN|ECONNREFUSED"
    "|ETIMEDOUT|ENETUNREACH|ECONNRESET"
)
_CAUSES = (
    (
        r"SSLError|CERTIFICATE|SELF_SIGNED",
        "the registry's certificate is not trusted: set PIP_CERT",
    ),
    (r"No space left|Errno 28|ENOSPC", "the disk is full: make room and start again"),
    (r"EACCES|EROFS", "this account may not write there: the log names the folder"),
    (
        _NO_NETWORK,
        "the package registry does not answer: connect to the network and start again",
    ),
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY",
        "a package differs from the lock file: do not use it; clear the download cache, try again",
    ),
    (
        r"No matching distribution found for ocds",
        "the index has no source packages: put those of schemas.lock where PIP_FIND_LINKS names",
    ),
    (
        r"No matching distribution",
        "a package has no wheel for this machine: use Linux or macOS with Python 3.11 to 3.14",
    ),
)


class CannotGoOn(Exception):  # noqa: N818 (it reads as what it says)
    """Why the set-up stopped, in one line that says what to do."""


def say(words: str) -> None:
    """Tell the person at the terminal what is going on."""
    print(words, flush=True)


def fingerprint(*parts: str | Path) -> str:
    """One hash over texts and the contents of files."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the set-up's lock, which the kernel gives back even after kill -9."""
    try:
        WORKSHOP.mkdir(exist_ok=True)
        handle = os.open(WORKSHOP / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise CannotGoOn(
            f"this account may not write in {ROOT}: use the account that owns it, or your own clone"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up in this folder to finish …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def quietly(command: Sequence[str | Path], doing: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command with its output in the log; if it fails, say why in one line."""
    outcome = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    with LOG.open("a") as log:
        print(f"$ {' '.join(str(word) for word in command)}\n{outcome.stdout}", file=log)
    if outcome.returncode:
        raise CannotGoOn(f"{doing} failed: {cause(outcome.stdout)} (more in {LOG})")
    return outcome.stdout


def cause(output: str) -> str:
    """What a person can do about the failure that this output tells of."""
    for pattern, advice in _CAUSES:
        if re.search(pattern, output):
            return advice
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def become(command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
    """Turn this process into the command, so that signals reach it and nothing else."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(str(command[0]), [str(word) for word in command], {**os.environ, **(env or {})})  # noqa: S606
