"""A borough's confirmation is of what a record said: a change of the fact ends it."""

import datetime
from typing import Any

import pghistory
import pytest
from django.db import connection, models
from django.test import Client

from boroughs.models import Return
from citytools.facts.provenance import apply_confirmations_now, confirmation_stated
from citytools.history import restore
from citytools.history.batches import batch
from citytools.history.undo import undo_batch
from citytools.imports.authorship import event_model
from citytools.models import Batch
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractSystem,
)
from skills.models import PastLevel, SkillLevel
from systems.models import System
from tests import factories
from tests.loading import Folder, load, swap
from tests.log import move_events
from tests.staff import PROVENANCE, address, confirmed, messages, post_change, rows, signed_in

pytestmark = pytest.mark.django_db

DAY, LATER = datetime.date(2026, 10, 1), datetime.date(2026, 11, 1)
FACTS: list[tuple[Any, dict[str, Any]]] = [
    (factories.system, {"satisfaction": 5}),
    (factories.contract, {"title": "Another"}),
    (factories.skill_level, {"level": 4}),
    (factories.past_level, {"headcount": "1 to 2"}),
    (factories.returned, {"complete": False}),
]
BESIDE: list[dict[str, Any]] = [
    {"note": "By the way."}, {"source_url": "https://a.example/"}, {"as_of": "2026-10-02"},
    {"source_kind": "foi", "note": "x"}, {"confidence": "low"},
]  # fmt: skip
LINKS: list[tuple[type[models.Model], str, Any]] = [
    (ContractPartner, "borough", factories.borough),
    (ContractSystem, "system", factories.system),
    (ContractFunction, "function", factories.function),
]


def name(value: Any) -> str:
    return str(getattr(value, "__name__", ""))


def updated(record: models.Model, **values: Any) -> datetime.date | None:
    """The confirmation after a write that no form or save() sees."""
    found = type(record)._base_manager.filter(pk=record.pk)
    found.update(**values)
    return found.get().confirmed_on  # type: ignore[attr-defined]


def confirmed_contract(**fields: Any) -> Contract:
    """A contract that was confirmed in an earlier transaction."""
    contract = factories.contract(confirmed_on=DAY, **fields)
    apply_confirmations_now()
    move_events(DAY)
    return contract


def confirmation(contract: Contract) -> datetime.date | None:
    """What stands once the transaction ends."""
    apply_confirmations_now()
    return Contract.objects.get(pk=contract.pk).confirmed_on


def test_every_kind_of_fact_is_tried_here() -> None:
    models_ = {type(build()) for build, _ in FACTS}
    assert models_ == {System, Contract, SkillLevel, PastLevel, Return}


@pytest.mark.parametrize(("build", "change"), FACTS, ids=name)
def test_a_change_of_the_fact_ends_it_in_whatever_way_it_is_written(
    build: Any, change: dict[str, Any]
) -> None:
    assert updated(build(confirmed_on=DAY), **change) is None


@pytest.mark.parametrize(("build", "change"), FACTS, ids=name)
def test_a_write_that_confirms_anew_stands(build: Any, change: dict[str, Any]) -> None:
    assert updated(build(confirmed_on=DAY), **change, confirmed_on=LATER) == LATER


@pytest.mark.parametrize("change", BESIDE)
@pytest.mark.parametrize(("build", "_"), FACTS, ids=name)
def test_a_change_of_note_or_source_does_not_end_it(
    build: Any, _: Any, change: dict[str, Any]
) -> None:
    assert updated(build(confirmed_on=DAY), **change) == DAY


@pytest.mark.parametrize(("model", "far", "build"), LINKS, ids=name)
def test_a_link_added_ends_it(model: Any, far: str, build: Any) -> None:
    contract = confirmed_contract()
    model.objects.create(contract=contract, **{far: build()})
    assert confirmation(contract) is None


@pytest.mark.parametrize(("model", "far", "build"), LINKS, ids=name)
def test_a_link_removed_ends_it(model: Any, far: str, build: Any) -> None:
    contract = confirmed_contract(**{f"{far}s" if far != "borough" else "partners": [build()]})
    assert confirmation(contract) == DAY
    model.objects.filter(contract=contract).delete()
    assert confirmation(contract) is None


def test_a_contract_confirmed_with_its_new_links_stays_confirmed() -> None:
    contract = confirmed_contract()
    Contract.objects.filter(pk=contract.pk).update(confirmed_on=LATER)
    contract.functions.add(factories.function())
    assert confirmation(contract) == LATER


def test_a_new_contract_with_links_is_confirmed() -> None:
    contract = factories.contract(confirmed_on=DAY, partners=[factories.borough()])
    assert confirmation(contract) == DAY


def test_a_deleted_contract_leaves_its_history_as_it_stood() -> None:
    contract = confirmed_contract(partners=[factories.borough()])
    contract.delete()
    apply_confirmations_now()
    last = event_model(Contract).objects.latest("pgh_id")
    assert (last.pgh_label, last.confirmed_on) == ("delete", DAY)


def test_an_earlier_version_brings_its_confirmation_back(client: Client) -> None:
    system = factories.system(confirmed_on=DAY, users=5)
    updated(system, users=6)
    event = event_model(System).objects.earliest("pgh_id")
    confirmed(signed_in(client), address(System, "restore", system.pk, event.pgh_id))
    system.refresh_from_db()
    assert (system.users, system.confirmed_on) == (5, DAY)


def test_restoring_a_version_of_the_same_confirmation_keeps_it() -> None:
    system = factories.system(confirmed_on=DAY, users=5)
    event = event_model(System).objects.earliest("pgh_id")
    with confirmation_stated():
        System.objects.update(users=6)
        restore.record_from_version(event).save()
    system.refresh_from_db()
    assert (system.users, system.confirmed_on) == (5, DAY)


def test_undoing_a_batch_brings_the_confirmation_back() -> None:
    level = factories.skill_level(confirmed_on=DAY)
    with batch(Batch.Kind.RETURN) as written:
        assert updated(level, level=4) is None
    undo_batch(written, others=False)
    level.refresh_from_db()
    assert (level.level, level.confirmed_on) == (2, DAY)


def test_a_load_keeps_the_confirmation_that_its_file_gives(folder: Folder) -> None:
    load(folder())
    load(folder("contracts.csv", swap("north,south,Repairs,,,Acme,,", "north,,Repairs,,,,,")))
    contract = Contract.objects.get()
    assert (contract.supplier, contract.partners.count()) == (None, 0)
    assert confirmation(contract) == DAY


def test_a_notice_that_changes_a_contract_ends_its_confirmation() -> None:
    contract = confirmed_contract(source_kind="notice", note="x")
    with pghistory.context(command="import_ocds"):
        Contract.objects.bulk_update([contract], ["note"])
        assert confirmation(contract) == DAY
        contract.ends_on = "2030"
        Contract.objects.bulk_update([contract], ["ends_on", "note"])
    assert confirmation(contract) is None


def system_form(system: System, **fields: Any) -> dict[str, Any]:
    keys = {"borough": system.borough_id, "product": system.product_id}
    keys |= {"function": system.function_id}
    return PROVENANCE | rows("contractsystem_set") | keys | {"confirmed_on": "2026-10-01"} | fields


def test_staff_who_leave_the_date_are_told_that_it_ended(client: Client) -> None:
    system = factories.system(confirmed_on=DAY)
    response = post_change(signed_in(client), system, system_form(system, users=7))
    system.refresh_from_db()
    assert (system.users, system.confirmed_on) == (7, None)
    assert any(
        f"“{system}” is no longer confirmed: it was on 1 October 2026" in said
        for said in messages(response)
    )


def test_staff_who_set_another_date_keep_it(client: Client) -> None:
    system = factories.system(confirmed_on=DAY)
    form = system_form(system, users=7, confirmed_on="2026-11-01")
    response = post_change(signed_in(client), system, form)
    system.refresh_from_db()
    assert (system.users, system.confirmed_on) == (7, LATER)
    assert not any("no longer confirmed" in said for said in messages(response))


def test_staff_who_change_nothing_or_the_note_keep_it(client: Client) -> None:
    system = factories.system(confirmed_on=DAY)
    post_change(signed_in(client), system, system_form(system, note="By the way."))
    system.refresh_from_db()
    assert (system.note, system.confirmed_on) == ("By the way.", DAY)


def test_staff_who_link_a_contract_to_a_system_are_told_of_the_contract(client: Client) -> None:
    contract, system = confirmed_contract(), factories.system()
    linked = rows("contractsystem_set", {"contract": contract.pk})
    form = system_form(system, confirmed_on="") | linked
    response = post_change(signed_in(client), system, form)
    assert Contract.objects.get().confirmed_on is None
    assert any(f"“{contract}” is no longer confirmed" in said for said in messages(response))


def test_a_contract_added_with_links_and_a_confirmation_keeps_it(client: Client) -> None:
    form = {"title": "Parking", "lead": factories.borough().pk, "confirmed_on": "2026-10-01"}
    linked = rows("contractsystem_set")
    linked |= rows("contractpartner_set", {"borough": factories.borough().pk})
    signed_in(client).post(address(Contract, "add"), PROVENANCE | linked | form)
    assert Contract.objects.get().confirmed_on == DAY


def test_history_shows_that_the_confirmation_ended(client: Client) -> None:
    system = factories.system(confirmed_on=DAY)
    updated(system, users=7)
    page = signed_in(client).get(address(System, "history", system.pk)).content.decode()
    assert "Confirmed on" in page
    assert "1 October 2026" in page


def test_a_session_that_stated_a_confirmation_once_does_so_no_more() -> None:
    system = factories.system(confirmed_on=DAY)
    with confirmation_stated():
        assert updated(system, users=7) == DAY
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('citytools.confirmations', true)")
        assert cursor.fetchone() == ("",)
    assert updated(system, users=8) is None
