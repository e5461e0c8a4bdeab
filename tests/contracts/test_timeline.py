"""Contracts over time: no invented day, at most 100 bars, and a table of the same rows."""

import datetime
from typing import Any

import plotly.graph_objects as go
import pytest
from django.test import Client

from citytools.charts import TRACE_TYPES
from citytools.facts import dates
from contracts.models import Contract, ContractTerm
from contracts.timeline import bars
from contracts.timeline.bars import StretchKind, TimelineFilter, term_stretches, why_not_drawn
from tests import factories
from tests.pages import column, read, row_links, total, words

TODAY = datetime.date(2026, 11, 30)
PAGE = "/contracts/timeline/"
EDGE = datetime.date(2020, 1, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def drawn(**fields: Any) -> list[tuple[str, str, str]]:
    """Kind, first day and the day after, of each stretch of a term."""
    parts = term_stretches(ContractTerm(**fields), EDGE)
    return [(part.kind.name, str(part.first), str(part.after)) for part in parts]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "extension", "expected"),
    [
        ("2024-04-01", "2027-03-31", "", ["RUNS 2024-04-01 2027-04-01"]),
        (
            "2024-04-01",
            "2027-03-31",
            "2029-03-31",
            ["RUNS 2024-04-01 2027-04-01", "EXTENSION 2027-04-01 2029-04-01"],
        ),
        (
            "2024",
            "2027-02",
            "",
            [
                "IN_DOUBT 2024-01-01 2024-12-31",
                "RUNS 2024-12-31 2027-02-02",
                "IN_DOUBT 2027-02-02 2027-03-01",
            ],
        ),
        ("2026", "2026", "", ["IN_DOUBT 2026-01-01 2027-01-01"]),
        ("", "2027-03-31", "", ["RUNS 2020-01-01 2027-04-01"]),
        (
            "2024-04-01",
            "2027-03-31",
            "2029",
            [
                "RUNS 2024-04-01 2027-04-01",
                "EXTENSION 2027-04-01 2029-01-02",
                "IN_DOUBT 2029-01-02 2030-01-01",
            ],
        ),
        ("2024-04-01", "2027-03-31", "2027-03-31", ["RUNS 2024-04-01 2027-04-01"]),
    ],
)
def test_what_is_known_is_drawn_apart_from_what_is_in_doubt(
    starts_on: str, ends_on: str, extension: str, expected: list[str]
) -> None:
    result = drawn(starts_on=starts_on, ends_on=ends_on, extension_until=extension)
    assert [" ".join(part) for part in result] == expected


def test_without_an_end_nothing_is_drawn_and_the_reason_is_said() -> None:
    assert why_not_drawn(ContractTerm(rolling=True)) == "rolling: no end date"
    assert why_not_drawn(ContractTerm(extension_until="2029")) == "no end known"
    assert not why_not_drawn(ContractTerm(ends_on="2027"))


def picture(client: Client, **query: Any) -> Any:
    """The chart of the page."""
    return client.get(PAGE, query).context["picture"]


def series(chart: Any) -> dict[str, dict[str, Any]]:
    """The traces by their name."""
    return {trace["name"]: trace for trace in chart.figure["data"]}


@pytest.mark.django_db
def test_a_bar_runs_from_start_to_end_with_its_extension_lighter_and_act_by_marked(
    client: Client,
) -> None:
    factories.contract(
        starts_on="2026-04-01",
        ends_on="2027-03-31",
        extension_until="2028-03-31",
        notice_months=6,
    )
    traces = series(picture(client))
    assert list(traces) == ["Runs", "Possible extension", "Act by", "Today, 30 Nov 2026"]
    runs, longer = traces["Runs"], traces["Possible extension"]
    assert (runs["base"], runs["x"]) == (["2026-04-01"], [365 * 86_400_000])
    assert (longer["base"], longer["x"]) == (["2027-04-01"], [366 * 86_400_000])
    assert longer["marker"]["pattern"]["shape"] != runs["marker"]["pattern"]["shape"]
    assert traces["Act by"]["x"] == ["2026-09-30"]
    assert traces["Act by"]["y"] == runs["y"]


@pytest.mark.django_db
def test_a_partial_end_is_crossed_and_said_as_during(client: Client) -> None:
    factories.contract(starts_on="2024-04-01", ends_on="2027", notice_months=6)
    traces = series(picture(client))
    assert "ends during 2027" in traces[str(StretchKind.IN_DOUBT)]["hovertext"][0]
    assert "Act by" not in traces
    assert traces["May have to act"]["x"] == ["2026-07-01", "2027-06-30", None]
    assert "Act between 1 July 2026 and 30 June 2027" in traces["May have to act"]["hovertext"][0]


@pytest.mark.django_db
def test_a_start_not_known_begins_at_the_edge_with_a_mark(client: Client) -> None:
    factories.contract(ends_on="2027-03-31")
    traces = series(picture(client))
    assert traces["Runs"]["base"] == traces["Start not known"]["x"] == ["2025-01-01"]
    assert "start not known" in traces["Runs"]["hovertext"][0]


@pytest.mark.django_db
def test_the_figure_is_one_that_the_page_can_draw(client: Client) -> None:
    for fields in ({"ends_on": "2027"}, {"ends_on": "2018-03-31", "starts_on": "2017"}):
        factories.contract(**fields)
    figure = picture(client).figure
    go.Figure(figure)  # ValueError for what Plotly does not know
    assert {trace["type"] for trace in figure["data"]} <= TRACE_TYPES
    assert figure["layout"]["xaxis"]["range"] == ["2017-01-01", "2028-01-01"]


@pytest.mark.django_db
def test_a_hostile_title_stays_text(client: Client) -> None:
    factories.contract(title="<b>&" + "x" * 190, ends_on="2027-03-31")
    figure = picture(client).figure
    (name,) = figure["layout"]["yaxis"]["ticktext"]
    assert "&lt;b&gt;&amp;" in name
    assert len(name) < 60
    assert "<b>" not in series(picture(client))["Runs"]["hovertext"][0]


@pytest.mark.django_db
def test_bars_stand_once_under_their_function_or_their_lead(client: Client) -> None:
    jobs = [factories.function("Rents", position=2), factories.function("Parking", position=1)]
    camden, barnet = factories.borough("Camden"), factories.borough("Barnet")
    factories.contract(lead=camden, partners=[barnet], functions=jobs, ends_on="2027-03-31")
    factories.contract(lead=barnet, ends_on="2027-04-30")
    assert headings(client) == ["Parking", "Function not known"]
    assert headings(client, function="rents") == ["Rents"]
    assert headings(client, by="borough") == ["Barnet", "Camden"]


def headings(client: Client, **query: Any) -> list[str]:
    notes = picture(client, **query).figure["layout"]["annotations"]
    return [note["text"] for note in notes]


@pytest.mark.django_db
def test_the_words_state_the_finding_and_what_is_not_drawn(client: Client) -> None:
    for ends_on in ("2027-03-31", "2027-11-30", "2027-12-01", "2027", "2026-11-29"):
        factories.contract(ends_on=ends_on)
    factories.contract(rolling=True)
    factories.contract()
    chart = picture(client)
    assert chart.title == "2 of the 5 contracts drawn end within 12 months"
    assert chart.sentence == (
        "Drawn: 5 of the 7 contracts in the table below. "
        "Listed only: no end known, 1; rolling: no end date, 1."
    )
    assert len(chart.rows) == 5
    text = words(client.get(PAGE))
    assert "As at 30 November 2026." in text
    assert "not drawn: no end date" in text
    assert "not drawn: no end known" in text


@pytest.mark.django_db
def test_nothing_that_ends_is_said_to_be_nothing_to_draw(client: Client) -> None:
    factories.contract(rolling=True)
    assert picture(client).title == "No contract here has an end that can be drawn"
    assert client.get(PAGE, {"q": "zzz"}).context["picture"] is None


@pytest.mark.django_db
def test_the_table_holds_the_rows_of_the_file_in_its_order(client: Client) -> None:
    for ends_on in ("2028", "2027-03-31", "", "2025-01-01"):
        factories.contract(ends_on=ends_on, notice_months=3)
    for query in ({}, {"sort": "-ends_on"}, {"ends_after": "2027-01-01"}):
        numbers = column(client, "/contracts/contracts.csv", "contract_id", query)
        assert row_links(client, PAGE, query) == [f"/contracts/{number}/" for number in numbers]


@pytest.mark.django_db
def test_the_link_to_the_file_leaves_the_grouping_out(client: Client) -> None:
    contract = factories.contract(ends_on="2027-03-31")
    query = {"borough": contract.lead.slug, "by": "borough"}
    links = read(client.get(PAGE, query)).links
    assert f"/contracts/contracts.csv?borough={contract.lead.slug}" in links
    assert f"/contracts/?borough={contract.lead.slug}" in links
    assert "Remove filter" not in words(client.get(PAGE, {"by": "borough"}))
    factories.contract()
    assert "/contracts/contracts.csv" in read(client.get(PAGE, {"by": "borough"})).links


@pytest.mark.django_db
def test_at_most_100_bars_and_ways_to_narrow(client: Client) -> None:
    job = factories.function("Rents")
    lead, partner = factories.borough("Camden"), factories.borough("Barnet")
    for _ in range(100):
        factories.contract(lead=lead, functions=[job], ends_on="2027-03-31", supplier=None)
    factories.contract(lead=lead, partners=[partner], functions=[job], ends_on="2028-03-31")
    response = client.get(PAGE)
    assert len(series(response.context["picture"])["Runs"]["y"]) == 100
    assert total(response) == 101
    text = words(response)
    assert "as they end; 1 to 100 are shown, the next end first" in text
    assert "Barnet (1)" in text
    assert "Camden (101)" in text
    assert "?borough=barnet" in read(response).links
    assert len(series(client.get(PAGE, {"page": 2}).context["picture"])["Runs"]["y"]) == 1


@pytest.mark.django_db
def test_ways_to_narrow_count_each_contract_once_and_lead_to_as_many(client: Client) -> None:
    lead, *partners = [factories.borough() for _ in range(3)]
    systems = [factories.system(borough=borough) for borough in (lead, *partners)]
    factories.contract(lead=lead, partners=partners, systems=systems)
    factories.contract(lead=partners[0], systems=systems[:1])
    query = client.get(PAGE).wsgi_request.GET
    offers = dict(bars.narrowing_links(TimelineFilter(query, Contract.objects.all())))
    assert list(offers) == ["service area", "borough"]
    for link in (link for links in offers.values() for link in links):
        assert total(client.get(f"{PAGE}?{link.query}")) == link.count > 0


@pytest.mark.django_db
def test_a_filter_in_use_is_not_offered_again(client: Client) -> None:
    contract = factories.contract()
    query = client.get(PAGE, {"borough": contract.lead.slug}).wsgi_request.GET
    offers = dict(bars.narrowing_links(TimelineFilter(query, Contract.objects.all())))
    assert list(offers) == ["service area"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", [{"by": "moon"}, {"page": "2"}, {"borough": "x"}, {"moon": "1"}])
def test_what_is_not_understood_is_named(client: Client, query: dict[str, str]) -> None:
    factories.contract(ends_on="2027-03-31")
    response = client.get(PAGE, query)
    assert response.status_code == 400
    assert next(iter(query)) in words(response)
