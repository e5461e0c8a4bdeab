"""Rows of files that a load left alone because of what a person did, and what to say of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.text import Truncator

from citytools.cells import Line
from citytools.history.page import in_london, people_of, who
from citytools.history_words import Names, label, name_of

_VERBS = {"insert": "recorded", "update": "changed", "delete": "deleted"}
_MAX_CHARACTERS = 400


@dataclass(frozen=True)
class LeftRow:
    """A row, the person's event that it gave way to, and what became of it.

    `reason`: edited, deleted (the row's own record), names (a deleted record, so that the row is
    left out), part (the same, but only that part of a list is left out), linked (by a person, not
    in the file), links (of a record that a person wrote last).
    """

    line: Line
    event: Any
    reason: str
    column: str = ""
    says: Mapping[str, Any] = field(default_factory=dict)
    adds: Sequence[models.Model] = ()
    removes: Sequence[models.Model] = ()


def sentences(rows: Sequence[LeftRow]) -> Iterator[str]:
    """A line for each row: where it is, what was left, who wrote that and when, the file's word."""
    events = [row.event for row in rows]
    people, names = people_of(events), _names_by_kind(events)
    for row in rows:
        event = row.event
        # An event without a context was written at a shell, by nobody whose name is known
        by = f"by {who(event, people)}" if event.pgh_context else "directly in the database"
        by = f"{_VERBS[event.pgh_label]} {by} on {in_london(event.pgh_created_at)}"
        place = ", ".join(part for part in (row.line.file, row.line.place, row.column) if part)
        yield f"{place}: {_sentence(row, _name(event, names[type(event)]), by)}"


def _sentence(row: LeftRow, name: str, by: str) -> str:
    if row.reason == "names":
        return f"left out, because it names the {name} ({by}). {_says_cells(row.line)}"
    if row.reason == "part":
        return f"without the {name} ({by})."
    if row.reason == "linked":
        return f"the {name} stays ({by}). The file does not name it."
    if row.reason == "links":
        return f"the {name} keeps its links ({by}). {_says_links(row)}"
    left = "is not brought back" if row.reason == "deleted" else "stays as it is"
    return f"the {name} {left} ({by}). {_says_values(row)}"


def _names_by_kind(events: Sequence[Any]) -> dict[type[models.Model], Names]:
    kinds: dict[type[models.Model], list[Any]] = {}
    for event in events:
        kinds.setdefault(type(event), []).append(event)
    return {kind: Names(those) for kind, those in kinds.items()}


def _name(event: Any, names: Names) -> str:
    model = type(event).pgh_tracked_model
    if model.__str__ is not models.Model.__str__:
        return f"{model._meta.verbose_name} “{name_of(event, names)}”"
    # Django's own link tables have no name but that of the two records
    ends = [one for one in model._meta.fields if one.remote_field]
    joined = " and ".join(f"“{names.words(one, getattr(event, one.attname))}”" for one in ends)
    return f"link of {joined}"


def _says_values(row: LeftRow) -> str:
    fields = type(row.event).pgh_tracked_model._meta.fields
    said = [one for one in fields if one.name in row.says]
    return _says([f"{label(one)} {_word(one, row.says[one.name])}" for one in said])


def _word(of: models.Field, value: Any) -> str:
    return str(value) if isinstance(value, models.Model) else Names([]).words(of, value)


def _says_cells(line: Line) -> str:
    return _says([f"{column} {cell}" for column, cell in line.cells.items() if cell])


def _says_links(row: LeftRow) -> str:
    added = [f"with “{record}”" for record in row.adds]
    return _says([*added, *(f"without “{record}”" for record in row.removes)])


def _says(words: Sequence[str]) -> str:
    # On one line: a body of research has paragraphs
    line = " ".join("; ".join(words).split())
    return f"The file says: {Truncator(line).chars(_MAX_CHARACTERS)}."
