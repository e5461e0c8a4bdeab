"""Every model of facts and every way to write to it: the event log has exactly what was written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pghistory
import pghistory.models
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, models
from django.test import Client

from citytools.history import tracked_models
from citytools.history.page import tracked_fields
from citytools.history.record_version import FIELD
from citytools.models import Batch
from citytools.staff.group import APPS
from contracts.models import Contract, PipelineDuty
from research.models import MetricValue
from systems.models import Supplier
from tests import factories
from tests.loading import FULL, load, swap
from tests.notices import award, imported, release, written
from tests.records import MAKERS, add_in_admin, create_record, edited, with_history
from tests.staff import address, confirmed, form_values, signed_in

# Each way for each of 34 models: minutes, as the suite is to stay under eight
pytestmark = [pytest.mark.django_db, pytest.mark.drill]

EVERY_MODEL = pytest.mark.parametrize("model", tracked_models(), ids=lambda model: model.__name__)
EVERY_PAGE = pytest.mark.parametrize("model", with_history(), ids=lambda model: model.__name__)
LINKS = [(model, field) for model in tracked_models() for field in model._meta.many_to_many]
EVERY_LINK = pytest.mark.parametrize(
    ("model", "field"), LINKS, ids=lambda part: getattr(part, "__name__", "") or part.name
)
UNTRACKED = {MetricValue: "follows from the facts: record_metrics makes it again"}
IN_NO_FILE = {PipelineDuty: "entered in the admin alone"}
COMMAND = {"command": "a test"}


@dataclass(frozen=True)
class Event:
    """What the log says of one write: its context is None of what somebody wrote in psql."""

    model: Any
    label: str
    record: int
    values: dict[str, Any]
    context: dict[str, Any] | None


class Log:
    """The events of every model since a moment, in the order of each model."""

    def __init__(self) -> None:
        self._before = {model: _newest(model) for model in tracked_models()}

    def events(self) -> list[Event]:
        return [event for model in tracked_models() for event in self._events_of(model)]

    def _events_of(self, model: Any) -> Iterator[Event]:
        since = model.pgh_event_model.objects.filter(pgh_id__gt=self._before[model])
        for event in since.order_by("pgh_id").select_related("pgh_context"):
            context = event.pgh_context and event.pgh_context.metadata
            yield Event(model, event.pgh_label, event.pgh_obj_id, values_of(model, event), context)


def _newest(model: Any) -> int:
    newest = model.pgh_event_model.objects.aggregate(newest=models.Max("pgh_id"))["newest"]
    return int(newest or 0)


def values_of(model: Any, record: Any) -> dict[str, Any]:
    """What the log keeps of a record, or what an event has of it."""
    return {
        field.attname: getattr(record, field.attname)
        for field in tracked_fields(model.pgh_event_model)
    }


def stored(model: Any, number: int) -> dict[str, Any]:
    """The same of the record as it is in the database."""
    return values_of(model, model._base_manager.get(pk=number))


def sample(model: Any) -> Any:
    """A record of any tracked model; of a link between new records at both ends."""
    if model in MAKERS:
        return create_record(model)
    ends = {field.name: field.related_model for field in model._meta.fields if field.related_model}
    return model.objects.create(**{name: create_record(end) for name, end in ends.items()})


def change_of(model: Any) -> tuple[str, Any]:
    """A column and another value for it."""
    for field in model._meta.fields:
        text = type(field) in {models.CharField, models.TextField} and not field.choices
        if text and field.editable and (field.max_length or 99) > 30:
            return field.attname, "Written by a test"
    field = next(field for field in model._meta.fields if field.related_model)
    return field.attname, create_record(field.related_model).pk


def writable(model: Any, record: Any) -> dict[str, Any]:
    """The values of a record by attribute, without what the database makes by itself."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return {f.attname: getattr(record, f.attname) for f in fields if not f.primary_key}


@contextmanager
def nobody() -> Iterator[None]:
    """As in psql: no context of history."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
        cursor.execute("SELECT set_config('pghistory.context_metadata', '', true)")
    yield


def execute(statement: str, parameters: Sequence[Any], model: Any, *names: str) -> None:
    quote = connection.ops.quote_name
    columns = [quote(model._meta.get_field(name).column) for name in names]
    statement = statement.format(
        table=quote(model._meta.db_table),
        columns=", ".join(columns),
        marks=", ".join(["%s"] * len(columns)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _names(model: Any, values: dict[str, Any]) -> list[str]:
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    return [by_attribute[name].name for name in values]


def insert_by_sql(model: Any, values: dict[str, Any]) -> None:
    fields = [model._meta.get_field(name) for name in _names(model, values)]
    parameters = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values.values(), strict=True)
    ]
    statement = "INSERT INTO {table} ({columns}) VALUES ({marks})"
    execute(statement, parameters, model, *_names(model, values))


def update_by_sql(record: Any, name: str, value: Any) -> None:
    (field,) = _names(type(record), {name: value})
    statement = "UPDATE {table} SET {columns} = {marks} WHERE id = %s"
    execute(statement, [value, record.pk], type(record), field)


def set_and(write: Callable[[Any], Any], record: Any, name: str, value: Any) -> Any:
    setattr(record, name, value)
    return write(record)


INSERTS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "save": lambda model, values: model(**values).save(),
    "create": lambda model, values: model.objects.create(**values),
    "bulk_create": lambda model, values: model.objects.bulk_create([model(**values)]),
    "bulk_create, ignoring": lambda model, values: model.objects.bulk_create(
        [model(**values)], ignore_conflicts=True
    ),
    "get_or_create": lambda model, values: model.objects.get_or_create(**values),
    "SQL": insert_by_sql,
}
UPDATES: dict[str, Callable[[Any, str, Any], Any]] = {
    "save": lambda record, name, value: set_and(lambda own: own.save(), record, name, value),
    "save of a field": lambda record, name, value: set_and(
        lambda own: own.save(update_fields=[name]), record, name, value
    ),
    "update": lambda record, name, value: (
        type(record).objects.filter(pk=record.pk).update(**{name: value})
    ),
    "bulk_update": lambda record, name, value: set_and(
        lambda own: type(own).objects.bulk_update([own], _names(type(own), {name: value})),
        record,
        name,
        value,
    ),
    "update_or_create": lambda record, name, value: type(record).objects.update_or_create(
        pk=record.pk, defaults={name: value}
    ),
    "SQL": update_by_sql,
}
DELETES: dict[str, Callable[[Any], Any]] = {
    "delete": lambda record: record.delete(),
    "delete of a query": lambda record: type(record).objects.filter(pk=record.pk).delete(),
    "raw delete": lambda record: (
        type(record).objects.filter(pk=record.pk)._raw_delete(connection.alias)
    ),
    "SQL": lambda record: execute("DELETE FROM {table} WHERE id = %s", [record.pk], type(record)),
}


def test_every_model_of_facts_is_tracked_or_has_a_reason_not_to_be() -> None:
    tables = {model._meta.db_table for model in tracked_models()}
    untracked = {
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APPS
        and not issubclass(model, pghistory.models.Event)
        and model._meta.db_table not in tables
    }
    assert untracked == UNTRACKED.keys()
    assert len(tables) == len(tracked_models())


def test_every_column_is_in_the_log_or_follows_from_the_others() -> None:
    for model in tracked_models():
        logged = {field.name for field in tracked_fields(model.pgh_event_model)}
        left_out = [f for f in model._meta.concrete_fields if f.name not in logged]
        assert [field.name for field in left_out if not field.generated] == [model._meta.pk.name]


@EVERY_MODEL
def test_an_insert_is_logged(model: Any) -> None:
    record = sample(model)
    values = writable(model, record)
    record.delete()
    for path, write in INSERTS.items():
        log = Log()
        with pghistory.context(**COMMAND):
            write(model, values)
        made = model.objects.latest("pk")
        after = stored(model, made.pk)
        assert log.events() == [Event(model, "insert", made.pk, after, COMMAND)], path
        assert values.items() <= after.items()
        made.delete()


@EVERY_MODEL
def test_an_update_is_logged_once_and_none_where_nothing_changes(model: Any) -> None:
    record = sample(model)
    before = stored(model, record.pk)
    name, value = change_of(model)
    after = before | {name: value}
    assert before != after
    for path, write in UPDATES.items():
        log = Log()
        with pghistory.context(**COMMAND):
            for _ in range(2):
                write(model.objects.get(pk=record.pk), name, value)
        assert log.events() == [Event(model, "update", record.pk, after, COMMAND)], path
        assert stored(model, record.pk) == after
        UPDATES["update"](record, name, before[name])


@EVERY_MODEL
def test_a_deletion_is_logged_with_what_there_was(model: Any) -> None:
    for path, write in DELETES.items():
        record = sample(model)
        number, before = record.pk, stored(model, record.pk)
        log = Log()
        with pghistory.context(**COMMAND):
            write(record)
        assert log.events() == [Event(model, "delete", number, before, COMMAND)], path


@EVERY_MODEL
def test_what_is_written_in_psql_is_logged_without_an_author(model: Any) -> None:
    record = sample(model)
    name, value = change_of(model)
    before = stored(model, record.pk)
    log = Log()
    with nobody():
        update_by_sql(record, name, value)
        DELETES["SQL"](record)
    after = before | {name: value}
    assert log.events() == [
        Event(model, "update", record.pk, after, None),
        Event(model, "delete", record.pk, after, None),
    ]


@EVERY_PAGE
def test_what_staff_write_in_the_admin_is_logged_with_account_and_page(
    client: Client, model: Any
) -> None:
    signed_in(client)
    user = User.objects.get().pk
    made = add_in_admin(client, model)
    change, delete = (address(model, page, made.pk) for page in ("change", "delete"))
    events = model.pgh_event_model.objects.filter(pgh_obj_id=made.pk)
    (added,) = events
    assert (added.pgh_label, values_of(model, added)) == ("insert", stored(model, made.pk))
    assert added.pgh_context.metadata == {"user": user, "url": address(model, "add")}
    fields = edited(client.get(change), "edited")
    before, log = stored(model, made.pk), Log()
    assert confirmed(client, change, fields).status_code == 302
    after, by = stored(model, made.pk), {"user": user, "url": change}
    assert after != before
    assert log.events() == [Event(model, "update", made.pk, after, by)]
    log, by = Log(), {"user": user, "url": delete}
    confirmed(client, delete)
    assert log.events() == [Event(model, "delete", made.pk, after, by)]


@EVERY_PAGE
def test_what_the_admin_deletes_in_a_list_is_logged_as_one_batch(
    client: Client, model: Any
) -> None:
    signed_in(client)
    record = sample(model)
    before, page = stored(model, record.pk), address(model, "changelist")
    opened = form_values(client.get(page))
    ticked = {"action": "delete_selected", "_selected_action": record.pk}
    asked = client.post(page, {FIELD: opened[FIELD]} | ticked)
    log = Log()
    client.post(page, form_values(asked) | ticked)
    (event,) = log.events()
    context = event.context or {}
    assert event == Event(model, "delete", record.pk, before, context)
    assert context["user"] == User.objects.get().pk
    assert context["batch"] == f"delete selected {model._meta.verbose_name_plural}"


def tracked_through(field: Any) -> Any:
    """The tracked model of a link table: the table's own, or the proxy for it."""
    table = field.remote_field.through._meta.db_table
    return next(model for model in tracked_models() if model._meta.db_table == table)


@EVERY_LINK
def test_every_way_to_link_is_logged(model: Any, field: Any) -> None:
    through = tracked_through(field)
    record = create_record(model)
    other, second = (create_record(field.related_model) for _ in range(2))
    own, theirs = (
        f"{name}_id" for name in (field.m2m_field_name(), field.m2m_reverse_field_name())
    )
    manager = getattr(record, field.name)
    steps: dict[str, tuple[Callable[[], object], list[tuple[str, Any]]]] = {
        "add": (lambda: manager.add(other), [("insert", other)]),
        "add again": (lambda: manager.add(other), []),
        "set": (lambda: manager.set([second]), [("delete", other), ("insert", second)]),
        "remove": (lambda: manager.remove(second), [("delete", second)]),
        "add after all": (lambda: manager.add(other), [("insert", other)]),
        "clear": (lambda: manager.clear(), [("delete", other)]),
    }
    if not field.remote_field.hidden:
        back = getattr(other, field.remote_field.get_accessor_name())
        steps |= {
            "add on the other side": (lambda: back.add(record), [("insert", other)]),
            "remove on the other side": (lambda: back.remove(record), [("delete", other)]),
            "set on the other side": (lambda: back.set([record]), [("insert", other)]),
        }
    for name, (write, expected) in steps.items():
        log = Log()
        with pghistory.context(**COMMAND):
            write()
        written = [
            (event.model, event.label, event.values, event.context) for event in log.events()
        ]
        assert written == [
            (through, label, {own: record.pk, theirs: end.pk}, COMMAND) for label, end in expected
        ], name


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    """A record of each kind that is loaded, with links of each kind."""
    for name, text in FULL.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_load_logs_each_record_and_each_link_once(fixtures: Path) -> None:
    log = Log()
    load(fixtures)
    rows = [
        Event(model, "insert", record.pk, values_of(model, record), {"command": "load"})
        for model in tracked_models()
        for record in model._base_manager.order_by("pk")
    ]
    inserts = [event for event in log.events() if event.label == "insert"]
    assert {(e.model, e.record, str(e.context)) for e in inserts} == {
        (e.model, e.record, str(e.context)) for e in rows
    }
    assert len(inserts) == len(rows)
    last = {(event.model, event.record): event.values for event in log.events()}
    assert last == {(row.model, row.record): row.values for row in rows}
    assert {row.model for row in rows} == set(tracked_models()) - IN_NO_FILE.keys()
    log = Log()
    load(fixtures)
    assert log.events() == []


def test_a_load_of_a_changed_file_logs_what_changed(fixtures: Path) -> None:
    load(fixtures)
    contract = Contract.objects.get()
    (partner,) = contract.contractpartner_set.all()
    (fixtures / "contracts.csv").write_text(
        swap(",6,1200.50", ",9,1200.50")(swap("north,south,", "north,,")(FULL["contracts.csv"]))
    )
    log = Log()
    load(fixtures)
    by = {"command": "load"}
    assert {(e.label, e.model.__name__, e.record, str(e.context)) for e in log.events()} == {
        ("update", "Contract", contract.pk, str(by)),
        ("delete", "ContractPartner", partner.pk, str(by)),
    }
    (update,) = [event for event in log.events() if event.model is Contract]
    assert update.values == stored(Contract, contract.pk)
    assert update.values["notice_months"] == 9


def test_an_import_of_notices_logs_each_record_and_each_change(tmp_path: Path) -> None:
    factories.borough("Camden")
    log = Log()
    imported(written(tmp_path, release()))
    contract, by = Contract.objects.get(), {"command": "import_ocds"}
    supplier = Supplier.objects.get()
    assert log.events() == [
        Event(Supplier, "insert", supplier.pk, stored(Supplier, supplier.pk), by),
        Event(Contract, "insert", contract.pk, stored(Contract, contract.pk), by),
    ]
    later = award(value={"amount": 150000, "currency": "GBP"})
    log = Log()
    imported(written(tmp_path, release(date="2026-03-01T10:00:00Z", id="later", awards=[later])))
    (event,) = log.events()
    assert event == Event(Contract, "update", contract.pk, stored(Contract, contract.pk), by)
    assert event.values["total_value"] == 150000


def test_an_undo_is_logged_with_its_batch(fixtures: Path) -> None:
    load(fixtures)
    before = {
        (model, record.pk): values_of(model, record)
        for model in tracked_models()
        for record in model._base_manager.all()
    }
    log = Log()
    call_command("undo", str(Batch.objects.latest("pk").pk), stdout=StringIO())
    events = log.events()
    assert {event.label for event in events} == {"delete"}
    assert {(event.model, event.record): event.values for event in events} == before
    assert {(event.context or {})["command"] for event in events} == {"undo"}
