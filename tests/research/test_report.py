"""The report: all that is published, as at a day, numbered, cited, and in few questions."""

import datetime
import hashlib
import json
import re
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from research.metrics.base import Picture
from research.models import Finding, Recommendation, Source
from research.report.document import join_lines, picture_bars, text_line
from systems.models import System
from tests import factories
from tests.log import move_events
from tests.pages import read, text_of, words
from tests.research.estate import HELD, KEY, claim, everything

pytestmark = pytest.mark.django_db

THEN, TODAY = datetime.date(2026, 10, 20), datetime.date(2026, 11, 30)
REPORT = "/research/report/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def said(client: Client, **query: str) -> str:
    response = client.get(REPORT, query)
    assert response.status_code == 200
    return words(response)


def test_its_parts_are_numbered_and_listed_first(client: Client) -> None:
    everything()
    page = said(client)
    parts = [
        "1 Summary", "2 What the record holds", "3 Findings", "3.1 Claim", "4 Case studies",
        "4.1 A deed", "5 Recommendations", "5.1 Local: each borough", "5.2 Municipal",
        "5.3 National", "6 Method and limits", "7 Sources",
    ]  # fmt: skip
    for part in parts:
        assert page.count(part) >= 2, part
    first = [page.index(part) for part in parts]
    assert first == sorted(first)


def test_the_header_still_leads_to_the_sections_of_the_site(client: Client) -> None:
    header = read(client.get(REPORT), within="header").links
    assert {"/boroughs/", "/systems/", "/research/"} <= set(header)


def test_every_link_within_leads_to_one_place(client: Client) -> None:
    everything()
    response = client.get(REPORT)
    anchors = re.findall(r' id="([^"]+)"', text_of(response))
    assert len(anchors) == len(set(anchors))
    within = {link[1:] for link in read(client.get(REPORT)).links if link.startswith("#")}
    assert {"finding-claim", "study-deed", "source-1", "source-2"} <= within
    assert within <= set(anchors)


def test_it_says_on_what_it_stands(client: Client) -> None:
    system = factories.system(borough=factories.borough())
    factories.returned(system.borough)
    factories.contract(lead=system.borough)
    factories.system(source_kind="illustrative")
    page = said(client)
    assert "1 systems and 1 contracts" in page
    assert "1 of 33 boroughs reporting on systems" in page
    assert "nvented" not in page
    demonstration = words(client.get(f"/demo{REPORT}"))
    assert "Invented for demonstration among them: 1 systems." in demonstration


def test_a_finding_shows_its_claim_its_number_now_and_at_publication(client: Client) -> None:
    everything(claimed_value="two thirds", as_of="2019", published_values={KEY: HELD})
    page = said(client)
    assert "Claimed two thirds see [1] 2019" in page
    assert "On our rows 50.0 % 10 of 20 boroughs" in page
    assert "At publication 75.0 % 15 of 20 boroughs" in page
    assert "is at least 50.0 %. As at 30 November 2026 it holds." in page


def test_a_claim_that_flips_is_marked_with_it_and_with_what_rests_on_it(client: Client) -> None:
    everything(published_values={KEY: HELD})
    assert "When this was published" not in said(client)
    Finding.objects.update(threshold=60)
    page = said(client)
    notice = "When this was published the claim held; as at 30 November 2026 it does not hold."
    assert page.count(notice) == 2
    assert f"It rests on 3.1 Claim. {notice}" in page
    assert "holds: 0; does not hold: 1; consistent, too few to test: 0; not known: 0" in page


def test_a_claim_that_no_number_tests_says_so(client: Client) -> None:
    factories.finding(title="A mere claim", rows="/systems/?function=rents")
    page = client.get(REPORT)
    assert "No number of this site tests this claim" in words(page)
    assert "/systems/?function=rents" in read(client.get(REPORT)).links


def test_costs_and_savings_stand_with_whose_account_they_are(client: Client) -> None:
    everything()
    page = said(client)
    assert "Cost £1,250,000 four years from 2025 Camden Council [2]" in page
    assert "Outcome: It worked." in page


def test_recommendations_say_their_status_owner_and_what_they_rest_on(client: Client) -> None:
    everything()
    assert "Status: proposed. Owner: nobody yet." in said(client)
    Recommendation.objects.update(status="under_way", owner="LOTI")
    page = said(client)
    assert "5.1.1 A hint Status: under way. Owner: LOTI." in page
    assert "Rests on: 3.1 Claim." in page


def test_a_number_is_drawn_as_bars_that_need_no_script(client: Client) -> None:
    everything()
    page = text_of(client.get(REPORT))
    assert "Figure 1." in page
    assert page.count('<rect width="100.0" height="14"') == 2
    assert "data-chart" not in page


def test_sources_are_numbered_once_in_the_order_in_which_they_are_cited(client: Client) -> None:
    finding, deed, _ = everything()
    for record in (finding, deed):
        record.sources.add(Source.objects.get(title="A decision"))
    page = said(client)
    sources = page[page.rindex("7 Sources") :]
    assert sources.count("A decision") == 1
    assert "A decision. https://example.org/decision." in sources
    assert sources.index("A report, LOTI, June 2019") > 0


@pytest.mark.parametrize("published_on", [None, "2026-12-01"])
def test_drafts_are_nowhere_in_it(client: Client, published_on: str | None) -> None:
    finding = claim(title="A secret claim", published_on=published_on)
    factories.case_study(title="A secret deed", published_on=published_on)
    factories.recommendation(title="A secret hint", published_on=published_on)
    factories.recommendation(title="A hint", findings=[finding])
    for address in (REPORT, "/research/report.json"):
        assert "secret" not in text_of(client.get(address))


def test_what_was_withdrawn_is_in_it_no_longer_on_any_day(client: Client) -> None:
    claim(withdrawn_on="2026-11-01", withdrawal_reason="It was wrong.")
    move_events(THEN)
    assert "3.1 Claim" not in said(client)
    assert "3.1 Claim" not in said(client, as_at="2026-10-20")


def test_a_past_day_keeps_its_text_its_numbers_and_its_hash(client: Client) -> None:
    everything()
    move_events(THEN)
    before = client.get(REPORT, {"as_at": str(THEN)})
    System.objects.all().delete()
    Finding.objects.update(title="Renamed", body="Gone.")
    Recommendation.objects.all().delete()
    factories.finding(title="Newer")
    after = client.get(REPORT, {"as_at": str(THEN)})
    assert words(after) == words(before)
    assert after.context["citation"].hash == before.context["citation"].hash
    assert "is over: this address will go on giving" in said(client, as_at=str(THEN))
    assert after.context["citation"].hash != client.get(REPORT).context["citation"].hash


def test_the_file_is_exactly_what_the_hash_is_over(client: Client) -> None:
    everything()
    content = client.get("/research/report.json").content
    page = client.get(REPORT)
    assert hashlib.sha256(content).hexdigest() == page.context["citation"].hash
    assert hashlib.sha256(content).hexdigest() in text_of(page)
    of_finding = client.get("/research/findings/claim/finding.json").content
    assert json.loads(content)["findings"] == [json.loads(of_finding)]


@pytest.mark.parametrize(
    "changed",
    [
        lambda: factories.case_study(),
        lambda: factories.system(),
        lambda: Recommendation.objects.update(owner="LOTI"),
        lambda: Source.objects.update(publisher="Another"),
    ],
)
def test_whatever_changes_changes_the_hash(client: Client, changed: Any) -> None:
    everything()
    before = client.get(REPORT).context["citation"].hash
    changed()
    assert client.get(REPORT).context["citation"].hash != before


@pytest.mark.parametrize("query", [{"as_at": "2027-01-01"}, {"as_at": "x"}, {"colour": "red"}])
def test_what_is_not_understood_is_named(client: Client, query: dict[str, str]) -> None:
    response = client.get(REPORT, query)
    assert response.status_code == 400
    assert next(iter(query)) in words(response)
    assert client.get("/research/report.json", query).status_code == 400


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<b onclick=x>", "]]>&amp;"])
def test_hostile_words_stand_as_they_were_written(client: Client, text: str) -> None:
    factories.finding(title=text, summary=text, claimed_value=text, body=text)
    page = text_of(client.get(REPORT))
    assert "<script>alert" not in page
    assert "<b onclick" not in page
    assert words(client.get(REPORT)).count(text) >= 3


def test_bars_are_as_long_as_their_part_of_the_longest() -> None:
    picture = Picture(("Supplier", "Contracts"), [("A", 8), ("B", 2), ("C", 0)])
    drawn = picture_bars(picture, [("A", "8"), ("B", "2"), ("C", "0")])
    assert [(bar.label, bar.words, bar.per_cent) for bar in drawn] == [
        ("A", "8", 100), ("B", "2", 25), ("C", "0", 0),
    ]  # fmt: skip
    assert picture_bars(Picture(("S", "C"), []), []) == []


def test_lines_are_joined_by_words_between() -> None:
    assert [piece.words for piece in join_lines([text_line("a"), text_line("b")], "; ")] == [
        "a",
        "; ",
        "b",
    ]
    assert list(join_lines([], "; ")) == []
