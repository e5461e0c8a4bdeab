"""Research as an Atom feed: what is public, under the same identifier for ever."""

import datetime
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from tests import factories
from tests.feeds import feed
from tests.log import move_events
from tests.pages import text_of

pytestmark = pytest.mark.django_db

ATOM = "/research/research.atom"
TODAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def test_each_kind_is_an_entry_with_its_page_and_summary(client: Client) -> None:
    records: list[Any] = [
        factories.finding(title="Ten\x0bvendors", summary="Half <b> of *it*."),
        factories.case_study(title="One library", summary="23 share."),
        factories.recommendation(title="Check & act", body="Look *first*.\n\nThen sign."),
    ]
    entries = {
        entry.link.removeprefix("http://testserver"): entry for entry in feed(client, ATOM).entries
    }
    assert set(entries) == {record.get_absolute_url() for record in records}
    finding, study, advice = (entries[record.get_absolute_url()] for record in records)
    assert [record.title for record in (finding, study, advice)] == [
        "Finding: Ten vendors",
        "Case study: One library",
        "Recommendation: Check & act",
    ]
    summaries = [record.summary for record in (finding, study, advice)]
    assert summaries == ["<p>Half &lt;b&gt; of it.</p>", "<p>23 share.</p>", "<p>Look first.</p>"]
    assert finding.published == "2026-09-30T00:00:00+01:00"


def test_a_number_stands_where_its_token_does(client: Client) -> None:
    factories.returned()
    factories.finding(summary="{{ metric:boroughs_reporting_systems }} report; {{ metric:no }}.")
    (entry,) = feed(client, ATOM).entries
    assert entry.summary == "<p>1 report; not known.</p>"


def test_an_entry_is_as_new_as_the_last_write_and_keeps_its_identifier(client: Client) -> None:
    finding, other = factories.finding(title="Old"), factories.finding(title="Other")
    move_events(datetime.date(2026, 10, 1))
    before = {entry.title: entry for entry in feed(client, ATOM).entries}
    assert before["Finding: Old"].updated == "2026-10-01T11:00:00+00:00"
    finding.title, finding.slug = "New", "new"
    finding.save()
    after = feed(client, ATOM)
    assert [entry.title for entry in after.entries] == ["Finding: New", "Finding: Other"]
    assert after.entries[0].id == before["Finding: Old"].id
    assert after.entries[0].updated > after.entries[1].updated
    assert after.entries[1].updated == before["Finding: Other"].updated
    assert other.pk


def test_what_became_public_later_than_it_was_written_is_as_new_as_that(client: Client) -> None:
    factories.finding(published_on=TODAY)
    move_events(datetime.date(2026, 10, 1))
    (entry,) = feed(client, ATOM).entries
    assert entry.updated == "2026-11-30T00:00:00+00:00"


def test_what_is_withdrawn_drops_out_for_who_has_the_feed_already(client: Client) -> None:
    finding = factories.finding()
    first = client.get(ATOM)
    assert client.get(ATOM, headers={"if-none-match": first["ETag"]}).status_code == 304
    finding.withdrawn_on, finding.withdrawal_reason = TODAY, "Wrong."
    finding.save()
    again = client.get(ATOM, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert "Last-Modified" not in again
    assert feed(client, ATOM).entries == []


def test_what_is_not_understood_is_refused(client: Client) -> None:
    response = client.get(ATOM, {"borough": "camden"})
    assert response.status_code == 400
    assert "borough" in text_of(response)


def test_pages_of_research_name_the_feed(client: Client) -> None:
    pages = ["/research/", "/research/recommendations/"]
    pages += [record.get_absolute_url() for record in (factories.finding(), factories.case_study())]
    named = f'<link rel="alternate" type="application/atom+xml" title="Research" href="{ATOM}">'
    for page in pages:
        assert named in text_of(client.get(page)), page
    assert named not in text_of(client.get("/"))
