"""What comes back together with a record, what cannot, and rows as they were at a version."""

import datetime
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from contracts.models import Contract, ContractFunction, ContractPartner
from research.models import Finding
from skills.models import SkillNeed
from systems.models import Function, Product, Supplier, SupplierAlias
from tests import factories
from tests.pages import words
from tests.staff import address, confirmed, form_values, messages, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def _deleted(staff: Client, record: Any) -> str:
    """Delete a record in the admin; the page that restores it."""
    model, number = type(record), record.pk
    confirmed(staff, address(model, "delete", number))
    return _restoring(model, number, "latest")


def _restoring(model: Any, number: int, which: str) -> str:
    events = model.pgh_event_model.objects.filter(pgh_obj_id=number)
    return address(model, "restore", number, getattr(events, which)("pgh_id").pk)


def _days_ago(*models: Any, days: int) -> None:
    """Let all events so far have been written so many days ago."""
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    for model in models:
        model.pgh_event_model.objects.update(pgh_created_at=then)


def test_a_link_to_what_has_been_deleted_since_is_named_and_left_out(staff: Client) -> None:
    gone, borough = factories.borough("Gone"), factories.borough("Kept")
    contract = factories.contract(partners=[gone, borough])
    number, restore = contract.pk, _deleted(staff, contract)
    gone.delete()
    reason = "Borough: “Gone” has been deleted. Restore that first."
    page = words(staff.get(restore), "body")
    assert "Sharing borough: Kept — comes back" in page
    assert f"cannot come back. {reason}" in page
    said = messages(confirmed(staff, restore))
    assert said[1:] == [
        "Came back with it: Sharing borough: Kept.",
        f"Not restored with it: Sharing borough: Gone, deleted since. {reason}",
    ]
    assert [*Contract.objects.get(pk=number).partners.all()] == [borough]


def test_a_name_that_another_supplier_has_taken_since_stays_there(staff: Client) -> None:
    supplier = factories.supplier_alias("Old Ltd").supplier
    restore = _deleted(staff, supplier)
    factories.supplier_alias("Old Ltd")
    assert "already an alias of a supplier" in words(staff.get(restore), "body")
    assert "Not restored with it: Other name: Old Ltd." in messages(confirmed(staff, restore))[-1]
    assert SupplierAlias.objects.count() == 1


def test_a_function_comes_back_with_links_of_others_and_needs_that_went_with_it(
    staff: Client,
) -> None:
    function = factories.function("Parking")
    factories.contract(functions=[function], title="Permits")
    factories.product("Mosaic", functions=[function])
    need = factories.skill_need(function=function)
    before = [*SkillNeed.objects.values()]
    restore = _deleted(staff, function)
    assert not ContractFunction.objects.exists()
    assert not SkillNeed.objects.exists()
    page = words(staff.get(restore), "body")
    assert "Contract: Permits" in page
    assert f"Skill need: {need}" in page
    confirmed(staff, restore)
    assert [*Contract.objects.get().functions.all()] == [function]
    assert [*Product.objects.get().functions.all()] == [function]
    assert [*SkillNeed.objects.values()] == before


def test_a_need_of_a_deleted_function_says_what_to_restore_first(staff: Client) -> None:
    need = factories.skill_need(function=factories.function("Parking"))
    number = need.pk
    Function.objects.all().delete()
    restore = _restoring(SkillNeed, number, "latest")
    reason = "Function: “parking” has been deleted. Restore that first."
    assert reason in words(staff.get(restore), "body")
    assert messages(confirmed(staff, restore)) == [f"Not restored. {reason}"]


def test_a_row_removed_before_the_deletion_does_not_come_back(staff: Client) -> None:
    alias = factories.supplier_alias("Removed")
    factories.supplier_alias("Kept", alias.supplier)
    with pghistory.context(command="tidy"):
        alias.delete()
    confirmed(staff, _deleted(staff, alias.supplier))
    assert [alias.name for alias in SupplierAlias.objects.all()] == ["Kept"]


def test_many_deleted_at_once_come_back_each_with_its_own(staff: Client) -> None:
    aliases = [factories.supplier_alias("First Ltd"), factories.supplier_alias("Second Ltd")]
    first = aliases[0].supplier
    numbers = [alias.supplier_id for alias in aliases]
    action = {"action": "delete_selected", "_selected_action": numbers}
    asked = staff.post(address(Supplier, "changelist"), action)
    staff.post(address(Supplier, "changelist"), form_values(asked) | action)
    assert not SupplierAlias.objects.exists()
    confirmed(staff, _restoring(Supplier, numbers[0], "latest"))
    assert [(row.name, row.supplier) for row in SupplierAlias.objects.all()] == [
        ("First Ltd", first)
    ]


def _contract_with_other_partners() -> tuple[Contract, Any, Any]:
    """A contract shared with one borough yesterday, retitled and shared with another today."""
    old, new = factories.borough("Old"), factories.borough("New")
    contract = factories.contract(title="Before", partners=[old])
    _days_ago(Contract, ContractPartner, days=1)
    Contract.objects.update(title="After")
    ContractPartner.objects.filter(borough=old).delete()
    ContractPartner.objects.create(contract=contract, borough=new)
    return contract, old, new


def test_links_stay_as_they_are_unless_they_are_ticked(staff: Client) -> None:
    contract, _, new = _contract_with_other_partners()
    restore = _restoring(Contract, contract.pk, "earliest")
    page = words(staff.get(restore), "body")
    assert "Sharing borough: Old — comes back" in page
    assert "Sharing borough: New — is taken off, as it was not there then" in page
    confirmed(staff, restore)
    contract.refresh_from_db()
    assert (contract.title, [*contract.partners.all()]) == ("Before", [new])


def test_links_go_back_to_those_of_the_version_if_ticked(staff: Client) -> None:
    contract, old, _ = _contract_with_other_partners()
    restore = _restoring(Contract, contract.pk, "earliest")
    said = messages(confirmed(staff, restore, {"parts": "on"}))
    contract.refresh_from_db()
    assert (contract.title, [*contract.partners.all()]) == ("Before", [old])
    assert said[1:] == [
        "Came back with it: Sharing borough: Old.",
        "Taken off, as it was not there then: Sharing borough: New.",
    ]


def test_an_older_version_of_a_deleted_record_has_the_rows_it_had_then(staff: Client) -> None:
    then = factories.supplier_alias("Then")
    supplier = then.supplier
    _days_ago(Supplier, SupplierAlias, days=1)
    SupplierAlias.objects.all().delete()
    factories.supplier_alias("Later", supplier)
    Supplier.objects.update(note="Later")
    number = supplier.pk
    _deleted(staff, supplier)
    confirmed(staff, _restoring(Supplier, number, "earliest"))
    assert Supplier.objects.get(pk=number).note == ""
    assert [alias.name for alias in SupplierAlias.objects.all()] == ["Then"]


def test_lead_and_partner_that_changed_places_change_back(staff: Client) -> None:
    borough, other = factories.borough("One"), factories.borough("Other")
    contract = factories.contract(lead=borough, partners=[other])
    _days_ago(Contract, ContractPartner, days=1)
    ContractPartner.objects.update(borough=borough)
    Contract.objects.update(lead=other)
    restore = _restoring(Contract, contract.pk, "earliest")
    confirmed(staff, restore, {"parts": "on"})
    contract.refresh_from_db()
    assert (contract.lead, [*contract.partners.all()]) == (borough, [other])


def test_rows_are_restored_only_by_those_who_may_add_them(client: Client) -> None:
    supplier = factories.supplier_alias("Old Ltd").supplier
    number = supplier.pk
    supplier.delete()
    person = User.objects.create_user("new", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="add_supplier"))
    client.force_login(person)
    restore = _restoring(Supplier, number, "latest")
    assert "Old Ltd. You may not do this." in messages(confirmed(client, restore))[-1]
    assert Supplier.objects.filter(pk=number).exists()
    assert not SupplierAlias.objects.exists()


def test_asking_restores_nothing(staff: Client) -> None:
    contract = factories.contract(partners=[factories.borough()])
    restore = _deleted(staff, contract)
    events = Contract.pgh_event_model.objects.count()  # type: ignore[attr-defined]
    assert staff.get(restore).status_code == 200
    assert not Contract.objects.exists()
    assert Contract.pgh_event_model.objects.count() == events  # type: ignore[attr-defined]


def test_a_finding_with_unsound_tokens_says_so_before_it_is_restored(staff: Client) -> None:
    restore = _deleted(staff, factories.finding(body="{{ metric:none }}"))
    assert "It cannot be restored as it is" in words(staff.get(restore), "body")
    assert "There is no metric “none”" in messages(confirmed(staff, restore))[-1]
    assert not Finding.objects.exists()


def test_the_numbers_that_a_finding_kept_are_words_in_its_history(staff: Client) -> None:
    values = {"boroughs": {"value": "3", "on": "2026-09-30"}, "list": [1, None, True]}
    record = factories.finding(published_values=values)
    page = words(staff.get(address(Finding, "history", record.pk)), "body")
    assert "boroughs (on: 2026-09-30; value: 3); list (1, empty, yes)" in page


def test_two_long_texts_are_shown_where_they_differ(staff: Client) -> None:
    record = factories.finding(body="Same. " * 200 + "Old end.")
    Finding.objects.update(body="Same. " * 200 + "New end.")
    page = words(staff.get(address(Finding, "history", record.pk)), "body")
    assert "Old end." in page
    assert "New end." in page
