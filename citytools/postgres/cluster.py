"""Where a project's cluster lies, and how it is made."""

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from citytools.postgres import accounts, binaries

DATABASE = "citytools"
USER = "citytools"
PORT = 5432
# The kernel allows 107 bytes for a socket's path
LONGEST_SOCKET = 100
SETTINGS = """
# City Tools: reached through the socket alone
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 60
jit = off
"""


class CannotStart(Exception):  # noqa: N818 (it reads as what it says)
    """Why there is no server, in one line that says what to do."""


@dataclass(frozen=True)
class Cluster:
    """One project's cluster: its locks in `folder`, all else in `home`."""

    folder: Path
    home: Path
    account: accounts.Account

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.data / "server.log"

    @property
    def socket_folder(self) -> Path:
        """The data folder, which only its owner enters, unless clients cannot name it.

        A path may be too long for a socket, and libpq takes a comma for the end of a host.
        """
        length = len(os.fsencode(self.data / f".s.PGSQL.{PORT}"))
        if length <= LONGEST_SOCKET and "," not in str(self.data):
            return self.data
        return Path("/tmp") / f"citytools-{self.account.uid}-{_hash(self.data)}"  # noqa: S108 (short)

    @property
    def programs(self) -> Path:
        """The folder of initdb, pg_ctl and postgres."""
        try:
            return binaries.folder(self.account, self.home)
        except binaries.NoBinaries as error:
            raise CannotStart(str(error)) from error


def of(folder: Path) -> Cluster:
    """The cluster whose locks are in this folder, made if need be.

    Root runs the server under another account; if that account cannot enter the folder, the
    cluster goes elsewhere, since loosening the modes of somebody's folders is not ours to do.
    """
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"cannot make {folder}: {error.strerror}") from error
    account = accounts.server_account(folder / "data")
    if account.switch and not account.reaches(folder):
        home = Path("/var/tmp") / f"citytools-{_hash(folder)}"  # noqa: S108 (checked to be ours)
        own_folder(home, uid=0, mode=0o755)
        return Cluster(folder, home, accounts.server_account(home / "data"))
    if not account.switch and not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(
            f"{folder} belongs to another account: use that one, or a clone of your own"
        )
    return Cluster(folder, folder, account)


def own_folder(path: Path, uid: int, mode: int) -> None:
    """Make a folder where everybody may write, refusing one that somebody laid there for us."""
    try:
        path.mkdir(mode=mode)
        os.chown(path, uid, -1)
        path.chmod(mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o022:
            raise CannotStart(f"{path} is not ours: remove it and start again") from None


def make(cluster: Cluster) -> None:
    """Make the cluster under another name and move it when whole: half of one never counts."""
    making = cluster.data.with_name("data.new")
    account, programs = cluster.account, cluster.programs
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    account.own(making)
    provider = (
        ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        if binaries.version(programs, account) >= 17
        else ("--locale=C.UTF-8",)
    )
    made = account.run(
        *(programs / "initdb", "-D", making, "-U", USER, "--auth=trust", "--encoding=UTF8"),
        *provider,
    )
    if made.returncode:
        raise CannotStart(f"initdb failed: {_last_line(made.stdout)}")
    with (making / "postgresql.conf").open("a") as file:
        file.write(SETTINGS)
    created = account.run(
        *(programs / "postgres", "--single", "-D", making, "template1"),
        text=f"CREATE DATABASE {DATABASE}\n",
    )
    if created.returncode:
        raise CannotStart(f"creating the database failed: {_last_line(created.stdout)}")
    making.rename(cluster.data)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]


def _hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
