"""What LOTI staff see when they edit systems, products and suppliers."""

from typing import Any

import pytest
from django.test import Client

from systems.models import Product, Supplier, System
from tests import factories
from tests.staff import PROVENANCE, address, errors, messages, post_change, rows, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def _system(**fields: Any) -> dict[str, Any]:
    """A system as its form posts it."""
    return PROVENANCE | rows("contractsystem_set") | fields


def _supplier(**fields: Any) -> dict[str, Any]:
    """A supplier as its form posts it."""
    linked = rows("aliases") | rows("ownerships")
    known = {"sme": "unknown", "vcse": "unknown"}
    return {"name": "Acme", "slug": "acme"} | known | linked | fields


def _keys(system: System) -> dict[str, int]:
    return {
        "borough": system.borough_id,
        "product": system.product_id,
        "function": system.function_id,
    }


def test_a_use_recorded_already_is_refused(staff: Client) -> None:
    response = staff.post(address(System, "add"), _system(**_keys(factories.system())))

    assert errors(response).startswith("This borough's use of this product for this function")


@pytest.mark.parametrize("satisfaction", ["0", "6"])
def test_satisfaction_is_one_to_five(staff: Client, satisfaction: str) -> None:
    system = factories.system()
    form = _system(**_keys(system), satisfaction=satisfaction)

    assert "Ensure this value is" in errors(post_change(staff, system, form))


def test_a_contract_linked_from_the_system_covers_its_function(staff: Client) -> None:
    system, contract = factories.system(), factories.contract(title="Parking")
    form = _system(**_keys(system), **rows("contractsystem_set", {"contract": contract.pk}))
    response = post_change(staff, system, form)

    assert [*contract.functions.all()] == [system.function]
    assert any("Parking" in text and "now covers" in text for text in messages(response))


def test_a_system_under_contract_is_protected(staff: Client) -> None:
    system = factories.system()
    factories.contract(title="Parking", systems=[system])
    page = staff.post(address(System, "delete", system.pk), {"post": "yes"}).content.decode()

    assert "Cannot delete system" in page
    assert "paid for by Parking" in page


def test_deleting_many_systems_says_which_are_protected(staff: Client) -> None:
    free, bound = factories.system(), factories.system()
    factories.contract(systems=[bound])
    selected = {"action": "delete_selected", "_selected_action": [free.pk, bound.pk], "post": "yes"}
    response = staff.post(address(System, "changelist"), selected)

    assert "Cannot delete systems" in response.content.decode()
    assert System.objects.count() == 2


@pytest.mark.parametrize(("first", "second"), [("Old Ltd", "old ltd"), ("Old Ltd", "Old Ltd")])
def test_an_alias_twice_in_one_form_is_refused(staff: Client, first: str, second: str) -> None:
    names = [{"name": name, "kind": "also_known_as"} for name in (first, second)]
    response = staff.post(address(Supplier, "add"), _supplier(**rows("aliases", *names)))

    assert "is here twice: remove one" in errors(response)


def test_an_alias_of_another_supplier_is_refused(staff: Client) -> None:
    factories.supplier_alias("Old Ltd")
    alias = {"name": "OLD LTD", "kind": "also_known_as"}
    response = staff.post(address(Supplier, "add"), _supplier(**rows("aliases", alias)))

    assert errors(response) == "This name is already an alias of a supplier."


def test_a_supplier_cannot_own_itself(staff: Client) -> None:
    supplier = factories.supplier()
    owner = rows("ownerships", {"owner": supplier.pk, "supplier": supplier.pk})
    response = post_change(staff, supplier, _supplier(**owner))

    assert errors(response) == "A supplier cannot own itself: choose another."


def test_an_owner_twice_in_one_form_is_refused(staff: Client) -> None:
    owner = {"owner": factories.supplier().pk, "since": "2020"}
    response = staff.post(address(Supplier, "add"), _supplier(**rows("ownerships", owner, owner)))

    assert "Please correct the duplicate data" in errors(response)


def test_a_supplier_in_other_capitals_is_refused(staff: Client) -> None:
    factories.supplier("ACME", company_number="01234567")
    form = _supplier(slug="acme-2", company_number="01234567")
    text = errors(staff.post(address(Supplier, "add"), form))

    assert "A supplier of this name is already recorded." in text
    assert "Another supplier already has this company number." in text


def test_a_product_alias_twice_is_refused(staff: Client) -> None:
    names = rows("aliases", {"name": "Old"}, {"name": "OLD"})
    form = {"name": "New", "slug": "new", "certainty": "sourced"} | names
    response = staff.post(address(Product, "add"), form)

    assert errors(response) == "“OLD” is here twice: remove one."


def test_what_only_the_database_saw_is_a_message_and_no_crash(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if two officers saved the same within a moment: validation saw nothing yet
    monkeypatch.setattr(System, "validate_constraints", lambda *_, **__: None)
    response = staff.post(address(System, "add"), _system(**_keys(factories.system())))

    assert response.status_code == 302
    assert messages(response)[0].startswith("Nothing was saved. This borough's use of this product")


def test_a_product_is_found_by_its_former_name(staff: Client) -> None:
    product = factories.product_alias("Framework-i").product
    page = staff.get(address(Product, "changelist") + "?q=framework-i").content.decode()

    assert product.name in page
