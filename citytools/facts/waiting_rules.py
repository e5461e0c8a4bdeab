"""Rules that a migration added while rows broke them, and the rows in their way.

A migration adds such a rule NOT VALID: it holds for every later write, no row is lost, and the
site starts. After each migrate the rules that wait are tried, and the rows in their way are
named.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

_WAITING = """
SELECT pg_class.relname, conname, pg_get_expr(conbin, conrelid) FROM pg_constraint
JOIN pg_class ON pg_class.oid = conrelid
WHERE contype = 'c' AND NOT convalidated AND relnamespace = current_schema()::regnamespace
ORDER BY 1, 2
"""
_MAX_ROWS = 20


@dataclass(frozen=True)
class BrokenRule:
    """A rule that waits, and the first rows that break it; a table may have no `model`."""

    table: str
    model: type[models.Model] | None
    words: str
    rows: Sequence[int]
    more: bool


def validate_waiting_constraints(**_: Any) -> None:
    """Validate each rule that waits, or say on the terminal which rows break it."""
    for table, name, expression in _waiting_rules():
        if broken := _broken_rule(table, name, expression):
            sys.stderr.write(_broken_rule_message(broken))
            continue
        quoted = [connection.ops.quote_name(word) for word in (table, name)]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE {} VALIDATE CONSTRAINT {}".format(*quoted))


def broken_rules() -> list[BrokenRule]:
    """Those that wait because rows break them; one query where none waits."""
    broken = [_broken_rule(*rule) for rule in _waiting_rules()]
    return [rule for rule in broken if rule is not None]


def _waiting_rules() -> list[tuple[str, str, str]]:
    """(table, name, expression) of each rule that is not valid yet."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        return list(cursor.fetchall())


def _broken_rule(table: str, name: str, expression: str) -> BrokenRule | None:
    quoted = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {quoted} WHERE NOT ({expression}) ORDER BY id "  # noqa: S608 (of the database)
            f"LIMIT {_MAX_ROWS + 1}"
        )
        rows = [number for (number,) in cursor.fetchall()]
    model, words = _model_and_rule(table, name)
    if not rows:
        return None
    return BrokenRule(table, model, words, rows[:_MAX_ROWS], len(rows) > _MAX_ROWS)


def _broken_rule_message(broken: BrokenRule) -> str:
    listed = ", ".join(str(number) for number in broken.rows)
    more = " and more" if broken.more else ""
    kind = broken.model._meta.verbose_name if broken.model else broken.table
    return (
        f"City Tools: {kind} number {listed}{more}: {broken.words} They stay as they are, but no "
        "change to them is saved until this is mended, in the admin or in the file that they are "
        "loaded from. The next migrate looks again.\n"
    )


def _model_and_rule(table: str, name: str) -> tuple[type[models.Model] | None, str]:
    for model in apps.get_models():
        if model._meta.db_table == table:
            for rule in model._meta.constraints:
                if rule.name == name:
                    return model, str(rule.violation_error_message)
    return None, f"the rule {name} is broken."
