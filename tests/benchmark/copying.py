"""Rows on their way into an empty database: numbered here, sent by COPY, with their history.

The triggers of history are off while rows are sent, and one statement a table writes what they
would have written: row by row, each would also update the one record of who wrote, and every
update is slower than the last (80,900 systems took 387 s, now 34). To let them run and tell them
to pass (pgtrigger.ignore) took 46 s. A set without history was ruled out: its feeds and history
pages would be quicker than those of real use.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pghistory.models
import pghistory.trigger
import pgtrigger
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from citytools.confirmations import LinkEndsConfirmation

Model = type[models.Model]


class Table:
    """Rows of one model, numbered from 1 or from what is already there."""

    def __init__(self, model: Model) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if not _generated(field)]
        self.fields = [(field.name, field.attname, _default(field)) for field in fields]
        self.columns = [str(field.column) for field in fields]
        self.texts = [str(field.column) for field in fields if not field.null and _text(field)]
        self.last = _last(model)
        self.buffer = io.StringIO()
        self.writer = csv.writer(self.buffer, lineterminator="\n")

    def add(self, row: Mapping[str, object], **links: int) -> int:
        """Take a row on, in the words of the fixtures, with what it links to; its number."""
        self.last += 1
        known = {**row, **links, "id": self.last}
        self.writer.writerow(
            [
                known[attname] if attname in known else known.get(name, default)
                for name, attname, default in self.fields
            ]
        )
        return self.last

    def send(self) -> None:
        """Copy the rows taken on since the last time. An empty cell is null, or an empty text."""
        self.buffer.seek(0)
        quote = connection.ops.quote_name
        columns = ", ".join(quote(name) for name in self.columns)
        texts = ", ".join(quote(name) for name in self.texts)
        options = f"FORMAT csv, FORCE_NOT_NULL ({texts})" if texts else "FORMAT csv"
        with connection.cursor() as cursor:
            table = quote(self.model._meta.db_table)
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN ({options})", self.buffer)
        self.buffer.seek(0)
        self.buffer.truncate()


def _generated(field: Any) -> bool:
    return isinstance(field, models.GeneratedField)


def _text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField)


def _default(field: Any) -> object:
    return field.default if field.has_default() else ""


def _last(model: Model) -> int:
    return model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0


def number_from_here(models_: Iterable[Model]) -> None:
    """Let the database number the next rows after those that there are."""
    # A proxy has no numbers of its own
    tables: Any = [one._meta.concrete_model for one in models_]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


@contextmanager
def history_later(rows: Collection[Model], recorded: UUID) -> Iterator[None]:
    """Switch off what writes these models' history in the block; write their events at its end.

    `recorded` is the context, already in the database, that says who wrote. Whatever goes wrong
    takes the whole transaction back, and the triggers are as they were.
    """
    _switch("DISABLE", rows)
    yield
    _switch("ENABLE", rows)
    for kind in apps.get_models():
        if issubclass(kind, pghistory.models.Event) and kind.pgh_tracked_model in rows:
            _write_events(kind, recorded)


def _switch(state: str, rows: Collection[Model]) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        # No table is altered while rows of it wait to be checked
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model, trigger in pgtrigger.registered():
            written = model in rows and (
                (
                    isinstance(trigger, pghistory.trigger.Event)
                    and trigger.operation == pgtrigger.Insert
                )
                # It would look for the confirmation in events that are not written yet
                or isinstance(trigger, LinkEndsConfirmation)
            )
            if written:
                table, name = quote(model._meta.db_table), quote(trigger.get_pgid(model))
                cursor.execute(f"ALTER TABLE {table} {state} TRIGGER {name}")


def _write_events(kind: Any, recorded: UUID) -> None:
    """An insert's event for each row that has no event, as the trigger would have written it."""
    quote = connection.ops.quote_name
    own = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context_id"}
    columns = [field.column for field in kind._meta.concrete_fields if field.column not in own]
    listed = ", ".join(map(quote, columns))
    events, rows = quote(kind._meta.db_table), quote(kind.pgh_tracked_model._meta.db_table)
    insert = (
        f"INSERT INTO {events} (pgh_created_at, pgh_label, pgh_obj_id, pgh_context_id, {listed}) "  # noqa: S608 (names of models)
        f"SELECT now(), 'insert', id, %s, {listed} FROM {rows} "
        f"WHERE id NOT IN (SELECT pgh_obj_id FROM {events}) ORDER BY id"
    )
    with connection.cursor() as cursor:
        cursor.execute(insert, [str(recorded)])
