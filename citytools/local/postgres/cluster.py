"""One project's cluster: how it is created, and what the project's folder remembers of it.

Without the record a cluster that a clean-up of the system deleted would be replaced, unseen, by
an empty one.
"""

import hashlib
import json
import os
import re
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

from citytools.local.postgres import programs

RECORD_NAME = "cluster.json"
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


class StartError(Exception):
    """Why there is no server, in one line that says what to do."""


@dataclass(frozen=True)
class Cluster:
    """One project's cluster: its locks in `folder`, all else in `home`."""

    folder: Path
    home: Path
    account: programs.Account

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def socket_folder(self) -> Path:
        """The data folder, which only its owner enters, unless clients cannot name it.

        A path may be too long for a socket, and libpq takes a comma for the end of a host.
        """
        length = len(os.fsencode(self.data / f".s.PGSQL.{PORT}"))
        if length <= MAX_SOCKET_PATH_BYTES and "," not in str(self.data):
            return self.data
        return Path("/tmp") / f"citytools-{self.account.uid}-{path_hash(self.data)}"  # noqa: S108 (short)

    @property
    def bin_folder(self) -> Path:
        try:
            return programs.find_bin_folder(self.account, self.home)
        except programs.NoProgramsError as error:
            raise StartError(str(error)) from error
        except shutil.Error as error:
            # It holds a reason for each of a thousand files
            (_, _, cause), *_ = error.args[0]
            raise StartError(f"cannot copy PostgreSQL to {self.home}: {cause}") from None


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


@dataclass(frozen=True)
class ClusterRecord:
    """The folder that holds `data`, and the cluster's number, which initdb gives by chance."""

    home: Path
    system_identifier: int


def record_path(folder: Path) -> Path:
    return folder / RECORD_NAME


def read_record(folder: Path) -> ClusterRecord | None:
    """The record of this folder; None where no cluster was made yet."""
    try:
        fields = json.loads(record_path(folder).read_text())
        return ClusterRecord(folder / fields["home"], int(fields["system_identifier"]))
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError):
        raise StartError(
            f"{record_path(folder)} cannot be read: if the database's data are where they should "
            "be, remove that file and start again"
        ) from None


def write_record(folder: Path, record: ClusterRecord) -> None:
    """Keep the record, whole or not at all."""
    # Data within the folder move and are copied with it: that home is written as "."
    home = "." if record.home == folder else str(record.home)
    fields = {"home": home, "system_identifier": str(record.system_identifier)}
    draft = record_path(folder).with_suffix(f".{os.getpid()}")
    try:
        draft.write_text(json.dumps(fields) + "\n")
        draft.replace(record_path(folder))
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def system_identifier(data: Path) -> int | None:
    """The number of the cluster on this data folder; None where there is no whole one."""
    try:
        control = (data / "global" / "pg_control").read_bytes()
        (data / "PG_VERSION").read_text()
    except (FileNotFoundError, NotADirectoryError):
        return None
    # PostgreSQL keeps it as the first eight bytes, in the machine's own order
    return int(struct.unpack("=Q", control[:8])[0]) if len(control) >= 8 else None


def check_record(folder: Path, record: ClusterRecord) -> None:
    """Refuse a home whose cluster has gone, is damaged, or is not the one that was made."""
    data = record.home / "data"
    present = system_identifier(data)
    if present == record.system_identifier:
        return
    if not data.exists() or not any(data.iterdir()):
        fault = f"the database's data were in {data} and are not there any more"
    elif present is None:
        fault = f"the database's data in {data} are damaged"
    else:
        fault = f"the database in {data} is not the one that was made for this folder"
    begin_anew = "" if present is None and not data.exists() else f"move {data} away and "
    raise StartError(
        f"{fault}: bring them back from a backup; or, to begin with an empty database, "
        f"{begin_anew}remove {record_path(folder)}; or set DATABASE_URL to another server"
    )


def path_hash(path: Path) -> str:
    """A short name for a path."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
