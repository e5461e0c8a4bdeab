"""Restoring a version: the record, and the rows that come back, change or go with it.

`restore_version` does it within one transaction. `rehearse_restore` does the same and rolls it
back, so that the page which asks beforehand says exactly what will happen, whatever the database
refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, connection, models, transaction

from citytools.facts import provenance
from citytools.history import tracked_models
from citytools.history.foreign_keys import DatabaseKey, database_keys
from citytools.history.page import (
    FieldChange,
    HistoryLink,
    RecordNames,
    field_changes,
    field_label,
    tracked_fields,
)

if TYPE_CHECKING:
    Field = models.Field[Any, Any]  # generic for the type checker alone

# All is read from the events. Each transaction's events have one `pgh_created_at` (the database's
# NOW()), and each request or command one context: both together tell what was written as one.


@dataclass(frozen=True)
class Relation:
    """Rows of `model` whose `column` holds the `target` column of the record.

    `is_part` says that staff edit the rows on the record's own page; `noun` is their word for one.
    """

    model: Any
    column: str
    target: str
    noun: str
    is_part: bool

    def fields(self) -> list[Field]:
        """What a row says, besides the record that it belongs to."""
        fields = tracked_fields(self.model.pgh_event_model)
        return [field for field in fields if field.attname != self.column]

    def present(self, record: models.Model) -> dict[Any, models.Model]:
        """The rows as they are now, by key."""
        rows = self.model._base_manager.filter(**{self.column: getattr(record, self.target)})
        return {row.pk: row for row in rows.order_by("pk")}


def related_tables(model: Any, links: Sequence[HistoryLink]) -> list[Relation]:
    """The parts named by `links`, then whatever else is deleted together with a record."""
    key = model._meta.pk.attname
    relations = [Relation(link.model, f"{link.field}_id", key, link.noun, True) for link in links]
    known = {(relation.model, relation.column) for relation in relations}
    cascading = [*_cascading(model), *_cascading_in_database(model)]
    return [
        *relations,
        *(relation for relation in cascading if (relation.model, relation.column) not in known),
    ]


def _cascading(model: Any) -> Iterator[Relation]:
    for tracked in tracked_models():
        for field in tracked._meta.fields:
            if field.related_model is None or field.remote_field.on_delete is not models.CASCADE:
                continue
            if field.related_model._meta.concrete_model is model:
                key = field.target_field.attname
                yield Relation(tracked, field.attname, key, _noun(tracked, field), False)


def _cascading_in_database(model: Any) -> Iterator[Relation]:
    tables = {tracked._meta.db_table: tracked for tracked in tracked_models()}
    for key in database_keys():
        tracked = tables.get(key.table)
        if tracked is not None and key.target_table == model._meta.db_table:
            noun = _noun(tracked, None)
            yield Relation(tracked, key.column, key.target_column, noun, False)


def _noun(model: Any, towards: Field | None) -> str:
    """“Contract” for a bare link between a contract and the record, else the row's own kind."""
    other = [field for field in tracked_fields(model.pgh_event_model) if field is not towards]
    if len(other) == 1 and other[0].related_model is not None:
        name = str(other[0].related_model._meta.verbose_name)
    else:
        name = str(model._meta.verbose_name)
    return name[:1].upper() + name[1:]


def versions_of_rows(relation: Relation, event: Any) -> dict[Any, Any]:
    """The event of each row that belonged to the record at its version, by the row's key.

    A version that is a deletion has the rows that were deleted with it; any other version has
    those that there were at the end of the transaction which wrote it.
    """
    value = getattr(event, relation.target, None) if relation.target != "id" else event.pgh_obj_id
    if event.pgh_label == "delete":
        same = {"pgh_created_at": event.pgh_created_at, "pgh_context_id": event.pgh_context_id}
        rows = relation.model.pgh_event_model.objects.filter(
            pgh_label="delete", **{relation.column: value}, **same
        )
        return {row.pgh_obj_id: row for row in rows.order_by("pgh_id")}
    ever = relation.model.pgh_event_model.objects.filter(**{relation.column: value}).values(
        "pgh_obj_id"
    )
    until = relation.model.pgh_event_model.objects.filter(
        pgh_obj_id__in=ever, pgh_created_at__lte=event.pgh_created_at
    )
    latest = until.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return {
        row.pgh_obj_id: row
        for row in latest
        if row.pgh_label != "delete" and getattr(row, relation.column) == value
    }


ADD, CHANGE, REMOVE = "add", "change", "delete"
"""What becomes of a row; also the beginnings of Django's names of permissions."""


@dataclass(frozen=True)
class RestoreStep:
    """What becomes of one row. `problem` says why it cannot be; empty where it can."""

    relation: Relation
    action: str
    row: Any
    name: str
    changes: Sequence[FieldChange] = ()
    problem: str = ""


@dataclass(frozen=True)
class RestoreResult:
    """A record taken back to a version. `problems` says why it cannot be; then nothing is done."""

    record: models.Model
    steps: Sequence[RestoreStep]
    problems: Sequence[str] = ()


@dataclass(frozen=True)
class RestoreRules:
    """What one kind of record asks of restoring."""

    links: Sequence[HistoryLink]
    check: Callable[[models.Model], None]
    may: Callable[[Any, str], bool]


def version_differences(event: Any) -> list[FieldChange]:
    """What would change, from the record as it is now to the version."""
    now = type(event).pgh_tracked_model._base_manager.filter(pk=event.pgh_obj_id).first()
    fields = tracked_fields(type(event))
    return field_changes(
        now, event, fields, RecordNames([event] if now is None else [event, now], fields)
    )


def record_from_version(event: Any) -> Any:
    """The record with the version's values, not yet saved; a deleted one under its old number."""
    model = type(event).pgh_tracked_model
    rows = model._base_manager.select_for_update().filter(pk=event.pgh_obj_id)
    record = rows.first() or model(pk=event.pgh_obj_id)
    for field in tracked_fields(type(event)):
        setattr(record, field.attname, getattr(event, field.attname))
    return record


def restore_problems(record: models.Model, error: ValidationError) -> list[str]:
    """Why a version cannot come back, a sentence for each reason."""
    return [
        sentence
        for name, reasons in error.error_dict.items()
        for reason in reasons
        for sentence in _sentences(record, name, reason)
    ]


def _sentences(record: models.Model, name: str, reason: ValidationError) -> Sequence[str]:
    if name == NON_FIELD_ERRORS:
        return reason.messages
    field: Any = record._meta.get_field(name)
    if field.related_model is not None and reason.code == "invalid":
        key = getattr(record, field.attname)
        name = RecordNames([record], [field]).name_of_deleted(field, key)
        return [f"{field_label(field)}: “{name}” has been deleted. Restore that first."]
    return [f"{field_label(field)}: {message}" for message in reason.messages]


def rehearse_restore(event: Any, rules: RestoreRules) -> RestoreResult:
    """What `restore_version` would do to the record and all its rows; nothing is written."""
    with transaction.atomic():
        restored = restore_version(event, rules, parts=True)
        transaction.set_rollback(True)
    return restored


def restore_version(event: Any, rules: RestoreRules, *, parts: bool) -> RestoreResult:
    """Take the record back; within a transaction.

    What was deleted with a deleted record always comes back with it. The rows of a record that is
    still there go back to those of the version only if `parts` is true.
    """
    record = record_from_version(event)
    steps = list(_plan(event, record, rules, parts=parts))
    try:
        # The version brings its own confirmation back, as it was
        with provenance.confirmation_stated():
            for step in steps:
                if step.action == REMOVE and not step.problem:
                    step.row.delete()
            _save(record, rules)
            applied = [_apply(step) for step in steps]
            # Last: lead and partner of a contract, say, may have changed places
            rules.check(record)
            # What is checked at the end of a transaction is checked now, to be said in words
            connection.check_constraints()
    except ValidationError as error:
        return RestoreResult(record, steps, restore_problems(record, error))
    except IntegrityError:
        return RestoreResult(record, steps, ["Somebody changed a record meanwhile. Try again."])
    return RestoreResult(record, applied)


def restore_deleted(events: Sequence[Any], rules: RestoreRules) -> list[RestoreResult]:
    """Bring deleted records back, each as far as it can be; within a transaction.

    What cannot come back is tried again after the others: it may need one of them.
    """
    results: dict[int, RestoreResult] = {}
    waiting = list(events)
    while waiting:
        for event in waiting:
            results[event.pgh_id] = restore_version(event, rules, parts=True)
        failed = [event for event in waiting if results[event.pgh_id].problems]
        if len(failed) == len(waiting):
            break
        waiting = failed
    return [results[event.pgh_id] for event in events]


def _save(record: models.Model, rules: RestoreRules) -> None:
    """Save the record; ValidationError in words for what the database refuses."""
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError:
        rules.check(record)
        _check_database_keys(record)
        raise


def _plan(event: Any, record: Any, rules: RestoreRules, *, parts: bool) -> Iterator[RestoreStep]:
    exists = not record._state.adding
    relations = related_tables(type(record), rules.links)
    deletion = event
    if exists:
        relations = [relation for relation in relations if relation.is_part and parts]
    else:
        deletion = type(event).objects.filter(pgh_obj_id=event.pgh_obj_id).latest("pgh_id")
    for relation in relations:
        for step in _steps(relation, event if relation.is_part else deletion, record, exists):
            may = rules.may(relation.model, step.action)
            yield step if may else replace(step, problem="You may not do this.")


def _steps(relation: Relation, event: Any, record: Any, exists: bool) -> list[RestoreStep]:
    versions = versions_of_rows(relation, event)
    present = relation.present(record) if exists else {}
    fields = relation.fields()
    names = RecordNames([*versions.values(), *present.values()], fields)
    # A row that was removed and added again is the same to everybody but the database
    spare = [row for key, row in present.items() if key not in versions]
    steps = []
    for key, version in versions.items():
        row = _row(relation, key, version, record, names)
        name = _name(row, fields, names)
        if key in present:
            row._state.adding = False
            differing = field_changes(present[key], version, fields, names)
            steps += [RestoreStep(relation, CHANGE, row, name, differing)] if differing else []
        elif same := [other for other in spare if not field_changes(other, version, fields, names)]:
            spare.remove(same[0])
        else:
            steps.append(RestoreStep(relation, ADD, row, name))
    for other in spare:
        row = _row(relation, other.pk, other, record, names)
        steps.append(RestoreStep(relation, REMOVE, other, _name(row, fields, names)))
    return steps


def _row(relation: Relation, key: Any, version: Any, record: Any, names: RecordNames) -> Any:
    """The row of a version as a record not yet saved, which knows what it is linked to."""
    row = relation.model(pk=key)
    for field in relation.fields():
        value = getattr(version, field.attname)
        setattr(row, field.attname, value)
        target = names.record(field.related_model, value)
        if target is not None:
            setattr(row, field.name, target)
    for field in relation.model._meta.fields:
        if field.attname == relation.column and field.related_model is not None:
            setattr(row, field.name, record)
            return row
    setattr(row, relation.column, getattr(record, relation.target))
    return row


def _name(row: Any, fields: Sequence[Field], names: RecordNames) -> str:
    """What a bare link points at; of any other row what it calls itself."""
    if len(fields) == 1:
        return names.words(fields[0], getattr(row, fields[0].attname))
    try:
        return str(row)
    except ObjectDoesNotExist:
        return f"number {row.pk}"


def _apply(step: RestoreStep) -> RestoreStep:
    """Save the row; if it cannot be, the step says why and the rest goes on without it."""
    if step.action == REMOVE or step.problem:
        return step
    try:
        with transaction.atomic():
            if step.action == ADD and type(step.row)._base_manager.filter(pk=step.row.pk).exists():
                return replace(step, problem="It belongs to another record by now.")
            step.row.full_clean()
            _check_database_keys(step.row)
            step.row.save(force_insert=step.action == ADD)
    except ValidationError as error:
        return replace(step, problem=" ".join(restore_problems(step.row, error)))
    except IntegrityError:
        return replace(step, problem="Another record stands in its way.")
    return step


def _check_database_keys(record: models.Model) -> None:
    """ValidationError for what only the database knows to be missing."""
    own = [key for key in database_keys() if key.table == record._meta.db_table]
    if errors := {key.column: error for key in own if (error := _missing_target(key, record))}:
        raise ValidationError(errors)


def _missing_target(key: DatabaseKey, record: models.Model) -> str:
    value = getattr(record, key.column)
    if value is None:
        return ""
    quote = connection.ops.quote_name
    table, column = quote(key.target_table), quote(key.target_column)
    with connection.cursor() as cursor:
        # The names come from the database's own catalogue
        cursor.execute(f"SELECT 1 FROM {table} WHERE {column} = %s", [value])  # noqa: S608
        return "" if cursor.fetchone() else f"“{value}” has been deleted. Restore that first."
