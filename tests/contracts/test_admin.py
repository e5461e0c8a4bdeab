"""What LOTI staff see when they edit contracts."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, ContractPartner
from tests import factories
from tests.staff import PROVENANCE, address, errors, messages, post_change, rows, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def _form(**fields: Any) -> dict[str, Any]:
    """A contract as its form posts it, without link rows."""
    linked = rows("contractpartner_set") | rows("contractsystem_set")
    if "lead" not in fields:
        fields["lead"] = factories.borough().pk
    return {"title": "Parking"} | PROVENANCE | linked | fields


def _add(staff: Client, **fields: Any) -> Any:
    return staff.post(address(Contract, "add"), _form(**fields))


def test_a_contract_is_added_with_those_who_share_it(staff: Client) -> None:
    partner = factories.borough("Camden")
    response = _add(staff, **rows("contractpartner_set", {"borough": partner.pk}))

    assert response.status_code == 302
    assert [*Contract.objects.get().partners.all()] == [partner]


def test_functions_of_covered_systems_are_added_and_said(staff: Client) -> None:
    system = factories.system(function=factories.function("Parking permits"))
    response = _add(staff, **rows("contractsystem_set", {"system": system.pk}))

    assert [*Contract.objects.get().functions.all()] == [system.function]
    assert any("added" in text and "Parking permits" in text for text in messages(response))


def test_a_new_contract_needs_source_date_and_confidence(staff: Client) -> None:
    response = _add(staff, source_kind="", as_of="", confidence="")

    # Of a day of its own and the day on which it was read, either will do
    faults = {"source_kind", "confidence", "__all__"}
    assert set(response.context["adminform"].form.errors) == faults


def test_nothing_about_the_source_is_filled_in_beforehand(staff: Client) -> None:
    form = staff.get(address(Contract, "add")).context["adminform"].form

    assert not {form[name].value() for name in PROVENANCE} - {None, ""}


@pytest.mark.parametrize("text", ["2026-13", "31/11/2026", "31 November 2026", "2026-02-30", "26"])
def test_an_odd_date_is_refused_with_the_remedy(staff: Client, text: str) -> None:
    page_text = errors(_add(staff, ends_on=text))

    assert page_text == (
        f"“{text}” is not a date. "
        "Write a day as 2026-11-30, a month as 2026-11 or a year as 2026 (1900 to 2199)."
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"starts_on": "2027", "ends_on": "2026"}, "The contract ends before it starts."),
        ({"rolling": "on", "ends_on": "2026"}, "A rolling contract has no end date."),
        ({"ends_on": "2027", "extension_until": "2026"}, "The extension ends before the contract."),
        ({"notice_months": "61"}, "Ensure this value is less than or equal to 60."),
        (
            {"source_kind": "notice"},
            "Give the source's address, or say in the note where it is.",
        ),
    ],
)
def test_a_contradiction_is_named(staff: Client, fields: dict[str, str], said: str) -> None:
    assert errors(_add(staff, **fields)) == said


def test_the_same_contract_twice_is_refused(staff: Client) -> None:
    first = factories.contract(title="Parking", starts_on="2026")
    response = _add(staff, lead=first.lead_id, starts_on="2026")

    assert "already has a contract of this title and start" in errors(response)


def test_the_lead_of_a_new_contract_cannot_share_it(staff: Client) -> None:
    lead = factories.borough()
    response = _add(staff, lead=lead.pk, **rows("contractpartner_set", {"borough": lead.pk}))

    assert errors(response) == "This borough leads the contract already."


def test_one_who_shares_a_contract_cannot_become_its_lead(staff: Client) -> None:
    partner = factories.borough("Camden")
    contract = factories.contract(partners=[partner])
    row = ContractPartner.objects.get()
    remaining = rows("contractpartner_set", {"id": row.pk, "contract": contract.pk}, initial=1)
    form = _form(lead=partner.pk, **remaining)
    response = post_change(staff, contract, form)

    assert errors(response) == "Camden leads the contract: remove it from those that share it."


def test_a_partner_may_become_lead_when_it_is_removed_from_the_others(staff: Client) -> None:
    partner = factories.borough()
    contract = factories.contract(partners=[partner])
    row = {"id": ContractPartner.objects.get().pk, "contract": contract.pk, "DELETE": "on"}
    form = _form(lead=partner.pk, **rows("contractpartner_set", row, initial=1))
    response = post_change(staff, contract, form)

    assert response.status_code == 302
    assert Contract.objects.get().lead == partner


@pytest.mark.parametrize("name", ["borough", "system"])
def test_the_same_link_twice_in_one_form_is_refused(staff: Client, name: str) -> None:
    linked = getattr(factories, {"borough": "borough", "system": "system"}[name])()
    prefix = {"borough": "contractpartner_set", "system": "contractsystem_set"}[name]
    response = _add(staff, **rows(prefix, {name: linked.pk}, {name: linked.pk}))

    assert "Please correct the duplicate" in errors(response)


def test_the_day_to_act_by_is_shown_or_why_it_is_not_known(staff: Client) -> None:
    known = factories.contract(ends_on="2027-03-31", notice_months=6)
    unknown = factories.contract(ends_on="2027-12-31")

    assert Contract.objects.get(pk=known.pk).act_by == datetime.date(2026, 9, 30)
    assert (
        "Act by 30 September 2026: its end"
        in staff.get(address(Contract, "change", known.pk)).content.decode()
    )
    page = staff.get(address(Contract, "change", unknown.pk)).content.decode()
    assert "Act between 31 December 2026 and 30 September 2027: its end" in page
    listed = staff.get(address(Contract, "changelist")).content.decode()
    assert "31 Dec 2026 to 30 Sep 2027" in listed


def test_the_form_of_a_contract_asks_no_more_for_many_systems(staff: Client) -> None:
    counts = []
    for many in (2, 20):
        systems = [factories.system() for _ in range(many)]
        contract = factories.contract(
            systems=systems, partners=[system.borough for system in systems]
        )
        with CaptureQueriesContext(connection) as queries:
            staff.get(address(Contract, "change", contract.pk))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_change_shows_on_the_site_at_once(staff: Client) -> None:
    contract = factories.contract(title="Parking", functions=[factories.function()])
    post_change(staff, contract, _form(title="Parking and permits"))

    assert "Parking and permits" in staff.get(contract.get_absolute_url()).content.decode()
