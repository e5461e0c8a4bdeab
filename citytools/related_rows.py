"""Rows that belong to a record: which there are now, were at a version, or went with a deletion.

All is read from the events. Each transaction's events have one `pgh_created_at` (the database's
NOW()), and each request or command one context: both together tell what was written as one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from citytools.history.page import Link
from citytools.history_words import tracked_fields

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
class Relation:
    """Rows of `model` whose `column` holds the `target` column of the record.

    `part` says that staff edit the rows on the record's own page; `noun` is what they call one.
    """

    model: Any
    column: str
    target: str
    noun: str
    part: bool

    def events(self) -> Any:
        """The events of all its rows."""
        return self.model.pgh_event_model.objects

    def fields(self) -> list[models.Field]:
        """What a row says, besides the record that it belongs to."""
        fields = tracked_fields(self.model.pgh_event_model)
        return [field for field in fields if field.attname != self.column]

    def present(self, record: models.Model) -> dict[Any, models.Model]:
        """The rows as they are now, by key."""
        rows = self.model._base_manager.filter(**{self.column: getattr(record, self.target)})
        return {row.pk: row for row in rows.order_by("pk")}


@dataclass(frozen=True)
class DatabaseKey:
    """A foreign key that only the database knows: it deletes the row with what the row names."""

    table: str
    column: str
    target_table: str
    target_column: str


def relations(model: Any, links: Sequence[Link]) -> list[Relation]:
    """The parts named by `links`, then whatever else is deleted together with a record."""
    key = model._meta.pk.attname
    found = [Relation(link.model, f"{link.field}_id", key, link.noun, True) for link in links]
    known = {(relation.model, relation.column) for relation in found}
    cascading = [*_cascading(model), *_cascading_in_database(model)]
    return [*found, *(one for one in cascading if (one.model, one.column) not in known)]


def _cascading(model: Any) -> Iterator[Relation]:
    for tracked in tracked_models():
        for field in tracked._meta.fields:
            if field.related_model is None or field.remote_field.on_delete is not models.CASCADE:
                continue
            if field.related_model._meta.concrete_model is model:
                key = field.target_field.attname
                yield Relation(tracked, field.attname, key, _noun(tracked, field), False)


def _cascading_in_database(model: Any) -> Iterator[Relation]:
    tables = {tracked._meta.db_table: tracked for tracked in tracked_models()}
    for key in database_keys():
        tracked = tables.get(key.table)
        if tracked is not None and key.target_table == model._meta.db_table:
            noun = _noun(tracked, None)
            yield Relation(tracked, key.column, key.target_column, noun, False)


def tracked_models() -> list[Any]:
    """Every model with a history."""
    return [model for model in apps.get_models() if hasattr(model, "pgh_event_model")]


def database_keys() -> list[DatabaseKey]:
    """Foreign keys with ON DELETE CASCADE: Django makes none, so that it knows of none of these."""
    with connection.cursor() as cursor:
        cursor.execute(_CASCADING_KEYS)
        return [DatabaseKey(*row) for row in cursor.fetchall()]


def _noun(model: Any, towards: models.Field | None) -> str:
    """“Contract” for a bare link between a contract and the record, else the row's own kind."""
    other = [field for field in tracked_fields(model.pgh_event_model) if field is not towards]
    if len(other) == 1 and other[0].related_model is not None:
        name = str(other[0].related_model._meta.verbose_name)
    else:
        name = str(model._meta.verbose_name)
    return name[:1].upper() + name[1:]


def versions_of_rows(relation: Relation, event: Any) -> dict[Any, Any]:
    """The event of each row that belonged to the record at its version, by the row's key.

    A version that is a deletion has the rows that were deleted with it; any other version has
    those that there were at the end of the transaction which wrote it.
    """
    value = getattr(event, relation.target, None) if relation.target != "id" else event.pgh_obj_id
    if event.pgh_label == "delete":
        same = {"pgh_created_at": event.pgh_created_at, "pgh_context_id": event.pgh_context_id}
        rows = relation.events().filter(pgh_label="delete", **{relation.column: value}, **same)
        return {row.pgh_obj_id: row for row in rows.order_by("pgh_id")}
    ever = relation.events().filter(**{relation.column: value}).values("pgh_obj_id")
    until = relation.events().filter(pgh_obj_id__in=ever, pgh_created_at__lte=event.pgh_created_at)
    latest = until.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return {
        row.pgh_obj_id: row
        for row in latest
        if row.pgh_label != "delete" and getattr(row, relation.column) == value
    }
