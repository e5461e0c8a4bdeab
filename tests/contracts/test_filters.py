"""What the list of contracts can be narrowed by, each filter once; shared contracts are one row."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from boroughs.models import Borough
from citytools.facts import dates
from citytools.facts.provenance import SourceKind
from contracts.models import Contract, Route
from systems.models import ServiceArea
from tests import factories
from tests.pages import column, row_links, text_of

pytestmark = pytest.mark.django_db


def found(client: Client, **query: Any) -> set[int]:
    """The contracts that a query finds, on the page and in the file alike."""
    links = row_links(client, "/contracts/", query)
    keys = column(client, "/contracts/contracts.csv", "contract_id", query)
    assert links == [f"/contracts/{key}/" for key in keys]
    assert len(keys) == len(set(keys))
    return set(Contract.objects.filter(key__in=keys).values_list("pk", flat=True))


def finance() -> ServiceArea:
    return factories.service_area("Finance", kind=ServiceArea.Kind.CORPORATE)


CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("borough", "camden", {"lead": lambda: factories.borough("Camden")}),
    ("borough", "camden", {"partners": lambda: [factories.borough("Camden")]}),
    ("function", "rents", {"functions": lambda: [factories.function("Rents")]}),
    (
        "function",
        "rents",
        {"systems": lambda: [factories.system(function=factories.function("Rents"))]},
    ),
    (
        "service_area",
        "finance",
        {"functions": lambda: [factories.function(service_area=finance())]},
    ),
    ("kind", "corporate", {"functions": lambda: [factories.function(service_area=finance())]}),
    (
        "product",
        "mosaic",
        {"systems": lambda: [factories.system(product=factories.product("Mosaic"))]},
    ),
    ("supplier", "civica", {"supplier": lambda: factories.supplier("Civica")}),
    ("framework", "g-cloud", {"framework": lambda: factories.framework("G-Cloud")}),
    ("route", "open", {"route": Route.OPEN}),
    ("source", "foi", {"source_kind": SourceKind.FOI, "note": "Answer 12"}),
    ("q", "REVENUES", {"title": "Revenues and benefits"}),
    ("q", "lbc-12", {"reference": "LBC-1234"}),
    ("q", "OCDS-b5fd17-1", {"ocid": "ocds-b5fd17-1"}),
    ("q", "civ", {"supplier": lambda: factories.supplier("Civica")}),
    ("q", "camd", {"lead": lambda: factories.borough("Camden")}),
    ("q", "camd", {"partners": lambda: [factories.borough("Camden")]}),
]


@pytest.mark.parametrize(("name", "value", "fields"), CASES)
def test_a_filter_keeps_the_contracts_that_fit_and_no_other(
    client: Client, name: str, value: str, fields: dict[str, Any]
) -> None:
    fields = {key: created() if callable(created) else created for key, created in fields.items()}
    fits = factories.contract(**fields)
    other = factories.system(function=factories.function())
    factories.contract(route=Route.WAIVER, systems=[other])
    assert found(client, **{name: value}) == {fits.pk}


def test_words_find_a_supplier_under_a_former_name(client: Client) -> None:
    fits = factories.contract()
    factories.supplier_alias("Northgate", fits.supplier)
    factories.contract()
    assert found(client, q="northgate") == {fits.pk}


def test_a_shared_contract_is_found_once_under_each_of_its_boroughs(client: Client) -> None:
    lead, *partners = boroughs = [factories.borough() for _ in range(3)]
    systems = [factories.system(borough=borough) for borough in boroughs]
    shared = factories.contract(lead=lead, partners=partners, systems=systems)
    for borough in boroughs:
        assert found(client, borough=borough.slug) == {shared.pk}
    assert found(client, borough=[item.slug for item in boroughs]) == {shared.pk}
    assert found(client, product=[system.product.slug for system in systems]) == {shared.pk}
    assert found(client, function=[system.function.slug for system in systems]) == {shared.pk}


def test_several_values_of_one_name_mean_any_of_them(client: Client) -> None:
    first, second = factories.supplier(), factories.supplier()
    contract, two = factories.contract(supplier=first), factories.contract(supplier=second)
    other = factories.contract()
    suppliers = [first.slug, second.slug, first.slug]
    assert found(client, supplier=suppliers) == {contract.pk, two.pk}
    assert other.pk not in found(client, borough=[contract.lead.slug, two.lead.slug])


def test_different_names_must_all_hold_for_the_same_contract(client: Client) -> None:
    lead, supplier = factories.borough(), factories.supplier()
    factories.contract(lead=lead)
    factories.contract(supplier=supplier)
    assert found(client, borough=lead.slug, supplier=supplier.slug) == set()
    both = factories.contract(lead=lead, supplier=supplier)
    assert found(client, borough=lead.slug, supplier=supplier.slug) == {both.pk}


def test_route_not_known_finds_contracts_without_one(client: Client) -> None:
    empty, known = factories.contract(), factories.contract(route=Route.OPEN)
    assert found(client, route="not_known") == {empty.pk}
    assert found(client, route=["not_known", "open"]) == {empty.pk, known.pk}


STANDS: dict[str, dict[str, Any]] = {
    "planned": {"stage": "planned", "starts_on": "2026"},
    "not_known": {"starts_on": ""},
    "future": {"starts_on": "2027"},
    "current": {"ends_on": "2027-05-30", "notice_months": 6},
    "past_act_by": {"ends_on": "2027-05-29", "notice_months": 6},
    "ended": {"ends_on": "2026-11-29"},
    "rolling": {"rolling": True},
}


@pytest.mark.parametrize("standing", STANDS)
def test_standing_is_as_at_today(
    client: Client, monkeypatch: pytest.MonkeyPatch, standing: str
) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))
    created = {name: factories.contract(**fields).pk for name, fields in STANDS.items()}
    assert found(client, standing=standing) == {created[standing]}
    assert found(client, standing=[standing, "rolling"]) == {created[standing], created["rolling"]}
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2040, 1, 1))
    ended = {created[name] for name in ("current", "past_act_by", "ended")}
    assert found(client, standing="ended") == ended


def test_an_odd_standing_is_named_with_those_that_are_known(client: Client) -> None:
    response = client.get("/contracts/contracts.csv", {"standing": "past act-by"})
    assert response.status_code == 400
    known = "planned, future, current, past_act_by, ended, rolling, not_known"
    assert f"Write one of: {known}." in text_of(response)


ENDS = [
    ("2027-06-01", {"ends_after": "2027-06-01"}, True),
    ("2027-06-01", {"ends_after": "2027-06-02"}, False),
    ("2027-06-01", {"ends_before": "2027-06-01"}, True),
    ("2027-06-01", {"ends_before": "2027-05-31"}, False),
    ("2027", {"ends_after": "2027-06-01"}, True),
    ("2027", {"ends_before": "2027-06-01"}, True),
    ("2027", {"ends_after": "2027-12-31"}, True),
    ("2027", {"ends_after": "2028-01-01"}, False),
    ("2027", {"ends_before": "2027-01-01"}, True),
    ("2027", {"ends_before": "2026-12-31"}, False),
    ("2028-02", {"ends_after": "2028-02-29"}, True),
    ("2028-02", {"ends_after": "2028-03-01"}, False),
    ("2028-02", {"ends_before": "2028-02-01"}, True),
    ("2028-02", {"ends_before": "2028-01-31"}, False),
    ("2027-06", {"ends_after": "2027-06-10", "ends_before": "2027-06-20"}, True),
    ("", {"ends_after": "1900-01-01"}, False),
    ("", {"ends_before": "2199-12-31"}, False),
]


@pytest.mark.parametrize(("ends_on", "query", "expected"), ENDS)
def test_an_end_is_found_by_every_day_it_can_mean(
    client: Client, ends_on: str, query: dict[str, str], expected: bool
) -> None:
    contract = factories.contract(ends_on=ends_on)
    assert found(client, **query) == ({contract.pk} if expected else set())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"act_by_after": "2026-09-30"}, True),
        ({"act_by_after": "2026-10-01"}, False),
        ({"act_by_before": "2026-09-30"}, True),
        ({"act_by_before": "2026-09-29"}, False),
    ],
)
def test_act_by_includes_its_own_day(client: Client, query: dict[str, str], expected: bool) -> None:
    due = factories.contract(ends_on="2027-03-31", notice_months=6)
    factories.contract(notice_months=6)
    assert due.act_by == datetime.date(2026, 9, 30)
    assert found(client, **query) == ({due.pk} if expected else set())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"act_by_after": "2027-09-30"}, True),
        ({"act_by_after": "2027-10-01"}, False),
        ({"act_by_before": "2026-12-31"}, True),
        ({"act_by_before": "2026-12-30"}, False),
        ({"act_by_after": "2027-03-01", "act_by_before": "2027-03-02"}, True),
    ],
)
def test_act_by_matches_a_range_that_it_touches(
    client: Client, query: dict[str, str], expected: bool
) -> None:
    may_be_due = factories.contract(ends_on="2027-12-31")
    factories.contract(notice_months=6)
    assert found(client, **query) == ({may_be_due.pk} if expected else set())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"min_value": "1000.50"}, True),
        ({"min_value": "1000.51"}, False),
        ({"max_value": "1000.50"}, True),
        ({"max_value": "1000.49"}, False),
        ({"min_value": "0"}, True),
    ],
)
def test_an_amount_includes_its_own_pound(
    client: Client, query: dict[str, str], expected: bool
) -> None:
    fits = factories.contract(annual_value=Decimal("1000.50"))
    factories.contract(total_value=Decimal("1000.50"))
    assert found(client, **query) == ({fits.pk} if expected else set())


def test_a_contract_of_nothing_a_year_is_found_by_nothing(client: Client) -> None:
    free = factories.contract(annual_value=Decimal(0))
    factories.contract()
    assert found(client, max_value="0") == {free.pk}


COUNTED: dict[str, dict[str, Any]] = {
    "supplier_known": {},
    "value_known": {"total_value": 0},
    "yearly_value_known": {"annual_value": 5},
    "act_by_known": {"ends_on": "2027-03-31", "notice_months": 0},
    "end_known": {"ends_on": "2027"},
}


@pytest.mark.parametrize("name", COUNTED)
def test_what_research_counts_can_be_listed(client: Client, name: str) -> None:
    region = factories.borough(kind=Borough.Kind.REGIONAL)
    fits = factories.contract(lead=region, partners=[factories.borough()], **COUNTED[name])
    factories.contract(supplier=None)
    factories.contract(lead=region, **COUNTED[name])
    assert found(client, counted=name) == {fits.pk}
    assert len(found(client, counted="of_the_33")) == 2
