"""Where a project's cluster lies, and how it is made."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from citytools.local.postgres import homes, programs
from citytools.local.postgres.homes import StartError

DATABASE = "citytools"
USER = "citytools"
PORT = 5432
# The kernel allows 107 bytes for a socket's path
MAX_SOCKET_PATH_BYTES = 100
SERVER_SETTINGS = """
# City Tools: reached through the socket alone
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 60
jit = off
"""


@dataclass(frozen=True)
class Cluster:
    """One project's cluster: its locks in `folder`, all else in `home`."""

    folder: Path
    home: Path
    account: programs.Account

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
        if length <= MAX_SOCKET_PATH_BYTES and "," not in str(self.data):
            return self.data
        return Path("/tmp") / f"citytools-{self.account.uid}-{homes.path_hash(self.data)}"  # noqa: S108 (short)

    @property
    def bin_folder(self) -> Path:
        """The folder of initdb, pg_ctl and postgres."""
        try:
            return programs.find_bin_folder(self.account, self.home)
        except programs.NoProgramsError as error:
            raise StartError(str(error)) from error
        except shutil.Error as error:
            # It holds a reason for each of a thousand files
            (_, _, cause), *_ = error.args[0]
            raise StartError(f"cannot copy PostgreSQL to {self.home}: {cause}") from None


def prepare_folder(folder: Path) -> None:
    """Make the folder of the locks, or say why this account cannot use it."""
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
    except OSError as error:
        raise StartError(f"cannot make {folder}: {error.strerror}") from error
    if os.geteuid() != 0 and not os.access(folder, os.W_OK | os.X_OK):
        raise StartError(
            f"{folder} belongs to another account: use that one, or a clone of your own"
        )


def locate_cluster(folder: Path) -> Cluster:
    """The cluster whose locks are in this folder, made if need be.

    Root runs the server under another account; if that account cannot enter the folder, the
    cluster goes elsewhere, since loosening the modes of somebody's folders is not ours to do.
    """
    prepare_folder(folder)
    home = homes.locate_home(folder)
    return Cluster(folder, home, programs.server_account(home / "data"))


def create_cluster(cluster: Cluster) -> None:
    """Make the cluster under another name and move it when whole: half of one never counts."""
    draft = cluster.data.with_name("data.new")
    account, bin_folder = cluster.account, cluster.bin_folder
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.give(draft)
    provider = (
        ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        if programs.major_version(bin_folder, account) >= 17
        else ("--locale=C.UTF-8",)
    )
    outcome = account.run(
        *(bin_folder / "initdb", "-D", draft, "-U", USER, "--auth=trust", "--encoding=UTF8"),
        *provider,
    )
    if outcome.returncode:
        raise StartError(f"initdb failed: {failure_reason(outcome.stdout)}")
    with (draft / "postgresql.conf").open("a") as file:
        file.write(SERVER_SETTINGS)
    outcome = account.run(
        *(bin_folder / "postgres", "--single", "-D", draft, "template1"),
        text=f"CREATE DATABASE {DATABASE}\n",
    )
    if outcome.returncode:
        raise StartError(f"creating the database failed: {failure_reason(outcome.stdout)}")
    draft.rename(cluster.data)


def failure_reason(output: str) -> str:
    """The line of PostgreSQL's output that says what went wrong: seldom the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    faults = [line for line in lines if re.search(r"FATAL|PANIC|ERROR|error:|[Nn]o space", line)]
    return (faults or lines or ["it said nothing"])[-1]
