"""Pages of contracts: what is known, by when to act, and sums that count a contract once."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from tests import factories
from tests.pages import read, row_links, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))


def test_a_contract_says_by_when_to_act_and_why(client: Client) -> None:
    contract = factories.contract(ends_on="2028-03-31", notice_months=6)
    text = words(client.get(contract.get_absolute_url()))
    assert "Act by 30 September 2027: its end, 31 March 2028, less 6 months of notice." in text
    assert "That is in 9 months." in text


def test_a_contract_without_notice_says_from_when_to_when_one_may_have_to_act(
    client: Client,
) -> None:
    contract = factories.contract(ends_on="2027-12-31", extension_until="2029-12-31")
    text = words(client.get(contract.get_absolute_url()))
    assert (
        "Act between 31 December 2026 and 30 September 2027: its end, 31 December 2027, less 12 to "
        "3 months of notice, assumed since its notice is not known; or later, if extended." in text
    )
    assert "work on a successor must start by 31 December 2025" in text
    assert "If every extension is taken: 31 Dec 2028 to 30 Sep 2029" in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "By when to act is not known: no end is."),
        ({"rolling": True}, "It has no end date: it can be ended, but the notice is not known."),
        (
            {"rolling": True, "notice_months": 3},
            "It has no end date: it can be ended at any time with 3 months’ notice.",
        ),
        (
            {"ends_on": "2026-10-31", "extension_until": "2028-10-31"},
            "It has ended or been extended, to 31 October 2028 at most: ask.",
        ),
        (
            {"ends_on": "2027-01-31"},
            (
                "Act between 31 January 2026 and 31 October 2026: its end, 31 January 2027, less "
                "12 to 3 months of notice, assumed since its notice is not known; perhaps too "
                "late: ask."
            ),
        ),
        (
            {"ends_on": "2027", "notice_months": 1},
            (
                "Act between 1 December 2026 and 30 November 2027: its end known only as 2027, "
                "less 1 month of notice."
            ),
        ),
    ],
)
def test_a_contract_says_what_is_and_is_not_known_of_by_when_to_act(
    client: Client, fields: dict[str, Any], sentence: str
) -> None:
    contract = factories.contract(**fields)
    assert sentence in words(client.get(contract.get_absolute_url()))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"rolling": True}, "rolling: can be ended, but the notice is not known"),
        ({}, "no end known"),
        (
            {"ends_on": "2027-12-31"},
            "31 Dec 2026 to 30 Sep 2027assumed",
        ),
        (
            {"ends_on": "2027-03", "notice_months": 6},
            "1 Sep 2026 to 30 Sep 2026end known only as March 2027 less 6 months",
        ),
        ({"ends_on": "2027-03-31", "notice_months": 1}, "2027in 2 months; end less 1 month "),
        ({"ends_on": "2026-11-30", "notice_months": 0}, "2026today; end less 0 months "),
        (
            {"ends_on": "2027-03-31", "notice_months": 6},
            "past act-by, 2 months ago; end",
        ),
    ],
)
def test_the_list_says_by_when_to_act_and_what_is_not_known_of_it(
    client: Client, fields: dict[str, Any], reason: str
) -> None:
    factories.contract(**fields)
    assert reason in words(client.get("/contracts/"), "tbody")


def test_the_list_says_what_has_ended_or_not_begun(client: Client) -> None:
    factories.contract(ends_on="2026-10", starts_on="2020")
    assert "Oct 2026ended" in words(client.get("/contracts/"), "tbody")
    factories.contract(ends_on="2028-03-31", starts_on="2027-04")
    assert "31 Mar 2028begins Apr 2027" in words(client.get("/contracts/"), "tbody")


def test_a_contract_says_who_shares_it_and_what_it_pays_for(client: Client) -> None:
    lead, partner = factories.borough("Camden"), factories.borough("Barnet")
    system = factories.system(borough=lead)
    contract = factories.contract(
        lead=lead,
        partners=[partner],
        systems=[system],
        framework=factories.framework("G-Cloud"),
        route="framework_direct",
    )
    page = client.get(contract.get_absolute_url())
    text = words(page)
    assert "Camden leads; shared with Barnet" in text
    assert "Framework call-off without competition; G-Cloud" in text
    assert row_links(client, contract.get_absolute_url()) == [system.get_absolute_url()]
    links = read(client.get(contract.get_absolute_url())).links
    assert {"/boroughs/barnet/", "/contracts/frameworks/g-cloud/"} <= set(links)


def test_what_is_not_known_of_a_contract_reads_not_known(client: Client) -> None:
    contract = factories.contract(supplier=None)
    text = words(client.get(contract.get_absolute_url()))
    missing = "Functions, supplier, notice, department, reference, route to market."
    assert f"Not known {missing} How a borough can tell us" in text
    assert "not known a year; not known in all; VAT basis not known" in text
    assert "£0" not in text


def test_a_contract_shows_its_values_with_their_vat(client: Client) -> None:
    contract = factories.contract(
        annual_value=Decimal("1234.50"), total_value=Decimal(0), vat="excluding"
    )
    text = words(client.get(contract.get_absolute_url()))
    assert "£1,234 a year; £0 in all; VAT excluding" in text


def test_an_extension_is_shown_beside_the_end_and_does_not_move_it(client: Client) -> None:
    contract = factories.contract(
        ends_on="2027-03-31", extension_until="2029", notice_months=3, starts_on="2022"
    )
    text = words(client.get(contract.get_absolute_url()))
    assert "starts 2022; ends 31 March 2027; may be extended to 2029" in text
    assert contract.act_by == datetime.date(2026, 12, 31)


def test_the_list_sums_each_shared_contract_once(client: Client) -> None:
    boroughs = [factories.borough() for _ in range(3)]
    systems = [factories.system(borough=borough) for borough in boroughs]
    factories.contract(lead=boroughs[0], partners=boroughs[1:], systems=systems, annual_value=1000)
    factories.contract(annual_value=500)
    factories.contract()
    assert "£1,500 a year, known for 2 of 3" in words(client.get("/contracts/"))
    query = {
        "borough": [borough.slug for borough in boroughs],
        "function": [system.function.slug for system in systems],
    }
    assert "£1,000 a year, known for 1 of 1" in words(client.get("/contracts/", query))


def test_no_known_value_is_said_and_not_summed_to_zero(client: Client) -> None:
    factories.contract()
    text = words(client.get("/contracts/"))
    assert "No yearly value is known for any of them." in text
    assert "£0" not in text


def test_a_contract_for_nothing_is_known_to_cost_nothing(client: Client) -> None:
    factories.contract(annual_value=0)
    assert "£0 a year, known for 1 of 1" in words(client.get("/contracts/"))


def test_the_list_names_the_lead_and_those_that_share(client: Client) -> None:
    partners = [factories.borough("Sutton"), factories.borough("Barnet")]
    factories.contract(lead=factories.borough("Newham"), partners=partners)
    assert "Newhamshared with Barnet, Sutton" in words(client.get("/contracts/"), "tbody")


def test_the_chart_of_the_list_counts_the_filtered_contracts(client: Client) -> None:
    lead = factories.borough("Camden")
    for borough in (lead, lead, factories.borough("Barnet")):
        factories.contract(lead=borough, ends_on="2027-01-01", notice_months=0)
    chart = client.get("/contracts/", {"borough": "camden"}).context["chart"]
    assert sum(count for _, count in chart.rows) == 2
    assert chart.csv == "/contracts/contracts.csv?borough=camden"


def test_a_contract_says_by_when_to_start_and_to_act_also_if_extended(client: Client) -> None:
    contract = factories.contract(
        ends_on="2027-03-31", notice_months=6, extension_until="2028-02-29"
    )
    text = words(client.get(contract.get_absolute_url()))
    assert "30 Sep 2026; work on a successor must start by 30 September 2025" in text
    assert "If every extension is taken: 29 Aug 2027" in text
