"""Takes a record back to an earlier version, through the same validation as any other edit."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from citytools.history_words import Change, Names, changes, label, tracked_fields


def differences(event: Any) -> list[Change]:
    """What would change, from the record as it is now to the version."""
    now = type(event).pgh_tracked_model._base_manager.filter(pk=event.pgh_obj_id).first()
    fields = tracked_fields(type(event))
    return changes(now, event, fields, Names([event] if now is None else [event, now], fields))


def candidate(event: Any) -> models.Model:
    """The record with the version's values, not yet saved; a deleted one under its old number."""
    model = type(event).pgh_tracked_model
    rows = model._base_manager.select_for_update().filter(pk=event.pgh_obj_id)
    record = rows.first() or model(pk=event.pgh_obj_id)
    for field in tracked_fields(type(event)):
        setattr(record, field.attname, getattr(event, field.attname))
    return record


def problems(record: models.Model, error: ValidationError) -> list[str]:
    """Why a version cannot come back, a sentence for each reason."""
    said: list[str] = []
    for name, errors in error.error_dict.items():
        for reason in errors:
            said += _sentences(record, name, reason)
    return said


def _sentences(record: models.Model, name: str, reason: ValidationError) -> Sequence[str]:
    if name == NON_FIELD_ERRORS:
        return reason.messages
    field: Any = record._meta.get_field(name)
    if field.related_model is not None and reason.code == "invalid":
        key = getattr(record, field.attname)
        name = Names([record], [field]).name_of_deleted(field, key)
        return [f"{label(field)}: “{name}” has been deleted. Restore that first."]
    return [f"{label(field)}: {message}" for message in reason.messages]
