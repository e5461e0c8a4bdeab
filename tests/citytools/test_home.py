"""The first page: each number is its rows, the ways in lead somewhere, nothing is an all-clear."""

import datetime
import re

import pytest
from django.test import Client

from boroughs.models import Borough
from citytools.facts import dates
from systems.models import Supplier, System
from tests import factories
from tests.log import move_events
from tests.pages import read, total, words

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def test_an_empty_london_says_so_and_gives_no_all_clear(client: Client) -> None:
    factories.borough("Camden")
    said = words(client.get("/"))
    assert "No contract is known to need a decision now." in said
    assert "no borough has sent a return yet" in said
    assert "That does not mean that none is due" in said
    assert "No finding is published yet" in said
    assert "Camden: ?not known" in said


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({"ends_on": "2027-03-31"}, True),  # 31 March to 31 December 2026: may be now
        ({"ends_on": "2026-12-15"}, True),  # every likely day has passed, but it runs
        ({"ends_on": "2028-06-30"}, False),
        ({"ends_on": "2026-11-29"}, False),
        ({"ends_on": "2027-05-31", "notice_months": 6}, True),  # today
        ({"ends_on": "2027-05-29", "notice_months": 6}, False),  # yesterday, and stated
        ({"ends_on": ""}, False),
        ({"ends_on": "2027-03-31", "stage": "planned"}, True),  # planned then, perhaps signed since
        ({"ends_on": "2027-03-31", "starts_on": "2027-01-01"}, True),
    ],
)
def test_the_first_sentence_counts_contracts_that_may_be_due_and_leads_to_them(
    client: Client, values: dict[str, object], counted: bool
) -> None:
    factories.contract(**values)
    page = client.get("/")
    assert page.context["counts"]["due"] == int(counted)
    assert ("1 contract in 1 borough may need a decision now." in words(page)) == counted
    if counted:
        assert page.context["due_address"] in read(page).links
        assert total(client.get(page.context["due_address"])) == 1


def test_boroughs_with_a_decision_are_of_the_33_and_counted_once(client: Client) -> None:
    camden, gla = factories.borough("Camden"), factories.borough("GLA", kind="regional")
    for lead in (camden, camden, gla):
        factories.contract(lead=lead, ends_on="2027-03-31")
    assert "3 contracts in 1 borough may need a decision now." in words(client.get("/"))


def test_each_figure_leads_to_as_many_rows(client: Client) -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.system(borough=gla)
    for day in ("2026-12-01", "2027-11-30", "2028-01-01"):
        factories.contract(ends_on=day, systems=[factories.system()])
    factories.contract(ends_on="2026-12-01", stage="planned")
    page = client.get("/")
    systems, contracts, share, returns = page.context["figures"]
    assert (systems.number, contracts.number) == ("3", "4")
    assert systems.words == "systems in 3 boroughs"
    assert "4 with an end ahead" in contracts.words
    for figure in (systems, contracts):
        assert figure.address in read(page).links
        assert total(client.get(figure.address)) == int(figure.number)
    assert total(client.get(page.context["ahead_address"])) == 4
    assert "All 4 decisions ahead" in words(page)
    # 3 answers of 33 boroughs and 4 functions
    assert share.number == f"{100 * 3 // (33 * 4)}%"
    assert returns.number == "0"


def test_the_share_of_known_answers_agrees_with_a_count_one_by_one(client: Client) -> None:
    camden, barnet = factories.borough("Camden"), factories.borough("Barnet")
    rents, rates, _ = (factories.function(name) for name in ("Rents", "Rates", "Graves"))
    for borough, function, status in (
        (camden, rents, "live"),
        (camden, rents, "live"),
        (camden, rates, "retired"),
        (barnet, rates, "live"),
        (factories.borough("GLA", kind="regional"), rates, "live"),
    ):
        factories.system(borough=borough, function=function, status=status)
    factories.returned(barnet)  # complete: all three of its answers are known
    pairs = {
        (system.borough_id, system.function_id)
        for system in System.objects.filter(status="live").exclude(borough__kind="regional")
        if system.borough != barnet
    }
    known = len(pairs) + 3
    assert client.get("/").context["figures"][2].number == f"{100 * known // (33 * 3)}%"


def test_returns_are_of_the_33_and_invented_ones_are_of_the_demonstration(client: Client) -> None:
    factories.returned()
    factories.returned(source_kind="illustrative")
    factories.returned(subject="skills")
    factories.returned(factories.borough("GLA", kind=Borough.Kind.REGIONAL))
    assert "1 of 33 boroughs has sent a return." in words(client.get("/"))
    said = words(client.get("/demo/"))
    assert "2 of 33 boroughs have sent a return, invented to show" in said


def test_the_next_decisions_are_the_first_to_be_acted_on(client: Client) -> None:
    for year in range(2027, 2037):
        factories.contract(title=f"Until {year}", ends_on=f"{year}-06-30")
    factories.contract(title="Over", ends_on="2026-06-30")
    rows = client.get("/").context["axis"].rows
    assert [row.contract.title for row in rows] == [f"Until {year}" for year in range(2027, 2035)]


def test_the_ways_in_name_every_borough_and_function_with_its_page(client: Client) -> None:
    factories.borough("Camden")
    factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.function("Council tax")
    said = client.get("/").content.decode()
    assert '<option value="Camden" data-address="/boroughs/camden/">' in said
    assert '<option value="Council tax" data-address="/functions/council-tax/">' in said
    assert 'value="GLA"' not in said
    demonstration = client.get("/demo/").content.decode()
    assert 'data-address="/demo/functions/council-tax/"' in demonstration


def test_a_former_address_of_the_map_leads_to_the_map(client: Client) -> None:
    response = client.get("/", {"measure": "skills"})
    assert (response.status_code, response["Location"]) == (301, "/boroughs/?measure=skills")
    assert client.get("/", {"measure": "<b>"})["Location"] == "/boroughs/?measure=%3Cb%3E"


def test_what_changed_is_counted_by_kind_of_the_last_30_days_and_leads_there(
    client: Client,
) -> None:
    factories.supplier("Long ago")
    move_events(datetime.date(2026, 10, 1))
    for number in range(6):
        factories.supplier(f"Supplier {number}")
    factories.supplier("Invented", illustrative=True)
    Supplier.objects.filter(name="Supplier 0").update(name="Renamed")
    Supplier.objects.filter(name="Long ago").update(name="Other")
    page = client.get("/")
    changes = {change.words: change.address for change in page.context["changes"]}
    assert list(changes) == ["6 suppliers added", "1 supplier changed"]
    for said, address in changes.items():
        assert address in read(page).links
        rows = client.get(f"{address}&by=record").context["listing"].total
        assert rows == int(said.split()[0])


def test_findings_that_the_rows_decide_stand_before_those_they_do_not(client: Client) -> None:
    for year in (2020, 2021, 2022):
        factories.finding(title=f"Untested {year}", published_on=f"{year}-01-01")
    most = {"metric": "systems_on_record", "comparison": "at_most", "threshold": 3}
    factories.finding(title="It holds", published_on="2019-01-01", **most)
    for _ in range(2):
        factories.system()
    page = client.get("/")
    titles = [card.title for card in page.context["findings"]]
    assert titles == ["It holds", "Untested 2022", "Untested 2021"]
    assert re.search(r"It holds In short\. What the rows say now: Holds", words(page))
