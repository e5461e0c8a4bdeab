"""Two people, or a person and a program, with the same record: nobody overwrites unseen."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from boroughs.models import Borough, Return
from citytools.history.record_version import FIELD, VersionedAdmin
from contracts.models import Contract, ContractPartner
from research.models import CaseClaim, Finding
from systems.models import Product, ProductAlias, Supplier, SupplierAlias, System
from tests import factories
from tests.pages import words
from tests.records import create_record, edited, links_of, row_of, values_of, with_history
from tests.staff import address, confirmed, form_values, messages, rows, signed_in

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
def test_the_second_tab_sees_what_the_first_saved(staff: Client, other: Client, model: Any) -> None:
    record = create_record(model)
    change = address(model, "change", record.pk)
    first, second = staff.get(change), other.get(change)
    hers, his = edited(first, "hers"), edited(second, "his")
    assert staff.post(change, form_values(first) | hers).status_code == 302
    saved = values_of(model, record.pk)
    response = other.post(change, form_values(second) | his)
    assert response.status_code == 200
    assert values_of(model, record.pk) == saved
    assert "Ada Obi" in _panel(response)
    (name,) = hers
    label = str(model._meta.get_field(name).verbose_name)
    assert [change.field.lower() for change in response.context["conflict"].entries[0].changes] == [
        label.lower()
    ]
    again = form_values(response)
    assert str(again[name]) == str(his[name])
    assert other.post(change, again).status_code == 302
    field = model._meta.get_field(name).attname
    assert str(values_of(model, record.pk)[field]) == str(his[name])
    history = other.get(address(model, "history", record.pk)).context["page"].object_list
    assert [entry.who for entry in history][:2] == ["Bo Lee", "Ada Obi"]


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


WITH_ROWS = [(model, link) for model in with_history() for link in links_of(model)]


@pytest.mark.parametrize(
    ("model", "link"), WITH_ROWS, ids=lambda part: getattr(part, "noun", "") or part.__name__
)
def test_a_row_added_meanwhile_is_seen_and_kept(staff: Client, model: Any, link: Any) -> None:
    record = create_record(model)
    change = address(model, "change", record.pk)
    opened = staff.get(change)
    typed = form_values(opened) | edited(opened, "Typed")
    row = row_of(link, record)
    response = staff.post(change, typed)
    assert f"{link.noun} " in _panel(response)
    assert "Directly in the database" in _panel(response)
    again = form_values(response)
    if any(inline.model is link.model for inline in admin.site._registry[model].inlines):
        assert str(row.pk) in [value for name, value in again.items() if name.endswith("-id")]
        saved = staff.post(change, again)
        assert saved.status_code == 302, saved.context["errors"]
        assert link.model._base_manager.filter(pk=row.pk).exists()


def test_sql_and_commands_are_seen_too(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    typed = _opened(staff, supplier) | {"name": "Mine"}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE systems_supplier SET company_number = '01234567'")
    response = _post(staff, supplier, typed)
    assert "Directly in the database" in _panel(response)
    assert "Company number 01234567" in _panel(response)
    supplier.refresh_from_db()
    assert (supplier.name, supplier.company_number) == ("Acme", "01234567")


def test_what_was_typed_into_rows_is_kept_when_others_come_and_go(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    stays, goes = (factories.supplier_alias(name, supplier) for name in ("A stays", "B goes"))
    typed = _opened(staff, supplier)
    ids = {typed[f"aliases-{number}-id"]: number for number in (0, 1)}
    typed[f"aliases-{ids[str(stays.pk)]}-name"] = "A changed"
    typed[f"aliases-{ids[str(goes.pk)]}-name"] = "B changed"
    typed |= rows("aliases", {}, {}, {"name": "D new", "kind": "also_known_as"}, initial=2)
    goes.delete()
    factories.supplier_alias("C of somebody else", supplier)
    response = _post(staff, supplier, typed)
    again = form_values(response)
    names = [again[f"aliases-{number}-name"] for number in range(4)]
    assert names == ["A changed", "C of somebody else", "D new", "B changed"]
    assert _post(staff, supplier, again).status_code == 302
    assert sorted(alias.name for alias in SupplierAlias.objects.all()) == sorted(names)


def test_a_link_that_somebody_removed_is_put_back_by_saving_again(staff: Client) -> None:
    camden = factories.borough("Camden")
    contract = factories.contract(title="Parking", partners=[camden])
    typed = _opened(staff, contract) | {"title": "Mine"}
    ContractPartner.objects.all().delete()
    response = _post(staff, contract, typed)
    assert "Sharing borough removed" in _panel(response)
    assert _post(staff, contract, form_values(response)).status_code == 302
    contract.refresh_from_db()
    assert (contract.title, [*contract.partners.all()]) == ("Mine", [camden])


def test_a_row_that_both_remove_is_gone(staff: Client) -> None:
    alias = factories.supplier_alias("Old Ltd")
    typed = _opened(staff, alias.supplier) | {"aliases-0-DELETE": "on"}
    alias.delete()
    response = _post(staff, alias.supplier, typed)
    assert _post(staff, alias.supplier, form_values(response)).status_code == 302
    assert not SupplierAlias.objects.exists()


def test_boxes_dates_and_choices_of_rows_of_others_stay_as_they_are(staff: Client) -> None:
    borough = factories.borough("Camden")
    typed = _opened(staff, borough) | {"population": "5", "population_year": "2021"}
    returned = factories.returned(borough, confirmed_on="2026-10-01", note="Two\nlines")
    before = values_of(Return, returned.pk)
    response = _post(staff, borough, typed)
    saved = _post(staff, borough, form_values(response))
    assert saved.status_code == 302, saved.context["errors"]
    assert values_of(Return, returned.pk) == before
    assert Borough.objects.get().population == 5


@pytest.mark.parametrize("number", ["x", "", "-1", "9" * 18, "9" * 40, "²"])
@pytest.mark.parametrize("total", ["1", "x", "", "9" * 9])
def test_a_forged_row_is_no_crash(staff: Client, number: str, total: str) -> None:
    supplier = factories.supplier_alias("Old Ltd").supplier
    gone = Supplier(pk=supplier.pk)
    typed = _opened(staff, supplier)
    forged = typed | {"aliases-0-id": number, "aliases-TOTAL_FORMS": total}
    Supplier.objects.update(note="Meanwhile")
    assert "Meanwhile" in _panel(_post(staff, supplier, forged))
    supplier.delete()
    assert "Nothing was saved" in words(_post(staff, gone, forged), "body")


def test_a_row_moved_to_another_record_is_seen(staff: Client) -> None:
    alias = factories.product_alias("Old")
    typed = _opened(staff, alias.product)
    product = alias.product
    ProductAlias.objects.update(product=factories.product())
    assert "check what is recorded now" in _panel(_post(staff, product, typed))


def test_only_the_newest_of_many_changes_are_listed(staff: Client) -> None:
    supplier = factories.supplier()
    typed = _opened(staff, supplier)
    for number in range(25):
        Supplier.objects.update(note=f"note {number}")
    assert "And 5 earlier changes." in _panel(_post(staff, supplier, typed))


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
    assert _post(staff, product, form_values(response)).status_code == 302
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
    Supplier.objects.update(note="Meanwhile")
    response = _post(staff, supplier, form_values(response) | {"name": "Mine"})
    assert "Meanwhile" in _panel(response)
    assert Supplier.objects.get().name == "Acme"


def test_mistakes_and_a_conflict_are_said_at_once(staff: Client) -> None:
    supplier = factories.supplier("Acme")
    typed = _opened(staff, supplier) | {"name": ""}
    Supplier.objects.update(note="Meanwhile")
    response = _post(staff, supplier, typed)
    assert "Meanwhile" in _panel(response)
    assert "This field is required." in words(response, "body")


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
    Supplier.objects.update(note="Meanwhile")
    response = staff.post(change, typed | {"name": "Mine"})
    assert "Meanwhile" in _panel(response)
    saved = staff.post(change, form_values(response))
    assert "popup_response" in saved.content.decode()
    assert Supplier.objects.get().name == "Mine"


def test_a_form_for_adding_carries_no_version(staff: Client) -> None:
    assert FIELD not in form_values(staff.get(address(System, "add")))


def test_a_claim_changed_meanwhile_is_seen_on_its_case_study(staff: Client) -> None:
    claim = factories.case_claim()
    study = claim.case_study
    typed = _opened(staff, study) | {"title": "Mine"}
    CaseClaim.objects.update(amount=2000)
    panel = _panel(_post(staff, study, typed))
    assert "Claim changed Amount from 1000.00 → to 2000.00" in panel
    study.refresh_from_db()
    assert study.title != "Mine"


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


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_one_moment_exactly_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    supplier = factories.supplier("Acme")
    people = [signed_in(Client()), signed_in(Client(), "bo", "Bo", "Lee")]
    change = address(Supplier, "change", supplier.pk)
    typed = [_opened(person, supplier) | {"name": f"Name {n}"} for n, person in enumerate(people)]
    both, lock = threading.Barrier(2, timeout=20), VersionedAdmin._lock

    def arrive_together(self: Any, number: int) -> None:
        both.wait()
        lock(self, number)

    monkeypatch.setattr(VersionedAdmin, "_lock", arrive_together)

    def post(number: int) -> int:
        try:
            return people[number].post(change, typed[number]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [*pool.map(post, (0, 1))]
    assert sorted(answers) == [200, 302]
    assert Supplier.objects.get().name == f"Name {answers.index(302)}"
    assert Supplier.pgh_event_model.objects.count() == 2  # type: ignore[attr-defined]


def test_a_version_costs_one_query(staff: Client) -> None:
    contract = factories.contract(partners=[factories.borough()])
    with CaptureQueriesContext(connection) as queries:
        staff.get(address(Contract, "change", contract.pk))
    own = [query["sql"] for query in queries if "coalesce(max(pgh_id)" in query["sql"]]
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
