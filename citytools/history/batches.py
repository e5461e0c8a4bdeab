"""Batches: what one command or one request wrote to several records, counted and read row by row.

All that it wrote has one context of history. `citytools.history.undo` takes it back.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pghistory
from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db import connection

from citytools.facts import provenance
from citytools.history import tracked_models
from citytools.history.page import (
    PER_PAGE,
    FieldChange,
    RecordNames,
    field_changes,
    tracked_fields,
    version_name,
)
from citytools.models import Batch


@contextmanager
def batch(kind: Batch.Kind, *, command: str = "", **values: Any) -> Iterator[Batch]:
    """What is written within is one batch, saved at the end if anything was written at all.

    To be entered within the caller's transaction. `values` are fields of the batch. A command
    names itself; otherwise the account of the request is read from the context, and a note stands
    beside its name in histories. A context has one batch: of two within each other the outer says
    what it is.
    """
    note = values.get("note")
    named = {"command": command} if command else {"batch": note} if note else {}
    with pghistory.context(**named) as recorded:
        written = Batch(context=recorded.id, kind=kind, command=command, **values)
        try:
            yield written
        except BaseException:
            # Within a transaction all of it is taken back; without, what is done is done
            if not connection.in_atomic_block:
                _save(written, recorded.metadata.get("user"))
            raise
        if not connection.needs_rollback:  # as of a dry run
            _save(written, recorded.metadata.get("user"))


def _save(written: Batch, user: int | None) -> None:
    """Save the batch with its counts and its account, if anything was written."""
    # A change of links ends a confirmation at the end of a transaction: that counts too
    provenance.apply_confirmations_now()
    written.counts = _merged(count_writes(written.context), written.counts)
    if not written.written:
        return
    written.user = get_user_model().objects.filter(pk=user).first() if user else None
    written.pk = Batch.objects.filter(context=written.context).values_list("pk", flat=True).first()
    written.save()


def undo_hint(written: Batch) -> str:
    """What a command prints last: the number of what it wrote; empty where it wrote nothing."""
    return f"Batch {written.pk}. To undo: manage.py undo {written.pk}" if written.pk else ""


def file_records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """What a batch keeps of the files that it was read from, in their order."""
    return [_file_record(path) for path in paths]


def _file_record(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"name": path.name, "sha256": digest, "bytes": file.tell()}


_COUNT = """
SELECT {label}, count(*) FILTER (WHERE first = 'insert' AND last <> 'delete'),
    count(*) FILTER (WHERE first <> 'insert' AND last <> 'delete'),
    count(*) FILTER (WHERE first <> 'insert' AND last = 'delete')
FROM (
    SELECT (array_agg(pgh_label ORDER BY pgh_id))[1] AS first,
        (array_agg(pgh_label ORDER BY pgh_id DESC))[1] AS last
    FROM {events} WHERE pgh_context_id = %s GROUP BY pgh_obj_id
) AS record
"""


def count_writes(context: UUID) -> dict[str, dict[str, int]]:
    """Records created, changed and removed by model's label, in the end: one query.

    What was created and removed within the batch is in none of them.
    """
    kinds = {
        model._meta.label_lower: model.pgh_event_model._meta.db_table for model in tracked_models()
    }
    quote = connection.ops.quote_name
    parts = [
        _COUNT.format(label=f"'{label}'", events=quote(table)) for label, table in kinds.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), [context] * len(parts))
        rows = cursor.fetchall()
    counts = {
        label: dict(zip(("created", "changed", "removed"), numbers, strict=True))
        for label, *numbers in rows
    }
    return _merged(counts, {})


@dataclass(frozen=True)
class BatchRow:
    """What a batch did to one record in the end, field by field."""

    model: Any
    record: int
    name: str
    action: str
    changes: Sequence[FieldChange]

    @property
    def kind(self) -> str:
        """What the record is."""
        name = str(self.model._meta.verbose_name)
        return name[:1].upper() + name[1:]


_ROWS = """
SELECT {kind}, pgh_obj_id, min(pgh_id), max(pgh_id),
    (SELECT max(earlier.pgh_id) FROM {events} AS earlier
    WHERE earlier.pgh_obj_id = own.pgh_obj_id AND earlier.pgh_id < min(own.pgh_id))
FROM {events} AS own WHERE pgh_context_id = %s GROUP BY pgh_obj_id
"""


def batch_page(written: Batch, kinds: Sequence[Any], number: Any) -> Page[Any]:
    """One page of what a batch wrote to records of these models, in their order.

    The number of queries depends on the models alone.
    """
    page = Paginator(_BatchKeys(written.context, kinds), PER_PAGE).get_page(number)
    page.object_list = _rows(list(page.object_list), kinds)
    return page


class _BatchKeys(Sequence[Any]):
    """Model, record and events of each record, read from the database as a page asks for them."""

    def __init__(self, context: UUID, kinds: Sequence[Any]) -> None:
        self._parameters = [context] * len(kinds)
        quote = connection.ops.quote_name
        parts = [
            _ROWS.format(kind=position, events=quote(model.pgh_event_model._meta.db_table))
            for position, model in enumerate(kinds)
        ]
        self._statement = " UNION ALL ".join(parts)

    def _query(self, statement: str, *parameters: int) -> list[Any]:
        if not self._statement:
            return []
        with connection.cursor() as cursor:
            cursor.execute(statement.format(self._statement), [*self._parameters, *parameters])
            return list(cursor.fetchall())

    def __len__(self) -> int:
        return sum(count for (count,) in self._query("SELECT count(*) FROM ({}) AS record"))

    def __getitem__(self, part: Any) -> Any:
        statement = "{} ORDER BY 1, 2 LIMIT %s OFFSET %s"
        return self._query(statement, part.stop - part.start, part.start)


def _rows(keys: Sequence[Any], kinds: Sequence[Any]) -> list[BatchRow]:
    events: dict[int, dict[int, Any]] = {}
    for position in {key[0] for key in keys}:
        numbers = {number for key in keys if key[0] == position for number in key[2:] if number}
        events[position] = kinds[position].pgh_event_model.objects.in_bulk(numbers)
    names = RecordNames([event for own in events.values() for event in own.values()])
    rows = []
    for position, record, first, last, earlier in keys:
        own = events[position]
        created, removed = own[first].pgh_label == "insert", own[last].pgh_label == "delete"
        before = None if created else own.get(earlier)
        after = None if removed else own[last]
        fields = tracked_fields(type(own[last]))
        changes = field_changes(before, after, fields, names)
        action = _ACTIONS[created, removed]
        name = version_name(own[last], names)
        rows.append(BatchRow(kinds[position], record, name, action, changes))
    return rows


_ACTIONS = {
    (True, False): "created",
    (False, False): "changed",
    (False, True): "removed",
    (True, True): "created and removed again",
}


def _merged(
    counts: dict[str, dict[str, int]], more: dict[str, dict[str, int]]
) -> dict[str, dict[str, int]]:
    """Both together, in the order of the first, without what is zero."""
    labels = [*counts, *(label for label in more if label not in counts)]
    both = {label: counts.get(label, {}) | more.get(label, {}) for label in labels}
    positive = {
        label: {name: number for name, number in numbers.items() if number}
        for label, numbers in both.items()
    }
    return {label: numbers for label, numbers in positive.items() if numbers}
