"""An import of notices leaves what staff changed, deleted or renamed."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
from tests.log import move_events
from tests.notices import award, imported, release, supplier, written

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


def updated(tmp_path: Path, **changes: Any) -> str:
    """What is said of a later notice of the same award that says otherwise."""
    later = release(date="2026-03-01T10:00:00Z", id="later", awards=[award(**changes)])
    return imported(written(tmp_path, later, name="later.json"))


def test_a_field_that_staff_changed_stays_and_the_others_follow_the_notice(
    notice: Path, tmp_path: Path
) -> None:
    with by_staff():
        Contract.objects.update(ends_on="2030", note="By staff.")
    period = {"startDate": "2026-04-01", "endDate": "2029-03-31"}
    said = updated(tmp_path, value={"amount": 150000, "currency": "GBP"}, contractPeriod=period)
    contract = Contract.objects.get()
    assert (contract.ends_on, contract.note, contract.total_value) == ("2030", "By staff.", 150000)
    assert (
        "Left to staff (1):\n- release 1 “Case management software”, ends_on: stays “2030”" in said
    )
    assert "The file says “2029-03-31”." in said
    before = events()
    updated(tmp_path, value={"amount": 150000, "currency": "GBP"}, contractPeriod=period)
    assert events() == before


def test_staffs_value_stays_through_all_states_of_a_file(notice: Path, tmp_path: Path) -> None:
    with by_staff():
        Contract.objects.update(ends_on="2030")
    releases = [
        release(
            date=f"2026-0{month}-01T10:00:00Z",
            id=f"later-{month}",
            awards=[award(value={"amount": month * 1000, "currency": "GBP"})],
        )
        for month in (2, 3)
    ]
    before = events()
    imported(written(tmp_path, *releases))
    assert events() == before + 2
    contract = Contract.objects.get()
    assert (contract.ends_on, contract.total_value) == ("2030", 3000)


def test_a_supplier_that_staff_chose_stays_and_the_notices_own_is_not_made(
    notice: Path, tmp_path: Path
) -> None:
    chosen = factories.supplier("Chosen Ltd")
    with by_staff():
        Contract.objects.update(supplier=chosen)
    other = supplier(name="Other Ltd", identifier={}, id="S9")
    later = release(
        date="2026-03-01T10:00:00Z",
        parties=[release()["parties"][0], other],
        awards=[award(suppliers=[{"id": "S9", "name": "Other Ltd"}])],
    )
    said = imported(written(tmp_path, later, name="later.json"))
    assert Contract.objects.get().supplier == chosen
    assert not Supplier.objects.filter(name="Other Ltd").exists()
    assert "supplier: stays “Chosen Ltd”" in said
    assert "The file says “Other Ltd”." in said


def test_what_a_rule_forbids_beside_staffs_value_is_left_out_and_named(
    notice: Path, tmp_path: Path
) -> None:
    with by_staff():
        Contract.objects.update(rolling=True, ends_on="")
        Contract.objects.update(extension_until="2027")
    said = updated(tmp_path, value={"amount": 150000, "currency": "GBP"})
    contract = Contract.objects.get()
    assert (contract.rolling, contract.ends_on, contract.total_value) == (True, "", 150000)
    assert "ends_on: stays empty" in said
    with by_staff():
        Contract.objects.update(rolling=False, ends_on="2026-12", extension_until="")
        Contract.objects.update(starts_on="2026-12-01")
    with pghistory.context(command="import_ocds"):
        Contract.objects.update(ends_on="2028-03-31")
    period = {"startDate": "2026-04-01", "endDate": "2026-06-30"}
    said = updated(tmp_path, contractPeriod=period)
    assert "because it ends before it starts" in said
    assert Contract.objects.get().ends_on == "2028-03-31"


def test_a_contract_that_staff_gave_another_lead_is_still_updated(
    notice: Path, tmp_path: Path
) -> None:
    with by_staff():
        Contract.objects.update(lead=factories.borough("Sutton"))
    updated(tmp_path, value={"amount": 150000, "currency": "GBP"})
    contract = Contract.objects.get()
    assert (contract.lead.name, contract.total_value) == ("Sutton", 150000)


def test_a_notice_that_ends_a_confirmation_says_so(notice: Path, tmp_path: Path) -> None:
    with by_staff():
        Contract.objects.update(confirmed_on="2026-02-01")
    move_events(datetime.date(2026, 2, 1))
    said = updated(tmp_path, value={"amount": 150000, "currency": "GBP"})
    assert Contract.objects.get().confirmed_on is None
    assert (
        "“Case management software” is no longer confirmed: it was on 1 February 2026, "
        "and has changed since."
    ) in said
