"""The version of what is shown: of the data, which triggers keep, of the code, and of the day.

The data's version is a sum over `DataChange`. A counter in one row would make writers wait for each
other; a sequence moves before the change can be seen, so that a page made in between would pass
for the new one for ever.
"""

import datetime
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, models
from django.utils import timezone
from psycopg2.errors import QueryCanceled

from citytools.facts import dates
from citytools.models import DataChange

FACTS = ("boroughs", "systems", "contracts", "skills", "research")
"""Apps whose tables hold what pages and files show."""
_NAME = "notes_a_change"
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
    # Django's own check would be a second query
    connection.health_check_done = True  # type: ignore[attr-defined]
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
    began = _began(today)
    return Version(f"{weight} {at} {today} {code_version().key}", max(at, began) if at else began)


@functools.lru_cache(maxsize=2)
def _began(today: datetime.date) -> datetime.datetime:
    """When the day began, or the code was changed if that was later."""
    midnight = timezone.make_aware(datetime.datetime.combine(today, datetime.time()))
    return max(midnight, code_version().changed)


def _data_changes() -> tuple[int, datetime.datetime | None]:
    """The sum of all changes, and when the last was."""
    connection.ensure_connection()
    _prepare()
    with connection.cursor() as cursor:
        cursor.execute("EXECUTE version_by_citytools_datachange")
        weight, at = cursor.fetchone()
    return weight, at


def _prepare() -> None:
    """Let a new connection read and plan the statement once: a tenth of a kept page's time."""
    raw = connection.connection
    if getattr(connection, "prepared", None) is raw:
        return
    # Not by Django's cursor, which would count it among the queries of whichever page comes first
    with connection.wrap_database_errors, raw.cursor() as cursor:
        cursor.execute(_PREPARE)
    connection.prepared = raw  # type: ignore[attr-defined]


_PREPARE = (
    "PREPARE version_by_citytools_datachange AS "
    "SELECT coalesce(sum(weight), 0), max(at) FROM citytools_datachange"
)


@functools.cache
def code_version() -> Version:
    """The version of our own files: programs, templates, styles, scripts, locked packages."""
    digest, newest = hashlib.sha256(), 0.0
    for path in sorted(_own_files()):
        digest.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode())
        digest.update(path.read_bytes())
        newest = max(newest, path.stat().st_mtime)
    return Version(digest.hexdigest(), datetime.datetime.fromtimestamp(newest, datetime.UTC))


def _own_files() -> set[Path]:
    base: Path = settings.BASE_DIR
    paths = {base / "requirements.lock", base / "package-lock.json"}
    for folder in (*FACTS, "citytools", "templates", "static"):
        paths |= {path for path in (base / folder).rglob("*") if path.suffix in _SUFFIXES}
    return {path for path in paths if path.is_file()}


_SUFFIXES = {".py", ".html", ".txt", ".css", ".js", ".csv"}


def fact_tables() -> list[str]:
    """The tables of facts, and of what links them."""
    of_facts = [model for name in FACTS for model in apps.get_app_config(name).get_models(True)]
    shown = [model for model in of_facts if _is_kept_here(model)]
    return sorted(model._meta.db_table for model in shown)


def _is_kept_here(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy and not hasattr(model, "pgh_tracked_model")


def after_migrations(**options: Any) -> None:
    """Put the trigger on every table of facts that lacks it; the schema has changed, too."""
    there = set(connection.introspection.table_names())
    if DataChange._meta.db_table not in there:
        return  # migrated back to before it
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTION)
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [_NAME])
        ready = {name.strip('"') for (name,) in cursor.fetchall()}
        for table in sorted((there & set(fact_tables())) - ready):
            cursor.execute(_trigger(table))
        cursor.execute(
            "INSERT INTO citytools_datachange (weight, at) VALUES (1, clock_timestamp())"
        )


def _trigger(table: str) -> str:
    return (
        f"CREATE TRIGGER {_NAME} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "
        f"{connection.ops.quote_name(table)} FOR EACH STATEMENT "
        "EXECUTE FUNCTION citytools_note_a_change()"
    )
