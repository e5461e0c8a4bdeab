"""Undoing a batch: all of it, exactly, or a list of what must stay and why."""

from collections.abc import Iterator
from typing import Any

import pghistory
import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client

from boroughs.models import Borough
from citytools.history import undo
from citytools.history.batches import batch
from citytools.history.undo import UndoResult
from citytools.history.undo_report import refusal_lines
from citytools.models import Batch
from contracts.models import Contract, ContractPartner
from skills.models import PastLevel, SkillLevel, SkillNeed
from systems.models import Function, Product, Supplier, System
from tests import factories
from tests.estate import small_london
from tests.snapshots import facts, files

pytestmark = pytest.mark.django_db


def some_batch() -> Any:
    return batch(Batch.Kind.LOAD, command="load")


def taken_back(written: Batch, *, others: bool = False) -> UndoResult:
    return undo.undo_batch(written, others=others, command="undo")


def reasons(result: UndoResult) -> list[tuple[str, int, str]]:
    return sorted(
        (refusal.record[0]._meta.model_name, refusal.record[1], refusal.reason)
        for refusal in result.refusals
    )


@pytest.fixture
def before(client: Client) -> Iterator[None]:
    """A small London; the test's batch must leave it as it was."""
    small_london(rows=20)
    rows, bytes_ = facts(), files(client)
    yield
    assert facts() == rows
    assert files(client) == bytes_


@pytest.mark.usefixtures("before")
def test_what_was_created_changed_and_deleted_is_as_it_was_before() -> None:
    with some_batch() as written:
        System.objects.filter(pk__in=System.objects.order_by("pk")[:5]).update(status="retired")
        contract = factories.contract(partners=[factories.borough()], systems=[factories.system()])
        Contract.objects.filter(pk=contract.pk).update(title="Changed at once")
        Contract.objects.order_by("pk")[0].delete()
        product = Product.objects.filter(systems=None).first() or factories.product()
        product.functions.set(Function.objects.order_by("pk")[:2])
    result = taken_back(written)
    assert (result.refusals, result.batch.undoes) == ([], written)  # type: ignore[union-attr]
    assert not written.in_effect


@pytest.mark.usefixtures("before")
def test_an_undo_is_undone_and_undone_again(client: Client) -> None:
    with some_batch() as written:
        first = Contract.objects.order_by("pk")[0]
        Contract.objects.filter(pk=first.pk).update(annual_value=5, title="Another")
        Contract.objects.order_by("pk")[1].delete()
        factories.contract(partners=[factories.borough()])
    after, after_files = facts(), files(client)
    undone = taken_back(written).batch
    assert undone
    redone = taken_back(undone).batch
    assert (facts(), files(client)) == (after, after_files)
    assert written.in_effect
    assert redone
    # Either undo takes it back again: the records are as the batch left them
    assert taken_back(written).batch


@pytest.mark.usefixtures("before")
def test_undoing_twice_does_nothing_the_second_time() -> None:
    with some_batch() as written:
        factories.supplier()
    taken_back(written)
    again = taken_back(written)
    assert (again.batch, again.count, again.refusals) == (None, 0, [])
    assert Batch.objects.count() == 2


def test_a_later_level_and_the_past_that_it_made_go_back_together() -> None:
    level = factories.skill_level(level=1, as_of="2025-09-30")
    rows = facts()
    with some_batch() as written:
        SkillLevel.objects.filter(pk=level.pk).update(level=3, as_of="2026-09-30")
    after = facts()
    assert PastLevel.objects.count() == 1
    undone = taken_back(written).batch
    assert facts() == rows
    assert undone
    taken_back(undone)
    assert facts() == after  # the past level under its own number, not another that a trigger made


def test_a_past_level_stays_with_the_level_that_stays() -> None:
    level, other = factories.skill_level(level=1, as_of="2025"), factories.skill_level(as_of="2025")
    with some_batch() as written:
        SkillLevel.objects.update(level=3, as_of="2026-09-30")
    with pghistory.context(user=1):
        SkillLevel.objects.filter(pk=level.pk).update(level=4)
    past = PastLevel.objects.get(skill=level.skill)
    result = taken_back(written, others=True)
    assert reasons(result) == [("pastlevel", past.pk, "part"), ("skilllevel", level.pk, "changed")]
    assert PastLevel.objects.get() == past
    other.refresh_from_db()
    assert (other.level, other.as_of) == (factories.Level.WORKING, "2025")


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_that_the_batch_ended_comes_back() -> None:
    with pghistory.context(command="load"):
        contract = factories.contract(confirmed_on="2026-10-01")
    borough = factories.borough()
    rows = facts()
    with transaction.atomic(), some_batch() as written:
        ContractPartner.objects.create(contract=contract, borough=borough)
    contract.refresh_from_db()
    assert contract.confirmed_on is None
    taken_back(written)
    assert facts() == rows


@pytest.mark.django_db(transaction=True)
def test_a_link_that_a_borough_confirmed_since_stays() -> None:
    with pghistory.context(command="load"):
        contract, other = factories.contract(), factories.contract()
    borough = factories.borough()
    with transaction.atomic(), some_batch() as written:
        linked = ContractPartner.objects.create(contract=contract, borough=borough)
        ContractPartner.objects.create(contract=other, borough=borough)
    with pghistory.context(user=1):
        Contract.objects.filter(pk=contract.pk).update(confirmed_on="2026-11-01")
    result = taken_back(written, others=True)
    assert reasons(result) == [("contractpartner", linked.pk, "confirmed")]
    (line,) = refusal_lines(result.refusals)
    assert line.sentence == f"the contract “{contract}” has been confirmed since, with it."
    assert line.history == (ContractPartner, linked.pk)
    contract.refresh_from_db()
    assert contract.confirmed_on is not None
    assert ContractPartner.objects.get() == linked


def test_needs_go_back_with_the_function_that_was_renamed_or_deleted() -> None:
    function = factories.function("Repairs")
    factories.skill_need(function=function)
    gone = factories.skill_need(function=factories.function("Lettings"))
    rows = facts()
    with some_batch() as written:
        Function.objects.filter(pk=function.pk).update(slug="mending", name="Mending")
        Function.objects.filter(slug=gone.function).delete()
    assert [need.function for need in SkillNeed.objects.all()] == ["mending"]
    assert taken_back(written).refusals == []
    assert facts() == rows


def test_names_that_were_exchanged_go_back() -> None:
    one, two = factories.supplier("One"), factories.supplier("Two")
    rows = facts()
    with some_batch() as written:
        for supplier, name in ((one, "Third"), (two, "One"), (one, "Two")):
            Supplier.objects.filter(pk=supplier.pk).update(name=name, slug=name.lower())
    assert taken_back(written).refusals == []
    assert facts() == rows


def test_what_somebody_changed_since_refuses_the_whole() -> None:
    with some_batch() as written:
        supplier, other = factories.supplier("One"), factories.supplier("Other")
    with pghistory.context(user=1):
        Supplier.objects.filter(pk=other.pk).update(name="Better")
    rows = facts()
    result = taken_back(written)
    assert reasons(result) == [("supplier", other.pk, "changed")]
    assert (result.batch, facts()) == (None, rows)
    partly = taken_back(written, others=True)
    assert [record.name for record in Supplier.objects.all()] == ["Better"]
    assert partly.batch
    assert partly.batch.counts == {"systems.supplier": {"removed": 1, "left": 1}}
    assert written.in_effect  # in part: one of its records is there
    assert supplier.pk != other.pk


def test_what_was_changed_back_since_is_no_change() -> None:
    supplier = factories.supplier("One")
    with some_batch() as written:
        Supplier.objects.update(name="Two")
    with pghistory.context(user=1):
        Supplier.objects.update(name="Three")
        Supplier.objects.update(name="Two")
    assert taken_back(written).refusals == []
    supplier.refresh_from_db()
    assert supplier.name == "One"


def test_what_a_record_of_somebody_else_names_stays_with_all_that_it_names() -> None:
    with some_batch() as written:
        function, product = factories.function(), factories.product()
        spare = factories.supplier("Spare")
    with pghistory.context(user=1):
        factories.system(function=function, product=product)
    rows = facts()
    result = taken_back(written)
    assert facts() == rows
    assert reasons(result) == sorted(
        [
            ("function", function.pk, "named"),
            ("servicearea", function.service_area_id, "named"),
            ("product", product.pk, "named"),
            ("supplier", product.manufacturer_id, "named"),
        ]
    )
    taken_back(written, others=True)
    assert not Supplier.objects.filter(pk=spare.pk).exists()
    assert System.objects.get().function == function


def test_what_would_name_a_record_deleted_since_stays_as_it_is() -> None:
    supplier, other = factories.supplier("One"), factories.supplier("Two")
    contract = factories.contract(supplier=supplier)
    with some_batch() as written:
        Contract.objects.update(supplier=other)
    with pghistory.context(user=1):
        Supplier.objects.filter(pk=supplier.pk).delete()
    result = taken_back(written)
    assert reasons(result) == [("contract", contract.pk, "names")]
    assert (result.refusals[0].column, result.refusals[0].value) == ("supplier_id", supplier.pk)


def test_a_name_that_somebody_took_since_is_refused_in_words() -> None:
    first, second = factories.supplier("One"), factories.supplier("Two")
    with some_batch() as written:
        Supplier.objects.filter(pk=first.pk).update(name="Former", slug="former")
        Supplier.objects.filter(pk=second.pk).update(name="Second", slug="second")
    with pghistory.context(user=1):
        factories.supplier("One")
    result = taken_back(written, others=True)
    assert [(refusal.record[1], refusal.reason) for refusal in result.refusals] == [
        (first.pk, "database")
    ]
    assert "Another record has this" in result.refusals[0].words
    names = set(Supplier.objects.values_list("name", flat=True))
    assert names == {"Former", "Two", "One"}


def test_a_rule_about_a_record_and_its_rows_refuses_that_record() -> None:
    lead, other = factories.borough("Lead"), factories.borough("Other")
    contract = factories.contract(lead=lead)
    fine = factories.contract(lead=lead)
    with some_batch() as written:
        Contract.objects.update(lead=other)
    with pghistory.context(user=1):
        ContractPartner.objects.create(contract=contract, borough=lead)
    result = taken_back(written, others=True)
    assert reasons(result) == [("contract", contract.pk, "rows")]
    assert Contract.objects.get(pk=fine.pk).lead == lead
    assert Contract.objects.get(pk=contract.pk).lead == other


def test_a_partner_of_a_contract_that_was_changed_since_stays_with_it() -> None:
    with some_batch() as written:
        contract = factories.contract(partners=[factories.borough()])
    with pghistory.context(user=1):
        Contract.objects.update(title="Better")
    result = taken_back(written, others=True)
    partner = ContractPartner.objects.get()
    assert ("contractpartner", partner.pk, "part") in reasons(result)
    # The lead, the partner and the supplier that stay in it stay too
    assert Borough.objects.count() == 2
    assert contract.supplier in Supplier.objects.all()


def test_values_that_no_longer_keep_the_rules_are_refused_in_words() -> None:
    level = factories.skill_level(as_of="2026-09-30")
    with some_batch() as written:
        SkillLevel.objects.update(level=1)
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE skills_skilllevel ADD CONSTRAINT low CHECK (level < 2) NOT VALID"
        )
    result = taken_back(written)
    assert reasons(result) == [("skilllevel", level.pk, "database")]
    assert "low" in result.refusals[0].words


def test_what_there_was_before_its_history_cannot_come_back() -> None:
    supplier = factories.supplier("One")
    Supplier.pgh_event_model.objects.all().delete()  # type: ignore[attr-defined]
    with some_batch() as written:
        Supplier.objects.update(name="Two")
    assert reasons(taken_back(written)) == [("supplier", supplier.pk, "unknown")]


def test_a_token_holds_for_what_was_shown_alone() -> None:
    with some_batch() as written:
        first = factories.supplier("One")
        factories.supplier("Two")
    shown = undo.undo_batch(written, others=True, dry_run=True)
    assert (shown.count, Supplier.objects.count()) == (2, 2)
    with pghistory.context(user=1):
        Supplier.objects.filter(pk=first.pk).update(name="Better")
    assert undo.undo_batch(written, others=True, token=shown.token).batch is None
    assert Supplier.objects.count() == 2
    now = undo.undo_batch(written, others=True, dry_run=True)
    assert undo.undo_batch(written, others=True, token=now.token).batch
    assert [supplier.name for supplier in Supplier.objects.all()] == ["Better"]


def test_an_undo_is_of_whoever_asks_for_it() -> None:
    user = User.objects.create_user("ada")
    with some_batch() as written:
        factories.supplier()
    with pghistory.context(user=user.pk, url="/admin/"):
        result = undo.undo_batch(written, others=False)
    assert result.batch
    assert (result.batch.user, result.batch.kind) == (user, Batch.Kind.UNDO)
