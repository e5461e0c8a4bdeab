"""What the database holds about contracts: act-by dates, and what it refuses."""

import calendar
import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boroughs.models import Borough
from contracts.models import Contract, ContractPartner, ContractSystem
from tests import factories

pytestmark = pytest.mark.django_db

NO_RESET = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(
    ("ends_on", "notice", "act_by"),
    [
        ("2027-03-31", 6, "2026-09-30"),
        ("2027-05-31", 3, "2027-02-28"),
        ("2028-02-29", 12, "2027-02-28"),
        ("2027-08-31", 6, "2027-02-28"),
        ("2028-05-31", 3, "2028-02-29"),
        ("2027-01-15", 1, "2026-12-15"),
        ("2027-01-15", 0, "2027-01-15"),
        ("2027-01-15", 60, "2022-01-15"),
        ("2027-01-15", None, None),
        ("2027-01", 6, None),
        ("2027", 6, None),
        ("", 6, None),
    ],
)
def test_act_by_is_the_end_less_notice_and_never_a_guess(
    ends_on: str, notice: int | None, act_by: str | None
) -> None:
    contract = factories.contract(ends_on=ends_on, notice_months=notice)
    assert contract.act_by == (datetime.date.fromisoformat(act_by) if act_by else None)


@NO_RESET
@given(
    st.lists(
        st.tuples(
            st.dates(datetime.date(1990, 1, 1), datetime.date(2150, 12, 31)), st.integers(0, 60)
        ),
        min_size=20,
        max_size=40,
    )
)
def test_act_by_is_computed_as_a_calendar_would(terms: list[tuple[datetime.date, int]]) -> None:
    lead = factories.borough()
    contracts = Contract.objects.bulk_create(
        Contract(
            lead=lead, title=str(place), ends_on=end.isoformat(), notice_months=months,
            **factories.SOURCE,
        )
        for place, (end, months) in enumerate(terms)
    )  # fmt: skip
    rows = Contract.objects.in_bulk([contract.pk for contract in contracts])
    computed = [rows[contract.pk].act_by for contract in contracts]
    assert computed == [months_before(end, months) for end, months in terms]


def months_before(end: datetime.date, months: int) -> datetime.date:
    """By counting months; the day is clamped to the month's last."""
    count = end.year * 12 + end.month - 1 - months
    year, month = count // 12, count % 12 + 1
    return datetime.date(year, month, min(end.day, calendar.monthrange(year, month)[1]))


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("a_rolling_contract_has_no_end", {"rolling": True, "ends_on": "2027"}),
    ("a_contract_does_not_end_before_it_starts", {"starts_on": "2027-02", "ends_on": "2027-01-31"}),
    ("a_contract_has_known_choices", {"route": "stroll"}),
    ("a_contract_has_known_choices", {"vat": "perhaps"}),
    ("contract_values_are_not_negative", {"annual_value": -1}),
    ("contract_values_are_not_negative", {"total_value": -1}),
    ("contract_values_are_not_negative", {"tender_value": -1}),
    ("a_contract_has_known_choices", {"stage": "dreamt"}),
    ("contract_has_a_known_kind_of_source", {"source_kind": "rumour"}),
    ("contract_has_a_known_confidence", {"confidence": "sure"}),
    ("contract_says_as_of_when", {"as_of": ""}),
    ("contract_names_its_source", {"source_kind": "notice"}),
]


@pytest.mark.parametrize(("name", "fields"), REFUSED)
def test_the_database_refuses_a_contract_that_contradicts_itself(
    name: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        factories.contract(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_on": "2027-01-31", "ends_on": "2027-01"},
        {"starts_on": "2027-06", "ends_on": "2027"},
        {"starts_on": "2027-06"},
        {"rolling": True, "starts_on": "2027"},
        {"source_kind": "notice", "note": "Seen in the gazette"},
        {"source_kind": "notice", "source_url": "https://example.org/"},
    ],
)
def test_the_database_takes_what_may_be_true(fields: dict[str, Any]) -> None:
    assert factories.contract(**fields).pk


def test_a_contract_is_recorded_once() -> None:
    first = factories.contract(title="Rents", starts_on="2026")
    with pytest.raises(IntegrityError, match="a_contract_is_recorded_once"), transaction.atomic():
        factories.contract(title="Rents", starts_on="2026", lead=first.lead)
    assert factories.contract(title="Rents", starts_on="2027", lead=first.lead).pk


def test_a_borough_shares_a_contract_once_and_a_system_is_covered_once() -> None:
    borough, system = factories.borough(), factories.system()
    contract = factories.contract(partners=[borough], systems=[system])
    with (
        pytest.raises(IntegrityError, match="a_borough_shares_a_contract_once"),
        transaction.atomic(),
    ):
        ContractPartner.objects.create(contract=contract, borough=borough)
    with pytest.raises(IntegrityError, match="a_contract_covers_a_system_once"):
        ContractSystem.objects.create(contract=contract, system=system)


def test_a_contract_covers_the_functions_of_its_systems() -> None:
    rents, extra = factories.function("Rents"), factories.function("Extra")
    systems = [factories.system(function=rents), factories.system(function=rents)]
    contract = factories.contract(systems=systems, functions=[extra])
    assert {function.name for function in contract.functions.all()} == {"Rents", "Extra"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"rolling": True, "ends_on": "2027"}, "ends_on"),
        ({"starts_on": "2027", "ends_on": "2026"}, "ends_on"),
        ({"ends_on": "2027", "extension_until": "2026"}, "extension_until"),
        ({"source_kind": "notice"}, "source_url"),
    ],
)
def test_a_contradiction_is_said_beside_its_field(fields: dict[str, Any], where: str) -> None:
    contract = Contract(title="Rents", lead=factories.borough(), **factories.SOURCE | fields)
    with pytest.raises(ValidationError) as refused:
        contract.clean()
    assert set(refused.value.message_dict) == {where}


def test_worth_counts_a_shared_contract_of_many_systems_once() -> None:
    boroughs = [factories.borough() for _ in range(3)]
    systems = [factories.system(borough=borough) for borough in boroughs]
    factories.contract(lead=boroughs[0], partners=boroughs[1:], systems=systems, annual_value=100)
    factories.contract(annual_value=0)
    factories.contract()
    expected = {"annual": 100, "known": 2, "services": 0, "unsettled": 0}
    assert Contract.objects.worth() == expected
    contracts = Contract.objects.of_boroughs(type(boroughs[0]).objects.all())
    assert contracts.worth() == expected


@pytest.mark.django_db(transaction=True)
def test_the_database_itself_keeps_the_lead_from_being_a_partner() -> None:
    contract = factories.contract(partners=[factories.borough("Barnet")])
    with pytest.raises(IntegrityError, match="is not also a partner"):
        ContractPartner.objects.create(contract=contract, borough=contract.lead)
    barnet = Borough.objects.get(name="Barnet")
    with pytest.raises(IntegrityError, match="is not also a partner"):
        Contract.objects.filter(pk=contract.pk).update(lead=barnet)


@pytest.mark.django_db(transaction=True)
def test_lead_and_partner_change_places_in_one_go() -> None:
    contract = factories.contract(partners=[factories.borough("Barnet")])
    with transaction.atomic():
        before, contract.lead = contract.lead, Borough.objects.get(name="Barnet")
        contract.save()
        ContractPartner.objects.filter(contract=contract).update(borough=before)
    assert [str(borough) for borough in contract.partners.all()] == [before.name]


@pytest.mark.parametrize("ends", ["2027-03-31", "2027-03", "2027"])
def test_the_database_itself_refuses_an_extension_that_ends_first(ends: str) -> None:
    contract = factories.contract(ends_on=ends)
    with pytest.raises(IntegrityError, match="an_extension_does_not_end"), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(extension_until="2026-12-31")
    Contract.objects.filter(pk=contract.pk).update(extension_until="2027-12-31")


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26", "2026-02-32", "soon", "1899", "2026-"])
@pytest.mark.parametrize("field", ["as_of", "extension_until"])
def test_the_database_itself_refuses_what_is_no_date(field: str, text: str) -> None:
    contract = factories.contract()
    with pytest.raises(IntegrityError, match="well_formed"), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(**{field: text})
