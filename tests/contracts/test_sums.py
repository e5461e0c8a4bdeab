"""What sums leave out: what is planned, may not run, or includes services beside IT."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from citytools.facts import dates
from contracts.concentration.bases import concentration_bases
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import known_worth
from contracts.joint_procurement.windows import read_windows
from contracts.models import Contract
from contracts.views import official_notice
from tests import factories
from tests.pages import column, rows, words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)
FILE = "/contracts/contracts.csv"
LEFT_OUT: dict[str, dict[str, Any]] = {
    "planned": {"stage": "planned", "starts_on": "2025", "ends_on": "2030"},
    "undated": {"starts_on": ""},
    "services": {"includes_services": True},
    "planned services": {"includes_services": True, "stage": "planned"},
}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.mark.parametrize("fields", LEFT_OUT.values(), ids=LEFT_OUT)
def test_no_sum_of_the_list_holds_it(client: Client, fields: dict[str, Any]) -> None:
    factories.contract(annual_value=100)
    factories.contract(annual_value=7, **fields)
    assert "£100 a year, known for 1 of 2;" in words(client.get("/contracts/"))


def test_the_list_says_how_many_a_sum_leaves_out(client: Client) -> None:
    for fields in (*LEFT_OUT.values(), {"annual_value": 5}):
        factories.contract(**fields)
    text = words(client.get("/contracts/"))
    assert (
        "Left out of the sum: 2 contracts that include services beside IT; 2 that are planned or "
        "of which it is not known whether they run." in text
    )
    assert "Left out" not in words(client.get("/contracts/", {"min_value": "5"}))


@pytest.mark.parametrize("fields", LEFT_OUT.values(), ids=LEFT_OUT)
def test_no_share_of_suppliers_holds_it(client: Client, fields: dict[str, Any]) -> None:
    values = {"annual_value": 5, "total_value": 9}
    kept = factories.contract(**values)
    factories.contract(**values | fields)
    amounts = {basis.key: dict(basis.amounts) for basis in concentration_bases()}
    assert amounts["contracts"] == {kept.supplier: 1}
    assert amounts["yearly value"] == {kept.supplier: 5}
    assert amounts["total value"] == {kept.supplier: 9}
    assert "Left out of the sum: 1" in words(client.get("/contracts/concentration/"))


def test_what_is_planned_does_not_head_the_list() -> None:
    last, planned, first = (
        factories.contract(ends_on=end, stage=stage)
        for end, stage in (("2030", "awarded"), ("2027", "planned"), ("2028", ""))
    )
    assert list(Contract.objects.soonest_first(TODAY)) == [first, last, planned]


def test_what_has_ended_still_counts_for_concentration() -> None:
    factories.contract(ends_on="2020")
    assert concentration_bases()[0].counted == 1


def test_a_framework_sums_what_is_left(client: Client) -> None:
    cloud = factories.framework("Cloud")
    factories.contract(framework=cloud, total_value=100)
    for fields in LEFT_OUT.values():
        factories.contract(framework=cloud, total_value=7, **fields)
    row = rows(client, "/contracts/frameworks/frameworks.csv")[0]
    assert (row["contracts"], row["total_value"], row["value_known"]) == ("5", "100.00", "1")
    text = words(client.get(cloud.get_absolute_url()))
    assert "£100 in all, known for 1 of 5 contracts" in text
    assert "Left out of the sum: 2 contracts that include services beside IT; 2 that are" in text


def test_a_supplier_is_paid_what_is_left(client: Client) -> None:
    maker = factories.supplier()
    factories.contract(supplier=maker, annual_value=100, total_value=300)
    factories.contract(supplier=maker, annual_value=7, total_value=9, includes_services=True)
    text = words(client.get(maker.get_absolute_url()))
    assert "Yearly value: £100, known for 1 of 2" in text
    assert "Value over the whole term: £300, known for 1 of 2." in text
    assert "1 that includes services beside IT is left out of both sums" in text


def test_a_product_is_not_compared_by_what_includes_services(client: Client) -> None:
    system = factories.system()
    factories.contract(systems=[system], annual_value=7, includes_services=True)
    text = words(client.get(system.product.get_absolute_url()))
    assert "1 includes services beside IT." in text


def test_a_borough_knows_at_least_what_is_left(client: Client) -> None:
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    factories.contract(lead=camden, annual_value=100)
    factories.contract(lead=camden, annual_value=7, includes_services=True)
    query = {"borough": [camden.slug, brent.slug]}
    text = words(client.get("/boroughs/compare/", query))
    assert "at least £100" in text
    assert "£107" not in text


@pytest.mark.parametrize(
    ("values", "words_"),
    [
        ([(5, False), (7, False)], "£12 a year known for all 2 contracts"),
        (
            [(5, False), (7, True)],
            "£5 a year known for 1 of 2 contracts, without 1 that includes services",
        ),
        (
            [(5, True), (7, True)],
            "what the 2 contracts cost is not known",
        ),
        ([(None, False), (None, False)], "what the 2 contracts cost is not known"),
    ],
)
def test_a_window_is_worth_what_is_left(values: list[tuple[int | None, bool]], words_: str) -> None:
    rents = factories.function()
    for value, services in values:
        fields = {"annual_value": value, "includes_services": services}
        factories.contract(functions=[rents], ends_on="2027-06-30", **fields)
    (window,) = read_windows(TogetherFilter(QueryDict(), Contract.objects.all()), TODAY)
    assert known_worth(window) == words_


def test_what_is_planned_opens_no_window(client: Client) -> None:
    rents = factories.function()
    for stage in ("awarded", "planned"):
        factories.contract(
            stage=stage, functions=[rents], ends_on="2028-03-31", notice_months=6, rolling=False
        )
    text = words(client.get("/contracts/together/"))
    assert "1 contract that runs today" in text


def test_what_is_planned_is_no_draft_of_a_pipeline(client: Client) -> None:
    camden = factories.borough("Camden")
    for stage in ("awarded", "planned"):
        fields = {"ends_on": "2027-12-31", "total_value": 3_000_000, "vat": "including"}
        factories.contract(lead=camden, stage=stage, title=f"This is {stage}", **fields)
    query = {"borough": "camden", "year": "2027"}
    titles = column(client, "/contracts/pipeline.csv", "title", query)
    assert titles == ["This is awarded"]


def test_the_file_says_what_the_page_says(client: Client) -> None:
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    systems = [factories.system(borough=camden), factories.system(borough=brent)]
    cloud, maker = factories.framework("Cloud"), factories.supplier()
    contract = factories.contract(
        supplier=maker,
        lead=camden,
        partners=[brent],
        systems=systems,
        functions=[system.function for system in systems],
        framework=cloud,
        stage="awarded",
        tender_value=Decimal("5.50"),
        includes_services=True,
        note="=1+1",
        as_of="",
        read_on="2026-11-27",
        confidence="medium",
    )
    row = rows(client, FILE)[0]
    assert row["note"] == "'=1+1"
    assert row["url"] == contract.get_absolute_url()
    assert (row["as_of"], row["read_on"]) == ("", "2026-11-27")
    assert (row["stage"], row["tender_value"], row["total_value"]) == ("awarded", "5.50", "")
    assert (row["includes_services"], row["lead_slug"]) == ("yes", "camden")
    assert (row["borough_slugs"], row["framework_slug"]) == ("camden; brent", "cloud")
    assert row["supplier_slug"] == maker.slug
    assert row["system_ids"].split("; ") == sorted(system.key for system in systems)
    for names, slugs in (("functions", "function_slugs"), ("products", "product_slugs")):
        expected = [name.lower().replace(" ", "-") for name in row[names].split("; ")]
        assert row[slugs].split("; ") == expected


def test_the_page_tells_stage_tender_value_and_services(client: Client) -> None:
    contract = factories.contract(
        stage="planned", starts_on="2027", tender_value=5000, includes_services=True
    )
    text = words(client.get(contract.get_absolute_url()))
    assert "Standing today planned; stage in the source: planned" in text
    assert "£5,000 is the tender’s value, not the contract’s" in text
    assert "It includes services beside IT, so no sum holds it" in text
    quiet = words(client.get(factories.contract(starts_on="").get_absolute_url()))
    assert "Standing today not known whether it runs" in quiet
    assert "tender’s value" not in quiet
    assert "services" not in quiet


@pytest.mark.parametrize(
    ("ocid", "address"),
    [
        ("ocds-h6vhtk-04ec6c", "https://www.find-tender.service.gov.uk/procurement/"),
        (
            "ocds-b5fd17-807a3cee-6210-49de-929f-d868fb1350e0",
            "https://www.contractsfinder.service.gov.uk/Published/OCDS/Record/",
        ),
        ("", ""),
        ("ocds-h6vhtk-04ec6", ""),
        ("ocds-h6vhtk-04EC6C", ""),
        ("ocds-h6vhtk-04ec6c/../../x", ""),
        ("ocds-h6vhtk-04ec6c\n", ""),
        ("ocds-b5fd17-0001", ""),
        ("javascript:alert(1)//ocds-h6vhtk-04ec6c", ""),
        ("citytools-contract-x", ""),
    ],
)
def test_an_ocid_leads_to_the_official_notice(client: Client, ocid: str, address: str) -> None:
    notice = official_notice(ocid)
    assert (notice.url if notice else "") == (address + ocid if address else "")
    contract = factories.contract(ocid=ocid.strip())
    page = client.get(contract.get_absolute_url()).content.decode()
    if "\n" not in ocid:
        assert ("Official notice" in page) is bool(address)


def test_a_tender_value_and_a_ticked_box_may_be_confirmed(client: Client) -> None:
    contract = factories.contract(confirmed_on="2026-10-01")
    Contract.objects.filter(pk=contract.pk).update(includes_services=True)
    contract.refresh_from_db()
    assert contract.confirmed_on is not None  # our judgement, no part of the fact
    Contract.objects.filter(pk=contract.pk).update(stage="planned")
    contract.refresh_from_db()
    assert contract.confirmed_on is None
