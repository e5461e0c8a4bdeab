"""Foreign keys to records with a history: Django's, and those that only the database knows."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import pghistory.models
from django.apps import apps
from django.db import connection

from citytools.history import tracked_models

_CASCADING_KEYS = """
SELECT referring.relname, referring_column.attname, target.relname, target_column.attname
FROM pg_constraint
JOIN pg_class referring ON referring.oid = conrelid
JOIN pg_class target ON target.oid = confrelid
JOIN pg_attribute referring_column
  ON referring_column.attrelid = conrelid AND referring_column.attnum = conkey[1]
JOIN pg_attribute target_column
  ON target_column.attrelid = confrelid AND target_column.attnum = confkey[1]
WHERE contype = 'f' AND confdeltype = 'c'
ORDER BY conname
"""


@dataclass(frozen=True)
class DatabaseKey:
    """A foreign key that only the database knows: it deletes the row with what the row names."""

    table: str
    column: str
    target_table: str
    target_column: str


def database_keys() -> list[DatabaseKey]:
    """Foreign keys with ON DELETE CASCADE: Django makes none, so that it knows of none of these."""
    with connection.cursor() as cursor:
        cursor.execute(_CASCADING_KEYS)
        return [DatabaseKey(*row) for row in cursor.fetchall()]


class ForeignKeyColumn(NamedTuple):
    """A column that names a record of a tracked model by one of that model's columns."""

    model: Any
    column: str
    target: Any
    target_column: str


def foreign_key_columns() -> list[ForeignKeyColumn]:
    """Every foreign key to a tracked model, from whatever table but those of history."""
    tracked_by_table = {model._meta.db_table: model for model in tracked_models()}
    keys = []
    for model in apps.get_models(include_auto_created=True):
        options: Any = model._meta
        if options.proxy or not options.managed or issubclass(model, pghistory.models.Event):
            continue
        own = tracked_by_table.get(options.db_table, model)
        for key in options.concrete_fields:
            target = key.related_model and tracked_by_table.get(key.related_model._meta.db_table)
            if target:
                keys.append(ForeignKeyColumn(own, key.column, target, key.target_field.column))
    for key in database_keys():
        own, target = (tracked_by_table.get(name) for name in (key.table, key.target_table))
        if own and target:
            keys.append(ForeignKeyColumn(own, key.column, target, key.target_column))
    return keys
