"""Several deleted records come back at once, as one batch, each as far as it can."""

from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from citytools.models import Batch
from contracts.models import Contract
from research.models import Finding
from systems.models import Function, Supplier
from tests import factories
from tests.pages import words
from tests.records import with_history
from tests.snapshots import facts
from tests.staff import address, confirmed, form_values, messages, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def deleted_versions(model: Any) -> list[int]:
    deletions = model.pgh_event_model.objects.filter(pgh_label="delete").order_by("pgh_id")
    return [*deletions.values_list("pgh_id", flat=True)]


def delete_in_list(client: Client, model: Any) -> Any:
    """Delete all of a kind by the action of its list."""
    chosen = {
        "action": "delete_selected",
        "_selected_action": [*model.objects.values_list("pk", flat=True)],
    }
    page = client.post(address(model, "changelist"), chosen)
    return client.post(address(model, "changelist"), form_values(page) | chosen | {"post": "yes"})


def restore_page(model: Any, versions: list[int] | None = None) -> str:
    numbers = deleted_versions(model) if versions is None else versions
    query = "&".join(f"version={number}" for number in numbers)
    return f"{address(model, 'restore_deleted')}?{query}"


def restored(client: Client, model: Any) -> Any:
    page = client.get(restore_page(model))
    chosen = {"version": [str(row["version"]) for row, *_ in page.context["rows"]]}
    return client.post(restore_page(model), form_values(page) | chosen)


def test_contracts_deleted_by_the_list_come_back_with_their_links_as_one_batch(
    staff: Client,
) -> None:
    for _ in range(3):
        factories.contract(partners=[factories.borough()], systems=[factories.system()])
    before = facts()
    assert "can be undone as a whole" in messages(delete_in_list(staff, Contract))[-1]
    action = Batch.objects.get()
    assert (action.kind, action.note) == (Batch.Kind.ACTION, "delete selected contracts")
    assert action.counts["contracts.contract"] == {"removed": 3}
    page = staff.get(address(Contract, "deleted"))
    assert page.content.decode().count('name="version"') == 3
    asked = words(staff.get(restore_page(Contract)), "ul")
    assert "comes back with" in asked
    assert not Contract.objects.exists()
    said = messages(restored(staff, Contract))
    written = Batch.objects.get(kind=Batch.Kind.RESTORE)
    assert any(f">{written}</a>" in message for message in said)
    assert facts() == before
    assert (written.note, written.counts["contracts.contract"]) == (
        "3 deleted records",
        {"created": 3},
    )
    confirmed(staff, f"/admin/citytools/batch/{written.pk}/undo/")
    assert not Contract.objects.exists()


def test_what_cannot_come_back_is_said_and_the_others_come_back(staff: Client) -> None:
    for name in ("One", "Two"):
        factories.supplier(name)
    delete_in_list(staff, Supplier)
    with pghistory.context(user=1):
        factories.supplier("Two")
    text = words(staff.get(restore_page(Supplier)), "ul")
    assert "One, deleted" in text
    assert "Two, deleted" in text
    assert "cannot come back." in text
    said = messages(restored(staff, Supplier))
    assert any(message.startswith("Not restored: Two.") for message in said)
    assert Supplier.objects.filter(name="One").exists()
    assert Supplier.objects.count() == 2
    assert [row["name"] for row in _listed(staff, Supplier)] == ["Two"]


def _listed(client: Client, model: Any) -> Any:
    return client.get(address(model, "deleted")).context["page"].object_list


def test_what_comes_back_is_asked_again_if_it_changed(staff: Client) -> None:
    factories.supplier("One")
    delete_in_list(staff, Supplier)
    page = staff.get(restore_page(Supplier))
    with pghistory.context(user=1):
        factories.supplier("One")
    response = staff.post(restore_page(Supplier), form_values(page))
    assert "Nothing was restored yet" in messages(response)[-1]
    assert Supplier.objects.count() == 1


def test_a_record_deleted_twice_is_listed_once(staff: Client) -> None:
    factories.supplier("One")
    delete_in_list(staff, Supplier)
    restored(staff, Supplier)
    delete_in_list(staff, Supplier)
    assert len(_listed(staff, Supplier)) == 1
    first, _ = deleted_versions(Supplier)
    response = staff.get(restore_page(Supplier, [first]))
    assert "tick records that are still deleted" in messages(response)[-1]


@pytest.mark.parametrize("versions", ["", "0", "-1", "x", "9" * 9, "9" * 30, "1.5", "%00"])
def test_versions_that_are_none_restore_nothing(staff: Client, versions: str) -> None:
    response = staff.get(f"{address(Supplier, 'restore_deleted')}?version={versions}")
    assert response["Location"] == address(Supplier, "deleted")
    response = staff.post(address(Supplier, "restore_deleted"), {"version": versions})
    assert response["Location"] == address(Supplier, "deleted")


def test_a_version_of_another_kind_is_none(staff: Client) -> None:
    factories.function("Repairs")
    with pghistory.context(user=1):
        Function.objects.all().delete()
    (number,) = deleted_versions(Function)
    assert staff.get(restore_page(Supplier, [number])).status_code == 302


def test_only_who_may_add_records_may_restore_them(client: Client) -> None:
    factories.supplier("One")
    with pghistory.context(user=1):
        Supplier.objects.all().delete()
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_supplier"))
    client.force_login(user)
    assert 'name="version"' not in client.get(address(Supplier, "deleted")).content.decode()
    assert client.get(restore_page(Supplier)).status_code == 403
    assert client.post(restore_page(Supplier)).status_code == 403


def test_findings_come_back_only_if_their_tokens_are_sound(staff: Client) -> None:
    factories.finding(title="Sound")
    finding = factories.finding(title="Unsound")
    Finding.objects.filter(pk=finding.pk).update(body="{{ no_such_metric }}")
    with pghistory.context(user=1):
        Finding.objects.all().delete()
    restored(staff, Finding)
    assert [record.title for record in Finding.objects.all()] == ["Sound"]


def test_every_kind_of_record_has_the_page(staff: Client) -> None:
    for model in with_history():
        response = staff.get(address(model, "restore_deleted"))
        assert response["Location"] == address(model, "deleted")
