"""Everything in one zip: each file as CSV, described for programs by Data Package and CSVW.

It is built beside the web server and served from disk. `key` tells which data it was made from.
"""

import contextlib
import datetime
import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from citytools import worlds
from citytools.exports.export import Export
from citytools.exports.tables import LICENCE, LICENCE_ADDRESS
from citytools.facts import dates
from citytools.history import data_version
from citytools.http import outages, page_cache
from citytools.lists.columns import Column
from citytools.local import file_locks
from citytools.worlds import World

LICENCE_IN_WORDS = f"{LICENCE}. {LICENCE_ADDRESS}"
_FRICTIONLESS = {
    "integer": "integer",
    "decimal": "number",
    "date": "date",
    "yes or no": "boolean",
}
_CSVW: dict[str, Any] = {
    "integer": "integer",
    "decimal": "decimal",
    "date": "date",
    "yes or no": {"base": "boolean", "format": "yes|no"},
}
_PARTIAL_DATE = "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"


@dataclass(frozen=True)
class ZipMember:
    """One file as it lies in the zip: rows, bytes and SHA-256."""

    file: Export
    rows: int
    size: int
    digest: str


def _member_name(file: Export) -> str:
    return f"{worlds.world_file_name(file.name)}.csv"


def data_package(packed: Iterable[ZipMember], as_at: str) -> dict[str, Any]:
    """datapackage.json."""
    return {
        "name": "citytools-london",
        "title": "City Tools: London",
        "description": "Which London borough runs which IT system, on which contract, with which "
        f"skills.{_invention_note()}",
        "created": as_at,
        "licenses": [{"name": "OGL-UK-3.0", "title": LICENCE, "path": LICENCE_ADDRESS}],
        "resources": [_resource(member) for member in packed],
    }


def _resource(packed: ZipMember) -> dict[str, Any]:
    file = packed.file
    return {
        "name": file.name,
        "title": file.title,
        "description": file.row,
        "path": _member_name(file),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": packed.size,
        "hash": f"sha256:{packed.digest}",
        "rows": packed.rows,
        "schema_version": file.version,
        "profile": "tabular-data-resource",
        "schema": {
            "fields": [_field(column) for column in file.columns],
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _FRICTIONLESS.get(column.kind, "string"),
        "description": _meaning(column),
    }
    if column.kind == "yes or no":
        field |= {"trueValues": ["yes"], "falseValues": ["no"]}
    if column.kind == "partial date":
        field["constraints"] = {"pattern": _PARTIAL_DATE}
    if column.allowed:
        kind = int if column.kind == "integer" else str
        field["constraints"] = {"enum": [kind(value) for value in column.allowed]}
    return field


def _meaning(column: Column) -> str:
    return f"{column.meaning} In {column.unit}." if column.unit else column.meaning


def csvw_metadata(packed: Iterable[ZipMember]) -> dict[str, Any]:
    """csv-metadata.json."""
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:title": "City Tools: London",
        "dc:license": {"@id": LICENCE_ADDRESS},
        "tables": [_table(member.file) for member in packed],
    }


def _table(file: Export) -> dict[str, Any]:
    return {
        "url": _member_name(file),
        "dc:title": file.title,
        "dc:description": file.row,
        "tableSchema": {"columns": [_column(column) for column in file.columns]},
    }


def _column(column: Column) -> dict[str, Any]:
    described = {
        "name": column.name,
        "titles": column.name,
        "dc:description": _meaning(column),
        "datatype": _CSVW.get(column.kind, "string"),
    }
    return described | {"separator": "; "} if column.kind == "list" else described


_log = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = 600
_OUR_FAULT = "the fault is ours and has been logged"
_ABOUT = """City Tools: London. Every file as CSV, as it stood at {as_at}.

datapackage.json (Frictionless Data) and csv-metadata.json (W3C, CSV on the Web) say what each
column means. An empty cell means not known.{inventions}
{left_out}
Licence: {licence}
"""
_LEFT_OUT = """
Left out, because so many rows are not made at once: {names}. Their pages give them in parts,
each narrowed by a filter.
"""


@dataclass(frozen=True)
class Archive:
    """A zip on disk."""

    path: Path

    @property
    def fresh(self) -> bool:
        """Whether it holds what the data says now."""
        return self.path.stem == _name()

    @property
    def read_at(self) -> datetime.datetime:
        """When its data were read."""
        return datetime.datetime.fromtimestamp(self.path.stat().st_mtime, datetime.UTC)


def latest_archive() -> Archive | None:
    """The zip built last, if there is one."""
    ages = []
    for path in settings.FILES_FOLDER.glob(f"{_stem()}-*.zip"):
        with contextlib.suppress(FileNotFoundError):  # another process may just replace it
            ages.append((path.stat().st_mtime, path))
    return Archive(max(ages)[1]) if ages else None


@dataclass(frozen=True)
class BuildFailure:
    """Why a zip of some data was not built, and when."""

    reason: str
    name: str
    at: float

    @property
    def is_old(self) -> bool:
        """Whether it is time to try once more."""
        return time.monotonic() - self.at > RETRY_AFTER_SECONDS


def _name() -> str:
    key = data_version.current_version().key.encode()
    return f"{_stem()}-{hashlib.blake2b(key, digest_size=10).hexdigest()}"


def _stem() -> str:
    """How the zips of the present world begin."""
    return f"citytools-{worlds.current_world()}"


class ArchiveBuilder:
    """Starts one process that builds, and no second while it runs or soon after it failed."""

    def __init__(self, world: World = World.EVIDENCE) -> None:
        self._world = world
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: BuildFailure | None = None
        self._lock = threading.RLock()  # several threads answer at once

    def begin(self) -> None:
        """See that a fresh zip is being built, unless that has just failed for the same data."""
        with self._lock:
            if self._is_running() or self.failure:
                return
            command = [sys.executable, "-m", "citytools", "build_zip", "--world", self._world]
            nowhere = subprocess.DEVNULL
            self._process = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                stdin=nowhere,
                stdout=nowhere,
                stderr=subprocess.PIPE,
            )

    @property
    def failure(self) -> str:
        """Why the last try failed, until it is worth another; empty where it did not."""
        with self._lock:
            if self._process and not self._is_running():
                self._note(self._process)
                self._process = None
            if self._failure and (self._failure.is_old or self._failure.name != _name()):
                self._failure = None
            return self._failure.reason if self._failure else ""

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _note(self, process: "subprocess.Popen[bytes]") -> None:
        output = b""
        if process.stderr:
            with process.stderr as pipe:
                output = pipe.read()
        if process.poll() == 0:
            return
        message = (
            output.decode(errors="replace")
            .strip()
            .rpartition("\n")[2]
            .removeprefix("CommandError: ")
        )
        _log.error("The zip of everything was not built: %s", message or "its process was ended")
        why = next((why for why in outages.REASONS if message.startswith(why)), _OUR_FAULT)
        self._failure = BuildFailure(why, _name(), time.monotonic())
        page_cache.clear_page_cache()  # the data page says so too


def build_archive(files: Iterable[Export]) -> Archive:
    """A zip of what the data says now; the one there is if it does."""
    folder: Path = settings.FILES_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with file_locks.exclusive(folder / "lock"):
        latest = latest_archive()
        if latest and latest.fresh:
            return latest
        # Named before it is read: data that changes meanwhile makes it stale, never wrongly fresh
        archive = Archive(folder / f"{_name()}.zip")
        for old in folder.glob("draft-*"):
            old.unlink()  # left by a build that was stopped: nobody else builds now
        with tempfile.NamedTemporaryFile(dir=folder, prefix="draft-", delete=False) as draft:
            try:
                as_at = _write(draft, [file for file in files if file.whole])
                draft.flush()
            except BaseException:
                Path(draft.name).unlink()  # half a zip is what fills the disk
                raise
        Path(draft.name).chmod(0o644)
        os.utime(draft.name, (as_at.timestamp(), as_at.timestamp()))
        Path(draft.name).replace(archive.path)
        for old in folder.glob(f"{_stem()}-*.zip"):
            if old != archive.path:
                old.unlink()
        return archive


def _write(file: IO[bytes], files: Sequence[Export]) -> datetime.datetime:
    """All files from one snapshot, then what describes them; when the data were read."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        now = dates.now()
        as_at = now.isoformat(timespec="seconds")
        tried = {export.name: _written(bundle, export) for export in files}
        written = [member for member in tried.values() if member]
        texts = {
            "datapackage.json": json.dumps(data_package(written, as_at), indent=1),
            "csv-metadata.json": json.dumps(csvw_metadata(written), indent=1),
            "README.txt": _about(as_at, [name for name, member in tried.items() if member is None]),
        }
        for name, text in texts.items():
            bundle.writestr(name, text)
    return now


def _about(as_at: str, left_out: Sequence[str]) -> str:
    names = ", ".join(left_out)
    omitted = _LEFT_OUT.format(names=names) if left_out else ""
    return _ABOUT.format(
        as_at=as_at, inventions=_invention_note(), licence=LICENCE_IN_WORDS, left_out=omitted
    )


def _invention_note() -> str:
    if not worlds.in_demonstration():
        return ""
    return " Rows whose source_kind is illustrative are invented for demonstration."


class _Measured:
    """A file that knows how much was written to it, and its hash."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.size, self.digest = file, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


def _written(bundle: zipfile.ZipFile, file: Export) -> ZipMember | None:
    """A file in the zip; None where it has more rows than its own address would give."""
    today = dates.today()
    table = file.table(file.choose_all(today), today)
    if file.too_many(table):
        return None
    with bundle.open(_member_name(file), "w", force_zip64=True) as stream:
        measured: Any = _Measured(stream)
        rows = table.write(measured)
    return ZipMember(file, rows, measured.size, measured.digest.hexdigest())
