"""The tables as they stood at the end of a past day, read from the event log.

A schema `past` holds a view for each tracked table, of the same name and columns: each record's
last event before a moment, unless that was its deletion. Within `read_as_at` the schema stands
first on the search path (`citytools.worlds`), so that every query reads the past without knowing
it. The views are created again after migrations (PostgreSQL alters no table under a view) and hold
no rows.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from citytools import worlds
from citytools.history import tracked_models

SCHEMA = "past"
_MOMENT = "citytools.before"


class NoHistoryError(Exception):
    """The views are not there, so that today would be taken for the past."""


def end_of_day(day: datetime.date) -> datetime.datetime:
    """The moment at which a day in London is over."""
    following = day + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(following, datetime.time()))


@contextmanager
def read_as_at(day: datetime.date) -> Iterator[None]:
    """Within, every query reads the tracked tables as they stood when the day was over.

    Queries must run within, not only be made there. Writing to a tracked table is an error.
    """
    with transaction.atomic():
        if not _views_are_complete():
            raise NoHistoryError("The views of the past are missing: run manage.py migrate.")
        _query("SELECT set_config(%s, %s, true)", _MOMENT, end_of_day(day).isoformat())
        with worlds.use_past():
            yield


def _views_are_complete() -> bool:
    """Whether there is a view of each table, and of each that hides inventions."""
    by_schema = "SELECT count(*) FROM pg_views WHERE schemaname = '{}'"
    columns = [f"({by_schema.format(name)})" for name in (SCHEMA, "evidence", "evidence_past")]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}")
        past, evidence, evidence_past = cursor.fetchone()
    return bool(past == len(tracked_models()) and (evidence_past or not evidence))


def history_start_date() -> datetime.date | None:
    """The day of the first event of all; None where nothing was ever recorded."""
    # By number and not by moment: numbers rise with time, and have an index
    first_moment = "(SELECT pgh_created_at AS at FROM {} ORDER BY pgh_id LIMIT 1)"
    tables = [connection.ops.quote_name(_event_table(model)) for model in tracked_models()]
    moments = " UNION ALL ".join(first_moment.format(table) for table in tables)
    first = _query(f"SELECT min(at) FROM ({moments}) AS firsts")  # noqa: S608 (our own tables)
    return timezone.localdate(first) if first else None


def create_views(**kwargs: Any) -> None:
    """Create the views, after migrations; a table that does not exist yet has none.

    Views that exist, as after a flush, stay: nothing has changed under them.
    """
    columns_by_name = columns_by_table()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        for model in tracked_models():
            # While migrations are undone, a derived column may be gone with its function
            present = columns_by_name.get(model._meta.db_table, set())
            events = columns_by_name.get(_event_table(model), set())
            stored = {field.column for field in _fields(model, derived=False)}
            derived = {field.column for field in _fields(model, derived=True)}
            if stored | derived <= present and stored <= events:
                cursor.execute(_view(model))


def drop_views(**kwargs: Any) -> None:
    """Take the views away, before migrations."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _view(model: type[models.Model]) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in _fields(model, derived=False))
    derived = "".join(
        f", ({_expression(field)}) AS {quoted(field.column)}"
        for field in _fields(model, derived=True)
    )
    moment = f"current_setting('{_MOMENT}')::timestamptz"
    return (
        f"CREATE OR REPLACE VIEW {SCHEMA}.{quoted(model._meta.db_table)} AS "  # noqa: S608 (no value of a user's)
        f"SELECT {columns}{derived} FROM (SELECT DISTINCT ON (pgh_obj_id) {columns}, pgh_label "
        f"FROM {quoted(_event_table(model))} WHERE pgh_created_at < {moment} "
        "ORDER BY pgh_obj_id, pgh_id DESC) AS latest WHERE pgh_label <> 'delete'"
    )


def _event_table(model: Any) -> str:
    return str(model.pgh_event_model._meta.db_table)


def _fields(model: type[models.Model], *, derived: bool) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.generated == derived]


def _expression(field: Any) -> str:
    """A generated column's expression, with its constants written out."""
    sql, parameters = field.generated_sql(connection)
    with connection.cursor() as cursor:
        return str(cursor.mogrify(sql, parameters).decode()) if parameters else str(sql)


def columns_by_table() -> dict[str, set[str]]:
    """Columns by table, in the schema in which tables are created."""
    columns: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema()"
        )
        for table, column in cursor.fetchall():
            columns.setdefault(table, set()).add(column)
    return columns


def _query(statement: str, *parameters: str) -> Any:
    """The only value that a statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]
