"""What a project's folder remembers of its cluster: where the data are, and which cluster it is.

Without it a cluster that a cleaner of the system deleted would be begun anew, empty and unseen.
"""

import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path

NAME = "cluster.json"


class CannotStart(Exception):  # noqa: N818 (it reads as what it says)
    """Why there is no server, in one line that says what to do."""


@dataclass(frozen=True)
class Record:
    """The folder that holds `data`, and the cluster's number, which initdb gives by chance."""

    home: Path
    system_identifier: int


def path(folder: Path) -> Path:
    """The file of the record, within the folder of the locks."""
    return folder / NAME


def read(folder: Path) -> Record | None:
    """The record of this folder; None where no cluster was made yet."""
    try:
        fields = json.loads(path(folder).read_text())
        return Record(folder / fields["home"], int(fields["system_identifier"]))
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError):
        raise CannotStart(
            f"{path(folder)} cannot be read: if the database's data are where they should be, "
            "remove that file and start again"
        ) from None


def write(folder: Path, record: Record) -> None:
    """Keep the record, whole or not at all."""
    # Data within the folder move and are copied with it: that home is written as "."
    home = "." if record.home == folder else str(record.home)
    fields = {"home": home, "system_identifier": str(record.system_identifier)}
    draft = path(folder).with_suffix(f".{os.getpid()}")
    try:
        draft.write_text(json.dumps(fields) + "\n")
        draft.replace(path(folder))
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


def check(folder: Path, record: Record) -> None:
    """Refuse a home whose cluster has gone, is damaged, or is not the one that was made."""
    data = record.home / "data"
    present = system_identifier(data)
    if present == record.system_identifier:
        return
    if not data.exists() or not any(data.iterdir()):
        what = f"the database's data were in {data} and are not there any more"
    elif present is None:
        what = f"the database's data in {data} are damaged"
    else:
        what = f"the database in {data} is not the one that was made for this folder"
    begin_anew = "" if present is None and not data.exists() else f"move {data} away and "
    raise CannotStart(
        f"{what}: bring them back from a backup; or, to begin with an empty database, "
        f"{begin_anew}remove {path(folder)}; or set DATABASE_URL to another server"
    )
