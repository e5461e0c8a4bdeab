"""Who wrote each value of a record last, by the event log: a person, or one of our own programs.

A program of ours names itself in the context of what it writes (`pghistory.context(command=…)`).
Everything else counts as a person's: the admin, a return, a restore, and also what has no context
at all. That is somebody at a shell or at psql, whose work a load must not undo either; the price of
being wrong is a line that a load prints, and the price of the opposite is lost work.
Migrations are neither: what one of them filled in belongs to whoever wrote the field before.
A batch that was undone counts as if neither it nor its undoing had happened.
"""

import datetime
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import pghistory.models
from django.apps import apps
from django.db import connection, models

from citytools.facts.provenance import is_of_the_fact
from citytools.history.page import tracked_fields
from citytools.models import Batch

Key = tuple[object, ...]

_TOUCHED_BY_PEOPLE = """
SELECT DISTINCT event.pgh_obj_id FROM {events} AS event
LEFT JOIN pghistory_context AS context ON context.id = event.pgh_context_id
WHERE metadata IS NULL OR metadata ? 'user' OR NOT metadata ? 'command'
"""


@functools.cache
def event_model(model: type[models.Model]) -> Any:
    """The model of a table's events; Django's own link tables are tracked through a proxy."""
    for kind in apps.get_models():
        if issubclass(kind, pghistory.models.Event):
            tracked: Any = kind.pgh_tracked_model
            if tracked._meta.db_table == model._meta.db_table:
                return kind
    raise LookupError(f"{model._meta.label} has no history.")


def former_keys(model: type[models.Model], attributes: Sequence[str]) -> dict[Key, int]:
    """The number of the record that last had each key, whether or not it has it still."""
    events = event_model(model).objects.order_by("pgh_id")
    return {tuple(key): number for *key, number in events.values_list(*attributes, "pgh_obj_id")}


@dataclass(frozen=True)
class PersonEvent:
    """An event that a person wrote: the model of its events, its number and its moment."""

    kind: Any
    number: int
    at: datetime.datetime


class LoggedEvent(NamedTuple):
    """What the log says of one write; `values` in the order of the model's tracked fields."""

    record: int
    number: int
    label: str
    at: datetime.datetime
    context: UUID | None
    metadata: Mapping[str, Any] | None
    values: Sequence[Any]

    @property
    def is_by_person(self) -> bool:
        data = self.metadata
        return data is None or "user" in data or "command" not in data

    @property
    def is_by_migration(self) -> bool:
        return not self.is_by_person and (self.metadata or {})["command"] == "migrate"


@dataclass
class RecordAuthorship:
    """What people wrote of one record and what still stands of it.

    `edits` are the events whose values stand, by attribute. What is again as a program wrote it
    last is no longer a person's. `program_values` are what programs wrote last, by attribute.
    `creation` and `deletion` say that the record is there, or is not, because of a person.
    `ended_confirmation` is the latest day of a confirmation that a change has ended.
    """

    edits: dict[str, PersonEvent] = field(default_factory=dict)
    program_values: dict[str, Any] = field(default_factory=dict)
    last_values: dict[str, Any] = field(default_factory=dict)
    creation: PersonEvent | None = None
    deletion: PersonEvent | None = None
    ended_confirmation: datetime.date | None = None

    @property
    def any_edit(self) -> PersonEvent | None:
        """A person's event of which a value stands."""
        return next(iter(self.edits.values()), None)


class Authorship:
    """What people wrote of the records of one model; nothing is known of records without them.

    A few queries, of which one reads the events of only those records that a person wrote to.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.kind = event_model(model)
        self._fields = tracked_fields(self.kind)
        self.records: dict[int, RecordAuthorship] = {}
        if numbers := self._touched_by_people():
            undos = undo_contexts()
            for number, events in groupby(self._events(numbers), attrgetter("record")):
                effective = effective_events(list(events), undos)
                self.records[number] = _Replay(self.kind, self._fields).run(effective)

    def _touched_by_people(self) -> Sequence[int]:
        table = connection.ops.quote_name(self.kind._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(_TOUCHED_BY_PEOPLE.format(events=table))
            return [number for (number,) in cursor.fetchall()]

    def _events(self, numbers: Sequence[int]) -> Iterable[LoggedEvent]:
        about = ("pgh_obj_id", "pgh_id", "pgh_label", "pgh_created_at", "pgh_context_id")
        values = [field.attname for field in self._fields]
        events = self.kind.objects.filter(pgh_obj_id__in=numbers).order_by("pgh_obj_id", "pgh_id")
        for row in events.values_list(*about, "pgh_context__metadata", *values).iterator():
            yield LoggedEvent._make((*row[:6], row[6:]))

    def edit(self, record: int, attribute: str) -> PersonEvent | None:
        """The event of a person whose value stands in the field, if one does."""
        people = self.records.get(record)
        return people.edits.get(attribute) if people else None

    def deleted_values(self, *attributes: str) -> set[Key]:
        """What the records that people deleted last said in these fields."""
        return {
            tuple(people.last_values[name] for name in attributes)
            for people in self.records.values()
            if people.deletion
        }


def undo_contexts() -> Sequence[tuple[UUID, UUID]]:
    """The context of each undo with that of the batch it undid, the newest undo first."""
    undos = Batch.objects.filter(kind=Batch.Kind.UNDO, undoes__isnull=False).order_by("-pk")
    return list(undos.values_list("context", "undoes__context"))


def effective_events(
    events: Sequence[LoggedEvent], undos: Sequence[tuple[UUID, UUID]]
) -> Sequence[LoggedEvent]:
    """A record's events without those of undone batches and of the undos.

    An undo that was undone itself no longer counts: from the newest on, each takes away its batch.
    """
    contexts = {event.context for event in events}
    passed_over: set[UUID] = set()
    for undo, undone in undos:
        if undo in contexts and undo not in passed_over:
            passed_over |= {undo, undone}
    return [event for event in events if event.context not in passed_over]


_NEVER = object()


class _Replay:
    """Goes through the events of one record, and keeps who wrote each of its values last."""

    def __init__(self, kind: Any, fields: Sequence[Any]) -> None:
        self._kind = kind
        self._names = [field.attname for field in fields]
        self._fact = [at for at, field in enumerate(fields) if is_of_the_fact(field)]
        self._confirmed_on = (
            self._names.index("confirmed_on") if "confirmed_on" in self._names else None
        )
        count = len(fields)
        self._values: Sequence[Any] = [_NEVER] * count
        self._authors: list[PersonEvent | None] = [None] * count
        self._by_programs: list[Any] = [_NEVER] * count
        self._alive = False
        self._alive_by_programs: object = _NEVER
        self._alive_author: PersonEvent | None = None
        self._ended: datetime.date | None = None

    def run(self, events: Iterable[LoggedEvent]) -> RecordAuthorship:
        for event in events:
            person = None
            if event.is_by_person:
                person = PersonEvent(self._kind, event.number, event.at)
            changed = [
                at
                for at, (before, after) in enumerate(zip(self._values, event.values, strict=True))
                if before is _NEVER or before != after
            ]
            self._write_existence(event, person)
            ended = self._ends_confirmation(event, changed)
            for at in changed:
                self._write(at, event, person)
            if ended and self._confirmed_on is not None:
                # The trigger's doing, and no choice of the person's
                self._authors[self._confirmed_on] = None
                self._ended = max(filter(None, [self._ended, ended]))
            self._values = event.values
        return self._result()

    def _write(self, at: int, event: LoggedEvent, person: PersonEvent | None) -> None:
        value = event.values[at]
        author = self._authors[at] if event.is_by_migration else person
        if author is None:
            self._by_programs[at] = value
        # What is again as a program wrote it last is a program's
        self._authors[at] = None if value == self._by_programs[at] else author

    def _write_existence(self, event: LoggedEvent, person: PersonEvent | None) -> None:
        alive = event.label != "delete"
        if alive != self._alive:
            self._alive = alive
            author = self._alive_author if event.is_by_migration else person
            if author is None:
                self._alive_by_programs = alive
            self._alive_author = None if alive == self._alive_by_programs else author

    def _ends_confirmation(
        self, event: LoggedEvent, changed: Sequence[int]
    ) -> datetime.date | None:
        """The day of a confirmation that the event ends by changing what was confirmed.

        Where a program empties a day that a program wrote, its file takes the day back.
        """
        at = self._confirmed_on
        if at is None or at not in changed or event.values[at] is not None:
            return None
        day: datetime.date | None = None if self._values[at] is _NEVER else self._values[at]
        if event.is_by_person:
            return day if any(number in changed for number in self._fact) else None
        return day if self._authors[at] else None

    def _result(self) -> RecordAuthorship:
        edits = {
            name: author
            for name, author in zip(self._names, self._authors, strict=True)
            if author is not None
        }
        by_programs = zip(self._names, self._by_programs, strict=True)
        return RecordAuthorship(
            edits=edits,
            program_values={name: value for name, value in by_programs if value is not _NEVER},
            last_values=dict(zip(self._names, self._values, strict=True)),
            creation=self._alive_author if self._alive else None,
            deletion=None if self._alive else self._alive_author,
            ended_confirmation=self._ended,
        )
