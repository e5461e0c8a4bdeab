"""A batch: saved where something was written, counted, named, and in effect until it is undone."""

import importlib
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection, transaction

from citytools.history.batches import batch, undo_hint
from citytools.models import Batch
from systems.models import Supplier
from tests import factories

pytestmark = pytest.mark.django_db


def test_nothing_written_is_no_batch() -> None:
    with batch(Batch.Kind.LOAD, command="load") as written:
        pass
    assert undo_hint(written) == ""
    assert not Batch.objects.exists()


def test_a_dry_run_is_no_batch() -> None:
    with transaction.atomic(), batch(Batch.Kind.LOAD, command="load") as written:
        factories.supplier()
        transaction.set_rollback(True)
    assert not written.pk
    assert not Batch.objects.exists()


def test_records_are_counted_by_what_became_of_them() -> None:
    changed, deleted, unmade = (factories.supplier(name) for name in ("One", "Two", "Three"))
    with batch(Batch.Kind.LOAD, command="load") as written:
        written.counts = {"systems.product": {"left": 2}}
        Supplier.objects.filter(pk=changed.pk).update(name="Four")
        Supplier.objects.filter(pk=changed.pk).update(name="Five")
        deleted.delete()
        factories.supplier("Six")
        factories.supplier("Seven").delete()
    assert Batch.objects.get().counts == {
        "systems.supplier": {"created": 1, "changed": 1, "removed": 1},
        "systems.product": {"left": 2},
    }
    assert undo_hint(written) == f"Batch {written.pk}. To undo: manage.py undo {written.pk}"
    assert unmade.name == "Three"


def test_the_account_is_that_of_the_request() -> None:
    user = User.objects.create_user("ada")
    with pghistory.context(user=user.pk, url="/admin/"), batch(Batch.Kind.ACTION, note="two"):
        factories.supplier()
    assert (Batch.objects.get().user, Batch.objects.get().note) == (user, "two")
    event = Supplier.pgh_event_model.objects.get()  # type: ignore[attr-defined]
    assert event.pgh_context_id == Batch.objects.get().context


def test_of_two_batches_within_each_other_the_outer_says_what_it_is() -> None:
    with batch(Batch.Kind.ACTION, command="forget_demonstration"):
        with batch(Batch.Kind.REFRESH, command="record_metrics"):
            factories.supplier("One")
        factories.supplier("Two")
    written = Batch.objects.get()
    assert written.kind == Batch.Kind.ACTION
    assert written.counts == {"systems.supplier": {"created": 2}}


def _undo(undone: Batch, **counts: int) -> Batch:
    with batch(Batch.Kind.UNDO, command="undo", undoes=undone) as written:
        factories.supplier()
        written.counts = {"systems.supplier": counts} if counts else {}
    return written


def test_an_undo_that_is_undone_makes_the_batch_count_again() -> None:
    with batch(Batch.Kind.LOAD, command="load") as load:
        factories.supplier()
    assert load.in_effect
    undo = _undo(load)
    assert (load.in_effect, undo.in_effect) == (False, True)
    second = _undo(undo)
    assert (load.in_effect, undo.in_effect, second.in_effect) == (True, False, True)
    _undo(second)
    assert (load.in_effect, undo.in_effect, second.in_effect) == (False, True, False)


def test_an_undo_that_left_records_to_others_does_not_end_the_batch() -> None:
    with batch(Batch.Kind.LOAD, command="load") as load:
        factories.supplier()
    undo = _undo(load, left=1)
    assert load.in_effect
    _undo(undo)
    assert load.in_effect


def test_the_state_of_many_batches_takes_a_query_for_each_step(
    django_assert_num_queries: Any,
) -> None:
    for _ in range(3):
        with batch(Batch.Kind.LOAD, command="load") as load:
            factories.supplier()
        _undo(_undo(load))
    with django_assert_num_queries(4):  # the batches, undos, undos of undos, and that they end
        undos = Batch.objects.filter(kind=Batch.Kind.LOAD).with_undos()
    assert sum(map(len, undos.values())) == 6


def test_what_was_written_before_there_were_batches_has_some_after_migrating() -> None:
    user = User.objects.create_user("ada")
    with pghistory.context(command="load"):
        supplier = factories.supplier("One")
    with pghistory.context(user=user.pk, url="/admin/systems/supplier/"):
        supplier.delete()
    with pghistory.context(
        user=user.pk, url="/admin/skills/x/", batch="return on skills of Camden"
    ):
        factories.supplier("Two")
    with pghistory.context(user=user.pk, url=f"/admin/systems/supplier/{supplier.pk}/change/"):
        factories.supplier("Three")
    user.delete()
    migration: Any = importlib.import_module(
        "citytools.migrations.0003_batches_of_earlier_contexts"
    )
    with connection.schema_editor() as editor:
        migration.add_batches(apps, editor)
    # Within one test, all of it happened at one moment
    batches = Batch.objects.order_by("note", "-kind").values_list(
        "kind", "user", "command", "counts", "note"
    )
    counts = {"systems.supplier": {"created": 1}}
    assert list(batches) == [
        ("load", None, "load", counts, ""),
        ("action", None, "", {"systems.supplier": {"removed": 1}}, ""),
        ("return", None, "", counts, "return on skills of Camden"),
    ]
