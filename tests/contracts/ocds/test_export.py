"""Contracts as an OCDS package: complete, marked, and the same when read again."""

import json
from pathlib import Path
from typing import Any

import pghistory
import pytest
from django.test import Client

from boroughs.models import Borough
from contracts.models import Contract
from contracts.ocds import views
from tests import factories
from tests.notices import imported
from tests.packages import ADDRESS, full, package, release
from tests.pages import DemonstrationClient, column, text_of

pytestmark = pytest.mark.django_db


def test_a_release_names_buyer_supplier_period_value_and_source(client: Client) -> None:
    full()
    published = release(client)
    (signed,), (award,) = published["contracts"], published["awards"]
    assert published["ocid"] == "ocds-b5fd17-9"
    assert published["buyer"] == {"id": "GB-LAC-E09000007", "name": "London Borough of Camden"}
    assert award["suppliers"] == [{"id": "GB-COH-01234567", "name": "Acme Ltd"}]
    assert signed["awardID"] == award["id"] == "ocds-b5fd17-9-1"
    assert signed["period"] == {
        "startDate": "2025-04-01T00:00:00Z",
        "endDate": "2028-03-31T23:59:59Z",
        "maxExtentDate": "2030-03-31T23:59:59Z",
    }
    assert signed["value"] == {
        "amount": 120000.5,
        "currency": "GBP",
        "valueAddedTaxIncluded": False,
    }
    assert signed["documents"][0]["url"] == "https://notices.example/9"


def test_what_is_planned_is_a_tender_and_no_contract(client: Client) -> None:
    factories.contract(
        stage="planned", starts_on="2027", ends_on="2030-03-31", tender_value=500, note="A test."
    )
    published = release(client)
    assert published["tag"] == ["tender"]
    assert published.keys().isdisjoint({"awards", "contracts"})
    tender = published["tender"]
    assert (tender["status"], tender["description"]) == ("planned", "A test.")
    assert tender["value"] == {"amount": 500, "currency": "GBP"}
    assert tender["contractPeriod"] == {"endDate": "2030-03-31T23:59:59Z"}
    assert tender["cityTools"] == {"startsOn": "2027"}
    assert published["cityTools"]["stage"] == "planned"


def test_the_tenders_value_is_not_the_contracts(client: Client) -> None:
    factories.contract(stage="awarded", tender_value=500, includes_services=True)
    published = release(client)
    assert published["tender"]["value"]["amount"] == 500
    assert "value" not in published["contracts"][0]
    assert published["contracts"][0]["cityTools"]["includesServices"] is True


def test_a_source_without_a_day_is_dated_by_when_we_read_it(client: Client) -> None:
    factories.contract(as_of="", read_on="2026-11-27", confidence="medium")
    published = release(client)
    assert published["date"] == "2026-11-27T00:00:00Z"
    assert published["cityTools"]["readOn"] == "2026-11-27"
    assert "asOf" not in published["cityTools"]


def test_every_body_that_shares_a_contract_is_a_buyer(client: Client) -> None:
    full(partners=[factories.borough("Barnet", gss_code="E09000003")])
    buyers = [row["id"] for row in release(client)["parties"] if "buyer" in row["roles"]]
    assert buyers == ["GB-LAC-E09000007", "GB-LAC-E09000003"]


def test_what_is_not_known_is_left_out(client: Client) -> None:
    factories.contract(supplier=None, annual_value=100)
    (signed,) = release(client)["contracts"]
    assert {"value", "period", "documents"}.isdisjoint(signed)
    assert signed["cityTools"]["annualValue"] == 100


def test_a_date_known_as_a_month_is_never_a_day(client: Client) -> None:
    factories.contract(starts_on="2026-04", ends_on="2027-06-30")
    (signed,) = release(client)["contracts"]
    assert signed["period"] == {"endDate": "2027-06-30T23:59:59Z"}
    assert signed["cityTools"] == {"startsOn": "2026-04"}


def test_a_contract_without_an_ocid_gets_no_registered_prefix(client: Client) -> None:
    contract = factories.contract()
    assert release(client)["ocid"] == f"citytools-contract-{contract.key}"


def test_two_contracts_under_one_ocid_are_two_releases(client: Client) -> None:
    for title in ("Lot 1", "Lot 2"):
        factories.contract(ocid="ocds-b5fd17-7", title=title)
    releases = package(client)["releases"]
    assert {row["ocid"] for row in releases} == {"ocds-b5fd17-7"}
    assert (
        len({row["awards"][0]["id"] for row in releases})
        == len({row["id"] for row in releases})
        == 2
    )


def test_the_id_of_a_release_changes_with_its_contract_alone(client: Client) -> None:
    contract = full()
    first = release(client)["id"]
    assert release(client)["id"] == first
    Contract.objects.filter(pk=contract.pk).update(total_value=1)
    assert release(client)["id"] != first


def test_an_invented_contract_is_marked_in_the_demonstration(client: Client) -> None:
    full()
    factories.contract(source_kind="illustrative", note="Made up.")
    releases = package(DemonstrationClient())["releases"]
    (invented,) = [row for row in releases if row["cityTools"]["invented"]]
    assert invented["contracts"][0]["description"].startswith("Invented for demonstration")
    (real,) = package(client)["releases"]
    assert real["ocid"] == "ocds-b5fd17-9"


def test_the_package_holds_the_rows_of_the_list_in_their_order(client: Client) -> None:
    lead = factories.borough("Camden")
    for end in ("2031", "2029-05", "", "2030-01-01"):
        factories.contract(ends_on=end, lead=lead)
    factories.contract()
    query = {"borough": "camden", "sort": "-ends_on"}
    pages = [row["cityTools"]["page"] for row in package(client, query)["releases"]]
    listed = column(client, "/contracts/contracts.csv", "contract_id", query)
    assert pages == [f"/contracts/{number}/" for number in listed]
    assert len(pages) == 4


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"borough": "atlantis"}, "“atlantis” is not a borough known here"),
        ({"moon": "1"}, "“moon” is not understood here"),
        ({"columns": "title"}, "“columns” is not understood here"),
    ],
)
def test_what_is_not_understood_is_refused(
    client: Client, query: dict[str, str], reason: str
) -> None:
    response = client.get(ADDRESS, query)
    assert response.status_code == 400
    assert reason in text_of(response)


def test_no_contract_makes_no_package(client: Client) -> None:
    response = client.get(ADDRESS)
    assert response.status_code == 404
    assert "No contract fits." in text_of(response)


def test_more_contracts_than_a_package_holds_are_refused_with_the_way_out(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = factories.contract().lead
    factories.contract()
    monkeypatch.setattr(views, "MAX_RELEASES", 1)
    refused = client.get(ADDRESS)
    assert refused.status_code == 400
    assert "these are more. Narrow it, such as by borough." in text_of(refused)
    assert len(package(client, {"borough": lead.slug})["releases"]) == 1


def test_a_package_read_again_gives_the_same_contracts(client: Client, tmp_path: Path) -> None:
    full(partners=[factories.borough("Barnet")], stage="awarded", tender_value="100.50")
    months = {"starts_on": "2025", "ends_on": "2027-06", "as_of": "2026-01"}
    vague = factories.contract(lead=body(), stage="awarded", **months)
    factories.contract(source_kind="illustrative")
    path = tmp_path / "package.json"
    path.write_text(json.dumps(package(client)))
    before = carried()
    vague_ocid = f"citytools-contract-{vague.key}"
    with pghistory.context(command="test"):  # as no person, whose deletion would last
        Contract.objects.all().delete()
    assert "2 new" in imported(path, "--all")
    assert carried() == [
        row | ({} if row["ocid"] else {"ocid": vague_ocid}) for row in before if row["real"]
    ]
    assert "0 new, 0 changed, 2 unchanged" in imported(path, "--all")


def body() -> Borough:
    return factories.borough("Sutton")


def carried() -> list[dict[str, Any]]:
    """What OCDS carries of each contract."""
    fields = (
        "title", "ocid", "lead__name", "supplier__name", "starts_on", "ends_on",
        "extension_until", "total_value", "tender_value", "stage", "vat", "route", "source_url",
        "as_of",
    )  # fmt: skip
    contracts = Contract.objects.order_by("title", "pk")
    return [
        dict(zip(fields, values, strict=True))
        | {
            "partners": list(contract.partners.order_by("name").values_list("name", flat=True)),
            "real": contract.source_kind != "illustrative",
        }
        for contract, values in zip(contracts, contracts.values_list(*fields), strict=True)
    ]
