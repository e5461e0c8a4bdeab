"""What undoing a batch would do, record by record, and which records it must leave as they are.

A record goes back to its version before the batch, if it is still as the batch left it: in value,
so that a batch whose undo was undone can be undone again. What an undone batch wrote is no version
to go back to. A record stays if somebody changed it since, and with it stay the rows that belong to
it, whatever staying records name, and whatever would name a record that is no more. All is read in
sets from the event tables, a few queries for each model.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

import pgtrigger
from django.apps import apps
from django.contrib import admin
from django.db import connection

from citytools.facts.provenance import LinkEndsConfirmation
from citytools.history import DerivedRowTrigger, tracked_models
from citytools.history.foreign_keys import ForeignKeyColumn, foreign_key_columns
from citytools.history.page import tracked_fields
from citytools.models import Batch, is_in_effect

Record = tuple[Any, int]
"""A model and a primary key."""


class RecordWrite(NamedTuple):
    """What a batch did to one record, by numbers of events.

    `before` is the version to go back to, None where there was no record. `newest` is the last
    event of all, `present` whether there is a record now.
    """

    before: int | None
    after: int
    newest: int
    present: bool


@dataclass(frozen=True)
class Refusal:
    """Why a record stays as it is.

    `reason`: changed (since, by whoever wrote the event `newest`), unknown (no version from before
    is known), confirmed (a link, whose `other` was confirmed since), part (`other` stays, with
    which it belongs), named (by `other`, which stays), names (`value` in the field `column`, which
    is no more), rows (that belong to it were changed since, `other` among them), database (which
    says `words`).
    """

    record: Record
    reason: str
    write: RecordWrite
    other: Record | None = None
    column: str = ""
    value: Any = None
    words: str = ""


@dataclass
class UndoPlan:
    """The writes to take back by model and record, and the refusals of the others."""

    context: UUID
    writes: dict[Any, dict[int, RecordWrite]] = field(default_factory=dict)
    refusals: dict[Record, Refusal] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many records go back."""
        return sum(map(len, self.writes.values()))

    def refuse(self, refusals: Iterable[Refusal]) -> bool:
        """Leave these records as they are; whether any of them was to go back."""
        any_new = False
        for refusal in refusals:
            model, record = refusal.record
            if self.writes.get(model, {}).pop(record, None) is not None:
                self.refusals[refusal.record] = refusal
                any_new = True
        return any_new

    @cached_property
    def all_writes(self) -> dict[Any, dict[int, RecordWrite]]:
        """The writes to be taken back and those of the records that stay, as first planned."""
        writes = {model: dict(own) for model, own in self.writes.items()}
        for (model, record), refusal in self.refusals.items():
            writes.setdefault(model, {})[record] = refusal.write
        return writes


def plan_undo(context: UUID) -> UndoPlan:
    """The plan for the batch of a context; nobody else may write until it is carried out."""
    plan = UndoPlan(context)
    parameters = {"context": context, "undone": _undone_contexts(context)}
    for model in tracked_models():
        writes, refusals = _writes(model, parameters)
        if writes:
            plan.writes[model] = writes
        plan.refusals |= {refusal.record: refusal for refusal in refusals}
    plan.refuse(list(_confirmed_since(plan)))
    settle(plan)
    return plan


def _undone_contexts(context: UUID) -> list[UUID]:
    """Contexts of the batches that do not count once the batch of this context is undone.

    An undo writes nothing to a record that a later batch had set back already. When that batch is
    undone in turn, the version before it is one that the first batch wrote.
    """
    undos = Batch.objects.filter(undos__isnull=False).with_undos()
    undos = {
        number: [undo for undo in own if undo.context != context] for number, own in undos.items()
    }
    batches = Batch.objects.filter(pk__in=undos).exclude(kind=Batch.Kind.UNDO).order_by("pk")
    return [batch.context for batch in batches if not is_in_effect(batch, undos)]


def settle(plan: UndoPlan) -> None:
    """Refuse what cannot go back because of what stays, until nothing more follows."""
    while True:
        follows = plan.refuse(list(_parts_of_refused(plan))) if plan.refusals else False
        follows |= plan.refuse(list(_broken_references(plan)))
        if not follows:
            return


_WRITES = """
WITH own AS (
    SELECT pgh_obj_id AS record, min(pgh_id) AS first, max(pgh_id) AS last
    FROM {events} WHERE pgh_context_id = %(context)s GROUP BY pgh_obj_id
), span AS (
    SELECT own.record, own.first, own.last,
        max(event.pgh_id) FILTER (
            WHERE event.pgh_id < own.first
            AND (event.pgh_context_id = ANY(%(undone)s)) IS NOT TRUE
        ) AS before,
        bool_or(event.pgh_id < own.first) AS known,
        max(event.pgh_id) AS newest,
        bool_or(
            event.pgh_id BETWEEN own.first AND own.last
            AND event.pgh_context_id IS DISTINCT FROM %(context)s
        ) AS interrupted
    FROM own JOIN {events} AS event ON event.pgh_obj_id = own.record
    GROUP BY own.record, own.first, own.last
), version AS (
    SELECT span.*, first.pgh_label = 'insert' AS created, last.pgh_label = 'delete' AS deleted,
        newest.pgh_label = 'delete' AS gone, before.pgh_id IS NULL AS absent,
        ROW({before}) AS before_values,
        ROW({last}) AS last_values, ROW({newest}) AS newest_values
    FROM span
    JOIN {events} AS first ON first.pgh_id = span.first
    JOIN {events} AS last ON last.pgh_id = span.last
    JOIN {events} AS newest ON newest.pgh_id = span.newest
    LEFT JOIN {events} AS before ON before.pgh_id = span.before AND before.pgh_label <> 'delete'
)
SELECT record, CASE WHEN NOT created THEN before END, last, newest, NOT gone, CASE
    WHEN NOT created AND known AND absent AND gone THEN 'same'
    WHEN NOT created AND absent THEN 'unknown'
    WHEN (created AND deleted) OR (created AND gone)
        OR (NOT created AND NOT gone AND before_values IS NOT DISTINCT FROM newest_values)
        OR (NOT created AND NOT deleted AND before_values IS NOT DISTINCT FROM last_values)
    THEN 'same'
    WHEN NOT interrupted AND (
        (deleted AND gone)
        OR (NOT deleted AND NOT gone AND last_values IS NOT DISTINCT FROM newest_values)
    ) THEN 'undo'
    ELSE 'changed' END
FROM version ORDER BY record
"""


def _writes(model: Any, parameters: dict[str, Any]) -> tuple[dict[int, RecordWrite], list[Refusal]]:
    """What the batch wrote to records of a model; without those that are as they were before."""
    names = columns(model)
    values = {
        version: ", ".join(f"{version}.{name}" for name in names)
        for version in ("before", "last", "newest")
    }
    writes, refusals = {}, []
    with connection.cursor() as cursor:
        cursor.execute(_WRITES.format(events=event_table(model), **values), parameters)
        for record, before, after, newest, present, verdict in cursor.fetchall():
            write = RecordWrite(before, after, newest, present)
            if verdict == "undo":
                writes[record] = write
            elif verdict != "same":
                refusals.append(Refusal((model, record), verdict, write))
    return writes, refusals


def columns(model: Any) -> list[str]:
    """The columns that a model's events keep, without its key, quoted."""
    fields = tracked_fields(model.pgh_event_model)
    return [connection.ops.quote_name(str(field.column)) for field in fields]


def key_column(model: Any) -> str:
    """The column of a model's primary key."""
    return str(model._meta.pk.column)


def event_table(model: Any) -> str:
    """The table of a model's events, quoted."""
    return connection.ops.quote_name(model.pgh_event_model._meta.db_table)


def _event_values(
    model: Any, events: Iterable[int], names: Collection[str]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(record, values of the columns) for each event; the key is the event's own record."""
    quote, key = connection.ops.quote_name, key_column(model)
    listed = ", ".join("pgh_obj_id" if name == key else quote(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pgh_obj_id, {listed} FROM {event_table(model)} WHERE pgh_id = ANY(%s)",  # noqa: S608 (names of ours)
            [list(events)],
        )
        for record, *values in cursor.fetchall():
            yield record, tuple(values)


# What belongs together: a record and its link rows, a present row and the past row that a trigger
# wrote of it. Half of it taken back would be a fact that nobody ever stated.


@dataclass(frozen=True)
class Tie:
    """Rows of two models that belong together where these columns have the same values."""

    owner: Any
    owner_columns: tuple[str, ...]
    part: Any
    part_columns: tuple[str, ...]


def ties() -> list[Tie]:
    """All there are: the rows that staff see on a record's page, and what triggers derive."""
    pairs = []
    for owner, model_admin in admin.site._registry.items():
        for link in getattr(model_admin, "history_links", ()):
            key = (key_column(owner),)
            pairs.append(Tie(owner, key, link.model, (f"{link.field}_id",)))
    for model, trigger in pgtrigger.registered():
        if isinstance(trigger, DerivedRowTrigger):
            pairs.append(Tie(model, trigger.columns, apps.get_model(trigger.into), trigger.columns))
    return pairs


def _parts_of_refused(plan: UndoPlan) -> Iterator[Refusal]:
    for tie in ties():
        owners, parts = plan.all_writes.get(tie.owner), plan.all_writes.get(tie.part)
        if not owners or not parts:
            continue
        owners_by_key = _by_key(tie.owner, owners, tie.owner_columns)
        parts_by_key = _by_key(tie.part, parts, tie.part_columns)
        for key in owners_by_key.keys() & parts_by_key.keys():
            pair = [
                [(tie.owner, record) for record in owners_by_key[key]],
                [(tie.part, record) for record in parts_by_key[key]],
            ]
            for ones, others in (pair, pair[::-1]):
                if stays := next((record for record in ones if record in plan.refusals), None):
                    yield from _refusals(plan, others, "part", other=stays)


def _refusals(
    plan: UndoPlan, records: Iterable[Record], reason: str, **details: Any
) -> Iterator[Refusal]:
    """Of those records among these that are to go back."""
    for model, record in records:
        if write := plan.writes.get(model, {}).get(record):
            yield Refusal((model, record), reason, write, **details)


def _by_key(
    model: Any, writes: dict[int, RecordWrite], names: tuple[str, ...]
) -> dict[tuple[Any, ...], set[int]]:
    """The records by the values that the columns had before and after the batch."""
    events = {number for write in writes.values() for number in (write.before, write.after)}
    records: dict[tuple[Any, ...], set[int]] = defaultdict(set)
    for record, values in _event_values(model, events - {None}, names):  # type: ignore[arg-type]
        records[values].add(record)
    return records


_CONFIRMED_LATER = """
SELECT owner.id FROM {owners} AS owner WHERE owner.id = ANY(%(owners)s)
AND owner.confirmed_on IS NOT NULL AND EXISTS (
    SELECT 1 FROM {events} AS event
    WHERE event.pgh_obj_id = owner.id AND event.confirmed_on IS NOT NULL
    AND event.pgh_created_at > (
        SELECT max(pgh_created_at) FROM {parts} WHERE pgh_context_id = %(context)s
    )
)
"""


def _confirmed_since(plan: UndoPlan) -> Iterator[Refusal]:
    """Links of records that the batch did not write, and that a borough has confirmed since.

    It confirmed them with these links: to take one away would end that unseen.
    """
    for part, trigger in pgtrigger.registered():
        if not isinstance(trigger, LinkEndsConfirmation) or not plan.writes.get(part):
            continue
        owner = next(model for model in tracked_models() if model._meta.db_table == trigger.table)
        by_owner = _by_key(part, plan.writes[part], (trigger.column,))
        others = [key for (key,) in by_owner if key not in plan.all_writes.get(owner, {})]
        quote = connection.ops.quote_name
        names = {"owners": quote(trigger.table), "events": event_table(owner)}
        statement = _CONFIRMED_LATER.format(parts=event_table(part), **names)
        with connection.cursor() as cursor:
            cursor.execute(statement, {"owners": others, "context": plan.context})
            for (key,) in cursor.fetchall():
                links = [(part, record) for record in by_owner[(key,)]]
                yield from _refusals(plan, links, "confirmed", other=(owner, key))


# Foreign keys: what would name a record that is no more. Those that only the database knows among
# them; and PostgreSQL itself checks most of them at the end of a transaction, without a name.


def _broken_references(plan: UndoPlan) -> Iterator[Refusal]:
    for reference in foreign_key_columns():
        if plan.writes.get(reference.model):
            yield from _names_what_is_gone(plan, reference)
        if plan.writes.get(reference.target):
            yield from _named_by_what_stays(plan, reference)


def _names_what_is_gone(plan: UndoPlan, reference: ForeignKeyColumn) -> Iterator[Refusal]:
    """Records whose former version names a record that is not there then."""
    back = {write.before for write in plan.writes[reference.model].values()} - {None}
    versions = _event_values(reference.model, back, [reference.column])  # type: ignore[arg-type]
    named = {record: value for record, (value,) in versions if value is not None}
    targets = plan.writes.get(reference.target, {})
    present = _rows(reference.target, reference.target_column, set(named.values()))
    there = {value for record, value in present if record not in targets}
    events = {write.before for write in targets.values()} - {None}
    there |= {
        value
        for _, (value,) in _event_values(reference.target, events, [reference.target_column])  # type: ignore[arg-type]
    }
    by_key = reference.target_column == key_column(reference.target)
    for record, value in named.items():
        if value not in there:
            details: Any = {"column": reference.column, "value": value}
            details |= {"other": (reference.target, value)} if by_key else {}
            yield from _refusals(plan, [(reference.model, record)], "names", **details)


def _named_by_what_stays(plan: UndoPlan, reference: ForeignKeyColumn) -> Iterator[Refusal]:
    """Records that the batch created, and that a record names which is not part of the undo."""
    writes = plan.writes[reference.target]
    removed = [record for record, write in writes.items() if write.before is None]
    key = key_column(reference.target)
    values = dict(_rows(reference.target, key, removed, reference.target_column))
    target_by_value = {value: record for record, value in values.items()}
    own = plan.writes.get(reference.model, {})
    for record, value in _rows(reference.model, reference.column, target_by_value):
        # What goes back itself is looked at with its former version
        if record not in own:
            target = (reference.target, target_by_value[value])
            yield from _refusals(plan, [target], "named", other=(reference.model, record))


def _rows(
    model: Any, column: str, values: Collection[Any], value_column: str = ""
) -> list[tuple[int, Any]]:
    """(key, value of `value_column`, or of the column) of the present rows with such a value."""
    if not values:
        return []
    quote = connection.ops.quote_name
    key, table = quote(key_column(model)), quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {quote(value_column or column)} FROM {table} "  # noqa: S608 (names of ours)
            f"WHERE {quote(column)} = ANY(%s) ORDER BY {key}",
            [list(values)],
        )
        return list(cursor.fetchall())


def refuse_changed_parts(plan: UndoPlan) -> bool:
    """Refuse each record to whose rows somebody else has written since; whether there was any.

    Only where the database refuses the whole for a rule about a record and its rows together,
    without saying of which record.
    """
    refusals: list[Refusal] = []
    for tie in ties():
        owners = plan.writes.get(tie.owner, {})
        if not owners or tie.owner_columns != (key_column(tie.owner),):
            continue
        (column,) = tie.part_columns
        name, events = connection.ops.quote_name(column), event_table(tie.part)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {name}, max(pgh_obj_id) FROM {events} WHERE {name} = ANY(%s) "  # noqa: S608 (names of ours)
                f"AND pgh_id > coalesce((SELECT max(pgh_id) FROM {events} "
                f"WHERE pgh_context_id = %s), 0) GROUP BY {name} ORDER BY {name}",
                [list(owners), plan.context],
            )
            for owner, row in cursor.fetchall():
                details: Any = {"other": (tie.part, row)}
                refusals += _refusals(plan, [(tie.owner, owner)], "rows", **details)
    return plan.refuse(refusals)


def refuse_by_database(plan: UndoPlan, words_by_record: dict[Record, str]) -> None:
    """Refuse what the database refused, with its words."""
    for record, words in words_by_record.items():
        plan.refuse(_refusals(plan, [record], "database", words=words))
