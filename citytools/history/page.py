"""One record's history, newest first: who changed what and when, its link rows included."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.utils import timezone
from django.utils.dateformat import format as in_format
from django.utils.text import Truncator

from citytools.facts.provenance import Sourced
from citytools.models import Batch

if TYPE_CHECKING:
    Field = models.Field[Any, Any]  # generic for the type checker alone

EMPTY = "empty"
_MAX_VALUE_CHARACTERS = 300
_CHARACTERS_BEFORE_CHANGE = 60
_PROVENANCE = {field.name for field in Sourced._meta.get_fields()}


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words."""

    field: str
    old: str
    new: str


def tracked_fields(event_model: type[models.Model]) -> list[Field]:
    """The fields that its events keep, without its key; where the fact comes from is last."""
    model: Any = event_model.pgh_tracked_model  # type: ignore[attr-defined]
    names = {field.name for field in event_model._meta.fields} - {model._meta.pk.name}
    fields = [field for field in model._meta.fields if field.name in names]
    return sorted(fields, key=lambda field: field.name in _PROVENANCE)


class RecordNames:
    """Names of the records that foreign keys point at: one query for each kind, however many.

    `own` are keys of further records that are wanted themselves, by their model.
    """

    def __init__(
        self,
        versions: Iterable[models.Model],
        fields: Sequence[Field] | None = None,
        own: Mapping[type[models.Model], set[Any]] = MappingProxyType({}),
    ) -> None:
        keys: dict[type[models.Model], set[Any]] = {}
        for event in versions:
            for field in fields or tracked_fields(type(event)):
                if field.related_model is not None:
                    target: Any = field.related_model
                    keys.setdefault(target, set()).add(getattr(event, field.attname))
        # With what their own names need: the records that every one of them must have
        self._records = {
            model: model._base_manager.select_related().in_bulk(
                (keys.get(model, set()) | own.get(model, set())) - {None}
            )
            for model in keys.keys() | own.keys()
        }
        self._deleted_names = {
            model: _names_of_deleted(model, linked - self._records[model].keys() - {None})
            for model, linked in keys.items()
        }

    def record(self, model: Any, key: Any) -> models.Model | None:
        """The record itself; None if it has been deleted."""
        # A JSON value is no key of anything, and a dict cannot even be looked up
        return None if model is None else self._records.get(model, {}).get(key)

    def name_of_deleted(self, field: Field, key: Any) -> str:
        """What a deleted record was called last; its number where there is no history."""
        model: Any = field.related_model
        return self._deleted_names.get(model, {}).get(key, f"number {key}")

    def words(self, field: Field, value: Any) -> str:
        """A field's value as a person would say it."""
        if _is_empty(value):
            return EMPTY
        if field.related_model is not None:
            record = self.record(field.related_model, value)
            return str(record) if record else f"{self.name_of_deleted(field, value)}, deleted since"
        return _plain(field, value)


def _names_of_deleted(model: Any, keys: set[Any]) -> dict[Any, str]:
    """The last name of each by key; no query where there are none."""
    if not keys or not hasattr(model, "pgh_event_model"):
        return {}
    events = model.pgh_event_model.objects.filter(pgh_obj_id__in=keys)
    last = list(events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id"))
    names = RecordNames(last)
    return {event.pgh_obj_id: version_name(event, names) for event in last}


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", {}, [])


def _plain(field: Field, value: Any) -> str:
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
    """A JSON value without its punctuation: “boroughs: 33; record (on: 2026-11-30; value: 3)”."""
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


def excerpts(old: str, new: str, max_characters: int = _MAX_VALUE_CHARACTERS) -> tuple[str, str]:
    """Both cut to a readable length, from a little before the place where they begin to differ.

    Two long texts that differ late would otherwise look the same.
    """
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = (
        max(0, same - _CHARACTERS_BEFORE_CHANGE) if max(len(old), len(new)) > max_characters else 0
    )
    cut = [("… " if start else "") + text[start:] if text[start:] else text for text in (old, new)]
    shortened = [Truncator(text).chars(max_characters) for text in cut]
    return shortened[0], shortened[1]


def field_changes(
    before: models.Model | None,
    after: models.Model | None,
    fields: Iterable[Field],
    names: RecordNames,
) -> list[FieldChange]:
    """What differs between two versions; nothing before means created, nothing after deleted."""
    changes = []
    for field in fields:
        old, new = _value(before, field), _value(after, field)
        if (None if _is_empty(old) else old) != (None if _is_empty(new) else new):
            both = excerpts(names.words(field, old), names.words(field, new))
            changes.append(FieldChange(field_label(field), *both))
    return changes


def _value(version: models.Model | None, field: Field) -> Any:
    return None if version is None else getattr(version, field.attname)


def field_label(field: Field) -> str:
    """The field's name as the form shows it."""
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def version_name(version: models.Model, names: RecordNames) -> str:
    """What a past version of a record was called, even if the record has been deleted."""
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


PER_PAGE = 50
_ACTIONS = {"insert": "created", "update": "changed", "delete": "deleted"}
_LINK_ACTIONS = {"insert": "added", "update": "changed", "delete": "removed"}


@dataclass(frozen=True)
class HistoryLink:
    """Rows of another model that belong to a record by this foreign key, and what one is called.

    `added` and `removed` say in public what became of one, in place of {}; without them, its noun
    does.
    """

    model: type[models.Model]
    field: str
    noun: str
    added: str = ""
    removed: str = ""

    @property
    def column(self) -> str:
        """The column that holds the record's key."""
        return f"{self.field}_id"


@dataclass(frozen=True)
class HistoryEntry:
    """One write to one row, perhaps as part of a batch.

    `version` is the event's number if the record can go back to it.
    """

    when: datetime.datetime
    action: str
    changes: Sequence[FieldChange]
    who: str = ""
    version: int | None = None
    batch: Batch | None = None


@dataclass(frozen=True)
class _Stream:
    """The events of one model that belong to a record: position 0 is the record itself."""

    position: int
    event_model: Any
    field: str
    noun: str

    def keys(self, record: int, *, moved: bool = False) -> Any:
        """When, number and stream of each event; of rows `moved` to another record since too."""
        events = self.event_model.objects.filter(**{self.field: record})
        if moved:
            rows = events.values("pgh_obj_id")
            events = self.event_model.objects.filter(pgh_obj_id__in=rows)
        keys = events.order_by().annotate(stream=Value(self.position, models.IntegerField()))
        return keys.values_list("pgh_created_at", "pgh_id", "stream")

    def load(self, numbers: list[int]) -> dict[int, Any]:
        """The events by number, each knowing the number of the event before it."""
        earlier = self.event_model.objects.filter(
            pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")
        )
        before = Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
        events = self.event_model.objects.filter(pgh_id__in=numbers)
        events = events.select_related("pgh_context").annotate(before=before)
        return {event.pgh_id: event for event in events}

    @cached_property
    def fields(self) -> list[Field]:
        """What is said of a row: not the record that it belongs to, unless that changed."""
        fields = tracked_fields(self.event_model)
        return [field for field in fields if field.attname != self.field]


def history_page(
    model: type[models.Model], record: int, links: Sequence[HistoryLink], number: Any
) -> Page[Any]:
    """One page of entries; the number of queries depends on the kinds of links alone."""
    streams = _streams(model, links)
    timeline = _timeline([stream.keys(record) for stream in streams])
    page = Paginator(timeline, PER_PAGE).get_page(number)
    page.object_list = _entries(list(page.object_list), streams)
    return page


def entries_since(
    model: type[models.Model],
    record: int,
    links: Sequence[HistoryLink],
    newest: Sequence[int],
    limit: int,
) -> tuple[Sequence[HistoryEntry], int]:
    """The entries later than the newest event of each kind, newest first, and how many there are.

    At most `limit` of them are read. `newest` begins with the record's own, as `links` follow it.
    """
    streams = _streams(model, links)
    keys = [
        stream.keys(record, moved=True).filter(pgh_id__gt=last)
        for stream, last in zip(streams, newest, strict=True)
    ]
    timeline = _timeline(keys)
    return _entries(list(timeline[:limit]), streams), timeline.count()


def _timeline(keys: Sequence[Any]) -> Any:
    events = keys[0].union(*keys[1:], all=True) if keys[1:] else keys[0]
    return events.order_by("-pgh_created_at", "-stream", "-pgh_id")


def _streams(model: Any, links: Sequence[HistoryLink]) -> list[_Stream]:
    streams = [_Stream(0, model.pgh_event_model, "pgh_obj_id", "")]
    for position, link in enumerate(links, start=1):
        tracked: Any = link.model
        streams.append(_Stream(position, tracked.pgh_event_model, link.column, link.noun))
    return streams


def _entries(keys: list[tuple[Any, int, int]], streams: Sequence[_Stream]) -> list[HistoryEntry]:
    loaded, before = [], []
    for stream in streams:
        loaded.append(stream.load([number for _, number, at in keys if at == stream.position]))
        earlier = [event.before for event in loaded[-1].values() if event.before]
        before.append(stream.event_model.objects.in_bulk(earlier))
    events = [event for kind in loaded for event in kind.values()]
    earlier_events = [event for kind in before for event in kind.values()]
    names, people = RecordNames([*events, *earlier_events]), account_names(events)
    contexts = {event.pgh_context_id for event in events} - {None}
    batches = {batch.context: batch for batch in Batch.objects.filter(context__in=contexts)}
    entries = []
    for _, number, at in keys:
        event = loaded[at][number]
        batch = batches.get(event.pgh_context_id)
        who = author_name(event, people, numbered=batch is None)
        entry = _entry(streams[at], event, before[at], names)
        entries.append(replace(entry, who=who, batch=batch))
    return entries


def _entry(stream: _Stream, event: Any, before: dict[int, Any], names: RecordNames) -> HistoryEntry:
    own = stream.position == 0
    action = (_ACTIONS if own else _LINK_ACTIONS)[event.pgh_label]
    earlier = before.get(event.before) if event.pgh_label == "update" else None
    old, new = (event, None) if event.pgh_label == "delete" else (earlier, event)
    fields = tracked_fields(type(event)) if old and new else stream.fields
    return HistoryEntry(
        when=event.pgh_created_at,
        action=action.capitalize() if own else f"{stream.noun} {action}",
        changes=field_changes(old, new, fields, names),
        version=event.pgh_id if own else None,
    )


def in_london(moment: datetime.datetime) -> str:
    """A moment as London's clocks showed it."""
    return in_format(timezone.localtime(moment), "j F Y, H:i")


def account_names(events: Sequence[Any]) -> dict[int, str]:
    """Names of the accounts that wrote the events, by number: one query."""
    contexts = [event.pgh_context for event in events if event.pgh_context_id]
    return account_names_of_contexts([context for context in contexts if context])


def account_names_of_contexts(contexts: Iterable[Any]) -> dict[int, str]:
    """Names of the accounts that wrote in these contexts of history, by number: one query."""
    numbers = {context.metadata.get("user") for context in contexts}
    accounts = get_user_model().objects.filter(pk__in=numbers - {None})
    return {user.pk: user.get_full_name() or user.get_username() for user in accounts}


def author_name(event: Any, people: dict[int, str], *, numbered: bool = True) -> str:
    """Who or what wrote an event; nothing personal beyond the account is kept."""
    return context_author(event.pgh_context, people, numbered=numbered)


def context_author(context: Any, people: dict[int, str], *, numbered: bool = True) -> str:
    """Who or what wrote in a context of history; None is no context.

    A command with a part of its context's number, which tells two runs apart, if `numbered`.
    """
    if not context:
        return "Directly in the database"
    metadata = context.metadata
    if metadata.get("user"):
        name = people.get(metadata["user"], f"An account since deleted ({metadata['user']})")
        return f"{name}: {metadata['batch']}" if metadata.get("batch") else name
    if metadata.get("command"):
        number = f" ({str(context.pk)[:8]})" if numbered else ""
        return f"The command “{metadata['command']}”{number}"
    return "Not known"
