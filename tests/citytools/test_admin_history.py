"""The history that LOTI staff see of one record: who, when, what, from what to what."""

from datetime import UTC, datetime
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, ContractPartner
from systems.models import Status, Supplier
from tests import factories
from tests.staff import PROVENANCE, address, post_change, rows, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def _entries(staff: Client, record: Any, query: str = "") -> list[Any]:
    page = staff.get(address(type(record), "history", record.pk) + query)
    return page.context["page"].object_list


def _said(entry: Any) -> dict[str, tuple[str, str]]:
    return {change.field: (change.old, change.new) for change in entry.changes}


def test_a_change_in_the_admin_names_who_made_it_and_what_it_was(staff: Client) -> None:
    system = factories.system(status=Status.LIVE)
    keys = {name: getattr(system, f"{name}_id") for name in ("borough", "product", "function")}
    form = PROVENANCE | keys | rows("contractsystem_set") | {"status": "retiring"}
    post_change(staff, system, form)
    newest = _entries(staff, system)[0]

    assert (newest.who, newest.action) == ("Ada Obi", "Changed")
    assert _said(newest) == {"Status": ("Live", "Being retired")}


def test_only_the_account_and_the_address_are_kept_of_a_person(staff: Client) -> None:
    form = {"name": "Acme", "slug": "acme", "sme": "unknown", "vcse": "unknown"}
    staff.post(address(Supplier, "add"), form | rows("aliases") | rows("ownerships"))
    event: Any = Supplier.pgh_event_model.objects.get()  # type: ignore[attr-defined]

    assert set(event.pgh_context.metadata) == {"user", "url"}


def test_bulk_writes_updates_and_raw_sql_are_in_the_history(staff: Client) -> None:
    (supplier,) = Supplier.objects.bulk_create([Supplier(name="Acme", slug="acme")])
    Supplier.objects.update(sme=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE systems_supplier SET vcse = false")
    entries = _entries(staff, supplier)

    assert [entry.action for entry in entries] == ["Changed", "Changed", "Created"]
    assert {entry.who for entry in entries} == {"Directly in the database"}
    assert _said(entries[1]) == {"Small or medium-sized": ("empty", "yes")}


def test_a_command_is_named(staff: Client) -> None:
    with pghistory.context(command="load") as run:
        supplier = factories.supplier()

    assert _entries(staff, supplier)[0].who == f"The command “load” ({str(run.id)[:8]})"


def test_an_account_that_is_gone_still_stands_for_someone(staff: Client) -> None:
    user = User.objects.create_user("gone")
    with pghistory.context(user=user.pk):
        supplier = factories.supplier()
    number = user.pk
    user.delete()

    assert _entries(staff, supplier)[0].who == f"An account since deleted ({number})"


def test_foreign_keys_are_said_by_name_even_when_deleted_since(staff: Client) -> None:
    old, new = factories.supplier("Old maker"), factories.supplier("New maker")
    product = factories.product(manufacturer=old)
    type(product).objects.filter(pk=product.pk).update(manufacturer=new)
    assert _said(_entries(staff, product)[0]) == {"Manufacturer": ("Old maker", "New maker")}

    old.delete()
    gone = "Old maker, deleted since"
    assert _said(_entries(staff, product)[0]) == {"Manufacturer": (gone, "New maker")}


def test_the_history_of_a_contract_holds_those_who_share_it(staff: Client) -> None:
    contract = factories.contract(partners=[factories.borough("Camden")])
    ContractPartner.objects.all().delete()
    entries = _entries(staff, contract)
    said = [(entry.action, _said(entry).get("Borough")) for entry in entries]

    assert ("Sharing borough added", ("empty", "Camden")) in said
    assert ("Sharing borough removed", ("Camden", "empty")) in said


def test_the_history_of_a_contract_holds_its_systems_and_functions(staff: Client) -> None:
    contract = factories.contract(systems=[factories.system()])
    done = {entry.action for entry in _entries(staff, contract)}

    assert done == {"Created", "System covered added", "Function added"}


def test_the_history_of_a_supplier_holds_names_and_owners(staff: Client) -> None:
    supplier = factories.supplier_alias("Old Ltd").supplier
    factories.ownership(supplier, factories.supplier("Parent"))
    done = {entry.action for entry in _entries(staff, supplier)}

    assert done == {"Created", "Other name added", "Owner added"}


def test_the_history_of_a_product_holds_names_and_functions(staff: Client) -> None:
    product = factories.product(functions=[factories.function()])
    factories.product_alias("Old", product)
    done = {entry.action for entry in _entries(staff, product)}

    assert done == {"Created", "Other name added", "Function added"}


def test_the_history_of_a_borough_holds_its_returns(staff: Client) -> None:
    borough = factories.returned().borough

    assert {entry.action for entry in _entries(staff, borough)} == {"Created", "Return added"}


def test_history_is_paged_newest_first(staff: Client) -> None:
    supplier = factories.supplier()
    for number in range(60):
        Supplier.objects.update(note=f"note {number}")

    assert len(_entries(staff, supplier)) == 50
    assert _said(_entries(staff, supplier)[0]) == {"Note": ("note 58", "note 59")}
    assert _entries(staff, supplier, "?page=2")[-1].action == "Created"


def test_a_long_history_takes_no_more_queries_than_a_short_one(staff: Client) -> None:
    assert _queries_of_history(staff, 2) == _queries_of_history(staff, 10) <= 20


def _queries_of_history(staff: Client, many: int) -> int:
    systems = [factories.system() for _ in range(many)]
    with pghistory.context(user=User.objects.get().pk):
        contract = factories.contract(
            systems=systems, partners=[system.borough for system in systems]
        )
        for number in range(many):
            Contract.objects.filter(pk=contract.pk).update(reference=number)
    with CaptureQueriesContext(connection) as queries:
        assert len(_entries(staff, contract)) == 1 + 4 * many
    return len(queries)


def test_times_are_londons(staff: Client) -> None:
    supplier = factories.supplier()
    event: Any = Supplier.pgh_event_model.objects.get()  # type: ignore[attr-defined]
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE systems_supplierevent SET pgh_created_at = %s", [summer])

    page = staff.get(address(Supplier, "history", supplier.pk)).content.decode()
    assert event.pgh_obj_id == supplier.pk
    assert "2 July 2026, 00:30" in page


@pytest.mark.parametrize("number", ["999999", "x", "9" * 30, "0"])
def test_the_history_of_what_never_was_is_not_found(staff: Client, number: str) -> None:
    assert staff.get(f"/admin/systems/supplier/{number}/history/").status_code == 404


def test_what_people_wrote_is_text_and_never_markup(staff: Client) -> None:
    supplier = factories.supplier("<script>alert(1)</script>", slug="x")
    Supplier.objects.update(note="<b>bold</b>")
    page = staff.get(address(Supplier, "history", supplier.pk)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;b&gt;bold" in page
