"""Random batches undone in reverse order, in part, and again: nothing is lost on the way."""

import random
from collections.abc import Callable
from typing import Any

import pghistory
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from boroughs.models import Borough
from citytools.history import tracked_models, undo
from citytools.history.batches import batch
from citytools.models import Batch
from contracts.models import Contract, ContractPartner
from skills.models import SkillLevel, SkillNeed
from systems.models import Function, Product, Supplier, System
from tests import factories
from tests.drawing import often
from tests.estate import small_london
from tests.snapshots import facts, files

pytestmark = pytest.mark.django_db
Step = Callable[[random.Random], Any]


def pick(dice: random.Random, model: Any) -> Any:
    records = list(model.objects.order_by("pk"))
    return dice.choice(records) if records else None


def rename(dice: random.Random) -> None:
    model: Any = dice.choice([Supplier, Function, Product])
    record, name = pick(dice, model), dice.choice(["A name", "Another", "A third"])
    fields = {"name": name, "slug": name.lower().replace(" ", "-")}
    model.objects.filter(pk=record.pk).update(**fields)


def exchange_lead_and_partner(dice: random.Random) -> None:
    if partner := pick(dice, ContractPartner):
        lead = partner.contract.lead
        Contract.objects.filter(pk=partner.contract_id).update(lead=partner.borough)
        ContractPartner.objects.filter(pk=partner.pk).update(borough=lead)


def change(dice: random.Random) -> None:
    System.objects.filter(pk=pick(dice, System).pk).update(
        users=dice.randrange(9), function=pick(dice, Function)
    )
    level = pick(dice, SkillLevel)
    as_of = dice.choice(["2025", "2026-02", "2026-10-01"])
    SkillLevel.objects.filter(pk=level.pk).update(level=dice.randrange(1, 5), as_of=as_of)


def confirm(dice: random.Random) -> None:
    contract = pick(dice, Contract)
    Contract.objects.filter(pk=contract.pk).update(confirmed_on="2026-11-01")


def link(dice: random.Random) -> None:
    contract, product = pick(dice, Contract), pick(dice, Product)
    contract.functions.set(dice.sample(list(Function.objects.order_by("pk")), 2))
    product.functions.set([pick(dice, Function)])
    ContractPartner.objects.create(contract=contract, borough=pick(dice, Borough))


def delete(dice: random.Random) -> None:
    pick(dice, dice.choice([Contract, System, Function, Product, Supplier, SkillLevel])).delete()


def create(dice: random.Random) -> None:
    function = factories.function()
    system = factories.system(function=function, borough=pick(dice, Borough))
    factories.contract(systems=[system], supplier=pick(dice, Supplier), lead=system.borough)
    SkillNeed.objects.create(
        function=function.slug, skill=factories.skill(), level=2, why="It is needed."
    )


STEPS: list[Step] = [rename, exchange_lead_and_partner, change, confirm, link, delete, create]


def take(step: Step, dice: random.Random) -> None:
    """One step, or nothing where the rules refuse it."""
    try:
        with transaction.atomic():
            step(dice)
            connection.check_constraints()
    except (IntegrityError, ProtectedError):
        pass


def write(steps: list[Step], dice: random.Random) -> Batch:
    with transaction.atomic(), batch(Batch.Kind.LOAD, command="load") as written:
        for step in steps:
            take(step, dice)
    return written


@pytest.fixture
def _london() -> None:
    small_london(rows=12)
    for model in tracked_models():
        # The batches are to end what was confirmed before: not in the transaction that did
        model.pgh_event_model.objects.update(pgh_created_at="2026-01-01T00:00Z")


SEQUENCES = st.lists(st.lists(st.sampled_from(STEPS), min_size=1, max_size=5), max_size=4)


@pytest.mark.drill
@pytest.mark.usefixtures("_london")
def test_batches_undone_in_reverse_order_leave_all_as_it_was(client: Client) -> None:
    first_files = files(client)

    @settings(often, max_examples=8, derandomize=True)
    @given(SEQUENCES, st.integers(0, 10**6))
    def check(sequence: list[list[Step]], seed: int) -> None:
        dice = random.Random(seed)
        states, written = [facts()], []
        for steps in sequence:
            written.append(write(steps, dice))
            states.append(facts())
        undos = []
        for one, before in zip(reversed(written), reversed(states[:-1]), strict=True):
            if one.pk:
                result = undo.undo_batch(one, others=False, command="undo")
                assert result.refusals == []
                undos.append(result.batch)
            assert facts() == before
        for undone in reversed([undone for undone in undos if undone]):
            assert undo.undo_batch(undone, others=False, command="undo").refusals == []
        assert facts() == states[-1]
        for one in reversed(written):
            if one.pk:
                assert undo.undo_batch(one, others=False, command="undo").refusals == []
        assert facts() == states[0]

    check()
    assert files(client) == first_files


def _write_notes(**notes: str) -> Batch:
    """A batch that gives suppliers other notes; without a note it deletes them."""
    with batch(Batch.Kind.LOAD, command="load") as written:
        for slug, note in notes.items():
            suppliers = Supplier.objects.filter(slug=slug)
            if note:
                suppliers.update(note=note)
            else:
                suppliers.delete()
    return written


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_batch_that_set_another_back_is_undone_before_or_after_it(order: tuple[int, ...]) -> None:
    factories.supplier("X", note="a")
    factories.supplier("Y", note="a")
    before = facts()
    batches = [_write_notes(x="b", y="b"), _write_notes(x="a")]
    for number in order:
        assert not undo.undo_batch(batches[number], others=False, command="undo").refusals
    assert facts() == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_record_that_one_batch_created_and_one_deleted_is_gone(order: tuple[int, ...]) -> None:
    factories.supplier("Y", note="a")
    before = facts()
    with batch(Batch.Kind.LOAD, command="load") as first:
        factories.supplier("X", note="a")
        Supplier.objects.filter(slug="y").update(note="b")
    batches = [first, _write_notes(x="")]
    for number in order:
        assert not undo.undo_batch(batches[number], others=False, command="undo").refusals
    assert facts() == before


def test_an_undo_of_such_a_batch_can_be_undone() -> None:
    factories.supplier("X", note="a")
    factories.supplier("Y", note="a")
    first, second = _write_notes(x="b", y="b"), _write_notes(x="a")
    states = [facts()]
    undone = undo.undo_batch(first, others=False, command="undo").batch
    assert undone
    assert not undo.undo_batch(second, others=False, command="undo").count
    assert not undo.undo_batch(undone, others=False, command="undo").refusals
    assert facts() == states[0]
    assert undo.undo_batch(second, others=False, command="undo").count == 1
    assert Supplier.objects.get(slug="x").note == "b"


@pytest.mark.drill
@pytest.mark.usefixtures("_london")
def test_what_others_wrote_since_is_there_after_an_undo_in_part() -> None:
    @settings(often, derandomize=True)
    @given(*[st.lists(st.sampled_from(STEPS), min_size=1, max_size=5)] * 2, st.integers(0, 10**6))
    def check(steps: list[Step], later: list[Step], seed: int) -> None:
        with transaction.atomic():
            dice = random.Random(seed)
            written = write(steps, dice)
            left = facts()
            with pghistory.context(user=1):
                for step in later:
                    take(step, dice)
                connection.check_constraints()
            before = facts()
            if not written.pk:
                return
            result = undo.undo_batch(written, others=True, command="undo")
            connection.check_constraints()
            assert_kept(left, before)
            if result.batch:
                again = undo.undo_batch(result.batch, others=False, command="undo")
                assert again.refusals == []
            assert facts() == before
            transaction.set_rollback(True)

    check()


def assert_kept(left: dict[str, list[Any]], before: dict[str, list[Any]]) -> None:
    """What somebody changed between two states is as they left it: rows, and what they deleted."""
    after = facts()
    for model in tracked_models():
        label, key = model._meta.label, model._meta.pk.attname
        was, theirs, now = (
            {row[key]: row for row in state[label]} for state in (left, before, after)
        )
        changed = {number for number in was | theirs if was.get(number) != theirs.get(number)}
        for number in changed:
            assert now.get(number) == theirs.get(number), label
