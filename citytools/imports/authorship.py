"""Who wrote a record last, by the event log: a person, or one of our own programs.

A program of ours names itself in the context of what it writes (`pghistory.context(command=…)`).
Everything else counts as a person's: the admin, a return, a restore, and also what has no context
at all. That is somebody at a shell or at psql, whose work a load must not undo either; the price of
being wrong is a line that a load prints, and the price of the opposite is lost work.
Migrations are neither: a row that one of them filled in belongs to whoever wrote it before.
"""

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pghistory.models
from django.apps import apps
from django.db import connection, models
from django.utils.text import Truncator

from citytools.history.page import (
    RecordNames,
    account_names,
    author_name,
    field_label,
    in_london,
    version_name,
)
from citytools.imports.csv_reader import CsvRow

Key = tuple[object, ...]

_LAST_BY_PEOPLE = """
SELECT pgh_id FROM (
    SELECT DISTINCT ON (event.pgh_obj_id) event.pgh_id, context.metadata
    FROM {events} AS event
    LEFT JOIN pghistory_context AS context ON context.id = event.pgh_context_id
    WHERE coalesce(context.metadata ->> 'command', '') <> 'migrate'
    ORDER BY event.pgh_obj_id, event.pgh_id DESC
) AS latest
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


def last_writes_by_people(model: type[models.Model]) -> dict[int, Any]:
    """The last event of each record that a person wrote last, by the record's number.

    Deleted records are among them: their last event is the deletion.
    """
    events = event_model(model)
    table = connection.ops.quote_name(events._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_BY_PEOPLE.format(events=table))
        numbers = [number for (number,) in cursor.fetchall()]
    if not numbers:
        return {}
    latest = events.objects.filter(pgh_id__in=numbers).select_related("pgh_context")
    return {event.pgh_obj_id: event for event in latest}


def keys_written_by_programs(
    model: type[models.Model], records: Collection[int], attributes: Sequence[str]
) -> dict[Key, int]:
    """What the records were called when a program last wrote them; their numbers by that key."""
    if not records:
        return {}
    events = (
        event_model(model)
        .objects.filter(pgh_obj_id__in=records, pgh_context__metadata__has_key="command")
        .exclude(pgh_context__metadata__has_any_keys=["user"])
        .exclude(pgh_context__metadata__command="migrate")
    )
    last = events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return {tuple(key): number for *key, number in last.values_list(*attributes, "pgh_obj_id")}


def former_keys(model: type[models.Model], attributes: Sequence[str]) -> dict[Key, int]:
    """The number of the record that last had each key, whether or not it has it still."""
    events = event_model(model).objects.order_by("pgh_id")
    return {tuple(key): number for *key, number in events.values_list(*attributes, "pgh_obj_id")}


_VERBS = {"insert": "recorded", "update": "changed", "delete": "deleted"}
_MAX_CHARACTERS = 400


@dataclass(frozen=True)
class SkippedRow:
    """A row, the person's event that it gave way to, and what became of it.

    `reason`: edited, deleted (the row's own record), names (a deleted record, so that the row is
    left out), part (the same, but only that part of a list is left out), linked (by a person, not
    in the file), links (of a record that a person wrote last).
    """

    line: CsvRow
    event: Any
    reason: str
    column: str = ""
    says: Mapping[str, Any] = field(default_factory=dict)
    adds: Sequence[models.Model] = ()
    removes: Sequence[models.Model] = ()


def skipped_row_sentences(rows: Sequence[SkippedRow]) -> Iterator[str]:
    """A line for each row: where it is, what was left, who wrote that and when, the file's word."""
    events = [row.event for row in rows]
    people, names = account_names(events), _names_by_kind(events)
    for row in rows:
        event = row.event
        # An event without a context was written at a shell, by nobody whose name is known
        by = f"by {author_name(event, people)}" if event.pgh_context else "directly in the database"
        by = f"{_VERBS[event.pgh_label]} {by} on {in_london(event.pgh_created_at)}"
        place = ", ".join(part for part in (row.line.file, row.line.place, row.column) if part)
        yield f"{place}: {_sentence(row, _name(event, names[type(event)]), by)}"


def _sentence(row: SkippedRow, name: str, by: str) -> str:
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


def _names_by_kind(events: Sequence[Any]) -> dict[type[models.Model], RecordNames]:
    kinds: dict[type[models.Model], list[Any]] = {}
    for event in events:
        kinds.setdefault(type(event), []).append(event)
    return {kind: RecordNames(versions) for kind, versions in kinds.items()}


def _name(event: Any, names: RecordNames) -> str:
    model = type(event).pgh_tracked_model
    if model.__str__ is not models.Model.__str__:
        return f"{model._meta.verbose_name} “{version_name(event, names)}”"
    # Django's own link tables have no name but that of the two records
    ends = [field for field in model._meta.fields if field.remote_field]
    joined = " and ".join(f"“{names.words(end, getattr(event, end.attname))}”" for end in ends)
    return f"link of {joined}"


def _says_values(row: SkippedRow) -> str:
    fields = type(row.event).pgh_tracked_model._meta.fields
    said = [(field, row.says[field.name]) for field in fields if field.name in row.says]
    names = RecordNames([])
    return _says(
        [
            f"{field_label(field)} "
            f"{value if isinstance(value, models.Model) else names.words(field, value)}"
            for field, value in said
        ]
    )


def _says_cells(line: CsvRow) -> str:
    return _says([f"{column} {cell}" for column, cell in line.cells.items() if cell])


def _says_links(row: SkippedRow) -> str:
    added = [f"with “{record}”" for record in row.adds]
    return _says([*added, *(f"without “{record}”" for record in row.removes)])


def _says(words: Sequence[str]) -> str:
    # On one line: a body of research has paragraphs
    line = " ".join("; ".join(words).split())
    return f"The file says: {Truncator(line).chars(_MAX_CHARACTERS)}."
