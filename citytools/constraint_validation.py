"""Rules that were added over rows which break them: validated once the rows are mended.

A migration adds such a rule NOT VALID: it holds for every later write, no row is lost, and the site
starts. After each migrate the rules that wait are tried, and the rows in their way are named.
"""

import sys
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


def after_migrations(**_: Any) -> None:
    """Validate each rule that waits, or say on the terminal which rows break it."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        for table, name, expression in cursor.fetchall():
            broken = _rows_that_break(table, expression)
            if broken:
                sys.stderr.write(_told(table, name, broken))
                continue
            quoted = [connection.ops.quote_name(word) for word in (table, name)]
            cursor.execute("ALTER TABLE {} VALIDATE CONSTRAINT {}".format(*quoted))


def _rows_that_break(table: str, expression: str) -> list[int]:
    quoted = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {quoted} WHERE NOT ({expression}) ORDER BY id "  # noqa: S608 (of the database)
            f"LIMIT {_MAX_ROWS + 1}"
        )
        return [number for (number,) in cursor.fetchall()]


def _told(table: str, name: str, broken: list[int]) -> str:
    model, rule = _model_and_rule(table, name)
    listed = ", ".join(str(number) for number in broken[:_MAX_ROWS])
    more = " and more" if len(broken) > _MAX_ROWS else ""
    kind = model._meta.verbose_name if model else table
    return (
        f"City Tools: {kind} number {listed}{more}: {rule} They stay as they are, but no change to "
        "them is saved until this is mended, in the admin or in the file that they are loaded "
        "from. The next migrate looks again.\n"
    )


def _model_and_rule(table: str, name: str) -> tuple[type[models.Model] | None, str]:
    for model in apps.get_models():
        if model._meta.db_table == table:
            for rule in model._meta.constraints:
                if rule.name == name:
                    return model, str(rule.violation_error_message)
    return None, f"the rule {name} is broken."
