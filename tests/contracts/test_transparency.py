"""The Transparency Code's file, and what is missing from it, borough by borough."""

import re
from typing import Any

import pytest
from django.test import Client

from contracts.models import Route
from contracts.transparency.filters import CODE_FIELDS
from systems.models import Supplier
from tests import factories
from tests.pages import column, read, rows, text_of, words

pytestmark = pytest.mark.django_db
FILE, PAGE = "/contracts/contracts.transparency.csv", "/contracts/transparency/"


def full(**fields: Any) -> Any:
    """A contract of which all is known that the Code asks for."""
    known = {
        "reference": "R1",
        "department": "Housing",
        "total_value": 120000,
        "starts_on": "2025",
        "ends_on": "2028-03-31",
        "notice_months": 6,
        "route": Route.OPEN,
    }
    if "functions" not in fields:
        known["functions"] = [factories.function()]
    if "supplier" not in fields:
        numbered: dict[str, Any] = {
            "company_number": f"{Supplier.objects.count():08}",
            "sme": True,
            "vcse": False,
        }
        known["supplier"] = factories.supplier(**numbered)
    return factories.contract(**known | fields)


def test_the_file_has_the_columns_of_the_code(client: Client) -> None:
    lead = factories.borough("Camden", gss_code="E09000007")
    acme = factories.supplier("Acme", company_number="01234567", sme=True, vcse=False)
    repairs = factories.function("Repairs")
    full(lead=lead, title="Repairs system", supplier=acme, functions=[repairs])
    (row,) = rows(client, FILE)
    text = {
        "gss_code": "E09000007", "organisation": "London Borough of Camden", "reference": "R1",
        "title": "Repairs system", "department": "Housing", "description": "Repairs",
        "supplier": "Acme", "supplier_number": "01234567", "sum": "120000.00", "sum_a_year": "",
        "irrecoverable_vat": "", "starts_on": "2025", "ends_on": "2028-03-31",
        "review_on": "2027-09-30", "process": "invitation to tender", "sme": "yes", "vcse": "no",
    }  # fmt: skip
    assert {name: row[name] for name in text} == text


@pytest.mark.parametrize("route", ["", *Route.values])
def test_every_route_came_of_a_tender_a_quote_or_neither(client: Client, route: str) -> None:
    factories.contract(route=route)
    tender = {"open", "restricted", "competitive_flexible", "framework_competition"}
    expected = "invitation to tender" if route in tender else "neither" if route else ""
    expected = "invitation to quote" if route == "quote" else expected
    assert column(client, FILE, "process") == [expected]


def test_the_file_holds_the_rows_of_the_list_in_their_order(client: Client) -> None:
    lead = factories.borough("Camden")
    for end in ("2031", "2029", ""):
        factories.contract(lead=lead, ends_on=end)
    factories.contract()
    query = {"borough": "camden", "sort": "-ends_on"}
    listed = column(client, "/contracts/contracts.csv", "contract_id", query)
    assert column(client, FILE, "contract_id", query) == listed
    assert len(listed) == 3


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"missing": "moon"}, "“moon” is not a missing fact. Write one of: reference"),
        ({"borough": "atlantis"}, "“atlantis” is not a borough"),
        ({"columns": "route"}, "“route” is not a column"),
    ],
)
def test_what_is_not_understood_is_refused(client: Client, query: Any, reason: str) -> None:
    response = client.get(FILE, query)
    assert response.status_code == 400
    assert reason in text_of(response)


UNKNOWN: dict[str, dict[str, Any]] = {
    "reference": {"reference": ""},
    "department": {"department": ""},
    "description": {"functions": []},
    "supplier": {"supplier": None},
    "supplier_number": {},
    "sum": {"total_value": None},
    "starts_on": {"starts_on": ""},
    "ends_on": {"ends_on": ""},
    "review_on": {"notice_months": None},
    "process": {"route": ""},
    "sme": {},
    "vcse": {},
}


@pytest.mark.parametrize("wanted", CODE_FIELDS, ids=lambda one: one.column)
def test_each_missing_fact_is_counted_and_leads_to_its_rows(client: Client, wanted: Any) -> None:
    lead = factories.borough("Camden")
    full(lead=lead)
    fields = UNKNOWN[wanted.column]
    if wanted.column in {"supplier_number", "sme", "vcse"}:
        known: dict[str, Any] = {"supplier_number": "2", "sme": True, "vcse": True}
        known[wanted.column] = "" if wanted.column == "supplier_number" else None
        number = known.pop("supplier_number")
        fields = {"supplier": factories.supplier(company_number=number, **known)}
    lacking = full(**{"lead": lead} | fields)
    assert column(client, FILE, "contract_id", {"missing": wanted.column}) == [lacking.key]
    assert cells(client, "Camden")[wanted.label] == (
        "1",
        f"{FILE}?borough=camden&missing={wanted.column}",
    )


def cells(client: Client, borough: str) -> dict[str, tuple[str, str]]:
    """Number and address by heading, of one borough's row."""
    (row,) = [
        item for item in client.get(PAGE).context["gaps"].rows if item.borough.name == borough
    ]
    return {cell.label: (str(cell.missing), cell.address) for cell in row.cells}


def test_a_yearly_value_stands_for_the_sum(client: Client) -> None:
    full(total_value=None, annual_value=500, lead=factories.borough("Camden"))
    assert cells(client, "Camden")["Sum"][0] == "0"


def test_a_rolling_contract_lacks_no_end(client: Client) -> None:
    full(ends_on="", rolling=True, lead=factories.borough("Camden"))
    assert cells(client, "Camden")["End"][0] == "0"


def test_a_borough_without_contracts_is_not_known(client: Client) -> None:
    factories.borough("Bexley")
    factories.borough("Camden")
    full(lead=factories.borough("Barnet"))
    text = words(client.get(PAGE), "tbody")
    assert re.search(r"Bexley *not known *No contract of this borough is known", text)
    said = words(client.get(PAGE))
    assert "is not known of 1 contract in 1 of 33 boroughs" in said
    assert "0 of 33 boroughs reporting" in said


def test_a_shared_contract_counts_for_each_and_once_for_london(client: Client) -> None:
    functions = [factories.function(), factories.function()]
    factories.contract(
        lead=factories.borough("Camden"),
        partners=[factories.borough("Barnet"), factories.borough("Brent")],
        functions=functions,
    )
    gaps = client.get(PAGE).context["gaps"]
    assert [row.contracts for row in gaps.rows] == [1, 1, 1]
    assert gaps.contracts == 1
    assert dict(gaps.missing)["Reference"] == 1


def test_a_regional_body_is_no_borough_of_the_page(client: Client) -> None:
    factories.contract(lead=factories.borough("GLA", kind="regional"))
    gaps = client.get(PAGE).context["gaps"]
    assert (gaps.rows, gaps.contracts) == ([], 0)


def test_every_number_of_the_page_is_the_rows_of_its_file(client: Client) -> None:
    boroughs = [factories.borough(name) for name in ("Barnet", "Brent", "Camden")]
    for number, lead in enumerate(boroughs * 2):
        partners = [borough for borough in boroughs if borough != lead][: number % 3]
        factories.contract(lead=lead, partners=partners, reference="R" * (number % 2))
        factories.contract(lead=lead, source_kind="illustrative", partners=partners)
    for prefix in ("", "/demo"):
        for row in client.get(f"{prefix}{PAGE}").context["gaps"].rows:
            for cell in row.cells:
                assert len(rows(client, cell.address)) == cell.missing
            listed = row.address.replace("/contracts/?", "/contracts/contracts.csv?")
            assert len(rows(client, listed)) == row.contracts


def test_the_page_names_what_it_does_not_understand(client: Client) -> None:
    response = client.get(PAGE, {"moon": "1"})
    assert response.status_code == 400
    assert "moon" in words(response)


def test_the_list_leads_to_the_same_rows_in_open_standards(client: Client) -> None:
    full(lead=factories.borough("Camden"))
    links = read(client.get("/contracts/", {"borough": "camden"})).links
    assert {f"{FILE}?borough=camden", "/contracts/contracts.ocds.json?borough=camden"} <= set(links)
    assert re.search(r"OCDS 1\.1", words(client.get("/contracts/")))
