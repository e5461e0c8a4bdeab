"""The version of what a page shows: of the data, which triggers count, of the code, of the day.

The data's version is a sum over `DataChange`. A counter in one row would make writers wait for each
other; a sequence moves before the change can be seen, so that a page made in between would count
as the new one for ever.
"""

import datetime
import functools
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection
from django.utils import timezone
from psycopg2.errors import QueryCanceled

from citytools import worlds
from citytools.facts import dates
from citytools.models import DataChange, DerivedValue

FACTS = ("boroughs", "systems", "contracts", "skills", "research")
"""Apps whose tables hold what pages and files show."""
_NAME = "notes_a_change"
_VERSION = "version_by_citytools_datachange"
_VERSION_SQL = "SELECT coalesce(sum(weight), 0), max(at) FROM citytools_datachange"
_FUNCTION = """
CREATE OR REPLACE FUNCTION citytools_note_a_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO citytools_datachange (weight, at) VALUES (1, clock_timestamp());
    IF random() < 0.01 AND current_setting('transaction_isolation') = 'read committed' THEN
        WITH gone AS (
            DELETE FROM citytools_datachange WHERE id IN (
                SELECT id FROM citytools_datachange ORDER BY id FOR UPDATE SKIP LOCKED
            ) RETURNING weight, at
        )
        INSERT INTO citytools_datachange (weight, at)
        SELECT sum(weight), max(at) FROM gone HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$
"""


@dataclass(frozen=True)
class Version:
    """What a page or file was made from. `changed` is when data, code or day last changed."""

    key: str
    changed: datetime.datetime


def current_version() -> Version:
    """The version now, by one query, which also finds out whether the connection still serves."""
    try:
        weight, at = _data_changes()
    except (OperationalError, InterfaceError) as fault:
        # One that took too long is no sign of a lost connection, and would take as long again
        if connection.in_atomic_block or isinstance(fault.__cause__, QueryCanceled):
            raise
        if connection.connection is None:
            raise  # none could be opened: nor could another, a moment later
        connection.close()
        weight, at = _data_changes()
    today = dates.today()
    began = _day_or_code_change(today)
    return Version(f"{weight} {at} {today} {code_version().key}", max(at, began) if at else began)


_of_request: ContextVar[Version | None] = ContextVar("version_of_request", default=None)


@contextmanager
def use_version(version: Version) -> Iterator[None]:
    """Within, `request_version` is this one, which was read before anything else."""
    token = _of_request.set(version)
    try:
        yield
    finally:
        _of_request.reset(token)


def request_version() -> Version | None:
    """The version at the beginning of this request for a public page; None elsewhere.

    Facts that are read after it are of this version or, if somebody writes meanwhile, of a later
    one: kept under its key they are never older than the key says.
    """
    return _of_request.get()


@functools.lru_cache(maxsize=2)
def _day_or_code_change(today: datetime.date) -> datetime.datetime:
    """When the day began, or the code was changed if that was later."""
    midnight = timezone.make_aware(datetime.datetime.combine(today, datetime.time()))
    return max(midnight, code_version().changed)


def _data_changes() -> tuple[int, datetime.datetime | None]:
    """The sum of all changes, and when the last was.

    Every request asks for it, a cached page for nothing else: hence it is prepared (which saves 10
    to 30 µs of about 100), and Django's connection is told that its health was checked, which would
    be a second statement (15 to 30 µs).
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    connection.prepare(_VERSION, _VERSION_SQL)  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(f"EXECUTE {_VERSION}")
        weight, at = cursor.fetchone()
    return weight, at


@functools.cache
def code_version() -> Version:
    """The version of our own files: programs, templates, styles, scripts, locked packages."""
    base: Path = settings.BASE_DIR
    paths = {base / "requirements.lock", base / "package-lock.json"}
    for folder in (*FACTS, "citytools", "templates", "static"):
        paths |= {path for path in (base / folder).rglob("*") if path.suffix in _SUFFIXES}
    digest, newest = hashlib.sha256(), 0.0
    for path in sorted(path for path in paths if path.is_file()):
        digest.update(f"{path.relative_to(base)}\0".encode())
        digest.update(path.read_bytes())
        newest = max(newest, path.stat().st_mtime)
    return Version(digest.hexdigest(), datetime.datetime.fromtimestamp(newest, datetime.UTC))


_SUFFIXES = {".py", ".html", ".txt", ".css", ".js", ".csv"}


def fact_tables() -> list[str]:
    """The tables of facts and of their links, without those of history."""
    models = [model for name in FACTS for model in apps.get_app_config(name).get_models(True)]
    return sorted(
        model._meta.db_table
        for model in models
        if model._meta.managed and not model._meta.proxy and not hasattr(model, "pgh_tracked_model")
    )


def after_migrations(**options: Any) -> None:
    """Put the trigger on every table of facts that lacks it; the schema has changed, too."""
    tables = set(connection.introspection.table_names())
    if DataChange._meta.db_table not in tables:
        return  # migrated back to before it
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTION)
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [_NAME])
        ready = {name.strip('"') for (name,) in cursor.fetchall()}
        for table in sorted((tables & set(fact_tables())) - ready):
            cursor.execute(
                f"CREATE TRIGGER {_NAME} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "
                f"{connection.ops.quote_name(table)} FOR EACH STATEMENT "
                "EXECUTE FUNCTION citytools_note_a_change()"
            )
        cursor.execute(
            "INSERT INTO citytools_datachange (weight, at) VALUES (1, clock_timestamp())"
        )


# Values that change only with the facts are computed once for one version of them: small ones are
# cached in each worker, what takes long is stored for all. Nothing has to be cleared: a value
# stands under the world and the version of data, code and day. Only what a public page asks is:
# whoever writes, as the admin or a command, computes from what nobody else has seen yet. What is
# asked as at an earlier day is always computed.

MAX_VALUES = 128
"""Choices of a list take at most 60 kB, mostly 2: some 2 MB a worker."""
_values: OrderedDict[tuple[Hashable, ...], Any] = OrderedDict()
_values_lock = Lock()


def cached_value(name: Hashable, compute: Callable[[], Any]) -> Any:
    """What `compute` gives from the facts of the present world; nobody may change it."""
    return cached_values([name], lambda _: [compute()])[name]


def cached_values(
    names: Iterable[Hashable], compute: Callable[[list[Any]], Iterable[Any]]
) -> dict[Any, Any]:
    """{name: value}; `compute` gives those of the names that are not cached, in their order."""
    names = list(names)
    present = request_version()
    if present is None or worlds.in_past():
        return dict(zip(names, compute(names), strict=True))
    version = (worlds.current_world(), present.key)
    with _values_lock:
        known = {name: _values[name, version] for name in names if (name, version) in _values}
        for name in known:
            _values.move_to_end((name, version))
    if missing := [name for name in names if name not in known]:
        new = dict(zip(missing, compute(missing), strict=True))
        known |= new
        with _values_lock:
            _values.update({(name, version): value for name, value in new.items()})
            while len(_values) > MAX_VALUES:
                _values.popitem(last=False)
    return known


def clear_cached_values() -> None:
    """Forget them all."""
    _values.clear()


MAX_VERSIONS = 3
"""Of a value in one world: of workers that are a moment behind, or run other code."""
_TABLE = DerivedValue._meta.db_table
_FIND = f"SELECT value FROM {_TABLE} WHERE name = %s AND world = %s AND version = %s"  # noqa: S608 (our own table)
# Whoever else takes rows out, or puts the same one in, is never waited for
_STORE = f"""
WITH former AS (
    DELETE FROM {_TABLE} WHERE id IN (
        SELECT id FROM {_TABLE} WHERE name = %s AND world = %s
        ORDER BY id DESC OFFSET {MAX_VERSIONS - 1} FOR UPDATE SKIP LOCKED
    )
)
INSERT INTO {_TABLE} (name, world, version, value) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""  # noqa: S608 (our own table)


def derived_value(name: str, compute: Callable[[], Any]) -> Any:
    """What `compute` gives from the facts of the present world, from the store where it has it.

    It must be JSON, and depend on nothing but facts, code and today. One query where it is stored,
    else what `compute` asks and two more. Failing to store it fails nothing.
    """
    version = request_version()
    if version is None or worlds.in_past():
        return compute()
    place = (name, str(worlds.current_world()), version.key)
    with connection.cursor() as cursor:
        cursor.execute(_FIND, place)
        if row := cursor.fetchone():
            return json.loads(row[0])
    value = compute()
    try:
        with connection.cursor() as cursor:
            cursor.execute(_STORE, (*place[:2], *place, json.dumps(value)))
    except Error:
        if connection.in_atomic_block:
            raise  # the transaction is broken, and with it what follows
        # Otherwise a standby that only reads, or a full disk: the next one computes it again
    return value
