"""Where a cluster's data are kept for good: within the project's folder, or as root outside of it.

Root runs the server under another account. Where that account cannot enter the project's folder the
data have a home elsewhere, which notes whose they are: two copies of a project never share one.
"""

import contextlib
import logging
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from citytools.local import file_locks
from citytools.local.postgres import programs
from citytools.local.postgres.cluster import (
    Cluster,
    ClusterRecord,
    StartError,
    check_record,
    path_hash,
    read_record,
    record_path,
    system_identifier,
)

_log = logging.getLogger(__name__)
LASTING_FOLDERS = (Path("/var/lib/city-tools"), Path("/var/local/city-tools"))
# The home of every cluster outside its project until November 2026. systemd-tmpfiles deletes what
# lay there for thirty days, so it is the last resort now
CLEANED_FOLDER = Path("/var/tmp")  # noqa: S108 (checked to be ours)
OWNER_FILE = "project"
MAX_HOMES_FOR_A_PATH = 9


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
    home = locate_home(folder)
    return Cluster(folder, home, programs.server_account(home / "data"))


def locate_home(folder: Path) -> Path:
    """The home of the cluster whose locks are in this folder. To be called with `lock` held."""
    record = read_record(folder)
    if os.geteuid() != 0:
        if record and record.home != folder:
            raise StartError(
                f"root keeps this project's database in {record.home}: start City Tools as root, "
                f"or remove {record_path(folder)} to begin with an empty database"
            )
        return _recorded_home(folder, record) if record else folder
    home = _recorded_home(folder, record) if record else _unrecorded_home(folder)
    if home is not None and _is_lasting(home, folder):
        return home
    if home is not None and _in_use(home / "data"):
        return home  # it is moved when next started
    if home is None and _server_can_enter(folder):
        return folder
    lasting = _new_home(folder)
    if home is not None and home != lasting:
        _move_data(home, lasting, folder)
    return lasting


def _is_lasting(home: Path, folder: Path) -> bool:
    return _server_can_enter(home) and (home == folder or not home.is_relative_to(CLEANED_FOLDER))


def _recorded_home(folder: Path, record: ClusterRecord) -> Path:
    """The home that the record names, if its cluster is still there."""
    data = record.home / "data"
    if system_identifier(data) != record.system_identifier and os.geteuid() == 0:
        # Killed between moving the data and writing so down
        for home in _outside_homes(folder):
            if system_identifier(home / "data") == record.system_identifier:
                return home
    check_record(folder, record)
    if record.home != folder:
        _claim_home(record.home, folder)
    return record.home


def _unrecorded_home(folder: Path) -> Path | None:
    """The home of a cluster that an earlier version or an earlier clone made for this path."""
    for home in (folder, *_outside_homes(folder)):
        if not (home / "data").exists():
            continue
        if home != folder:
            if _other_project(home, folder):
                continue  # a project that was moved away from this path has taken it along
            _claim_home(home, folder)
        if home.parent in LASTING_FOLDERS:
            _log.warning("The database that an earlier clone at this path left in %s is used", home)
        return home
    return None


def _outside_homes(folder: Path) -> Iterator[Path]:
    """Homes outside the project that there are for this path."""
    places = [base / name for base in LASTING_FOLDERS for name in _folder_names(folder)]
    places += [CLEANED_FOLDER / f"citytools-{name}" for name in _folder_names(folder)]
    return (place for place in places if _is_ours(place))


def _is_ours(home: Path) -> bool:
    """Whether root made this folder: in /var/tmp anybody may lay one, or a link, in its place."""
    try:
        status = home.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == 0 and not status.st_mode & 0o022


def _folder_names(folder: Path) -> list[str]:
    name = path_hash(folder)
    return [name, *(f"{name}-{number}" for number in range(2, MAX_HOMES_FOR_A_PATH + 1))]


def _new_home(folder: Path) -> Path:
    """The first lasting place where root may write and the server's account may enter."""
    for base in (*LASTING_FOLDERS, CLEANED_FOLDER):
        prefix = "citytools-" if base == CLEANED_FOLDER else ""
        for name in _folder_names(folder):
            home = base / f"{prefix}{name}"
            if _other_project(home, folder):
                continue
            with contextlib.suppress(OSError, StartError):
                base.mkdir(mode=0o755, parents=True, exist_ok=True)
                make_own_folder(home, uid=0, mode=0o755)
                if _server_can_enter(home):
                    _claim_home(home, folder)
                    return home
            break
    raise StartError(
        f"there is no place for the database: {LASTING_FOLDERS[0]} cannot be written to. Make it "
        "writable, or set DATABASE_URL to a PostgreSQL server"
    )


def _claim_home(home: Path, folder: Path) -> None:
    """Note in the home which project uses it; refuse while another that is still there does."""
    with file_locks.exclusive(home / "lock"):
        if other := _other_project(home, folder):
            raise StartError(
                f"{folder.parent} is a copy of {other.parent}, which keeps its database in {home}: "
                f"remove {record_path(folder)} to begin with an empty database of its own"
            )
        if _owner(home) != folder.resolve():
            (home / OWNER_FILE).write_text(str(folder.resolve()))


def _other_project(home: Path, folder: Path) -> Path | None:
    """Another project's folder whose record names this home, if there is one."""
    owner = _owner(home)
    if owner is None or owner == folder.resolve():
        return None
    with contextlib.suppress(StartError, OSError):
        record = read_record(owner)
        return owner if record and record.home == home else None
    return None


def _owner(home: Path) -> Path | None:
    try:
        return Path((home / OWNER_FILE).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _move_data(former: Path, home: Path, folder: Path) -> None:
    """Move a cluster that nobody runs; where it goes to another disk, by a copy that is whole."""
    copy = home / "data.new"
    shutil.rmtree(copy, ignore_errors=True)
    data, retired = former / "data", former / "data.moved"
    identifier = system_identifier(data)
    if identifier is not None and system_identifier(home / "data") == identifier:
        _retire(data, retired)  # killed after the copy was whole
        return
    try:
        data.rename(home / "data")
    except OSError:
        outcome = subprocess.run(
            ["cp", "-a", data, copy], capture_output=True, text=True, check=False
        )
        if outcome.returncode:
            shutil.rmtree(copy, ignore_errors=True)
            reason = outcome.stderr.strip().rpartition("\n")[2]
            raise StartError(f"cannot move {data} to {home}: {reason}") from None
        os.sync()  # the copy is on the disk before the original goes
        copy.rename(home / "data")
        os.sync()
        _retire(data, retired)
    if former != folder:
        shutil.rmtree(former, ignore_errors=True)  # copies of the programs
    _log.warning("The database was moved from %s to %s.", data, home / "data")


def _retire(data: Path, retired: Path) -> None:
    """Delete under another name: half of a cluster must not be taken for one."""
    data.rename(retired)
    shutil.rmtree(retired, ignore_errors=True)


def _in_use(data: Path) -> bool:
    return programs.postmaster_pid(data) is not None or bool(programs.leftover_pids(data))


def _server_can_enter(home: Path) -> bool:
    """May the account that runs the server enter this folder?"""
    return programs.server_account(home / "data").can_enter(home)


def make_own_folder(path: Path, uid: int, mode: int) -> None:
    """Make a folder where everybody may write, refusing one that somebody laid there for us."""
    try:
        path.mkdir(mode=mode)
        os.chown(path, uid, -1)
        path.chmod(mode)
    except FileExistsError:
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or status.st_mode & 0o022:
            raise StartError(f"{path} is not ours: remove it and start again") from None
