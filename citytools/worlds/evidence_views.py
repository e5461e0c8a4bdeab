"""The views that hide inventions: a schema `evidence` over the tables, `evidence_past` over `past`.

They have the tables' names and columns, and stand before them on the search path of whoever sees
the evidence (`citytools.worlds`). They are created when the first invention is written, by a
trigger, in the same transaction: a database without any has no view and pays for none. They go
before migrations, since PostgreSQL alters no table under a view, and come back after them.

The schema `demonstration` shows, of what is computed for both worlds, the numbers of that one.
"""

# ruff: noqa: S608 (our own tables; no value of a user's)
from collections.abc import Iterator
from typing import Any

from django.db import connection

from citytools.history import as_of_views
from citytools.worlds.tables import WorldTable, quote, world_tables

EVIDENCE, EVIDENCE_PAST, DEMONSTRATION = "evidence", "evidence_past", "demonstration"
COMPUTED = ("research_metricvalue",)
"""Tables whose rows are of one world each: the demonstration has its own numbers."""
_TRIGGER = "hides_inventions"
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION {schema}.citytools_hide_inventions() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('evidence.{last}') IS NULL OR to_regclass('evidence_past.{last}') IS NULL THEN
        -- Two at once: the second waits, then finds them there
        PERFORM pg_advisory_xact_lock(hashtext('city tools evidence'));
        CREATE SCHEMA IF NOT EXISTS evidence;
        CREATE SCHEMA IF NOT EXISTS evidence_past;
        {views}
    END IF;
END $$;
CREATE OR REPLACE FUNCTION {schema}.citytools_invention_written() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('evidence.{last}') IS NULL THEN
        PERFORM {schema}.citytools_hide_inventions();
    END IF;
    RETURN NULL;
END $$;
"""


def create_views(**kwargs: Any) -> None:
    """After migrations: the triggers, and the views if there ever was an invention."""
    tables = world_tables()
    if not _are_migrated(tables):
        return  # migrated back to before a column that the views need
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {DEMONSTRATION}")
        for name in COMPUTED:
            cursor.execute(_demonstration_view(tables[name]))
        views = [*_views(tables)]
        last = [table.name for table in tables.values() if table.events][-1]
        cursor.execute(
            _FUNCTIONS.format(schema=_schema(), last=last, views=";\n".join(views) + ";")
        )
        for table in tables.values():
            if table.mark:
                _create_trigger(cursor, table)
        if _holds_inventions(cursor, tables):
            hide_inventions()


def drop_views(**kwargs: Any) -> None:
    """Take the views away, before migrations."""
    with connection.cursor() as cursor:
        for schema in (EVIDENCE, EVIDENCE_PAST, DEMONSTRATION):
            cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        # No migration may create them again on its way: it could not alter the tables then
        for table in _existing_tables() & set(world_tables()):
            cursor.execute(f"DROP TRIGGER IF EXISTS {_TRIGGER} ON {quote(table)}")


def hide_inventions() -> None:
    """Create the views that are missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT citytools_hide_inventions()")


def _create_trigger(cursor: Any, table: WorldTable) -> None:
    cursor.execute(
        f"CREATE OR REPLACE TRIGGER {_TRIGGER} AFTER INSERT OR UPDATE ON {quote(table.name)} "
        f"FOR EACH ROW WHEN ({table.mark.format(row='NEW')}) "
        "EXECUTE FUNCTION citytools_invention_written()"
    )


def _holds_inventions(cursor: Any, tables: dict[str, WorldTable]) -> bool:
    """Whether any row is invented, or ever was: the log says so to whoever reads changes."""
    marked = [table for table in tables.values() if table.mark]
    names = [(table, name) for table in marked for name in (table.name, table.events) if name]
    tests = " OR ".join(
        f"EXISTS (SELECT FROM {quote(name)} AS tested WHERE {table.mark.format(row='tested')})"
        for table, name in names
    )
    cursor.execute(f"SELECT {tests}")
    return bool(cursor.fetchone()[0])


def _views(tables: dict[str, WorldTable]) -> Iterator[str]:
    """Statements that create the views, each before those that read it."""
    schema = _schema()
    for table in tables.values():
        yield _view(EVIDENCE, schema, table)
    for table in tables.values():
        if table.events:
            yield _view(EVIDENCE_PAST, as_of_views.SCHEMA, table)
            yield _event_view(tables, table)


def _view(schema: str, source: str, table: WorldTable) -> str:
    """What is not invented; a row without a mark where what it links to is not."""
    if table.mark:
        condition = f"NOT ({table.mark.format(row='shown')})"
    else:
        condition = " AND ".join(
            (f"(shown.{quote(link.column)} IS NULL OR " if link.nullable else "(")
            + f"EXISTS (SELECT FROM {schema}.{quote(link.target)} AS linked "
            f"WHERE linked.{link.target_column} = shown.{quote(link.column)}))"
            for link in table.links
        )
    return _create(schema, source, table.name, condition)


def _event_view(tables: dict[str, WorldTable], table: WorldTable) -> str:
    """Events of what was not invented; of a link, by the events of what it linked to.

    The record itself may be gone, but its log still says what it was.
    """
    if table.mark:
        return _create(EVIDENCE, _schema(), table.events, f"NOT ({table.mark.format(row='shown')})")
    conditions = []
    for link in table.links:
        target = tables[link.target]
        mark = target.mark.format(row="linked")
        key = "pgh_obj_id" if link.target_column == "id" else link.target_column
        conditions.append(
            f"NOT EXISTS (SELECT FROM {_schema()}.{quote(target.events)} AS linked "
            f"WHERE linked.{key} = shown.{quote(link.column)} AND {mark})"
        )
    return _create(EVIDENCE, _schema(), table.events, " AND ".join(conditions))


def _demonstration_view(table: WorldTable) -> str:
    return _create(DEMONSTRATION, _schema(), table.name, table.mark.format(row="shown"))


def _create(schema: str, source: str, name: str, condition: str) -> str:
    return (
        f"CREATE OR REPLACE VIEW {schema}.{quote(name)} AS "
        f"SELECT * FROM {source}.{quote(name)} AS shown WHERE {condition}"
    )


def _are_migrated(tables: dict[str, WorldTable]) -> bool:
    """Whether every table has the columns by which it is divided, and a past."""
    columns, past = as_of_views.columns_by_table(), _past_views()
    return all(
        {"source_kind", "illustrative"} & columns.get(table.name, set()) or not table.mark
        for table in tables.values()
    ) and all(
        table.name in columns and (not table.events or table.name in past)
        for table in tables.values()
    )


def _past_views() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = %s", [as_of_views.SCHEMA])
        return {name for (name,) in cursor.fetchall()}


def _existing_tables() -> set[str]:
    return set(as_of_views.columns_by_table())


def _schema() -> str:
    """The schema in which the tables are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return quote(cursor.fetchone()[0])
