"""Database triggers: no record of one world rests on a record of the other.

A real record never points to an invention, and an invention to nothing real but boroughs,
functions and skills: else a real supplier's page in the demonstration would show invented numbers,
and to hide inventions would leave real records without what they name. Rows that link two records
are held to the same. The check waits for the end of the transaction, in which both ends may change.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from citytools.worlds.tables import WorldTable, quote, world_tables

ONE_WORLD = "A real record cannot rest on an invented one, nor an invented one on a real one"
_WRITTEN, _TURNED = "rests_on_one_world", "turns_with_its_world"
WORLD_GUARDS = (_WRITTEN, _TURNED)
"""Triggers: of rows that name others, and of rows whose mark changes while others name them."""
_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {conditions} THEN
        RAISE EXCEPTION '{error}: % %', TG_TABLE_NAME, NEW.id
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$
"""


@dataclass(frozen=True)
class _Rule:
    """Joined tables, and what is true where they mix the worlds.

    `aliases` are those of the tables in it, the first that of the table whose rows name the others.
    """

    joined: str
    mixed: str
    aliases: tuple[tuple[str, str], ...]

    def broken_by(self, alias: str) -> str:
        """SQL: whether the row NEW of a trigger breaks it, as all rows are by now."""
        return f"EXISTS (SELECT FROM {self.joined} WHERE {alias}.id = NEW.id AND {self.mixed})"


def create_guards(**kwargs: Any) -> None:
    """After migrations: the triggers, as the columns are now."""
    tables = world_tables()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = quote(cursor.fetchone()[0])
        written: dict[str, list[str]] = defaultdict(list)
        turned: dict[str, list[str]] = defaultdict(list)
        for rule in _rules(schema, tables):
            (name, alias), *named = rule.aliases
            written[name].append(rule.broken_by(alias))
            for target, target_alias in named:
                turned[target].append(rule.broken_by(target_alias))
        for name, conditions in written.items():
            _create(cursor, schema, name, _WRITTEN, conditions)
        for name, conditions in turned.items():
            mark = tables[name].mark
            when = f"WHEN (({mark.format(row='OLD')}) <> ({mark.format(row='NEW')}))"
            _create(cursor, schema, name, _TURNED, conditions, when)


def _create(
    cursor: Any, schema: str, table: str, trigger: str, conditions: Iterable[str], when: str = ""
) -> None:
    function, place = f"{schema}.{quote(f'{trigger}_{table}')}", f"{schema}.{quote(table)}"
    cursor.execute(
        _FUNCTION.format(name=function, conditions=" OR ".join(conditions), error=ONE_WORLD)
    )
    events = "UPDATE" if when else "INSERT OR UPDATE"
    cursor.execute(f"DROP TRIGGER IF EXISTS {trigger} ON {place}")
    cursor.execute(
        f"CREATE CONSTRAINT TRIGGER {trigger} AFTER {events} ON {place} DEFERRABLE INITIALLY "
        f"DEFERRED FOR EACH ROW {when} EXECUTE FUNCTION {function}()"
    )


def _rules(schema: str, tables: dict[str, WorldTable]) -> Iterator[_Rule]:
    for table in tables.values():
        own = f"{schema}.{quote(table.name)} AS own"
        ends = [
            (tables[link.target], f"end_{number}", link) for number, link in enumerate(table.links)
        ]
        marks = [f"({end.mark.format(row=alias)})" for end, alias, _ in ends]
        joins = [
            f"JOIN {schema}.{quote(end.name)} AS {alias} "
            f"ON {alias}.{link.target_column} = own.{quote(link.column)}"
            for end, alias, link in ends
        ]
        aliases = [(end.name, alias) for end, alias, _ in ends]
        if table.mark or table.is_real:
            mark = f"({table.mark.format(row='own')})" if table.mark else "false"
            for join, end_mark, alias in zip(joins, marks, aliases, strict=True):
                mixed = f"{end_mark} <> {mark}"
                yield _Rule(f"{own} {join}", mixed, ((table.name, "own"), alias))
        elif len(ends) > 1:
            mixed = f"{marks[0]} <> {marks[1]}"
            yield _Rule(f"{own} {joins[0]} {joins[1]}", mixed, ((table.name, "own"), *aliases))
