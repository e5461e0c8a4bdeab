"""What a row changes in a record that there is, field by field, beside what people wrote in it."""

import copy
import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from citytools.facts.provenance import is_of_the_fact
from citytools.imports.authorship import PersonEvent, RecordAuthorship
from citytools.imports.confirmations import RecordState, next_confirmation
from citytools.imports.conflicts import (
    FIELD,
    REFUSED,
    ConflictLog,
    ImportConflict,
    LapsedConfirmation,
    field_names,
)
from citytools.imports.table_writer import RecordDraft, attribute_name

CONFIRMED = "confirmed_on"


@dataclass
class RecordUpdate:
    """The fields of a record to write, once `plan` has looked at them.

    `before` is the record, `after` the same as the row has it, `name` what the row calls it,
    `names` what --take may call it; `links_event` is a person's write to its links.
    """

    before: models.Model
    after: models.Model
    draft: RecordDraft
    name: str
    names: Collection[str]
    columns: Mapping[str, str]
    people: RecordAuthorship
    links_event: PersonEvent | None = None
    fields: list[str] = field(default_factory=list)
    lapsed: LapsedConfirmation | None = None
    _state: RecordState | None = None
    _confirmation_conflict: ImportConflict | None = None

    def plan(self, differing: Collection[str], log: ConflictLog) -> None:
        """Decide on each field in which the two differ, and note what people's words keep out."""
        conflicts = []
        for name in differing:
            event = self.people.edits.get(attribute_name(type(self.before), name))
            if name != CONFIRMED and event:
                conflicts.append(self._conflict(FIELD, name, event))
            elif name != CONFIRMED:
                self.fields.append(name)
        taken = [conflict for conflict in conflicts if log.is_taken(self._names_of(conflict))]
        stays = [conflict for conflict in conflicts if conflict not in taken]
        fields = self.fields + [_name(conflict) for conflict in taken]
        if stays and fields and (reason := self._refusal(fields)):
            stays += [self._conflict(REFUSED, name, stays[0].event, reason) for name in fields]
            taken, fields = [], []
        self.fields = fields
        log.taken += taken
        log.waiting += stays
        self._plan_confirmation(bool(stays), log)

    def links_change(self, log: ConflictLog) -> bool:
        """What `plan` would have decided had it known that links change; whether that differs."""
        if self._state is None or self._state.changes:
            return False
        if self._confirmation_conflict in log.waiting:
            log.waiting.remove(self._confirmation_conflict)
        self._state = replace(self._state, changes=True)
        setattr(self.before, CONFIRMED, self._confirm(self._state, log))
        return bool(getattr(self.before, CONFIRMED) != self._state.present)

    def _plan_confirmation(self, stays: bool, log: ConflictLog) -> None:
        if CONFIRMED not in self.draft.values:
            return
        present: datetime.date | None = getattr(self.before, CONFIRMED)
        entered = CONFIRMED in self.people.edits
        changes = any(is_of_the_fact(self._field(name)) for name in self.fields)
        ended, linked = self.people.ended_confirmation, bool(self.links_event)
        self._state = RecordState(present, entered, ended, changes, stays, linked)
        day = self._confirm(self._state, log)
        if day != present:
            setattr(self.after, CONFIRMED, day)
            self.fields.append(CONFIRMED)

    def _confirm(self, state: RecordState, log: ConflictLog) -> datetime.date | None:
        """The day of the confirmation; what a person's word keeps out or what lapses is noted."""
        stated, present = self.draft.values[CONFIRMED], state.present
        following = next_confirmation(stated, state)
        day, event = following.day, self.people.edits.get(CONFIRMED)
        if following.waits and (against := event or self.links_event):
            self._confirmation_conflict = conflict = self._conflict(FIELD, CONFIRMED, against)
            if log.settle(conflict, self._names_of(conflict)):
                day = stated
        if following.lapsed and present:
            self.lapsed = LapsedConfirmation(self.name, present, event, until=day)
        return day

    def _conflict(
        self, kind: str, name: str, event: PersonEvent, reason: str = ""
    ) -> ImportConflict:
        own = self._field(name)
        present, stated = getattr(self.before, own.attname), getattr(self.after, own.attname)
        column = self.columns.get(name, name)
        return ImportConflict(
            kind, self.draft.line, event, self.name, column, own, present, stated, reason
        )

    def _names_of(self, conflict: ImportConflict) -> set[str]:
        model, name = type(self.before), _name(conflict)
        return field_names(model, self.draft.line, name, conflict.column).union(self.names)

    def _refusal(self, fields: Collection[str]) -> str:
        """Why the record may not have these fields of the file beside what people wrote."""
        merged = copy.copy(self.before)
        for name in fields:
            setattr(merged, name, getattr(self.after, name))
        try:
            merged.clean()
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    def _field(self, name: str) -> Any:
        return type(self.before)._meta.get_field(name)


def _name(conflict: ImportConflict) -> str:
    return conflict.field.name if conflict.field else ""
