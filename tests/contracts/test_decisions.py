"""What a borough is told of decisions ahead: counted in another way, and no false all-clear."""

import datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citytools.facts import dates
from citytools.facts.dates import first_day, last_day
from contracts.decisions import decisions_ahead
from contracts.models import Contract
from tests import factories
from tests.contracts.test_act_by import days_by_count
from tests.pages import text_of, words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)
LAST = datetime.date(2028, 5, 30)
NEAR = {"title": "Ledger of parks", "ends_on": "2027-12-31"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def kind_of(contract: Contract) -> str:
    """In which count a contract is, from every day by which one may have to act."""
    if not contract.ends_on:
        if contract.rolling:
            return "endless"
        return "planned" if contract.stage == "planned" else "undated"
    if last_day(contract.ends_on) < TODAY:
        until = contract.extension_until
        return "extended" if until and last_day(until) >= TODAY else "ended"
    days = days_by_count(contract.ends_on, contract.notice_months)
    if days[0] > LAST:
        return "later"
    if contract.notice_months is None:
        return "may"
    if days[-1] < TODAY:
        return "passed"
    return "due" if days[0] >= TODAY and days[-1] <= LAST else "may"


ends = st.dates(datetime.date(2025, 1, 1), datetime.date(2031, 12, 31)).map(str)
partial = ends | ends.map(lambda day: day[:7]) | ends.map(lambda day: day[:4]) | st.just("")
terms = st.fixed_dictionaries(
    {
        "ends_on": partial,
        "extension_until": partial,
        "notice_months": st.none() | st.integers(0, 24),
        "rolling": st.booleans(),
        "stage": st.sampled_from(["", "awarded", "planned"]),
    }
)


def _possible(term: dict[str, Any]) -> dict[str, Any]:
    """The same without what the database refuses."""
    end, until = "" if term["rolling"] else term["ends_on"], term["extension_until"]
    if end and until and last_day(until) < last_day(end):
        until = ""
    return term | {"ends_on": end, "extension_until": until}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(terms.map(_possible), max_size=8))
def test_each_contract_is_in_the_one_count_that_its_days_say(terms: list[dict[str, Any]]) -> None:
    Contract.objects.all().delete()
    lead = factories.borough()
    contracts = [factories.contract(lead=lead, **term) for term in terms]
    kinds = [kind_of(contract) for contract in contracts]
    decisions = decisions_ahead(lead.pk, TODAY, LAST, 20, complete=True)
    names = ("due", "may", "extended", "undated", "later", "passed", "endless", "planned", "ended")
    counts = {name: getattr(decisions, name) for name in names}
    assert counts == {name: kinds.count(name) for name in names}
    open_ = {contract.pk for contract, kind in zip(contracts, kinds, strict=True) if kind in counts}
    open_ -= {
        contract.pk
        for contract, kind in zip(contracts, kinds, strict=True)
        if kind not in {"due", "may"}
    }
    assert {contract.pk for contract in decisions.rows} == open_
    # "No decision is due" only where nothing is open and nothing is unclear
    clear = not {"due", "may", "extended", "undated"} & set(kinds)
    assert decisions.sentence.startswith("No decision is due") == clear


@pytest.mark.parametrize(
    ("contracts", "sentence"),
    [
        ([], "No decision is due by 30 May 2028."),
        ([{"ends_on": "2030-01-31"}], "No decision is due by 30 May 2028."),
        ([{"rolling": True}], "No decision is due by 30 May 2028."),
        (
            [{}, {}, {}],
            "Of 3 the end is not known. No other is known to need a decision by 30 May 2028.",
        ),
        (
            [{"ends_on": "2027-12-31"}, {"ends_on": "2028"}, {}, {}, {}],
            "2 contracts may need a decision by 30 May 2028; of 3 the end is not known.",
        ),
        (
            [{"ends_on": "2027-12-31", "notice_months": 6}, {"ends_on": "2027-12-31"}],
            "1 contract needs a decision by 30 May 2028 and 1 more may.",
        ),
        (
            [{"ends_on": "2026-10-31", "extension_until": "2028-10-31"}],
            (
                "1 has ended or been extended: ask. No other is known to need a decision by "
                "30 May 2028."
            ),
        ),
    ],
)
def test_the_brief_says_what_is_due_what_may_be_and_what_nobody_can_tell(
    client: Client, contracts: list[dict[str, Any]], sentence: str
) -> None:
    camden = factories.borough("Camden")
    factories.returned(camden, subject="contracts", complete=True)
    for fields in contracts:
        factories.contract(lead=camden, **fields)
    assert sentence in words(client.get("/boroughs/camden/brief/"))


@pytest.mark.parametrize("address", ["/boroughs/camden/", "/boroughs/camden/brief/"])
@pytest.mark.parametrize("complete", [None, False])
def test_no_all_clear_where_no_return_has_told_all_contracts(
    client: Client, address: str, complete: bool | None
) -> None:
    camden = factories.borough("Camden")
    factories.contract(lead=camden, rolling=True, notice_months=1)
    if complete is not None:
        factories.returned(camden, subject="contracts", complete=complete)
    text = words(client.get(address))
    assert "No decision is due" not in text
    assert "contracts that nobody has told us of may be" in text


def _pages(contract: Contract) -> list[str]:
    """Every page that looks ahead, for a borough that shares the contract too."""
    supplier = contract.supplier
    assert supplier
    return [
        "/contracts/",
        "/contracts/?borough=camden&act_by_before=2027-06-30",
        contract.get_absolute_url(),
        "/contracts/timeline/",
        "/boroughs/camden/",
        "/boroughs/camden/brief/",
        "/boroughs/barnet/",
        "/boroughs/barnet/brief/",
        supplier.get_absolute_url(),
        f"/systems/suppliers/{supplier.slug}/failure/",
        "/contracts/contracts.ics",
        "/contracts/contracts.atom",
        "/contracts/contracts.csv?act_by_before=2027-06-30",
        "/contracts/pipeline/?borough=camden&year=2027",
        "/contracts/together/",
    ]


@pytest.mark.parametrize("ends_on", ["2027-12-31", "2027-12", "2027", "2027-01-15"])
def test_a_contract_of_unknown_notice_that_ends_soon_is_named_on_every_page(
    client: Client, ends_on: str
) -> None:
    function = factories.function()
    contract = factories.contract(
        **NEAR | {"ends_on": ends_on},
        lead=factories.borough("Camden"),
        partners=[factories.borough("Barnet")],
        supplier=factories.supplier("Civica"),
        functions=[function],
    )
    factories.contract(ends_on="2027-06-30", functions=[function])
    missing = [
        page
        for page in _pages(contract)
        if NEAR["title"] not in text_of(client.get(page)).replace("\r\n ", "")
    ]
    before_its_period = ["/contracts/pipeline/?borough=camden&year=2027"]
    assert missing == (before_its_period if ends_on == "2027-01-15" else [])


def _named(client: Client, page: str) -> set[str]:
    """Titles of contracts that a page names."""
    text = text_of(client.get(page)).replace("\r\n ", "")
    return {title for title in Contract.objects.values_list("title", flat=True) if title in text}


@pytest.fixture
def fields() -> dict[str, Any]:
    """Two boroughs that share contracts with one supplier."""
    return {
        "lead": factories.borough("Camden"),
        "partners": [factories.borough("Barnet")],
        "supplier": factories.supplier("Civica"),
        "functions": [factories.function()],
    }


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(terms.map(_possible), min_size=1, max_size=4), terms.map(_possible))
def test_one_more_contract_takes_no_decision_off_any_page(
    client: Client, fields: dict[str, Any], terms: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    Contract.objects.all().delete()
    factories.contract(ends_on="2027-06-30", functions=fields["functions"])
    first = [
        factories.contract(**fields, **term, title=f"Ledger {number} of parks")
        for number, term in enumerate(terms)
    ]
    before = {page: _named(client, page) for page in _pages(first[0])}
    open_before = decisions_ahead(fields["lead"].pk, TODAY, LAST, 20, complete=True).open
    factories.contract(**fields, **more, title="Ledger X of parks")
    after = {page: _named(client, page) for page in before}
    assert all(named <= after[page] for page, named in before.items())
    assert decisions_ahead(fields["lead"].pk, TODAY, LAST, 20, complete=True).open >= open_before


def test_first_and_last_days_agree_with_the_days_counted() -> None:
    for text in ("2027", "2027-02", "2028-02-29"):
        counted = days_by_count(text, 0)
        assert (counted[0], counted[-1]) == (first_day(text), last_day(text))
