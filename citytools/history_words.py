"""What a change says to a person: labels instead of codes, names instead of numbers."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateformat import format as in_format
from django.utils.text import Truncator

from citytools.facts.provenance import Sourced

EMPTY = "empty"
_LONGEST = 300
_BEFORE = 60
_PROVENANCE = {field.name for field in Sourced._meta.get_fields()}


@dataclass(frozen=True)
class Change:
    """One field before and after, in words."""

    field: str
    old: str
    new: str


def tracked_fields(event_model: type[models.Model]) -> list[models.Field]:
    """The fields that its events keep, without its key; where the fact comes from is last."""
    model: Any = event_model.pgh_tracked_model  # type: ignore[attr-defined]
    kept = {field.name for field in event_model._meta.fields}
    fields = [one for one in model._meta.fields if one.name in kept and not one.primary_key]
    return sorted(fields, key=lambda field: field.name in _PROVENANCE)


class Names:
    """Names of the records that foreign keys point at: one query for each kind, however many."""

    def __init__(
        self, versions: Iterable[models.Model], fields: Sequence[models.Field] | None = None
    ) -> None:
        wanted: dict[type[models.Model], set[Any]] = {}
        for event in versions:
            for field in fields or tracked_fields(type(event)):
                if field.related_model is not None:
                    target: Any = field.related_model
                    wanted.setdefault(target, set()).add(getattr(event, field.attname))
        self._found = {model: _in_bulk(model, keys) for model, keys in wanted.items()}
        self._gone = {
            model: _names_of_deleted(model, keys - self._found[model].keys() - {None})
            for model, keys in wanted.items()
        }

    def record(self, model: Any, key: Any) -> models.Model | None:
        """The record itself, with what its own name needs; None if it is gone."""
        # A JSON value is no key of anything, and a dict cannot even be looked up
        return None if model is None else self._found.get(model, {}).get(key)

    def name_of_deleted(self, field: models.Field, key: Any) -> str:
        """What a record that is gone was called last; its number where there is no history."""
        model: Any = field.related_model
        return self._gone.get(model, {}).get(key, f"number {key}")

    def words(self, field: models.Field, value: Any) -> str:
        """A field's value as a person would say it."""
        if _is_empty(value):
            return EMPTY
        if field.related_model is not None:
            record = self.record(field.related_model, value)
            return str(record) if record else f"{self.name_of_deleted(field, value)}, deleted since"
        return _plain(field, value)


def _in_bulk(model: type[models.Model], keys: set[Any]) -> dict[Any, models.Model]:
    """The records by key, joined to the records that every one of them must have."""
    found = model._base_manager.filter(pk__in=keys - {None}).select_related()
    return {record.pk: record for record in found}


def _names_of_deleted(model: Any, keys: set[Any]) -> dict[Any, str]:
    """By key; no query where all are there."""
    if not keys or not hasattr(model, "pgh_event_model"):
        return {}
    events = model.pgh_event_model.objects.filter(pgh_obj_id__in=keys)
    last = list(events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id"))
    names = Names(last)
    return {event.pgh_obj_id: name_of(event, names) for event in last}


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", {}, [])


def _plain(field: models.Field, value: Any) -> str:
    if isinstance(value, dict | list):
        return _json_words(value)
    # Compared and not looked up: a choice may be of any type, hashable or not
    labels = [label for choice, label in field.flatchoices if choice == value]
    if labels:
        return str(labels[0])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return in_format(timezone.localtime(value), "j F Y, H:i")
    if isinstance(value, datetime.date):
        return in_format(value, "j F Y")
    return str(value)


def _json_words(value: Any) -> str:
    """A JSON value without its punctuation: “boroughs: 33; held (on: 2026-11-30; value: 3)”."""
    if isinstance(value, dict):
        return "; ".join(
            f"{key} ({_json_words(part)})"
            if isinstance(part, dict | list)
            else f"{key}: {_json_words(part)}"
            for key, part in sorted(value.items())
        )
    if isinstance(value, list):
        return ", ".join(_json_words(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return EMPTY if value is None else str(value)


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Both cut to a readable length, from a little before the place where they begin to differ.

    Two long texts that differ late would otherwise look the same.
    """
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = max(0, same - _BEFORE) if max(len(old), len(new)) > _LONGEST else 0
    cut = [("… " if start else "") + text[start:] if text[start:] else text for text in (old, new)]
    shortened = [Truncator(text).chars(_LONGEST) for text in cut]
    return shortened[0], shortened[1]


def changes(
    before: models.Model | None,
    after: models.Model | None,
    fields: Iterable[models.Field],
    names: Names,
) -> list[Change]:
    """What differs between two versions; nothing before means created, nothing after deleted."""
    found = []
    for field in fields:
        old, new = _value(before, field), _value(after, field)
        if (None if _is_empty(old) else old) != (None if _is_empty(new) else new):
            said = _excerpts(names.words(field, old), names.words(field, new))
            found.append(Change(label(field), *said))
    return found


def _value(version: models.Model | None, field: models.Field) -> Any:
    return None if version is None else getattr(version, field.attname)


def label(field: models.Field) -> str:
    """The field's name as the form shows it."""
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def name_of(version: models.Model, names: Names) -> str:
    """What a past version of a record was called, even if the record is gone."""
    model: Any = type(version).pgh_tracked_model  # type: ignore[attr-defined]
    record = model(pk=version.pgh_obj_id)  # type: ignore[attr-defined]
    for field in tracked_fields(type(version)):
        setattr(record, field.attname, getattr(version, field.attname))
        # Only a link has a key: another field's value may be a dict, which no set can hold
        key = getattr(version, field.attname) if field.related_model else None
        if target := names.record(field.related_model, key):
            setattr(record, field.name, target)
    try:
        return str(record)
    except ObjectDoesNotExist:
        return f"{model._meta.verbose_name} number {record.pk}"
