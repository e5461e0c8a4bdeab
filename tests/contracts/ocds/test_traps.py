"""The traps of real notices: each as a small release, and what becomes of it.

In this order: ceilings of frameworks; one OCID for many buyers; suppliers that are products or
titles, nameless or many; aliases, letter case and company numbers; values of zero, VAT, entities
and lost line breaks; updates and extensions; shared contracts; dates; codes that a spreadsheet
spoiled; routes. People's names, the tenth, have their tests in test_import.
"""

from pathlib import Path
from typing import Any

import pytest

from contracts.models import Contract, Route
from contracts.ocds import fields, parties
from systems.models import Supplier
from tests import factories
from tests.notices import award, imported, release, supplier, tender, written

pytestmark = pytest.mark.django_db
CALL_OFF = "Call-off from a framework agreement"


@pytest.fixture(autouse=True)
def _camden() -> None:
    factories.borough("Camden", gss_code="E09000007", code="CMD")


def only(tmp_path: Path, *releases: Any) -> Contract:
    """The one contract that the releases make."""
    imported(written(tmp_path, *releases))
    return Contract.objects.get()


def awarded(**changes: Any) -> dict[str, Any]:
    return release(awards=[award(**changes)])


def events_of(contract: Contract) -> Any:
    """Its history."""
    return contract.events  # type: ignore[attr-defined]  # made by pghistory


def test_a_plain_award_becomes_a_contract(tmp_path: Path) -> None:
    contract = only(tmp_path, release())
    assert contract.title == "Case management software"
    assert (contract.starts_on, contract.ends_on) == ("2026-04-01", "2028-03-31")
    assert (contract.total_value, contract.vat, contract.annual_value) == (120000, "", None)
    assert (contract.reference, contract.route) == ("REF-1", "open")
    assert (contract.source_kind, contract.as_of) == ("notice", "2026-01-15")
    assert contract.source_url.endswith("/Notice/0001")
    assert contract.confidence == "high"
    assert not contract.functions.exists()


def test_the_value_of_the_tender_is_never_taken(tmp_path: Path) -> None:
    ceiling = tender(value={"amount": 5_000_000_000, "currency": "GBP"})
    contract = only(tmp_path, release(tender=ceiling, awards=[award(value=None)]))
    assert contract.total_value is None


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ({"amount": 5000.005, "currency": "GBP"}, "5000.00"),
        ({"amountGross": 6000}, "6000.00"),
        ({"amount": 5_000_000_000, "currency": "GBP"}, "None"),
        ({"amount": 5000, "currency": "EUR"}, "None"),
        ({"amount": 0}, "None"),
        ({"amount": -1}, "None"),
        ({}, "None"),
    ],
)
def test_the_value_of_the_tender_stays_the_tenders(
    tmp_path: Path, value: dict[str, Any], taken: str
) -> None:
    contract = only(tmp_path, release(tender=tender(value=value)))
    assert str(contract.tender_value) == taken
    assert (contract.total_value, contract.stage) == (120000, "awarded")


def test_a_later_notice_without_a_tender_leaves_its_value(tmp_path: Path) -> None:
    first = release(tender=tender(value={"amount": 5000}))
    later = release(date="2026-02-01T09:00:00Z", tag=["awardUpdate"])
    assert only(tmp_path, first, later).tender_value == 5000


def test_a_ceiling_that_a_call_off_repeats_is_no_value(tmp_path: Path) -> None:
    value = {"amount": 5_000_000_000, "currency": "GBP"}
    called_off = tender(procurementMethodDetails=CALL_OFF, value=value)
    contract = only(tmp_path, release(tender=called_off, awards=[award(value=value)]))
    assert contract.total_value is None
    assert "repeats the framework's ceiling" in contract.note
    assert contract.confidence == "medium"


def test_an_award_that_sets_up_a_framework_has_no_value(tmp_path: Path) -> None:
    value = {"amount": 900_000, "currency": "GBP"}
    framework = tender(techniques={"hasFrameworkAgreement": True}, value=value)
    contract = only(tmp_path, release(tender=framework, awards=[award(value=value)]))
    assert (contract.total_value, contract.tender_value) == (None, None)


def test_a_call_off_worth_less_than_a_ceiling_keeps_its_value(tmp_path: Path) -> None:
    value = {"amount": 71_220.31, "currency": "GBP"}
    called_off = tender(procurementMethodDetails=CALL_OFF, value=value)
    contract = only(tmp_path, release(tender=called_off, awards=[award(value=value)]))
    assert str(contract.total_value) == "71220.31"


def test_a_call_off_names_its_framework_by_reference_alone(tmp_path: Path) -> None:
    cloud = factories.framework("G-Cloud 14", reference="RM1557.14")
    factories.framework("G-Cloud", reference="RM1557")
    text = tender(procurementMethodDetails=CALL_OFF, description="Under RM1557.14, lot 2.")
    contract = only(tmp_path, release(tender=text))
    assert (contract.framework, contract.route) == (cloud, "")
    assert "Whether the call-off was with competition is not said." in contract.note


def test_what_is_no_call_off_has_no_framework(tmp_path: Path) -> None:
    factories.framework("G-Cloud 14", reference="RM1557.14")
    text = tender(description="Unlike RM1557.14, this is open to all.")
    assert only(tmp_path, release(tender=text)).framework is None


def test_one_ocid_of_two_buyers_is_two_contracts(tmp_path: Path) -> None:
    factories.borough("Barnet")
    other = release(buyer={"id": "B", "name": "London Borough of Barnet"}, parties=[])
    imported(written(tmp_path, release(), other))
    leads = Contract.objects.order_by("lead__name").values_list("lead__name", flat=True)
    assert list(leads) == ["Barnet", "Camden"]


def test_two_awards_of_one_title_are_told_apart(tmp_path: Path) -> None:
    path = written(tmp_path, release(awards=[award(), award(id="ocds-b5fd17-0001-2")]))
    imported(path)
    titles = sorted(Contract.objects.values_list("title", flat=True))
    assert titles == ["Case management software", "Case management software (award 2)"]
    assert "0 new, 0 changed, 2 unchanged" in imported(path)


@pytest.mark.parametrize(
    ("name", "doubt"),
    [
        ("CASE MANAGEMENT software", "repeats the contract's title where the supplier"),
        ("Mosaic", "names a product where the supplier should stand"),
        ("", "names no supplier"),
    ],
)
def test_what_is_no_supplier_is_not_known(tmp_path: Path, name: str, doubt: str) -> None:
    factories.product("Mosaic", manufacturer=None)
    contract = only(tmp_path, release(awards=[award(suppliers=[{"name": name}])], parties=[]))
    assert contract.supplier is None
    assert doubt in contract.note
    assert not Supplier.objects.exists()


def test_a_supplier_without_a_name_has_that_of_its_party(tmp_path: Path) -> None:
    contract = only(tmp_path, awarded(suppliers=[{"id": "GB-CFS-2"}]))
    assert str(contract.supplier) == "Sampleton Software Ltd"


def test_thirteen_suppliers_of_one_award_are_none_that_is_paid(tmp_path: Path) -> None:
    many = [{"id": f"S{number}", "name": f"Company {number}"} for number in range(13)]
    contract = only(tmp_path, awarded(suppliers=many))
    assert contract.supplier is None
    assert "names 13 suppliers" in contract.note
    assert not Supplier.objects.exists()


def test_a_supplier_named_twice_is_one(tmp_path: Path) -> None:
    twice = [{"id": "S1", "name": "Aurora Ltd"}, {"id": "S2", "name": "AURORA LIMITED"}]
    assert str(only(tmp_path, awarded(suppliers=twice)).supplier) == "Aurora Ltd"


def test_a_company_number_wins_over_the_name(tmp_path: Path) -> None:
    known = factories.supplier("Sampleton Group", company_number="01234567")
    factories.supplier("Sampleton Software Ltd")
    assert only(tmp_path, release()).supplier == known


def test_a_former_name_finds_the_supplier_of_today(tmp_path: Path) -> None:
    nec = factories.supplier("NEC Software Solutions UK")
    factories.supplier_alias("Northgate Public Services (UK) Limited", nec)
    values = [{"name": "NORTHGATE PUBLIC SERVICES (UK) LTD"}]
    assert only(tmp_path, awarded(suppliers=values)).supplier == nec


def test_a_like_name_is_another_company(tmp_path: Path) -> None:
    factories.supplier("Sampleton Softwares Ltd")
    assert str(only(tmp_path, release()).supplier) == "Sampleton Software Ltd"


def test_a_like_name_with_another_number_is_another_company(tmp_path: Path) -> None:
    factories.supplier("Sampleton Software Ltd", company_number="99999999")
    created = only(tmp_path, release()).supplier
    assert created is not None
    assert (created.name, created.company_number) == (
        "Sampleton Software Ltd (01234567)",
        "01234567",
    )


@pytest.mark.parametrize("number", ["1234567", "01234567.0", " 01234567 "])
def test_a_number_that_a_spreadsheet_spoiled_is_put_right(tmp_path: Path, number: str) -> None:
    known = factories.supplier("Sampleton Group", company_number="01234567")
    spoiled = supplier(identifier={"scheme": "GB-COH", "id": number})
    parties = [*release()["parties"][:1], spoiled]
    assert only(tmp_path, release(parties=parties)).supplier == known


def test_a_new_supplier_keeps_its_number_and_size(tmp_path: Path) -> None:
    created = only(tmp_path, release()).supplier
    assert created is not None
    assert (created.company_number, created.sme, created.vcse) == ("01234567", True, False)


def test_an_invented_supplier_is_never_meant(tmp_path: Path) -> None:
    factories.supplier("Sampleton Software Ltd", illustrative=True)
    created = only(tmp_path, release()).supplier
    assert created is not None
    assert not created.illustrative


@pytest.mark.parametrize(
    ("value", "pounds", "vat"),
    [
        ({"amount": 0, "currency": "GBP"}, None, ""),
        ({}, None, ""),
        (None, None, ""),
        ({"amount": -5}, None, ""),
        ({"amount": 1e30}, None, ""),
        ({"amount": 10, "currency": "EUR"}, None, ""),
        ({"amount": 100.456}, "100.46", ""),
        ({"amount": 100, "amountGross": 120, "currency": "GBP"}, "100.00", "excluding"),
        ({"amountGross": 120, "currency": "GBP"}, "120.00", "including"),
    ],
)
def test_a_value_and_its_vat_are_known_only_where_said(
    tmp_path: Path, value: Any, pounds: str | None, vat: str
) -> None:
    contract = only(tmp_path, awarded(value=value))
    text = None if contract.total_value is None else str(contract.total_value)
    assert (text, contract.vat) == (pounds, vat)


def test_entities_and_lost_line_breaks_are_put_right(tmp_path: Path) -> None:
    title = "Adults&#39; &amp;amp; children&rsquo;s systemsrnrnLot 1\r\n\u200bRenewal"
    contract = only(tmp_path, release(tender=tender(title=title)))
    assert contract.title == "Adults' & children’s systems Lot 1 Renewal"


def test_an_award_and_its_update_are_one_contract_with_history(tmp_path: Path) -> None:
    later = awarded(value={"amount": 150000, "currency": "GBP"})
    later |= {"date": "2026-02-01T09:00:00Z", "tag": ["awardUpdate"], "tender": {"id": "x"}}
    later["tender"] |= {"classification": {"scheme": "CPV", "id": "48000000"}}
    contract = only(tmp_path, later, release())
    assert (contract.total_value, contract.as_of) == (150000, "2026-02-01")
    assert contract.title == "Case management software"
    values = events_of(contract).order_by("pgh_id").values_list("total_value", flat=True)
    assert list(values) == [120000, 150000]


def test_an_update_that_comes_later_changes_the_contract(tmp_path: Path) -> None:
    contract = only(tmp_path, release())
    later = awarded(contractPeriod={"endDate": "2029-03-31T23:59:59Z"})
    text = imported(written(tmp_path, later | {"date": "2026-03-01T09:00:00Z"}))
    assert "0 new, 1 changed, 0 unchanged" in text
    contract.refresh_from_db()
    assert (contract.starts_on, contract.ends_on) == ("2026-04-01", "2029-03-31")


def test_a_signed_contract_knows_better_than_its_award(tmp_path: Path) -> None:
    signed = {
        "id": "C1",
        "awardID": "ocds-b5fd17-0001-1",
        "status": "active",
        "title": "Signed agreement",
        "value": {"amount": 99000, "currency": "GBP"},
        "period": {"startDate": "2026-05-01T00:00:00Z", "endDate": "2027-04-30T23:59:59Z"},
    }
    contract = only(tmp_path, release(contracts=[signed]))
    assert (contract.title, contract.total_value) == ("Signed agreement", 99000)
    assert (contract.starts_on, contract.ends_on) == ("2026-05-01", "2027-04-30")


def test_a_later_release_that_holds_the_contract_alone_is_the_same_contract(tmp_path: Path) -> None:
    signed = {"id": "C1", "awardID": "ocds-b5fd17-0001-1", "value": {"amount": 99000}}
    later = release(awards=[], contracts=[signed], date="2026-03-01T09:00:00Z", tag=["contract"])
    contract = only(tmp_path, release(), later)
    assert contract.total_value == 99000
    assert str(contract.supplier) == "Sampleton Software Ltd"


def test_several_contracts_under_one_award_are_not_guessed_at(tmp_path: Path) -> None:
    signed = [
        {"id": f"C{number}", "awardID": "ocds-b5fd17-0001-1", "value": {"amount": number}}
        for number in (1, 2)
    ]
    contract = only(tmp_path, release(contracts=signed, awards=[award(value=None)]))
    assert contract.total_value is None
    assert "Several contracts stand under this award" in contract.note


def test_the_latest_possible_end_is_the_extension(tmp_path: Path) -> None:
    period = {"endDate": "2028-03-31T23:59:59Z", "maxExtentDate": "2030-03-31T23:59:59Z"}
    contract = only(tmp_path, awarded(contractPeriod=period))
    assert (contract.ends_on, contract.extension_until) == ("2028-03-31", "2030-03-31")


def test_no_extension_is_foreseen_where_the_latest_end_is_the_end(tmp_path: Path) -> None:
    period = {"endDate": "2028-03-31T23:59:59Z", "maxExtentDate": "2028-03-31T23:59:59Z"}
    assert only(tmp_path, awarded(contractPeriod=period)).extension_until == ""


def test_a_shared_contract_is_one_row_of_several_boroughs(tmp_path: Path) -> None:
    for name in ("Barnet", "Brent"):
        factories.borough(name)
    buyers = [
        {"id": name, "name": f"London Borough of {name}", "roles": ["buyer"]}
        for name in ("Barnet", "Brent")
    ]
    path = written(tmp_path, release(parties=[*release()["parties"], *buyers]))
    imported(path)
    contract = Contract.objects.get()
    assert contract.lead.name == "Camden"
    assert [borough.name for borough in contract.partners.order_by("name")] == ["Barnet", "Brent"]
    assert "0 new, 0 changed, 1 unchanged" in imported(path)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03-31T23:59:59Z", "2027-03-31"),
        ("2027-06-30T23:59:00Z", "2027-06-30"),
        ("2027-03-31T23:00:00Z", "2027-04-01"),
        ("2027-04-01T00:00:00+01:00", "2027-04-01"),
        ("31/03/2027", "2027-03-31"),
        ("1/4/2027 00:00", "2027-04-01"),
        ("2027-03-31", "2027-03-31"),
        ("2027-03", "2027-03"),
        ("2027", "2027"),
        ("", ""),
        ("31/31/2027", ""),
        ("2027-02-30T00:00:00Z", ""),
        ("9999-12-31T23:59:59Z", ""),
        ("in spring", ""),
    ],
)
def test_an_end_is_as_precise_as_the_notice(tmp_path: Path, text: str, day: str) -> None:
    contract = only(tmp_path, awarded(contractPeriod={"endDate": text}))
    assert contract.ends_on == day
    assert ("cannot be read" in contract.note) == (bool(text) and not day)


@pytest.mark.parametrize("code", ["48000000", "48000000-8", "48000000.0", 48000000])
def test_a_code_of_technology_is_known_however_it_is_written(tmp_path: Path, code: Any) -> None:
    assert only(tmp_path, release(tender=tender(classification={"scheme": "CPV", "id": code})))


ROUTES = [
    ("Open procedure (above threshold)", "", Route.OPEN),
    ("Below threshold - open competition", "", Route.OPEN),
    ("Restricted procedure", "", Route.RESTRICTED),
    ("Competitive flexible procedure", "", Route.COMPETITIVE_FLEXIBLE),
    ("Negotiated procedure without prior publication (above threshold)", "", Route.NEGOTIATED),
    ("Other - Direct Award", "", Route.DIRECT_AWARD),
    ("Competitive quotation (below threshold)", "", Route.QUOTE),
    ("Other - Request for Quotation", "", Route.QUOTE),
    (CALL_OFF, "", ""),
    (CALL_OFF, "withReopeningCompetition", Route.FRAMEWORK_COMPETITION),
    (CALL_OFF, "withoutReopeningCompetition", Route.FRAMEWORK_DIRECT),
    ("Competitive procedure with negotiation (above threshold)", "", ""),
    ("Not specified", "", ""),
    *((str(route.label), "", route) for route in Route),
]


@pytest.mark.parametrize(("details", "method", "route"), ROUTES)
def test_a_route_is_known_only_where_the_notice_says_it(
    details: str, method: str, route: str
) -> None:
    text = {
        "procurementMethodDetails": details,
        "techniques": {"frameworkAgreement": {"method": method}},
    }
    assert parties.route_to_market(fields.JsonObject("", 1, "", text)) == route


@pytest.mark.parametrize(
    ("code", "route"), [("open", "open"), ("direct", "direct_award"), ("selective", "")]
)
def test_without_details_only_plain_codes_are_taken(code: str, route: str) -> None:
    assert (
        parties.route_to_market(fields.JsonObject("", 1, "", {"procurementMethod": code})) == route
    )
