"""The tables as they stood at the end of a past day, read from the event log.

A schema `past` holds a view for each tracked table, of the same name and columns: each record's
last event before a moment, unless that was its deletion. Within `as_at` the schema stands first on
the search path, so that every query asks the past without knowing it. The views are made anew after
migrations (PostgreSQL alters no table under a view) and hold nothing themselves.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

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
    groups_by_key = connection.features.allows_group_by_selected_pks
    with transaction.atomic():
        _check_that_it_is_whole()
        before = _set("search_path", f"{SCHEMA}, {_read_setting('search_path')}")
        _set(_MOMENT, end_of_day(day).isoformat())
        # A view has no primary key for PostgreSQL to conclude the other columns from
        connection.features.allows_group_by_selected_pks = False
        try:
            yield
        finally:
            connection.features.allows_group_by_selected_pks = groups_by_key
        _set("search_path", before)


def _check_that_it_is_whole() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_views WHERE schemaname = %s", [SCHEMA])
        ((views,),) = cursor.fetchall()
    if views != len(_tracked_models()):
        raise NoHistoryError("The views of the past are missing: run manage.py migrate.")


def history_start_date() -> datetime.date | None:
    """The day of the first event of all; None where nothing was ever recorded."""
    with connection.cursor() as cursor:
        # By number and not by moment: numbers rise with time, and have an index
        first_of = "(SELECT pgh_created_at AS at FROM {} ORDER BY pgh_id LIMIT 1)"
        tables = [connection.ops.quote_name(_event_table(model)) for model in _tracked_models()]
        firsts = " UNION ALL ".join(first_of.format(table) for table in tables)
        cursor.execute(f"SELECT min(at) FROM ({firsts}) AS firsts")  # noqa: S608 (our own tables)
        ((first,),) = cursor.fetchall()
    return timezone.localdate(first) if first else None


def create_views(**kwargs: Any) -> None:
    """Make the views, after migrations; a table that is not there yet has none.

    Where they stand already, as after a flush, they stay: nothing has changed under them.
    """
    there = _columns()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        for model in _tracked_models():
            events = there.get(_event_table(model), set())
            # While migrations are undone, a derived column may be gone with the function it is of
            today = there.get(model._meta.db_table, set())
            columns = {field.column for field in model._meta.concrete_fields}
            if columns <= today and {field.column for field in _history_table(model)} <= events:
                cursor.execute(_view(model))


def drop_views(**kwargs: Any) -> None:
    """Take the views away, before migrations."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def _view(model: type[models.Model]) -> str:
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(field.column) for field in _history_table(model))
    derived = "".join(
        f", ({_sql_of(field)}) AS {quoted(field.column)}" for field in _derived(model)
    )
    moment = f"current_setting('{_MOMENT}')::timestamptz"
    return (
        f"CREATE OR REPLACE VIEW {SCHEMA}.{quoted(model._meta.db_table)} AS "  # noqa: S608 (no value of a user's)
        f"SELECT {columns}{derived} FROM (SELECT DISTINCT ON (pgh_obj_id) {columns}, pgh_label "
        f"FROM {quoted(_event_table(model))} WHERE pgh_created_at < {moment} "
        "ORDER BY pgh_obj_id, pgh_id DESC) AS latest WHERE pgh_label <> 'delete'"
    )


def _tracked_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if _events(model)]


def _events(model: type[models.Model]) -> Any:
    return model.pgh_event_model if "pgh_event_model" in vars(model) else None  # type: ignore[attr-defined]


def _event_table(model: type[models.Model]) -> str:
    return str(_events(model)._meta.db_table)


def _history_table(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _derived(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.generated]


def _sql_of(field: Any) -> str:
    """A generated column's expression, with its constants written out."""
    sql, parameters = field.generated_sql(connection)
    with connection.cursor() as cursor:
        return str(cursor.mogrify(sql, parameters).decode()) if parameters else str(sql)


def _columns() -> dict[str, set[str]]:
    """Columns by table, in the schema that tables are made in."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema()"
        )
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    return found


def _read_setting(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [setting])
        return str(cursor.fetchone()[0])


def _set(setting: str, value: str) -> str:
    """Set something until the transaction ends; what it was before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting(%s, true), set_config(%s, %s, true)", [setting, setting, value]
        )
        return str(cursor.fetchone()[0])
