"""What was written together: the events of one context, and going back to before all of them.

A batch is one context of history: one request, or one run of a command. It can be undone as long
as nobody has changed any of its records since.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pghistory
import pghistory.models
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, models
from django.db.models import Max, OuterRef, Subquery

from citytools.facts import provenance
from citytools.history.page import (
    FieldChange,
    RecordNames,
    field_changes,
    field_label,
    tracked_fields,
)
from citytools.models import Batch


@contextmanager
def batch(kind: Batch.Kind, *, command: str = "", **values: Any) -> Iterator[Batch]:
    """What is written within is one batch, saved at the end if anything was written at all.

    To be entered within the caller's transaction. `values` are fields of the batch. A command
    names itself; otherwise the account of the request is read from the context. A context has one
    batch: of two within each other the outer says what it is.
    """
    named = {"command": command} if command else {"batch": values.get("note") or kind.label.lower()}
    with pghistory.context(**named) as recorded:
        # Never two accounts: a request that ran a command would be the account's
        user = recorded.metadata.get("user")
        written = Batch(context=recorded.id, kind=kind, command=command, **values)
        yield written
        if connection.needs_rollback:
            return  # a dry run
        if not written.counts and not pghistory.models.Context.objects.filter(pk=recorded.id):
            return
        written.user = get_user_model().objects.filter(pk=user).first() if user else None
        written.counts = _merged(count_writes(recorded.id), written.counts)
        written.pk = Batch.objects.filter(context=recorded.id).values_list("pk", flat=True).first()
        written.save()


def undo_hint(written: Batch) -> str:
    """What a command prints last: the number of what it wrote; empty where it wrote nothing."""
    return f"Batch {written.pk}. To undo: manage.py undo {written.pk}" if written.pk else ""


def file_records(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """What a batch keeps of the files that it was read from, in their order."""
    contents = [(path.name, path.read_bytes()) for path in paths]
    return [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in contents
    ]


def tracked_models() -> list[Any]:
    """Every model with a history of its own: a proxy only of a table that has no other model."""
    return [model for model in apps.get_models() if "pgh_event_model" in vars(model)]


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


def version_differences(event: Any) -> list[FieldChange]:
    """What would change, from the record as it is now to the version."""
    now = type(event).pgh_tracked_model._base_manager.filter(pk=event.pgh_obj_id).first()
    fields = tracked_fields(type(event))
    return field_changes(
        now, event, fields, RecordNames([event] if now is None else [event, now], fields)
    )


def record_from_version(event: Any) -> Any:
    """The record with the version's values, not yet saved; a deleted one under its old number."""
    model = type(event).pgh_tracked_model
    rows = model._base_manager.select_for_update().filter(pk=event.pgh_obj_id)
    record = rows.first() or model(pk=event.pgh_obj_id)
    for field in tracked_fields(type(event)):
        setattr(record, field.attname, getattr(event, field.attname))
    return record


def restore_problems(record: models.Model, error: ValidationError) -> list[str]:
    """Why a version cannot come back, a sentence for each reason."""
    return [
        sentence
        for name, reasons in error.error_dict.items()
        for reason in reasons
        for sentence in _sentences(record, name, reason)
    ]


def _sentences(record: models.Model, name: str, reason: ValidationError) -> Sequence[str]:
    if name == NON_FIELD_ERRORS:
        return reason.messages
    field: Any = record._meta.get_field(name)
    if field.related_model is not None and reason.code == "invalid":
        key = getattr(record, field.attname)
        name = RecordNames([record], [field]).name_of_deleted(field, key)
        return [f"{field_label(field)}: “{name}” has been deleted. Restore that first."]
    return [f"{field_label(field)}: {message}" for message in reason.messages]


@dataclass(frozen=True)
class BatchWrite:
    """What a batch did to one record: its version before (None: it was not there) and after.

    `latest` says that nobody has written to the record since.
    """

    model: type[models.Model]
    record: int
    before: Any
    after: Any
    latest: bool

    @property
    def deleted(self) -> bool:
        """Whether the batch deleted the record."""
        return bool(self.after.pgh_label == "delete")


def batch_writes(kinds: Sequence[type[models.Model]], batch: UUID) -> list[BatchWrite]:
    """What a batch did, kind after kind in the order given; three queries a kind."""
    return [write for kind in kinds for write in _writes(kind, batch)]


def _writes(kind: Any, batch: UUID) -> list[BatchWrite]:
    events = kind.pgh_event_model.objects
    earlier = events.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    written = events.filter(pgh_context_id=batch).order_by("pgh_id").select_related("pgh_context")
    by_record: dict[int, list[Any]] = defaultdict(list)
    previous = Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
    for event in written.annotate(previous=previous):
        by_record[event.pgh_obj_id].append(event)
    before = events.in_bulk([own[0].previous for own in by_record.values() if own[0].previous])
    last = events.filter(pgh_obj_id__in=by_record).order_by().values("pgh_obj_id")
    newest = dict(last.annotate(newest=Max("pgh_id")).values_list("pgh_obj_id", "newest"))
    return [
        BatchWrite(
            kind,
            record,
            None if own[0].pgh_label == "insert" else before.get(own[0].previous),
            own[-1],
            newest[record] == own[-1].pgh_id,
        )
        for record, own in by_record.items()
    ]


def undo_writes(writes: Sequence[BatchWrite]) -> None:
    """Every record as it was before the batch; to be called only where each write is the latest.

    Within a transaction. Writes are undone in their order: what a trigger writes comes last.
    """
    with provenance.confirmation_stated():
        for write in writes:
            if write.before is None:
                write.model._base_manager.filter(pk=write.record).delete()
            else:
                record_from_version(write.before).save()
