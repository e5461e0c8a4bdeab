"""Undoing: deleted records are listed, and earlier versions come back or say why not."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from contracts.models import Contract, ContractPartner
from systems.models import Supplier, System
from tests import factories
from tests.staff import address, confirmed, messages, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def _versions(model: Any) -> list[int]:
    """The numbers of all versions of a kind of record, oldest first."""
    return [*model.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_id", flat=True)]


def test_a_version_is_restored_after_asking(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    Supplier.objects.update(name="Wrong")
    restore = address(Supplier, "restore", supplier.pk, _versions(Supplier)[0])

    page = staff.get(restore).content.decode()
    assert "Wrong" in page
    assert Supplier.objects.get().name == "Wrong"
    assert messages(confirmed(staff, restore))[0].startswith("Restored the version of")
    assert Supplier.objects.get().name == "Acme"


def test_restoring_is_itself_in_the_history(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    Supplier.objects.update(name="Wrong")
    confirmed(staff, address(Supplier, "restore", supplier.pk, _versions(Supplier)[0]))
    page = staff.get(address(Supplier, "history", supplier.pk))
    newest = page.context["page"].object_list[0]

    assert (newest.who, newest.action) == ("Ada Obi", "Changed")


def test_a_deleted_record_is_listed_and_comes_back_under_its_number(staff: Client) -> None:
    system = factories.system()
    name, number = str(system), system.pk
    confirmed(staff, address(System, "delete", number))
    (row,) = staff.get(address(System, "deleted")).context["page"].object_list

    assert (row["name"], row["number"], row["who"]) == (name, number, "Ada Obi")
    confirmed(staff, address(System, "restore", number, _versions(System)[-1]))
    assert str(System.objects.get(pk=number)) == name
    assert not staff.get(address(System, "deleted")).context["page"].object_list


def test_the_history_of_a_deleted_record_stays_open(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    number = supplier.pk
    supplier.delete()
    page = staff.get(address(Supplier, "history", number)).content.decode()

    assert "This record was deleted." in page
    assert "Acme" in page


def test_a_version_that_clashes_with_another_record_says_so(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    Supplier.objects.update(name="Other", slug="other")
    factories.supplier("ACME", slug="acme-2")
    response = confirmed(staff, address(Supplier, "restore", supplier.pk, _versions(Supplier)[0]))

    assert messages(response) == ["Not restored. A supplier of this name is already recorded."]
    assert Supplier.objects.get(pk=supplier.pk).name == "Other"


def test_a_version_that_names_a_deleted_record_says_which(staff: Client) -> None:
    system = factories.system()
    product, number = system.product, system.pk
    system.delete()
    gone = product.name
    product.delete()
    response = confirmed(staff, address(System, "restore", number, _versions(System)[-1]))

    said = f"Not restored. Product: “{gone}” has been deleted. Restore that first."
    assert messages(response) == [said]


def test_a_lead_who_shares_the_contract_by_now_is_not_restored(staff: Client) -> None:
    camden = factories.borough("Camden")
    contract = factories.contract(lead=camden)
    Contract.objects.update(lead=factories.borough())
    ContractPartner.objects.create(contract=contract, borough=camden)
    response = confirmed(staff, address(Contract, "restore", contract.pk, _versions(Contract)[0]))

    assert "Camden leads the contract" in messages(response)[0]


def test_only_those_who_may_change_may_restore(client: Client) -> None:
    supplier = factories.supplier()
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_supplier"))
    client.force_login(reader)
    restore = address(Supplier, "restore", supplier.pk, _versions(Supplier)[0])

    assert client.get(address(Supplier, "history", supplier.pk)).status_code == 200
    assert "restore" not in client.get(address(Supplier, "history", supplier.pk)).content.decode()
    assert client.get(restore).status_code == client.post(restore).status_code == 403


def test_restoring_needs_the_forms_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    supplier = factories.supplier()
    signed_in(strict)
    restore = address(Supplier, "restore", supplier.pk, _versions(Supplier)[0])

    assert strict.post(restore).status_code == 403


def test_a_version_of_another_record_is_not_found(staff: Client) -> None:
    first, second = factories.supplier(), factories.supplier()
    (number, _) = _versions(Supplier)

    assert staff.get(address(Supplier, "restore", second.pk, number)).status_code == 404
    assert staff.get(address(Supplier, "restore", first.pk, number)).status_code == 200
