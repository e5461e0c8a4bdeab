"""The admin's pages on batches: listed, searched, read row by row, undone after asking."""

from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from citytools.history.batches import batch
from citytools.models import Batch
from citytools.staff import batch_admin
from systems.models import Supplier, System
from tests import factories
from tests.pages import words
from tests.snapshots import facts
from tests.staff import address, confirmed, messages, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/citytools/batch/"


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def loaded(*names: str, **values: Any) -> Batch:
    with batch(Batch.Kind.LOAD, command="load", **values) as written:
        for name in names or ("Acme",):
            factories.supplier(name)
    return written


def undo_page(written: Batch) -> str:
    return reverse("admin:citytools_batch_undo", args=[written.pk])


def test_the_list_says_who_what_and_whether_it_counts(staff: Client) -> None:
    written = loaded(files=[{"name": "suppliers.csv", "sha256": "ab" * 32, "bytes": 12}])
    confirmed(staff, undo_page(written))
    text = words(staff.get(LIST), "table")
    assert f"Batch {written.pk} Load" in text
    assert f"suppliers.csv Undone by batch {written.pk + 1}" in text
    assert "Undo" in text
    assert "Ada Obi Suppliers: 1 removed" in text
    assert "In effect" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("suppliers.csv", 1), ("autumn", 1), ("load", 2), ("nothing", 0), ("Obi", 0),
        ("9" * 40, 0), ("%", 0), ("Batch", 0),
    ],
)  # fmt: skip
def test_batches_are_found_by_file_note_and_command(staff: Client, query: str, count: int) -> None:
    loaded("One", files=[{"name": "suppliers.csv"}], note="autumn")
    loaded("Two")
    assert staff.get(LIST, {"q": query}).context["cl"].result_count == count


def test_a_number_finds_its_batch(staff: Client) -> None:
    first, second = loaded("One"), loaded("Two")
    for query in (str(second.pk), f"Batch {second.pk}"):
        numbers = [row.pk for row in staff.get(LIST, {"q": query}).context["cl"].result_list]
        assert numbers == [second.pk]
    kinds = staff.get(LIST, {"kind__exact": "load"}).context["cl"].result_count
    assert (kinds, first.pk < second.pk) == (2, True)


def test_the_list_takes_as_many_queries_for_twenty_as_for_two(
    staff: Client, django_assert_num_queries: Any
) -> None:
    for number in range(2):
        loaded(f"Supplier {number}")
    staff.get(LIST)
    with django_assert_num_queries(11):
        staff.get(LIST)
    for number in range(2, 20):
        loaded(f"Supplier {number}")
    with django_assert_num_queries(11):
        staff.get(LIST)


def test_a_page_says_what_became_of_each_record_and_links_its_history(staff: Client) -> None:
    before = factories.supplier("Before", note="Old words.")
    with batch(Batch.Kind.LOAD, command="load", note="of a file") as written:
        Supplier.objects.filter(pk=before.pk).update(name="After", note="New words.")
        new = factories.supplier("New")
        gone = factories.supplier("Gone")
        gone.delete()
    response = staff.get(written.get_absolute_url())
    text = words(response, "table")
    assert "After Supplier Changed Name from Before → to After" in text
    assert "from Old words. → to New words." in text
    assert "New Supplier Created" in text
    assert "Gone Supplier Created and removed again" in text
    assert address(Supplier, "history", new.pk) in response.content.decode()
    assert "The command “load”" in words(response, "dl")


def test_many_records_are_read_page_by_page(staff: Client) -> None:
    written = loaded(*(f"Supplier {number:03}" for number in range(120)))
    where = written.get_absolute_url()
    pages = [staff.get(where, {"page": number}).context["page"] for number in (1, 2, 3)]
    assert [len(page.object_list) for page in pages] == [50, 50, 20]
    names = [row.name for page in pages for row, _ in page.object_list]
    assert names == [f"Supplier {number:03}" for number in range(120)]
    for page in ("0", "999", "x", "9" * 30, "-1"):
        assert staff.get(where, {"page": page}).status_code == 200


def test_a_page_of_a_batch_takes_a_bounded_number_of_queries(
    staff: Client, django_assert_max_num_queries: Any
) -> None:
    with batch(Batch.Kind.LOAD, command="load") as written:
        for _ in range(30):
            factories.contract(partners=[factories.borough()], systems=[factories.system()])
    with django_assert_max_num_queries(25):
        assert staff.get(written.get_absolute_url()).status_code == 200


def test_the_history_of_a_record_names_the_batch(staff: Client) -> None:
    written = loaded("Acme")
    response = staff.get(address(Supplier, "history", Supplier.objects.get().pk))
    assert str(written) in words(response, "table")
    assert f'href="{written.get_absolute_url()}"' in response.content.decode()


def test_undoing_asks_first_and_then_does_that(staff: Client) -> None:
    rows = facts()
    written = loaded("One", "Two")
    page = staff.get(undo_page(written))
    assert "All of it goes back as it was before Suppliers: 2 removed" in words(page, "body")
    assert Supplier.objects.count() == 2  # a GET writes nothing
    response = confirmed(staff, undo_page(written))
    assert facts() == rows
    undone = Batch.objects.get(kind=Batch.Kind.UNDO)
    assert messages(response)[-1] == f"Undone: {written}. This is {undone}."
    assert response["Location"] == undone.get_absolute_url()
    assert undone.user == User.objects.get()
    page = staff.get(written.get_absolute_url())
    assert f"Undone by batch {undone.pk}" in words(page, "dl")


def test_what_changed_since_is_named_and_the_others_are_undone(staff: Client) -> None:
    written = loaded("One", "Two")
    user = User.objects.create_user("eve", first_name="Eve", last_name="Ito")
    two = Supplier.objects.get(name="Two")
    with pghistory.context(user=user.pk, url="/admin/"):
        Supplier.objects.filter(pk=two.pk).update(name="Better")
    response = staff.get(undo_page(written))
    text = words(response, "body")
    assert "Not all of it can be undone" in text
    assert "Supplier Better: changed on" in text
    assert "by Eve Ito" in text
    assert address(Supplier, "history", two.pk) in response.content.decode()
    token = {"token": response.context["result"].token}
    assert "Nothing was undone yet" in messages(staff.post(undo_page(written), token))[-1]
    response = staff.post(undo_page(written), token | {"others": "Undo the others"})
    assert "1 of its records stay" in messages(response)[-1]
    assert [supplier.name for supplier in Supplier.objects.all()] == ["Better"]
    page = staff.get(written.get_absolute_url())
    assert "but for 1 record" in words(page, "dl")


@pytest.mark.parametrize("token", ["", "none", "x" * 5000, None])
def test_without_what_was_shown_nothing_is_undone(staff: Client, token: str | None) -> None:
    written = loaded()
    posted = {} if token is None else {"token": token}
    response = staff.post(undo_page(written), posted | {"others": "yes"})
    assert "Nothing was undone yet" in messages(response)[-1]
    assert Supplier.objects.exists()


def test_what_changed_after_the_question_is_asked_again(staff: Client) -> None:
    written = loaded("One", "Two")
    token = {"token": staff.get(undo_page(written)).context["result"].token, "others": "yes"}
    with pghistory.context(user=1):
        Supplier.objects.filter(name="One").update(name="Better")
    response = staff.post(undo_page(written), token)
    assert response["Location"] == undo_page(written)
    assert Supplier.objects.count() == 2


def test_too_many_records_are_for_the_command(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_admin, "MAX_RECORDS_ON_PAGE", 1)
    written = loaded("One", "Two")
    response = staff.get(undo_page(written))
    assert f"manage.py undo {written.pk}" in messages(response)[-1]


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 18, "9" * 400, "1.5", "1/2"])
def test_a_batch_that_is_not_there_is_not_found(staff: Client, number: str) -> None:
    for page in ("change", "undo"):
        assert staff.get(f"{LIST}{number}/{page}/").status_code == 404
        assert staff.post(f"{LIST}{number}/{page}/").status_code == 404


def test_nobody_adds_changes_or_deletes_a_batch(staff: Client) -> None:
    written = loaded()
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(f"{LIST}{written.pk}/delete/", {"post": "yes"}).status_code == 403
    staff.post(written.get_absolute_url(), {"note": "Mine"})
    staff.post(LIST, {"action": "delete_selected", "_selected_action": [written.pk]})
    assert [row.note for row in Batch.objects.all()] == [""]


@pytest.mark.parametrize(
    ("codes", "opens", "undoes"),
    [
        ([], 403, 403),
        (["delete_supplier"], 403, 403),
        (["view_batch"], 200, 403),
        (["view_batch", "change_supplier"], 200, 403),
        (["view_batch", "delete_supplier"], 200, 200),
    ],
)
def test_who_may_write_to_every_kind_of_record_may_undo(
    client: Client, codes: list[str], opens: int, undoes: int
) -> None:
    written = loaded("Acme")
    user = User.objects.create_user("guest", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=codes))
    client.force_login(user)
    assert client.get(written.get_absolute_url()).status_code == opens
    assert client.get(undo_page(written)).status_code == undoes
    if undoes != 200:
        assert client.post(undo_page(written), {"token": "x"}).status_code == 403
    if codes == ["view_batch"]:
        assert "Acme" not in words(client.get(written.get_absolute_url()), "body")


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    written = loaded()
    for page in (LIST, written.get_absolute_url(), undo_page(written)):
        assert "/admin/login/" in client.get(page)["Location"]


def test_names_are_escaped(staff: Client) -> None:
    written = loaded("<script>alert(1)</script>", note="<b>note</b>", files=[{"name": "<i>.csv"}])
    for page in (LIST, written.get_absolute_url(), undo_page(written)):
        text = staff.get(page).content.decode()
        assert "<script>alert" not in text
        assert "<b>note" not in text
        assert "<i>.csv" not in text


def test_why_a_record_stays_is_said_for_its_dependants(staff: Client) -> None:
    with batch(Batch.Kind.LOAD, command="load") as written:
        function, product = factories.function("Repairs"), factories.product("Fixer")
    with pghistory.context(user=1):
        factories.system(function=function, product=product, borough=factories.borough("Brent"))
    text = words(staff.get(undo_page(written)), "body")
    assert f"Function Repairs: the system “{System.objects.get()}” names it, which stays." in text
    assert "None of it can be undone" in text
