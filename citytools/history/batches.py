"""What was written together: the events of one context, and going back to before all of them.

A batch is one context of history: one request, or one run of a command. It can be undone as long
as nobody has changed any of its records since.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import Max, OuterRef, Subquery

from citytools.facts import provenance
from citytools.history.page import (
    FieldChange,
    RecordNames,
    field_changes,
    field_label,
    tracked_fields,
)


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
