"""The admin's front page: what changed lately, by whom, and what waits for staff."""

import datetime
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytools.facts import dates
from citytools.history.batches import batch
from citytools.models import Batch
from citytools.staff.site import MAX_ROWS
from contracts.models import Contract, ContractPartner
from systems.models import Product, Supplier, System
from tests import factories
from tests.log import move_events
from tests.pages import read, words
from tests.staff import address, signed_in

pytestmark = pytest.mark.django_db
AGO = datetime.date(2026, 11, 10)


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def _changes(staff: Client) -> list[tuple[str, str, str]]:
    rows = staff.get("/admin/").context["changes"]
    return [(row.first.author, row.first.entry.action, row.first.name) for row in rows]


def _waiting(staff: Client) -> dict[str, tuple[int, str]]:
    """By the words of each rule: how many wait, and where."""
    items = staff.get("/admin/").context["waiting"]
    return {f"{item.noun}: {item.words}": (item.count, item.address) for item in items}


def test_it_tells_who_changed_what_and_leads_to_the_history(staff: Client) -> None:
    contract = factories.contract(title="Parking", lead=factories.borough("Camden"))
    move_events(AGO)
    with pghistory.context(user=User.objects.get().pk):
        Contract.objects.update(notice_months=6)
        ContractPartner.objects.create(contract=contract, borough=factories.borough("Barnet"))
    page = staff.get("/admin/")
    assert ("Ada Obi", "changed", "Parking (Camden)") in _changes(staff)
    assert address(Contract, "history", contract.pk) in read(page, "body").links
    said = words(page, "body")
    assert "Ada Obi Contract changed: Parking (Camden)" in said
    assert "Barnet now shares it" in said


def test_staff_see_drafts_and_what_was_deleted(staff: Client) -> None:
    factories.finding(title="Draft", published_on=None)
    move_events(AGO)
    supplier = factories.supplier("Acme")
    number = supplier.pk
    move_events(dates.today() - datetime.timedelta(days=1))
    supplier.delete()
    assert [(action, name) for _, action, name in _changes(staff)] == [
        ("deleted", "Acme"),
        ("added", "Acme"),
        ("added", "Draft"),
    ]
    history = address(Supplier, "history", number)
    assert history in read(staff.get("/admin/"), "body").links
    assert staff.get(history).status_code == 200


def test_a_load_is_a_few_rows_by_the_command(staff: Client) -> None:
    with pghistory.context(command="load") as run:
        for number in range(40):
            factories.supplier(f"Supplier {number}")
    assert _changes(staff) == [(f"The command “load” ({str(run.id)[:8]})", "added", "40 suppliers")]


def test_a_batch_is_one_row_that_leads_to_its_page(staff: Client) -> None:
    with transaction.atomic(), batch(Batch.Kind.LOAD, command="load") as written:
        for number in range(40):
            factories.supplier(f"Supplier {number}")
        factories.function("Parking")
    (row,) = staff.get("/admin/").context["changes"]
    assert (row.batch, row.address) == (written, written.get_absolute_url())
    said = words(staff.get("/admin/"), "body")
    assert f"Batch {written.pk}: load" in said
    assert "40 suppliers added" in said
    assert "Function added: Parking" in said


def test_only_the_latest_are_told(staff: Client) -> None:
    for number in range(20):
        factories.supplier(f"Supplier {number}")
        move_events(AGO - datetime.timedelta(days=20 - number))
    assert [name for *_, name in _changes(staff)] == [
        f"Supplier {number}" for number in range(19, 19 - MAX_ROWS, -1)
    ]


def test_each_person_is_told_of_the_kinds_they_may_view_alone(client: Client) -> None:
    factories.supplier("Acme")
    factories.product("Fixer", certainty=Product.Certainty.TO_VERIFY)
    person = User.objects.create_user("eve", is_staff=True)
    client.force_login(person)
    assert _changes(client) == []
    assert _waiting(client) == {}
    person.user_permissions.add(Permission.objects.get(codename="view_product"))
    assert [name for *_, name in _changes(client)] == ["Fixer"]
    assert list(_waiting(client)) == ["product: to be verified"]


def test_nothing_yet_is_said_in_words(staff: Client) -> None:
    said = words(staff.get("/admin/"), "body")
    assert "Nothing that you may see has been recorded yet." in said
    assert "Nothing waits." in said


def _wait() -> None:
    """One record for each rule, and one beside it that waits for nothing."""
    today = dates.today()
    ended, confirmed = factories.system(confirmed_on=today), factories.system(confirmed_on=today)
    System.objects.filter(pk=ended.pk).update(users=5)
    assert System.objects.get(pk=confirmed.pk).confirmed_on
    factories.contract(as_of="2024")
    factories.contract(as_of="2024", confirmed_on=today)
    factories.contract(as_of="2024", source_kind="illustrative")
    undated = {"as_of": "", "confidence": "medium"}
    factories.contract(read_on=today.replace(year=2024, day=1), **undated)
    factories.contract(read_on=today.replace(day=1), **undated)
    factories.product(certainty=Product.Certainty.TO_VERIFY)
    factories.finding(published_on=None)
    borough = factories.borough()
    factories.returned(borough, received_on="2026-01-01", complete=False)
    factories.returned(borough, received_on="2026-02-01", complete=False)


def test_what_waits_is_counted_and_leads_to_exactly_these(staff: Client) -> None:
    _wait()
    waiting = _waiting(staff)
    counts = {words: count for words, (count, _) in waiting.items()}
    changed = "no longer confirmed: changed since, and not confirmed again"
    assert counts.pop(f"system: {changed}") == 1
    assert counts.pop("contracts: older than a year, and not confirmed within it") == 2
    assert counts.pop("product: to be verified") == 1
    assert counts.pop("finding: drafts, not published") == 1
    assert counts.pop("return: the borough's latest, and not complete") == 1
    assert counts.pop("boroughs: without any return, of 33") == 7
    assert not counts
    for count, place in waiting.values():
        page = staff.get(place)
        assert page.status_code == 200
        assert page.context["cl"].result_count == count


@pytest.mark.parametrize("value", ["moon", "", "year' OR 1=1", "\x00", "é" * 300])
def test_a_filter_of_what_waits_takes_nothing_else(staff: Client, value: str) -> None:
    factories.contract()
    page = staff.get(address(Contract, "changelist"), {"waiting": value})
    assert page.status_code == 200
    assert page.context["cl"].result_count == 1


def test_a_rule_that_old_rows_break_is_named_with_the_way_to_them(staff: Client) -> None:
    rule = "system_source_url_is_of_the_web"
    with connection.schema_editor() as editor:
        (constraint,) = (one for one in System._meta.constraints if one.name == rule)
        editor.remove_constraint(System, constraint)
        system = factories.system(source_url="javascript:alert(1)")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute(f"{constraint.create_sql(System, editor)} NOT VALID")
    (item,) = (item for item in staff.get("/admin/").context["waiting"] if "rule" in item.words)
    assert (item.count, item.noun) == (1, "systems")
    assert "The address must begin with https:// or http://." in item.words
    (listed,) = staff.get(item.address).context["cl"].queryset
    assert listed == system


def test_it_asks_as_often_for_many_changes_as_for_few(staff: Client) -> None:
    def write(many: int) -> int:
        with pghistory.context(user=User.objects.get().pk):
            for number in range(many):
                factories.contract(partners=[factories.borough()], systems=[factories.system()])
                factories.skill_level()
                factories.product(certainty=Product.Certainty.TO_VERIFY)
                move_events(AGO + datetime.timedelta(days=number))
                Contract.objects.update(notice_months=number)
                move_events(AGO + datetime.timedelta(days=number + 1))
        with CaptureQueriesContext(connection) as queries:
            assert len(staff.get("/admin/").context["changes"]) == MAX_ROWS
        return len(queries)

    few = write(8)
    assert write(12) <= few == 33


def test_it_holds_to_words_where_names_are_hostile(staff: Client) -> None:
    factories.supplier("<script>alert(1)</script>", slug="x")
    page: Any = staff.get("/admin/")
    assert "<script>alert" not in page.content.decode()
