"""The table of the names by which records are found, and the triggers that keep it.

Names are spelt out when they are written, not for each question. Each row of the table follows
from one row of another (`NamedRows`), so that a statement that writes there replaces just the rows
of what it wrote, by one function for each table, whoever writes: a form, a load, an undo or SQL.
The names of bodies are stored too, but looked up by key alone (`citytools.models.SearchName`).
"""

# ruff: noqa: S608, S611 (our own tables; no value of a user's)
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, Expression, F, Model, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from citytools.facts.name_matching import CompiledNames, name_rows, sql_squashed_words
from citytools.history import as_of_views
from citytools.models import SearchName
from citytools.search import SOURCES, NameContext, NamedRows

TABLE = SearchName._meta.db_table
_TRIGGER = "keeps_search_names"
_INSERT = f"""
INSERT INTO {TABLE} (source, source_id, kind, record, role, term, weight, illustrative, words,
    squashed, text)
SELECT DISTINCT '{{source}}', source_id, kind, record, role, term, weight, illustrative, words,
    {sql_squashed_words("words")}, search_text(term)
FROM (
    SELECT *, search_words(term) AS words
    FROM ({{names}}) AS names (kind, record, role, term, weight, source_id, illustrative)
) AS names
WHERE words <> ''"""
# The names that other rows give to a record lie in its world, which may turn
_TURN = f"""
UPDATE {TABLE} AS name SET illustrative = written.illustrative FROM written
WHERE name.kind = '{{kind}}' AND record = written.id AND name.illustrative <> written.illustrative;
"""
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {{schema}}.{{function}}() RETURNS trigger LANGUAGE plpgsql
SET search_path = {{schema}} AS $body$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM {TABLE} WHERE source = '{{source}}';
        RETURN NULL;
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        DELETE FROM {TABLE} WHERE source = '{{source}}' AND source_id IN (SELECT id FROM removed);
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        {{insert}};
    END IF;
    IF TG_OP = 'UPDATE' THEN
        {{turn}}
    END IF;
    RETURN NULL;
END $body$"""
_REFERENCING = {
    "INSERT": "REFERENCING NEW TABLE AS written",
    "UPDATE": "REFERENCING OLD TABLE AS removed NEW TABLE AS written",
    "DELETE": "REFERENCING OLD TABLE AS removed",
    "TRUNCATE": "",
}


def stored_names(named: NamedRows, keys: str) -> CompiledNames:
    """SQL: the names that rows with the keys give: as the table's rows have them, not yet folded.

    `keys` is SQL that selects primary keys.
    """
    mark: F | Expression = F(named.mark) if named.mark else Value(False, BooleanField())
    first, *rest = (
        name_rows(
            named.rows.filter(name.where or Q(), pk__in=RawSQL(keys, [])),
            name.kind,
            name.role,
            name.term,
            name.weight,
            name.key,
            F("pk"),
            mark,
        )
        for name in named.names
    )
    sql, parameters = first.union(*rest, all=True).query.sql_with_params()
    return CompiledNames(sql, tuple(parameters))


def context_names(context: NameContext) -> QuerySet[Any]:
    """Names of records by what they belong to, of which a name is among the table `candidate`."""
    roles = ", ".join(f"'{role}'" for role in context.of_roles)
    keys = f"SELECT key FROM candidate WHERE what = '{context.of_kind}' AND role IN ({roles})"
    rows = context.rows.filter(**{f"{context.link}__in": RawSQL(keys, [])})
    return name_rows(rows, context.kind, context.role, context.term, context.weight, context.key)


def rebuild() -> None:
    """Fill the table anew, so that readers see the one before until then."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")
        for named in _sources():
            source = named.rows.model._meta.db_table
            cursor.execute(_insert(cursor, named, f"SELECT id FROM {source}"))


def create_triggers(**kwargs: Any) -> None:
    """After migrations: the triggers where they are missing, and then the table filled anew.

    After a flush they are there, and nothing is.
    """
    columns = as_of_views.columns_by_table()
    needed: list[type[Model]] = [SearchName, *(named.rows.model for named in _sources())]
    if any(
        not {field.column for field in model._meta.concrete_fields}
        <= columns.get(model._meta.db_table, set())
        for model in needed
    ):
        return  # migrated back to before a column that the names are read from
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname LIKE %s", [f"{_TRIGGER}%"])
        if cursor.fetchone()[0]:
            return
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        for named in _sources():
            _create(cursor, schema, named)
    rebuild()


def drop_triggers(**kwargs: Any) -> None:
    """Before migrations, which may change what the names are read from."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE tgname LIKE %s",
            [f"{_TRIGGER}%"],
        )
        for trigger, table in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {trigger} ON {table}")


def _sources() -> Sequence[NamedRows]:
    return [named for source in SOURCES for named in source.stored]


def _create(cursor: Any, schema: str, named: NamedRows) -> None:
    source = named.rows.model._meta.db_table
    function = f"{_TRIGGER}_of_{source}"
    is_record = named.mark == "illustrative"
    cursor.execute(
        _FUNCTION.format(
            schema=schema,
            function=function,
            source=source,
            insert=_insert(cursor, named, "SELECT id FROM written"),
            turn=_TURN.format(kind=named.names[0].kind) if is_record else "",
        )
    )
    for operation, tables in _REFERENCING.items():
        cursor.execute(
            f"CREATE TRIGGER {_TRIGGER}_{operation.lower()} AFTER {operation} ON {source} {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {schema}.{function}()"
        )


def _insert(cursor: Any, named: NamedRows, keys: str) -> str:
    """A statement that adds the names, with its values written out."""
    sql, parameters = stored_names(named, keys)
    names = cursor.mogrify(sql, parameters)
    names = names.decode() if isinstance(names, bytes) else names
    return _INSERT.format(source=named.rows.model._meta.db_table, names=names)
