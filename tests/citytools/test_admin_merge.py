"""Two people with the same record: what each changed stays; where both changed the same, one asks.

Ada saves first; Bo had the form open already.
"""

import itertools
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client

from boroughs.models import Borough, Return
from citytools.history.record_version import FIELD, VersionedAdmin
from contracts.models import ContractPartner
from research.models import CaseClaim
from systems.models import ProductAlias, Supplier, SupplierAlias
from tests import factories
from tests.pages import words
from tests.records import create_record, edits, links_of, row_of, values_of, with_history
from tests.staff import address, form_values, messages, rows, signed_in

pytestmark = pytest.mark.django_db

EVERY_KIND = pytest.mark.parametrize("model", with_history(), ids=lambda model: model.__name__)
WITH_ROWS = [(model, link) for model in with_history() for link in links_of(model)]


@pytest.fixture
def ada(client: Client) -> Client:
    return signed_in(client)


@pytest.fixture
def bo() -> Client:
    return signed_in(Client(), "bo", "Bo", "Lee")


def _opened(client: Client, record: Any) -> dict[str, Any]:
    """The form of a record as a browser would post it."""
    return form_values(client.get(address(type(record), "change", record.pk)))


def _post(client: Client, record: Any, values: dict[str, Any]) -> Any:
    return client.post(address(type(record), "change", record.pk), values)


def _saved(client: Client, record: Any, values: dict[str, Any]) -> list[str]:
    """Post a form that is saved, and what it then says."""
    response = _post(client, record, values)
    assert response.status_code == 302, response.context["errors"]
    return messages(response)


def _questions(response: Any) -> list[str]:
    """The names of the buttons that are to be pressed, none of which is yet."""
    assert response.status_code == 200
    page = response.content.decode()
    assert "Nothing was saved yet" in page
    names = sorted(set(re.findall(r'type="radio" name="([^"]+-choice)"', page)))
    assert not [name for name in form_values(response) if name in names]
    return names


def _stored(record: Any, name: str) -> str:
    return str(values_of(type(record), record.pk)[record._meta.get_field(name).attname])


@EVERY_KIND
def test_two_people_change_two_fields_and_then_the_same(
    ada: Client, bo: Client, model: Any
) -> None:
    record = create_record(model)
    change = address(model, "change", record.pk)
    (field, hers), (other, his) = itertools.islice(edits(ada.get(change), "hers"), 2)
    typed = _opened(bo, record) | {other: his}
    _saved(ada, record, _opened(ada, record) | {field: hers})
    label = str(model._meta.get_field(field).verbose_name)
    said = next(message for message in _saved(bo, record, typed) if "Ada Obi changed" in message)
    assert label.lower() in said.lower()
    assert said.endswith("while you had this form open: that stays.")
    assert (_stored(record, field), _stored(record, other)) == (str(hers), str(his))
    typed = _opened(bo, record)
    (_, first), (_, second) = (next(edits(bo.get(change), word)) for word in ("first", "second"))
    _saved(ada, record, _opened(ada, record) | {field: first})
    before = values_of(model, record.pk)
    response = _post(bo, record, typed | {field: second})
    assert _questions(response) == [f"{field}-choice"]
    assert values_of(model, record.pk) == before
    again = form_values(response)
    assert _questions(_post(bo, record, again)) == [f"{field}-choice"]
    assert values_of(model, record.pk) == before
    _saved(bo, record, again | {f"{field}-choice": "mine"})
    assert _stored(record, field) == str(second)
    history = bo.get(address(model, "history", record.pk)).context["page"].object_list
    assert [entry.who for entry in history][:2] == ["Bo Lee", "Ada Obi"]


@pytest.mark.drill
@EVERY_KIND
def test_every_field_is_read_back_as_it_was_filled_in(ada: Client, model: Any) -> None:
    """Somebody writes; who has typed nothing then changes nothing and is asked nothing."""
    record = create_record(model)
    for link in links_of(model):
        row_of(link, record)
    typed = _opened(ada, record)
    name, value = next(edits(ada.get(address(model, "change", record.pk)), "direct"))
    model._base_manager.filter(pk=record.pk).update(**{name: value})
    before = values_of(model, record.pk)
    _saved(ada, record, typed)
    assert values_of(model, record.pk) == before


@pytest.mark.drill
@pytest.mark.parametrize(
    ("model", "link"), WITH_ROWS, ids=lambda part: getattr(part, "noun", "") or part.__name__
)
def test_a_row_added_meanwhile_stays_and_is_said(ada: Client, model: Any, link: Any) -> None:
    record = create_record(model)
    typed = _opened(ada, record)
    name, value = next(edits(ada.get(address(model, "change", record.pk)), "mine"))
    row = row_of(link, record)
    said = " ".join(_saved(ada, record, typed | {name: value}))
    # A row that was moved here from another record has been changed
    assert re.search(f"directly in the database, (added|changed) {link.noun.lower()} ", said)
    assert link.model._base_manager.filter(**{"pk": row.pk, link.field: record.pk}).exists()
    assert _stored(record, name) == str(value)


def test_theirs_is_kept_and_mine_is_written_as_chosen(ada: Client, bo: Client) -> None:
    supplier = factories.supplier("Acme", note="as it was")
    typed = _opened(bo, supplier) | {"name": "His", "note": "his note"}
    _saved(ada, supplier, _opened(ada, supplier) | {"name": "Hers", "note": "her note"})
    response = _post(bo, supplier, typed)
    assert _questions(response) == ["name-choice", "note-choice"]
    page = words(response, "body")
    assert "When you opened this form, it was “as it was”." in page
    assert "Theirs: “her note” (Ada Obi, at " in page
    assert "“his note”, or what you write there" in page
    half = form_values(response) | {"name-choice": "theirs"}
    response = _post(bo, supplier, half)
    again = form_values(response)
    assert again["name-choice"] == "theirs"
    assert "Nothing was saved yet: choose theirs or yours in one place" in words(response, "body")
    supplier.refresh_from_db()
    assert (supplier.name, supplier.note) == ("Hers", "her note")
    _saved(bo, supplier, again | {"note-choice": "mine", "note": "a third note"})
    supplier.refresh_from_db()
    assert (supplier.name, supplier.note) == ("Hers", "a third note")


def test_a_third_change_asks_again(ada: Client, bo: Client) -> None:
    supplier = factories.supplier("Acme")
    typed = _opened(bo, supplier) | {"name": "His"}
    _saved(ada, supplier, _opened(ada, supplier) | {"name": "Hers"})
    answers = form_values(_post(bo, supplier, typed)) | {"name-choice": "mine"}
    _saved(ada, supplier, _opened(ada, supplier) | {"name": "Hers again", "note": "And a note"})
    response = _post(bo, supplier, answers)
    assert _questions(response) == ["name-choice"]
    page = words(response, "body")
    assert "When you opened this form, it was “Acme”." in page
    assert "Theirs: “Hers again”" in page
    _saved(bo, supplier, form_values(response) | {"name-choice": "theirs"})
    supplier.refresh_from_db()
    assert (supplier.name, supplier.note) == ("Hers again", "And a note")


def test_the_same_change_by_both_is_no_conflict(ada: Client, bo: Client) -> None:
    contract = factories.contract(annual_value="1000.00")
    typed = _opened(bo, contract) | {"annual_value": "2000"}
    _saved(ada, contract, _opened(ada, contract) | {"annual_value": "2000.00"})
    _saved(bo, contract, typed)
    contract.refresh_from_db()
    assert contract.annual_value == 2000


def test_line_ends_of_browsers_are_no_change(ada: Client) -> None:
    supplier = factories.supplier("Acme", note="Two\nlines")
    typed = _opened(ada, supplier) | {"name": "Mine", "note": "Two\r\nlines"}
    Supplier.objects.update(note="Three\nmore\nlines")
    _saved(ada, supplier, typed)
    supplier.refresh_from_db()
    assert (supplier.name, supplier.note) == ("Mine", "Three\nmore\nlines")


def test_mistakes_and_a_conflict_are_said_at_once(ada: Client) -> None:
    supplier = factories.supplier("Acme", note="")
    typed = _opened(ada, supplier) | {"name": "", "note": "mine"}
    Supplier.objects.update(note="theirs")
    response = _post(ada, supplier, typed)
    assert _questions(response) == ["note-choice"]
    assert "This field is required." in words(response, "body")
    response = _post(ada, supplier, form_values(response) | {"note-choice": "theirs"})
    assert "This field is required." in words(response, "body")
    again = form_values(response)
    assert again["note"] == "theirs"
    _saved(ada, supplier, again | {"name": "Acme Ltd"})
    assert Supplier.objects.get().note == "theirs"


def test_links_are_added_and_removed_one_by_one(ada: Client, bo: Client) -> None:
    stays, hers, his, new = (factories.function(name) for name in ("A", "B", "C", "D"))
    product = factories.product("Mosaic")
    product.functions.set([stays, hers, his])
    typed = _opened(bo, product) | {"functions": [stays.pk, hers.pk, new.pk]}
    _saved(ada, product, _opened(ada, product) | {"functions": [stays.pk, his.pk, new.pk]})
    said = _saved(bo, product, typed)
    assert set(product.functions.all()) == {stays, new}
    assert any("Ada Obi removed function (" in message for message in said)


def test_a_link_that_somebody_removed_stays_removed(ada: Client) -> None:
    contract = factories.contract(title="Parking", partners=[factories.borough("Camden")])
    typed = _opened(ada, contract) | {"title": "Mine"}
    ContractPartner.objects.all().delete()
    assert any("removed sharing borough" in said for said in _saved(ada, contract, typed))
    contract.refresh_from_db()
    assert (contract.title, [*contract.partners.all()]) == ("Mine", [])


def test_the_same_row_added_by_both_is_added_once(ada: Client, bo: Client) -> None:
    contract, camden = factories.contract(), factories.borough("Camden")
    prefix = "contractpartner_set"
    added = rows(prefix, {"borough": camden.pk, "contract": contract.pk})
    opened = [_opened(person, contract) for person in (ada, bo)]
    for person, typed in zip((ada, bo), opened, strict=True):
        _saved(person, contract, typed | added)
    assert [*contract.partners.all()] == [camden]


def _aliases(supplier: Any, typed: dict[str, Any]) -> dict[str, str]:
    """The prefix of each row of other names, by its name."""
    return {
        value: name.removesuffix("-name")
        for name, value in typed.items()
        if re.fullmatch(r"aliases-\d+-name", name)
    }


def test_rows_are_merged_one_by_one(ada: Client, bo: Client) -> None:
    supplier = factories.supplier("Acme")
    for name in ("A", "B", "C", "D"):
        factories.supplier_alias(name, supplier, source="as it was")
    opened = _opened(bo, supplier)
    at = _aliases(supplier, opened)
    hers = {f"{at['A']}-source": "hers", f"{at['B']}-DELETE": "on", f"{at['C']}-name": "C hers"}
    kind = SupplierAlias.Kind.ALSO
    _saved(ada, supplier, opened | hers | {FIELD: _opened(ada, supplier)[FIELD]})
    factories.supplier_alias("F of somebody else", supplier)
    his = {f"{at['A']}-name": "A his", f"{at['C']}-source": "his", f"{at['D']}-DELETE": "on"}
    new = {"aliases-TOTAL_FORMS": 5, "aliases-4-name": "E", "aliases-4-kind": kind}
    _saved(bo, supplier, opened | his | new)
    assert {(alias.name, alias.source) for alias in SupplierAlias.objects.all()} == {
        ("A his", "hers"),
        ("C hers", "his"),
        ("E", ""),
        ("F of somebody else", ""),
    }


def test_a_field_of_a_row_that_both_changed_is_questions(ada: Client, bo: Client) -> None:
    alias = factories.supplier_alias("A")
    typed = _opened(bo, alias.supplier) | {"aliases-0-name": "His"}
    _saved(ada, alias.supplier, _opened(ada, alias.supplier) | {"aliases-0-name": "Hers"})
    factories.supplier_alias("0 comes before it", alias.supplier)
    response = _post(bo, alias.supplier, typed)
    (choice,) = _questions(response)
    again = form_values(response)
    assert again[choice.replace("-name-choice", "-id")] == str(alias.pk)
    _saved(bo, alias.supplier, again | {choice: "mine"})
    alias.refresh_from_db()
    assert alias.name == "His"


@pytest.mark.parametrize(("answer", "names"), [("theirs", []), ("mine", ["His"])])
def test_a_row_that_they_removed_and_i_changed_is_questions(
    ada: Client, bo: Client, answer: str, names: list[str]
) -> None:
    alias = factories.supplier_alias("A", source="as it was")
    typed = _opened(bo, alias.supplier) | {"aliases-0-name": "His"}
    _saved(ada, alias.supplier, _opened(ada, alias.supplier) | {"aliases-0-DELETE": "on"})
    response = _post(bo, alias.supplier, typed)
    assert _questions(response) == ["aliases-0-DELETE-choice"]
    assert "Leave it removed, as Ada Obi left it" in words(response, "body")
    again = form_values(response)
    assert _questions(_post(bo, alias.supplier, again)) == ["aliases-0-DELETE-choice"]
    assert not SupplierAlias.objects.exists()
    _saved(bo, alias.supplier, again | {"aliases-0-DELETE-choice": answer})
    assert [alias.name for alias in SupplierAlias.objects.all()] == names


@pytest.mark.parametrize("answer", [None, "theirs", "mine"])
def test_a_row_that_came_back_meanwhile_is_merged(
    ada: Client, bo: Client, answer: str | None
) -> None:
    alias = factories.supplier_alias("A")
    key, typed = alias.pk, _opened(bo, alias.supplier) | {"aliases-0-name": "His"}
    alias.delete()
    again = form_values(_post(bo, alias.supplier, typed))
    SupplierAlias.objects.create(pk=key, supplier=alias.supplier, name="Back", kind=alias.kind)
    marks = {"aliases-0-kind-conflict": "1", "aliases-0-DELETE-choice": answer}
    forged = {name: value for name, value in marks.items() if value}
    response = _post(bo, alias.supplier, again | forged)
    assert _questions(response) == ["aliases-0-name-choice"]
    _saved(bo, alias.supplier, form_values(response) | {"aliases-0-name-choice": "mine"})
    assert [(row.pk, row.name) for row in SupplierAlias.objects.all()] == [(key, "His")]


@pytest.mark.parametrize(("answer", "names"), [("theirs", ["Hers"]), ("mine", [])])
def test_a_row_that_i_removed_and_they_changed_is_questions(
    ada: Client, bo: Client, answer: str, names: list[str]
) -> None:
    alias = factories.supplier_alias("A")
    typed = _opened(bo, alias.supplier) | {"aliases-0-DELETE": "on"}
    _saved(ada, alias.supplier, _opened(ada, alias.supplier) | {"aliases-0-name": "Hers"})
    response = _post(bo, alias.supplier, typed)
    assert _questions(response) == ["aliases-0-DELETE-choice"]
    assert "Keep it, as Ada Obi changed it" in words(response, "body")
    assert "Name “Hers”" in words(response, "body")
    _saved(bo, alias.supplier, form_values(response) | {"aliases-0-DELETE-choice": answer})
    assert [alias.name for alias in SupplierAlias.objects.all()] == names


def test_a_row_that_both_remove_is_gone(ada: Client) -> None:
    alias = factories.supplier_alias("Old Ltd")
    typed = _opened(ada, alias.supplier) | {"aliases-0-DELETE": "on"}
    alias.delete()
    _saved(ada, alias.supplier, typed)
    assert not SupplierAlias.objects.exists()


def test_boxes_dates_and_choices_of_rows_of_others_stay_as_they_are(ada: Client) -> None:
    borough = factories.borough("Camden")
    typed = _opened(ada, borough) | {"population": "5", "population_year": "2021"}
    returned = factories.returned(borough, confirmed_on="2026-10-01", note="Two\nlines")
    before = values_of(Return, returned.pk)
    _saved(ada, borough, typed)
    assert values_of(Return, returned.pk) == before
    assert Borough.objects.get().population == 5


def test_a_claim_changed_meanwhile_stays(ada: Client) -> None:
    claim = factories.case_claim()
    study = claim.case_study
    typed = _opened(ada, study) | {"title": "Mine"}
    CaseClaim.objects.update(amount=2000)
    said = " ".join(_saved(ada, study, typed))
    assert "changed claim (Amount “2000.00”)" in said
    study.refresh_from_db()
    assert (study.title, CaseClaim.objects.get().amount) == ("Mine", 2000)


def test_a_row_moved_here_makes_the_version_unknown(ada: Client) -> None:
    alias, product = factories.product_alias("Old"), factories.product("Mosaic")
    factories.product_alias("Newer than the other", product)
    typed = _opened(ada, product) | {"name": "Mine"}
    ProductAlias.objects.filter(pk=alias.pk).update(product=product)
    response = _post(ada, product, typed)
    assert "check what is recorded now" not in words(response, "body")
    assert _questions(response) == ["name-choice"]
    _saved(ada, product, form_values(response) | {"name-choice": "mine"})
    assert product.aliases.count() == 2


@pytest.mark.parametrize("choice", [None, "", "x", "both", "9" * 5000, "\x00"])
def test_a_garbled_choice_is_none(ada: Client, choice: str | None) -> None:
    supplier = factories.supplier("Acme")
    typed = _opened(ada, supplier) | {"name": "Mine"}
    Supplier.objects.update(name="Theirs")
    again = form_values(_post(ada, supplier, typed))
    response = _post(ada, supplier, again | ({"name-choice": choice} if choice else {}))
    assert _questions(response) == ["name-choice"]
    assert Supplier.objects.get().name == "Theirs"


@pytest.mark.drill
@pytest.mark.parametrize("mark", ["", "x", "-1", "0", "9" * 18, "9" * 5000, "\x00"])
@pytest.mark.parametrize("name", ["note", "none", "DELETE", "aliases-0-name", "aliases-9-DELETE"])
def test_questions_that_nobody_asked_do_no_harm(ada: Client, mark: str, name: str) -> None:
    alias = factories.supplier_alias("Old Ltd")
    typed = _opened(ada, alias.supplier) | {"name": "Mine", "aliases-0-removed": mark}
    forged = {f"{name}-conflict": mark, f"{name}-choice": "theirs"}
    for values in (typed | forged, typed | forged | {f"{name}-choice": "mine"}):
        assert _post(ada, alias.supplier, values).status_code in {200, 302}
        Supplier.objects.update(note=f"Meanwhile {mark[:5]}".replace("\x00", ""))
        assert _post(ada, alias.supplier, values).status_code in {200, 302}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("fields", "expected"), [(("name", "name"), [200, 302]), (("name", "note"), [302, 302])]
)
def test_of_two_who_save_at_one_moment_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, fields: tuple[str, str], expected: list[int]
) -> None:
    supplier = factories.supplier("Acme")
    people = [signed_in(Client()), signed_in(Client(), "bo", "Bo", "Lee")]
    typed = [
        _opened(person, supplier) | {field: f"Of {number}"}
        for number, (person, field) in enumerate(zip(people, fields, strict=True))
    ]
    both, lock = threading.Barrier(2, timeout=20), VersionedAdmin.lock

    def arrive_together(self: Any, numbers: list[int]) -> None:
        both.wait()
        lock(self, numbers)

    monkeypatch.setattr(VersionedAdmin, "lock", arrive_together)

    def post(number: int) -> int:
        try:
            return int(_post(people[number], supplier, typed[number]).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = [*pool.map(post, (0, 1))]
    assert sorted(statuses) == expected
    supplier.refresh_from_db()
    for number, field in enumerate(fields):
        if statuses[number] == 302:
            assert getattr(supplier, field) == f"Of {number}"


def test_every_list_of_ours_is_for_reading() -> None:
    """A list that is edited in place would need the version of each of its rows."""
    assert not [model for model in with_history() if admin.site._registry[model].list_editable]
