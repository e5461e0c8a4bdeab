"""Two people, or a person and a program, with the same record: nobody overwrites unseen."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytools.history.record_version import FIELD
from citytools.staff.bulk_deletion import BulkDeletionAdmin
from contracts.models import Contract
from research.models import Finding
from systems.models import Product, ProductAlias, Supplier, SupplierAlias, System
from tests import factories
from tests.pages import words
from tests.records import create_record, edited, links_of, values_of, with_history
from tests.staff import address, confirmed, form_values, messages, signed_in

pytestmark = pytest.mark.django_db

EVERY_KIND = pytest.mark.parametrize("model", with_history(), ids=lambda model: model.__name__)


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


@pytest.fixture
def other() -> Client:
    """A colleague in another browser."""
    return signed_in(Client(), "bo", "Bo", "Lee")


def _opened(client: Client, record: Any) -> dict[str, Any]:
    """The form of a record as a browser would post it."""
    return form_values(client.get(address(type(record), "change", record.pk)))


def _post(client: Client, record: Any, values: dict[str, Any]) -> Any:
    return client.post(address(type(record), "change", record.pk), values)


def _panel(response: Any) -> str:
    page = words(response, "body")
    return page.partition("Nothing was saved yet")[2].partition("History (opens")[0]


@EVERY_KIND
def test_a_record_deleted_meanwhile_is_said_and_what_was_typed_is_listed(
    staff: Client, other: Client, model: Any
) -> None:
    record = create_record(model)
    change = address(model, "change", record.pk)
    opened = other.get(change)
    ((name, value),) = edited(opened, "Typed").items()
    typed = form_values(opened) | {name: value}
    confirmed(staff, address(model, "delete", record.pk))
    assert not values_of(model, record.pk)
    response = other.post(change, typed)
    assert response.status_code == 200
    page = words(response, "body")
    assert "Nothing was saved: Ada Obi deleted this record" in page
    target = model._meta.get_field(name).related_model
    assert (str(target.objects.get(pk=value)) if target else value) in page
    assert not values_of(model, record.pk)


@pytest.mark.parametrize("number", ["x", "", "-1", "9" * 18, "9" * 40, "²"])
@pytest.mark.parametrize("total", ["1", "x", "", "9" * 9])
def test_a_forged_row_is_no_crash(staff: Client, number: str, total: str) -> None:
    supplier = factories.supplier_alias("Old Ltd").supplier
    gone = Supplier(pk=supplier.pk)
    typed = _opened(staff, supplier)
    forged = typed | {"aliases-0-id": number, "aliases-TOTAL_FORMS": total}
    Supplier.objects.update(note="Meanwhile")
    assert _post(staff, supplier, forged).status_code in {200, 302}
    assert Supplier.objects.get().note == "Meanwhile"
    assert SupplierAlias.objects.exists()
    Supplier.objects.all().delete()
    assert "Nothing was saved" in words(_post(staff, gone, forged), "body")


def test_a_row_moved_to_another_record_is_seen(staff: Client) -> None:
    alias = factories.product_alias("Old")
    typed = _opened(staff, alias.product)
    product = alias.product
    ProductAlias.objects.update(product=factories.product("Mosaic"))
    said = messages(_post(staff, product, typed))
    assert "changed other name (Product “Mosaic”)" in said[0]
    assert ProductAlias.objects.get().product != product


def test_only_the_newest_of_many_changes_are_listed(staff: Client) -> None:
    supplier = factories.supplier()
    typed = _opened(staff, supplier)
    for number in range(25):
        Supplier.objects.update(note=f"note {number}")
    assert "And 5 earlier changes." in _panel(_post(staff, supplier, typed | {"note": "mine"}))
    said = messages(_post(staff, supplier, typed))
    assert sum("changed Note to" in message for message in said) == 10
    assert "Others saved 15 more changes: see the history." in said


@pytest.mark.parametrize("version", [None, "", "x", "1", "0-0", "9" * 40, "1-1.2-2", "1-1;"])
def test_a_form_without_a_sound_version_is_shown_once_more(
    staff: Client, version: str | None
) -> None:
    product = factories.product("Mosaic")
    typed = _opened(staff, product) | {"name": "Mine", FIELD: version}
    typed = {name: value for name, value in typed.items() if value is not None}
    response = _post(staff, product, typed)
    assert "did not say which version" in _panel(response)
    assert Product.objects.get().name == "Mosaic"
    again = form_values(response)
    assert _post(staff, product, again).status_code == 200
    assert _post(staff, product, again | {"name-choice": "mine"}).status_code == 302
    assert Product.objects.get().name == "Mine"


def test_a_version_of_the_future_is_no_version(staff: Client) -> None:
    product = factories.product("Mosaic")
    typed = _opened(staff, product) | {FIELD: "999999999-1.0-0.0-0", "name": "Mine"}
    assert "did not say which version" in _panel(_post(staff, product, typed))
    assert Product.objects.get().name == "Mosaic"


def test_a_form_with_mistakes_keeps_the_version_it_was_opened_at(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    response = _post(staff, supplier, _opened(staff, supplier) | {"name": ""})
    assert response.context["errors"]
    Supplier.objects.update(name="Meanwhile")
    response = _post(staff, supplier, form_values(response) | {"name": "Mine"})
    assert "Meanwhile" in _panel(response)
    assert Supplier.objects.get().name == "Meanwhile"


@pytest.mark.parametrize("button", ["_save", "_continue", "_addanother"])
def test_every_button_saves_and_sees_conflicts(staff: Client, button: str) -> None:
    supplier = factories.supplier("Acme")
    typed = _opened(staff, supplier) | {"name": "Mine", button: "Save"}
    assert _post(staff, supplier, typed).status_code == 302
    assert Supplier.objects.get().name == "Mine"
    assert _post(staff, supplier, typed | {"name": "Older"}).status_code == 200
    assert Supplier.objects.get().name == "Mine"


def test_a_copy_is_saved_as_new_whatever_has_changed(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    typed = _opened(staff, supplier) | {"name": "Copy", "slug": "copy", "_saveasnew": "Save"}
    Supplier.objects.update(note="Meanwhile")
    assert _post(staff, supplier, typed).status_code == 302
    assert {supplier_record.name for supplier_record in Supplier.objects.all()} == {"Acme", "Copy"}


def test_a_form_in_a_popup_sees_conflicts_too(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    change = address(Supplier, "change", supplier.pk) + "?_popup=1&_to_field=id"
    typed = form_values(staff.get(change))
    assert typed["_popup"] == "1"
    Supplier.objects.update(name="Meanwhile")
    response = staff.post(change, typed | {"name": "Mine"})
    assert "Meanwhile" in _panel(response)
    saved = staff.post(change, form_values(response) | {"name-choice": "mine"})
    assert "popup_response" in saved.content.decode()
    assert Supplier.objects.get().name == "Mine"


def test_a_form_for_adding_carries_no_version(staff: Client) -> None:
    assert FIELD not in form_values(staff.get(address(System, "add")))


def test_what_changed_meanwhile_is_not_published_unseen(staff: Client) -> None:
    draft = factories.finding(title="Claim", published_on=None)
    publish = address(Finding, "publish", draft.pk)
    opened = form_values(staff.get(publish))
    Finding.objects.update(body="Something else.")
    response = staff.post(publish, opened)
    assert "Something else." in _panel(response)
    draft.refresh_from_db()
    assert draft.published_on is None
    assert messages(staff.post(publish, form_values(response))) == ["Published: Claim."]


def test_what_changed_meanwhile_is_not_withdrawn_unseen(staff: Client) -> None:
    public = factories.finding(title="Claim")
    withdraw = address(Finding, "withdraw", public.pk)
    opened = form_values(staff.get(withdraw)) | {"reason": "Wrong."}
    Finding.objects.update(body="Corrected.")
    response = staff.post(withdraw, opened)
    assert "Corrected." in _panel(response)
    assert form_values(response)["reason"] == "Wrong."
    assert messages(staff.post(withdraw, form_values(response))) == ["Withdrawn: Claim."]


def test_what_changed_meanwhile_is_not_restored_over_unseen(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    version = Supplier.pgh_event_model.objects.get().pk  # type: ignore[attr-defined]
    Supplier.objects.update(name="Wrong")
    restore = address(Supplier, "restore", supplier.pk, version)
    opened = form_values(staff.get(restore))
    Supplier.objects.update(name="Right")
    response = staff.post(restore, opened)
    assert "Right" in _panel(response)
    assert Supplier.objects.get().name == "Right"
    staff.post(restore, form_values(response))
    assert Supplier.objects.get().name == "Acme"


def test_a_version_costs_one_query(staff: Client) -> None:
    contract = factories.contract(partners=[factories.borough()])
    with CaptureQueriesContext(connection) as queries:
        staff.get(address(Contract, "change", contract.pk))
    own = [query["sql"] for query in queries if "max(pgh_id), count(*)" in query["sql"]]
    assert len(own) == 1


def test_saving_unchanged_values_writes_no_event(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    confirmed(staff, address(Supplier, "change", supplier.pk))
    assert Supplier.pgh_event_model.objects.count() == 1  # type: ignore[attr-defined]


def test_what_was_changed_meanwhile_is_not_deleted_unseen(staff: Client, other: Client) -> None:
    contract = factories.contract(title="Parking")
    delete = address(Contract, "delete", contract.pk)
    opened = form_values(other.get(delete))
    confirmed(staff, address(Contract, "change", contract.pk), {"title": "Parking and permits"})
    response = other.post(delete, opened)
    assert "Nothing was deleted." in words(response, "body")
    assert "Parking and permits" in _panel(response)
    assert Contract.objects.exists()
    assert other.post(delete, form_values(response)).status_code == 302
    assert not Contract.objects.exists()


def _ticked(client: Client, records: list[Any]) -> Any:
    """The page that asks before the records ticked in the list are deleted."""
    page = address(type(records[0]), "changelist")
    listed = re.search(r'name="_opened_at" value="([^"]+)"', client.get(page).content.decode())
    assert listed
    numbers = [record.pk for record in records]
    ticks = {"action": "delete_selected", "_selected_action": numbers, "index": 0}
    return client.post(page, ticks | {FIELD: listed[1]})


def _confirmed_deletion(client: Client, confirmation: Any, numbers: list[int]) -> Any:
    values = form_values(confirmation) | {"_selected_action": numbers}
    return client.post(confirmation.request["PATH_INFO"], values)


def test_ticked_records_are_deleted_as_they_were_seen(staff: Client, other: Client) -> None:
    alias = factories.supplier_alias("Old Ltd")
    records = [alias.supplier, factories.supplier("Same"), factories.supplier("Gone")]
    numbers = [record.pk for record in records]
    confirmation = _ticked(other, records)
    assert "Nothing was deleted yet" not in words(confirmation, "body")
    confirmed(staff, address(Supplier, "change", records[0].pk), {"aliases-0-name": "New Ltd"})
    confirmed(staff, address(Supplier, "delete", records[2].pk))
    response = _confirmed_deletion(other, confirmation, numbers)
    page = words(response, "body")
    assert "Nothing was deleted yet" in page
    assert "Ada Obi" in page
    assert "New Ltd" in page
    assert "Gone" in page
    assert set(Supplier.objects.all()) == set(records[:2])
    said, undo = messages(_confirmed_deletion(other, response, numbers[:2]))
    assert said == "Successfully deleted 2 suppliers."
    assert "can be undone as a whole" in undo
    assert not Supplier.objects.exists()


def test_what_changed_since_the_list_was_drawn_is_said(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    listed = staff.get(address(Supplier, "changelist")).context["record_versions"]
    Supplier.objects.update(note="Meanwhile")
    ticks = {"action": "delete_selected", "_selected_action": supplier.pk, "index": 0}
    confirmation = staff.post(address(Supplier, "changelist"), ticks | {FIELD: listed})
    assert "Meanwhile" in words(confirmation, "body")
    _confirmed_deletion(staff, confirmation, [supplier.pk])
    assert not Supplier.objects.exists()


@pytest.mark.parametrize("version", ["", "x", "1", "1:", ":1", "1:x", "9" * 5000, "1:0-0.0-0.0-0"])
def test_ticked_records_without_a_sound_version_are_asked_about(
    staff: Client, version: str
) -> None:
    supplier = factories.supplier("Acme")
    ticks = {"action": "delete_selected", "_selected_action": supplier.pk, "post": "yes"}
    response = staff.post(address(Supplier, "changelist"), ticks | {FIELD: version})
    assert "did not say at which version" in words(response, "body")
    assert Supplier.objects.exists()


@pytest.mark.parametrize("number", ["x", "", "-1", "9" * 18, "9" * 40, "²", "\x00"])
def test_ticks_of_no_record_are_no_crash(staff: Client, number: str) -> None:
    factories.supplier("Acme")
    for extra in ({}, {"post": "yes"}, {"index": 0}):
        ticks = {"action": "delete_selected", "_selected_action": number} | extra
        response = staff.post(address(Supplier, "changelist"), ticks)
        assert response.status_code in {200, 302}
    assert Supplier.objects.exists()


@EVERY_KIND
def test_every_action_on_a_list_looks_at_versions(staff: Client, model: Any) -> None:
    """Another action needs a test like that of deletion above."""
    registered: Any = admin.site._registry[model]
    request = staff.get(address(model, "changelist")).wsgi_request
    actions = registered.get_actions(request)
    assert [function for function, *_ in actions.values()] == [BulkDeletionAdmin.delete_selected]


@EVERY_KIND
def test_what_a_deletion_takes_along_is_part_of_the_version(model: Any) -> None:
    taken = {
        relation.related_model._meta.db_table
        for relation in model._meta.related_objects
        if getattr(relation, "on_delete", None) is models.CASCADE
    }
    assert taken <= {link.model._meta.db_table for link in links_of(model)}
