"""The overview: each figure is its rows, the map is honest, the chances are real."""

import datetime
import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from boroughs.models import Borough
from boroughs.profile.tile_map import MEASURES
from citytools.facts import dates
from systems.models import Function, Supplier
from tests import factories
from tests.log import move_events
from tests.pages import read, rows, text_of, total, words

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def test_an_empty_london_says_so_and_claims_no_zero(client: Client) -> None:
    factories.borough("Camden")
    said = words(client.get("/"))
    assert "0 of 33 boroughs reporting" in said
    assert "No contract is known to need a decision from" in said
    assert "No contracts of two boroughs for the same work are known to end close together" in said
    assert "no borough has told us its skills" in said
    assert "Camden: ?not known" in said


@pytest.mark.parametrize(
    ("ends_on", "counted"),
    [
        ("2026-11-29", False),
        ("2026-11-30", True),
        ("2027", True),
        ("2027-11-30", True),
        ("2027-12-01", False),
    ],
)
def test_contracts_that_may_end_are_those_of_the_next_twelve_months(
    client: Client, ends_on: str, counted: bool
) -> None:
    factories.contract(ends_on=ends_on)
    figure = client.get("/").context["figures"][3]
    assert figure.words == "contracts that may end within 12 months"
    assert figure.number == int(counted)
    assert total(client.get(figure.address)) == int(counted)


def test_each_figure_links_to_as_many_rows(client: Client) -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.system(borough=gla)
    for day in ("2026-12-01", "2027-11-30", "2028-01-01"):
        factories.contract(ends_on=day, systems=[factories.system()])
    factories.contract(ends_on="2026-12-01", stage="planned")
    page = client.get("/")
    systems, functions, contracts, ends = page.context["figures"]
    assert [figure.number for figure in (systems, contracts, ends)] == [3, 4, 2]
    for figure in (systems, contracts, ends):
        assert figure.address in read(client.get("/")).links
        assert total(client.get(figure.address)) == figure.number
    served = [row for row in rows(client, reverse("systems:map_csv")) if row["products"]]
    assert functions.number == len(served) == 3
    assert functions.out_of == Function.objects.count() == 4


def test_the_first_screen_says_how_it_knows_with_links_to_the_rows(client: Client) -> None:
    factories.system(source_kind="public_code", source_url="https://x.uk/", as_of="2026-08-21")
    factories.system(source_kind="public_code", source_url="https://x.uk/", as_of="2019")
    factories.contract(source_kind="notice", source_url="https://x.uk/", as_of="2026-09")
    page = client.get("/")
    said = words(page)
    assert "the newest speaks of September 2026" in said
    assert "Procurement notice: 1 contract" in said
    assert "Public code: 2 systems" in said
    assert total(client.get("/systems/?source=public_code")) == 2
    assert {"/systems/?source=public_code", "/contracts/?source=notice", "/about/#tell-us"} <= set(
        read(page).links
    )


def test_what_is_invented_is_no_evidence(client: Client) -> None:
    factories.system(source_kind="illustrative")
    assert client.get("/demo/").context["sources"] == []


def test_boroughs_reporting_are_of_the_33_and_invented_returns_are_no_evidence(
    client: Client,
) -> None:
    factories.returned()
    factories.returned(source_kind="illustrative")
    factories.returned(subject="skills")
    factories.returned(factories.borough("GLA", kind=Borough.Kind.REGIONAL))
    assert "1 of 33 boroughs reporting on systems" in words(client.get("/"))
    assert "2 of 33 boroughs reporting" in words(client.get("/demo/"))


@pytest.mark.parametrize("measure", ["systems", "decisions", "skills"])
def test_the_map_shows_the_measure_asked_and_offers_the_others(
    client: Client, measure: str
) -> None:
    factories.borough("Camden")
    page = client.get("/", {"measure": measure})
    assert page.context["tiles"].key == measure
    unchosen = {"systems", "decisions", "skills"} - {measure}
    assert {f"?measure={other}#map" for other in unchosen} <= set(read(page).links)


@pytest.mark.parametrize("measure", ["joy", "<b>", "systems'"])
def test_a_measure_that_is_not_known_is_named(client: Client, measure: str) -> None:
    response = client.get("/", {"measure": measure})
    assert response.status_code == 400
    said = html.unescape(text_of(response))
    assert f"“{measure}” is not known here. Write one of: {', '.join(MEASURES)}." in said
    assert "<strong>measure</strong>: “<b>”" not in text_of(response)


def test_boroughs_whose_days_to_choose_overlap_may_buy_together(client: Client) -> None:
    rents = factories.function("Rents")
    for name, day in (("Camden", "2027-01-01"), ("Barnet", "2027-03-31"), ("Sutton", "2029-04-01")):
        lead = factories.borough(name)
        factories.contract(lead=lead, functions=[rents], ends_on=day, notice_months=0)
    (window,) = client.get("/").context["windows"]
    assert window.name == "Rents"
    assert window.sentence.startswith(
        "Barnet and Camden: 2 contracts for Rents end between 1 January"
    )
    assert window.address in read(client.get("/")).links


def test_of_one_function_the_widest_window_is_shown(client: Client) -> None:
    rents, rates = factories.function("Rents"), factories.function("Rates")
    days = [(rents, "2027-01-01"), (rents, "2027-01-01"), (rents, "2028-06-01")]
    days += [(rents, "2028-06-01"), (rents, "2028-06-01"), (rates, "2027-01-01")]
    for function, day in [*days, (rates, "2027-01-01")]:
        factories.contract(functions=[function], ends_on=day, notice_months=0)
    windows = [
        (window.name, len(re.split(", | and ", window.sentence.partition(":")[0])))
        for window in client.get("/").context["windows"]
    ]
    assert windows == [("Rents", 3), ("Rates", 2)]


def test_one_borough_alone_is_no_chance_to_buy_together(client: Client) -> None:
    lead, rents = factories.borough(), factories.function()
    for _ in range(2):
        factories.contract(lead=lead, functions=[rents], ends_on="2027-01-01", notice_months=0)
    assert client.get("/").context["windows"] == []


def test_skills_that_one_would_teach_and_another_wants_are_offered(client: Client) -> None:
    design, law = factories.skill("Design"), factories.skill("Law")
    factories.skill_level(skill=design, can_teach=True)
    factories.skill_level(skill=design, wants_help=True)
    factories.skill_level(skill=law, can_teach=True)
    said = words(client.get("/"))
    assert "Design1 borough can teach; 1 wants help" in said.replace("Design 1", "Design1")
    assert "Law" not in said


def test_a_regional_body_teaches_but_is_counted_as_no_borough(client: Client) -> None:
    design = factories.skill("Design")
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.skill_level(skill=design, borough=gla, can_teach=True)
    factories.skill_level(skill=design, wants_help=True)
    assert list(client.get("/").context["teaching"]) == []


def test_the_newest_changes_are_of_real_records_and_newest_first(client: Client) -> None:
    factories.supplier("Old")
    move_events(datetime.date(2026, 11, 10))
    factories.supplier("Invented", illustrative=True)
    Supplier.objects.filter(name="Old").update(name="New")
    page = client.get("/")
    changes = [(change.entry.action, change.name) for change, _ in page.context["changes"]]
    assert changes == [("changed", "New"), ("added", "Old")]
    assert {"/changes/", "/systems/suppliers/old/"} <= set(read(page).links)


def test_changes_written_together_lead_to_them_from_the_overview(client: Client) -> None:
    for number in range(6):
        factories.supplier(f"Supplier {number}")
    ((change, address),) = client.get("/").context["changes"]
    assert change.name == "6 suppliers"
    assert client.get(address).context["listing"].total == 6


def test_only_the_latest_three_findings_are_on_the_overview(client: Client) -> None:
    for year in range(2020, 2025):
        factories.finding(title=f"Of {year}", published_on=f"{year}-01-01")
    titles = [card.title for card in client.get("/").context["findings"]]
    assert titles == ["Of 2024", "Of 2023", "Of 2022"]


def test_a_finding_stands_on_the_overview_with_what_the_rows_say(client: Client) -> None:
    factories.finding(metric="systems_on_record", comparison="at_most", threshold=3)
    factories.finding(metric="systems_on_record")
    factories.system()
    said = words(client.get("/"))
    assert re.search(r"Holds In short\.", said)
    assert re.search(r"Not known In short\.", said)
