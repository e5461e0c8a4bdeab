"""What one context of history wrote, record by record, and going back to before all of it."""

from uuid import uuid4

import pghistory
import pytest

from citytools.history import batches
from systems.models import Function, ServiceArea, Supplier
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_batch_is_undone_whatever_it_did() -> None:
    with pghistory.context(by="before"):
        changed, deleted = factories.supplier("Changed"), factories.supplier("Deleted")
    before = list(Supplier.objects.order_by("pk").values())
    with pghistory.context(by="batch") as batch:
        Supplier.objects.filter(pk=changed.pk).update(name="Once")
        Supplier.objects.filter(pk=changed.pk).update(name="Twice")
        Supplier.objects.filter(pk=deleted.pk).delete()
        supplier = factories.supplier("Made")
        Supplier.objects.filter(pk=supplier.pk).update(name="Made anew")
    done = batches.batch_writes([Supplier], batch.id)
    assert {
        (write.record, write.latest, write.deleted, write.before is None) for write in done
    } == {
        (changed.pk, True, False, False),
        (deleted.pk, True, True, False),
        (supplier.pk, True, False, True),
    }
    with pghistory.context(by="undo"):
        batches.undo_writes(done)
    assert list(Supplier.objects.order_by("pk").values()) == before
    assert not any(write.latest for write in batches.batch_writes([Supplier], batch.id))


def test_what_others_wrote_since_is_seen() -> None:
    with pghistory.context(by="batch") as batch:
        supplier, other = factories.supplier("One"), factories.supplier("Other")
    with pghistory.context(by="somebody else"):
        Supplier.objects.filter(pk=other.pk).update(name="Better")
    latest = {write.record: write.latest for write in batches.batch_writes([Supplier], batch.id)}
    assert latest == {supplier.pk: True, other.pk: False}


def test_only_the_kinds_asked_for_are_told_in_their_order() -> None:
    with pghistory.context(by="batch") as batch:
        factories.function("Casework", service_area=factories.service_area("Care"))
        factories.supplier()
    kinds = [write.model for write in batches.batch_writes([Function, ServiceArea], batch.id)]
    assert kinds == [Function, ServiceArea]
    assert batches.batch_writes([Supplier], uuid4()) == []
