"""An import of notices leaves what staff changed, deleted or renamed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pghistory
import pytest
from django.db import connection, transaction

from citytools.imports import lock_tables
from contracts.models import Contract, ContractPartner
from contracts.ocds import matching
from contracts.ocds.parties import Party
from systems.models import Supplier
from tests import factories
from tests.loading import events
from tests.notices import imported, release, written

pytestmark = pytest.mark.django_db


@contextmanager
def by_staff() -> Iterator[None]:
    with pghistory.context(user=1, url="/admin/"):
        yield


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    """A notice of Camden and Barnet, imported once."""
    factories.borough("Camden")
    factories.borough("Barnet")
    parties = [
        *release()["parties"],
        {"id": "B2", "name": "London Borough of Barnet", "roles": ["buyer"]},
    ]
    path = written(tmp_path, release(parties=parties))
    imported(path)
    return path


def imported_again(notice: Path) -> str:
    """A second import, which may write nothing at all."""
    before = events()
    text = imported(notice)
    assert events() == before
    return text


def test_a_contract_that_staff_retitled_keeps_its_title_and_is_not_doubled(notice: Path) -> None:
    with by_staff():
        Contract.objects.update(title="Case management, adults")
    said = imported_again(notice)
    assert "title: stays “Case management, adults” (changed by " in said
    assert "The file says “Case management software”." in said
    assert Contract.objects.get().title == "Case management, adults"


def test_a_contract_that_staff_gave_another_lead_is_still_found(notice: Path) -> None:
    with by_staff():
        Contract.objects.update(lead=factories.borough("Sutton"))
    imported_again(notice)
    assert Contract.objects.get().lead.name == "Sutton"


def test_a_contract_that_staff_deleted_is_not_brought_back(notice: Path) -> None:
    with by_staff():
        Contract.objects.all().delete()
    assert "a person has deleted the record" in imported_again(notice)
    assert not Contract.objects.exists()


def test_a_partner_that_staff_took_off_is_not_put_on_again(notice: Path) -> None:
    assert ContractPartner.objects.exists()
    with by_staff():
        ContractPartner.objects.all().delete()
    imported_again(notice)
    assert not ContractPartner.objects.exists()


def test_a_supplier_that_staff_renamed_is_known_by_its_former_name(
    notice: Path, tmp_path: Path
) -> None:
    with by_staff():
        Supplier.objects.update(name="Sampleton Group", slug="sampleton-group")
    imported(written(tmp_path, release(ocid="ocds-b5fd17-0002")))
    assert Supplier.objects.get().name == "Sampleton Group"


def test_a_supplier_that_staff_deleted_is_not_made_again(notice: Path, tmp_path: Path) -> None:
    with by_staff():
        Contract.objects.update(supplier=None)
        Supplier.objects.all().delete()
    imported(written(tmp_path, release(ocid="ocds-b5fd17-0002")))
    contract = Contract.objects.get(ocid="ocds-b5fd17-0002")
    assert contract.supplier is None
    assert "a supplier that a person deleted" in contract.note


def test_a_name_that_two_suppliers_have_today_means_neither(tmp_path: Path) -> None:
    factories.borough("Camden")
    first, second = factories.supplier("Acme Services Ltd"), factories.supplier("Nadir")
    factories.supplier_alias("Acme Services Limited", second)
    companies = matching.Companies()
    party = Party(name="Acme Services Limited")
    assert companies.match([party], "Parking")[0] not in (first, second)


def test_nobody_writes_a_fact_between_comparing_and_writing(notice: Path) -> None:
    with transaction.atomic():
        lock_tables()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE mode = 'ShareRowExclusiveLock' "
                "AND relation = 'contracts_contract'::regclass AND pid = pg_backend_pid()"
            )
            assert cursor.fetchone() == (1,)
