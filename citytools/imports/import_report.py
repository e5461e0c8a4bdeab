"""What an import did, and what it left to people, in words and figures."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.dateformat import format as in_format

from citytools.history.page import (
    EMPTY,
    RecordNames,
    account_names,
    author_name,
    excerpts,
    in_london,
    version_name,
)
from citytools.imports.authorship import PersonEvent
from citytools.imports.conflicts import (
    DELETED,
    LEFT_OUT,
    LINKED,
    PART,
    REFUSED,
    UNLINKED,
    ImportConflict,
    LapsedConfirmation,
)

if TYPE_CHECKING:
    from citytools.imports import ImportRun

MAX_LINES_IN_LIST = 50
_MAX_VALUE_CHARACTERS = 120
_VERBS = {"insert": "recorded", "update": "changed", "delete": "deleted"}


@dataclass
class ImportCounts:
    """What became of the records that one file is about, links among them."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


_FIGURES = ("created", "changed", "unchanged", "left to staff", "deleted by staff", "removed")
_FILE_WIDTH = 30


def report_lines(run: "ImportRun", *, every: bool) -> Iterator[str]:
    """The figures of each file, then what stays as people wrote it, what gives way, what lapses."""
    waiting = run.conflicts.waiting
    yield from _table_lines(run.counts, waiting)
    left = [conflict for conflict in waiting if not conflict.is_deletion]
    deleted = [conflict for conflict in waiting if conflict.is_deletion]
    lists: list[tuple[str, Sequence[Any], Callable[..., Iterator[str]]]] = [
        ("Left to staff", left, conflict_lines),
        ("Deleted by staff", deleted, conflict_lines),
        ("Taken from the files, as --take says", run.conflicts.taken, taken_lines),
        ("No longer confirmed", run.lapsed, lapsed_lines),
    ]
    for heading, items, lines in lists:
        if items:
            yield f"{heading} ({len(items):,}):"
            yield from lines(items, every=every)


def _table_lines(
    counts: Mapping[str, ImportCounts], waiting: Sequence[ImportConflict]
) -> Iterator[str]:
    yield " " * _FILE_WIDTH + "".join(f"{name:>{len(name) + 2}}" for name in _FIGURES)
    numbers: Counter[tuple[str, bool]] = Counter(
        (conflict.line.file, conflict.is_deletion) for conflict in waiting
    )
    for file in dict.fromkeys([*counts, *(file for file, _ in numbers)]):
        count = counts.get(file, ImportCounts())
        figures = (
            count.created, count.changed, count.unchanged,
            numbers[file, False], numbers[file, True], count.removed,
        )  # fmt: skip
        cells = zip(_FIGURES, figures, strict=True)
        yield f"{file:<{_FILE_WIDTH}}" + "".join(f"{n:>{len(name) + 2}}" for name, n in cells)


@dataclass
class _ReportWords:
    """Names of events, people and values, each kind of them looked up once."""

    events: dict[PersonEvent, Any] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)
    names: dict[Any, RecordNames] = field(default_factory=dict)
    values: dict[Any, RecordNames] = field(default_factory=dict)

    @classmethod
    def look_up(
        cls, events: Iterable[PersonEvent], conflicts: Sequence[ImportConflict]
    ) -> "_ReportWords":
        words = cls()
        by_kind: dict[Any, list[PersonEvent]] = defaultdict(list)
        for event in events:
            by_kind[event.kind].append(event)
        for kind, own in by_kind.items():
            logged = kind.objects.select_related("pgh_context").in_bulk(
                [event.number for event in own], field_name="pgh_id"
            )
            words.events |= {event: logged[event.number] for event in own}
            words.names[kind] = RecordNames(logged.values())
        words.people = account_names(list(words.events.values()))
        by_field: dict[Any, list[models.Model]] = defaultdict(list)
        for conflict in conflicts:
            if own_field := conflict.field:
                values = (conflict.present, conflict.stated)
                for value in (value for value in values if not isinstance(value, models.Model)):
                    by_field[own_field].append(own_field.model(**{own_field.attname: value}))
        words.values = {own: RecordNames(rows, [own]) for own, rows in by_field.items()}
        return words

    def by(self, event: PersonEvent) -> str:
        logged = self.events[event]
        # An event without a context was written at a shell, by nobody whose name is known
        who = (
            f"by {author_name(logged, self.people)}"
            if logged.pgh_context
            else "directly in the database"
        )
        return f"{_VERBS[logged.pgh_label]} {who} on {in_london(logged.pgh_created_at)}"

    def who(self, event: PersonEvent) -> str:
        return author_name(self.events[event], self.people)

    def record(self, event: PersonEvent) -> str:
        model = event.kind.pgh_tracked_model
        name = version_name(self.events[event], self.names[event.kind])
        return f"the {model._meta.verbose_name} “{name}”"

    def value(self, conflict: ImportConflict, value: Any) -> str:
        """In words and on one line."""
        if isinstance(value, models.Model):  # a supplier that is perhaps not yet on record
            return str(value)
        words = self.values[conflict.field].words(conflict.field, value)  # type: ignore[arg-type]
        return " ".join(words.split())

    def both(self, conflict: ImportConflict) -> tuple[str, str]:
        """The present value and the file's on one line each, cut where they begin to differ."""
        texts = [self.value(conflict, value) for value in (conflict.present, conflict.stated)]
        present, stated = excerpts(texts[0], texts[1], _MAX_VALUE_CHARACTERS)
        return _quoted(present), _quoted(stated)


def _quoted(words: str) -> str:
    return words if words == EMPTY else f"“{words}”"


def conflict_lines(conflicts: Sequence[ImportConflict], *, every: bool) -> Iterator[str]:
    """A line for each, the newest word of a person first; the first of them unless `every`."""
    newest = sorted(conflicts, key=lambda conflict: conflict.event.at, reverse=True)
    listed = newest if every else newest[:MAX_LINES_IN_LIST]
    words = _ReportWords.look_up([conflict.event for conflict in listed], listed)
    for conflict in listed:
        yield f"- {conflict.place}: {_conflict_words(conflict, words)}"
    if len(listed) < len(conflicts):
        yield f"- and {len(conflicts) - len(listed):,} more (-v 2 names all)"


def _conflict_words(conflict: ImportConflict, words: _ReportWords) -> str:
    by = words.by(conflict.event)
    if conflict.kind == DELETED:
        model = conflict.event.kind.pgh_tracked_model
        return f"the {model._meta.verbose_name} is not brought back ({by})."
    if conflict.kind == LEFT_OUT:
        return f"left out, because it names {words.record(conflict.event)} ({by})."
    if conflict.kind == PART:
        return f"without {words.record(conflict.event)} ({by})."
    if conflict.kind == UNLINKED:
        return f"“{words.value(conflict, conflict.stated)}” is not brought back ({by})."
    if conflict.kind == LINKED:
        present = words.value(conflict, conflict.present)
        return f"“{present}” stays ({by}). The file does not name it."
    present, stated = words.both(conflict)
    if conflict.kind == REFUSED:
        return (
            f"stays {present}. The file says {stated}, which cannot stand beside what people "
            f"wrote: {conflict.reason}"
        )
    return f"stays {present} ({by}). The file says {stated}."


def taken_lines(conflicts: Sequence[ImportConflict], **_: Any) -> Iterator[str]:
    """A line for each word of a person that gave way: what it was, and whose. Never shortened."""
    words = _ReportWords.look_up([conflict.event for conflict in conflicts], conflicts)
    for conflict in conflicts:
        yield f"- {conflict.place}: {_taken_words(conflict, words)}"


def _taken_words(conflict: ImportConflict, words: _ReportWords) -> str:
    by = words.by(conflict.event)
    if conflict.kind == DELETED:
        model = conflict.event.kind.pgh_tracked_model
        return f"the {model._meta.verbose_name} is back ({by})."
    if conflict.kind == UNLINKED:
        return f"“{words.value(conflict, conflict.stated)}” is back ({by})."
    if conflict.kind == LINKED:
        return f"“{words.value(conflict, conflict.present)}” is removed ({by})."
    present, stated = words.both(conflict)
    return f"now {stated}. It was {present} ({by})."


def lapsed_lines(lapsed: Sequence[LapsedConfirmation], **_: Any) -> Iterator[str]:
    """A line for each confirmation that the load has ended. Never shortened: it says so once."""
    words = _ReportWords.look_up([lapse.event for lapse in lapsed if lapse.event], [])
    for lapse in lapsed:
        who = f" (entered by {words.who(lapse.event)})" if lapse.event else ""
        line = f"- “{lapse.name}” is no longer confirmed: it was on {_day(lapse.day)}{who}, and "
        until = lapse.until
        yield line + (f"the file says {_day(until)}." if until else "has changed since.")


def _day(day: datetime.date) -> str:
    return in_format(day, "j F Y")
