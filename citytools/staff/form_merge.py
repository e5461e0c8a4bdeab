"""A posted form of the admin, merged with what others saved since it was opened.

What was, theirs and mine are compared as a browser posts them, field by field and row by row. A
field or row in conflict comes back with a question: its answer (`…-choice`) counts as long as the
value that it was asked about still stands (`…-conflict` says that it was asked).
"""

import copy
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest, QueryDict

from citytools.history.record_version import RecordVersion, record_as_of
from citytools.staff.three_way_merge import UNKNOWN, WHOLE, Record, merge_records
from citytools.staff.typed_values import (
    MAX_ROWS,
    Row,
    filled_in,
    posted_rows,
    record_fields,
    set_values,
    typed_values,
)

THEIRS, MINE = "theirs", "mine"
MARK, ANSWER, REMOVED = "conflict", "choice", "removed"
"""Hidden fields and buttons beside a field; names of Django's fields have no hyphen."""
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True)
class FormSides:
    """One record in three versions: forms filled in as it was and as it is, and what was posted.

    `theirs` is None if they removed it, `was` if it was not there, and UNKNOWN if nobody knows.
    `form` tells which fields there are, `event` the number of the event that `was` is from.
    """

    form: Any
    was: Any
    theirs: Any
    typed: Row
    key: int
    event: int = 0
    editable: bool = True
    removed_by_me: bool = False

    def mine(self) -> Record | None:
        """My values; where I typed none, what was."""
        if self.removed_by_me:
            return None
        sides = [side for side in (self.was, self.theirs) if side not in (None, UNKNOWN)]
        values = filled_in(sides[0]) if sides else {}
        if self.editable and self.typed:
            values |= typed_values(self.form, self.typed, sides)
        return values or None


@dataclass(frozen=True)
class FormConflict:
    """A field that both changed, or (`name` is WHOLE) a row that one removed and one changed.

    `answer` is the one so far.
    """

    name: str
    sides: FormSides
    answer: str

    @property
    def event(self) -> int:
        """The number of the event that says what was; as it was when first asked."""
        mark = self.sides.typed.get(f"{self.name}-{MARK}", "")
        return int(mark) if _NUMBER.fullmatch(mark) else self.sides.event


class FormMerge:
    """The values to post of one form (None: it goes), and what is still to be decided.

    Unless answers are to settle anything, every question that was asked is asked again.
    """

    def __init__(self, sides: FormSides, *, settle: bool) -> None:
        self.sides = sides
        was: Any = sides.was if sides.was is UNKNOWN else _values(sides.was)
        theirs: Any = _values(sides.theirs)
        mine = sides.mine()
        answers: dict[str, str] = {}
        for name in [WHOLE] if theirs is None or mine is None else theirs:
            if f"{name}-{MARK}" not in sides.typed:
                continue
            answers[name] = self._answer(name, was, theirs)
            if not settle or not answers[name]:
                unknown = name == WHOLE or was is UNKNOWN
                was = UNKNOWN if unknown else {**(was or {}), name: UNKNOWN}
            elif answers[name] == THEIRS:
                mine = theirs if name == WHOLE else {**(mine or {}), name: theirs[name]}
        merged = merge_records(was, theirs, mine)
        self.values = merged.record
        self.conflicts = [
            FormConflict(name, sides, answers.get(name, ""))
            for name in [WHOLE, *(theirs or ())]
            if name in merged.conflicts
        ]

    def _answer(self, name: str, was: Any, theirs: Any) -> str:
        """The answer to a question, if what it was asked about still stands."""
        answer = self.sides.typed.get(f"{name}-{ANSWER}", "")
        if was is UNKNOWN or answer not in (THEIRS, MINE):
            return ""
        if name == WHOLE:
            return answer if was == theirs else ""
        return answer if was and was[name] == theirs[name] else ""

    def row(self, key: str) -> Row | None:
        """What to post of a row; None if there is nothing to post."""
        sides, theirs = self.sides, self.sides.theirs
        if self.values is None and theirs is None:
            return None
        ours = (WHOLE, REMOVED)
        row = Row()
        for name in sides.typed:
            if name not in ours and not name.endswith((f"-{MARK}", f"-{ANSWER}")):
                row.setlist(name, sides.typed.getlist(name))
        set_values(row, "", self.values or filled_in(theirs))
        row[key] = str(sides.key) if theirs else ""
        if self.values is None:
            row[WHOLE] = "on"
        return row


def _values(form: Any) -> dict[str, Any] | None:
    return None if form is None else filled_in(form)


class PageMerge:
    """A page's form and its inlines: what to post now, and conflicts by the prefix of a form."""

    def __init__(
        self, admin: Any, request: HttpRequest, record: Any, version: RecordVersion | None
    ) -> None:
        self._version, self._links = version, list(admin.history_links)
        self._typed, self._record = request.POST, record
        opened_now: Any = copy.copy(request)
        opened_now.method, opened_now.POST = "GET", QueryDict()
        fields = flatten_fieldsets(admin.get_fieldsets(request, record))
        form_class = admin.get_form(opened_now, record, change=True, fields=fields)
        self._own = self._own_sides(form_class)
        formsets, inlines = admin._create_formsets(opened_now, record, change=True)
        self._inlines = [
            (formset, inline.has_change_permission(opened_now, record))
            for formset, inline in zip(formsets, inlines, strict=True)
        ]
        self._merge(settle=True)
        if self.conflicts:
            # Nothing is saved: what has been answered already stays answered beside its field
            self._merge(settle=False)

    def _merge(self, *, settle: bool) -> None:
        self.posted: Any = self._typed.copy()
        self.conflicts: dict[str, list[FormConflict]] = {}
        own = FormMerge(self._own, settle=settle)
        set_values(self.posted, "", own.values or {})
        self._note("", own.conflicts)
        for formset, editable in self._inlines:
            self._merge_rows(formset, editable=editable, settle=settle)

    def _note(self, prefix: str, conflicts: list[FormConflict]) -> None:
        if conflicts:
            self.conflicts[prefix] = conflicts

    def _own_sides(self, form_class: Any) -> FormSides:
        theirs, key = form_class(instance=self._record), self._record.pk
        event = self._version.record if self._version else None
        if event is None:
            return FormSides(theirs, UNKNOWN, theirs, self._typed, key)
        links = {
            name: self._links_as_of(field)
            for name in record_fields(theirs)
            if (field := self._record._meta.get_field(name)).many_to_many
        }
        was = form_class(instance=record_as_of(self._record, event), initial=links)
        return FormSides(theirs, was, theirs, self._typed, key, event.pgh_id)

    def _links_as_of(self, field: Any) -> list[int]:
        """The keys of the records that a field of links led to."""
        rows = self._rows_as_of(field.remote_field.through, field.m2m_field_name())
        return [getattr(row, f"{field.m2m_reverse_field_name()}_id") for row in rows.values()]

    def _rows_as_of(self, model: Any, field: str) -> Mapping[int, Any]:
        """The events of the rows that there were; of Django's own tables our models are proxies."""
        tables = [(link.model._meta.db_table, link.field) for link in self._links]
        return (
            self._version.rows[tables.index((model._meta.db_table, field))] if self._version else {}
        )

    def _merge_rows(self, formset: Any, *, editable: bool, settle: bool) -> None:
        key = formset.model._meta.pk.name
        was = self._rows_as_of(formset.model, formset.fk.name)
        theirs = {form.instance.pk: form for form in formset.initial_forms}
        typed, new = _rows_by_number(posted_rows(self._typed, formset.prefix), key)
        unknown = self._never_rows_here(formset, typed.keys() - theirs.keys())
        new += [typed.pop(number) for number in sorted(unknown)]
        if self._version:
            additions = [form for number, form in theirs.items() if number not in was]
            new = [row for row in new if not any(_is_same_row(form, row) for form in additions)]
        merges = [
            FormMerge(
                FormSides(
                    theirs.get(number) or _row_form(formset),
                    self._row_as_of(formset, was.get(number)),
                    theirs.get(number),
                    typed.get(number, Row()),
                    number,
                    was[number].pgh_id if number in was else 0,
                    editable,
                    removed_by_me=formset.can_delete and WHOLE in typed.get(number, ()),
                ),
                settle=settle,
            )
            for number in dict.fromkeys([*theirs, *typed])
        ]
        self._write_rows(formset, merges, new)

    def _never_rows_here(self, formset: Any, numbers: Set[int]) -> Set[int]:
        """Which numbers no row of this record ever had: they are somebody's invention."""
        events = formset.model.pgh_event_model.objects.filter(pgh_obj_id__in=numbers)
        here = events.filter(**{formset.fk.attname: self._record.pk}) if numbers else ()
        return numbers - {event.pgh_obj_id for event in here}

    def _row_as_of(self, formset: Any, event: Any) -> Any:
        if self._version is None:
            return UNKNOWN
        return _row_form(formset, event) if event else None

    def _write_rows(self, formset: Any, merges: Sequence[FormMerge], new: list[Row]) -> None:
        """Rows that there are, new ones, then those that they removed and I add again."""
        prefix, key = formset.prefix, formset.model._meta.pk.name
        for name in [name for name in self.posted if name.startswith(f"{prefix}-")]:
            del self.posted[name]
        rows: list[tuple[Row, list[FormConflict]]] = [
            (row, merge.conflicts) for merge in merges if (row := merge.row(key)) is not None
        ]
        for row in new:
            row.pop(key, None)
        present = len(formset.initial_forms)
        rows[present:present] = [(row, []) for row in new]
        for number, (row, conflicts) in enumerate(rows):
            for name in row:
                self.posted.setlist(f"{prefix}-{number}-{name}", row.getlist(name))
            self._note(f"{prefix}-{number}", conflicts)
        counts = {"TOTAL": len(rows), "INITIAL": present, "MIN_NUM": 0, "MAX_NUM": MAX_ROWS}
        for name, count in counts.items():
            self.posted[f"{prefix}-{name}_FORMS"] = str(count)


def _rows_by_number(rows: Sequence[Row], key: str) -> tuple[dict[int, Row], list[Row]]:
    """The rows that a form was filled in with, and the new ones."""
    numbered: dict[int, Row] = {}
    new = []
    for row in rows:
        number = row.get(REMOVED) or row.get(key) or ""
        if _NUMBER.fullmatch(number) and int(number) not in numbered:
            numbered[int(number)] = row
        elif row:
            new.append(row)
    return numbered, new


def _row_form(formset: Any, event: Any = None) -> Any:
    """A form with a row's own fields: as at an event, or empty."""
    row = formset.model()
    form = formset.form(instance=record_as_of(row, event) if event else row)
    form.fields.pop(formset.fk.name, None)
    return form


def _is_same_row(form: Any, row: Row) -> bool:
    """Whether a new row says what another person's new row says."""
    typed = typed_values(form, row, [form])
    saved = filled_in(form)
    return bool(typed) and all(saved[name] == value for name, value in typed.items())
