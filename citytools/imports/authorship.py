"""Who wrote a record last, by the event log: a person, or one of our own programs.

A program of ours names itself in the context of what it writes (`pghistory.context(command=…)`).
Everything else counts as a person's: the admin, a return, a restore, and also what has no context
at all. That is somebody at a shell or at psql, whose work a load must not undo either; the price of
being wrong is a line that a load prints, and the price of the opposite is lost work.
Migrations are neither: a row that one of them filled in belongs to whoever wrote it before.
"""

import functools
from collections.abc import Collection, Sequence
from typing import Any

import pghistory.models
from django.apps import apps
from django.db import connection, models

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


def last_by_people(model: type[models.Model]) -> dict[int, Any]:
    """The last event of each record that a person wrote last, by the record's number.

    Records that are gone are among them: their last event is the deletion.
    """
    events = event_model(model)
    table = connection.ops.quote_name(events._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_BY_PEOPLE.format(events=table))
        numbers = [number for (number,) in cursor.fetchall()]
    if not numbers:
        return {}
    found = events.objects.filter(pgh_id__in=numbers).select_related("pgh_context")
    return {event.pgh_obj_id: event for event in found}


def keys_by_programs(
    model: type[models.Model], records: Collection[int], attributes: Sequence[str]
) -> dict[Key, int]:
    """What the records were called when a program last wrote them; their numbers by that key."""
    if not records:
        return {}
    events = event_model(model).objects.filter(
        pgh_obj_id__in=records, pgh_context__metadata__has_key="command"
    )
    events = events.exclude(pgh_context__metadata__has_any_keys=["user"])
    events = events.exclude(pgh_context__metadata__command="migrate")
    last = events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return {tuple(key): number for *key, number in last.values_list(*attributes, "pgh_obj_id")}


def former_keys(model: type[models.Model], attributes: Sequence[str]) -> dict[Key, int]:
    """The number of the record that last had each key, whether or not it has it still."""
    events = event_model(model).objects.order_by("pgh_id")
    return {tuple(key): number for *key, number in events.values_list(*attributes, "pgh_obj_id")}
