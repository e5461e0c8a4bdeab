"""Every kind of record with a history: added, edited, deleted and restored as staff do it."""

from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models, transaction
from django.test import Client

from tests.records import (
    add_in_admin,
    create_record,
    edited,
    links_of,
    row_of,
    rows_of,
    values_of,
    with_history,
)
from tests.staff import address, confirmed, messages, signed_in

pytestmark = pytest.mark.django_db

EVERY_KIND = pytest.mark.parametrize("model", with_history(), ids=lambda model: model.__name__)


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def _deleted(staff: Client, record: Any) -> None:
    """Delete a record in the admin, or, where its rows protect it, both in one transaction."""
    model, number = type(record), record.pk
    confirmed(staff, address(model, "delete", number))
    if values_of(model, number):
        with transaction.atomic(), pghistory.context(command="tidy"):
            for link in links_of(model):
                link.model._base_manager.filter(**{link.field: number}).delete()
            record.delete()
    assert not values_of(model, number)


def _last_version(model: Any, number: int) -> int:
    return model.pgh_event_model.objects.filter(pgh_obj_id=number).latest("pgh_id").pk


@EVERY_KIND
def test_a_deleted_record_comes_back_with_all_its_rows(staff: Client, model: Any) -> None:
    record = add_in_admin(staff, model)
    change = address(model, "change", record.pk)
    response = confirmed(staff, change, edited(staff.get(change), "Edited"))
    assert response.status_code == 302
    number = record.pk
    for link in links_of(model):
        row_of(link, record)
    before = (values_of(model, number), rows_of(record))
    _deleted(staff, record)
    deleted = staff.get(address(model, "deleted"))
    assert number in [row["number"] for row in deleted.context["page"].object_list]
    history = staff.get(address(model, "history", number))
    assert [entry.action for entry in history.context["page"]].count("Deleted") == 1
    restore = address(model, "restore", number, _last_version(model, number))
    wsgiresponse = staff.get(restore)
    assert len(wsgiresponse.context["plan"].steps) == sum(map(len, before[1].values()))
    assert not wsgiresponse.context["plan"].problems
    assert not values_of(model, number)
    said = messages(confirmed(staff, restore))
    assert said[0].startswith("Restored the version of")
    assert (values_of(model, number), _rows_of(model, number)) == before


def _rows_of(model: Any, number: int) -> dict[str, list[dict[str, Any]]]:
    return rows_of(model._base_manager.get(pk=number))


@EVERY_KIND
def test_every_version_of_a_record_can_be_looked_at_and_restored(staff: Client, model: Any) -> None:
    record = create_record(model)
    before = values_of(model, record.pk)
    change = address(model, "change", record.pk)
    confirmed(staff, change, edited(staff.get(change), "Edited"))
    assert values_of(model, record.pk) != before
    events = model.pgh_event_model.objects.filter(pgh_obj_id=record.pk)
    first = events.earliest("pgh_id").pk
    assert staff.get(address(model, "history", record.pk)).status_code == 200
    confirmed(staff, address(model, "restore", record.pk, first))
    assert values_of(model, record.pk) == before


def test_rows_without_a_page_of_their_own_belong_to_a_record_that_has_one() -> None:
    kinds = {link.model for model in with_history() for link in links_of(model)}
    tracked = {model for model in apps.get_models() if hasattr(model, "pgh_event_model")}
    assert tracked - set(with_history()) <= kinds


@EVERY_KIND
def test_all_that_a_form_edits_is_in_the_records_history(model: Any) -> None:
    registered: Any = admin.site._registry[model]
    tables = {link.model._meta.db_table for link in links_of(model)}
    edited_here = {inline.model._meta.db_table for inline in registered.inlines}
    for field in model._meta.many_to_many:
        if field.remote_field.through._meta.auto_created:
            edited_here.add(field.remote_field.through._meta.db_table)
    assert edited_here <= tables


def test_deletions_do_nothing_to_others_that_restoring_knows_not_of() -> None:
    """Restoring brings back rows that went; of links that were emptied it would know nothing."""
    known = {models.PROTECT, models.CASCADE}
    keys = [field for model in with_history() for field in model._meta.fields]
    rules = {field.remote_field.on_delete for field in keys if field.remote_field}
    assert rules <= known
