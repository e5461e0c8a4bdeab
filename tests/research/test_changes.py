"""Changes of research: the public hears of a record while it is public, and of no draft ever."""

import datetime
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from research.models import Finding
from tests import factories, feeds
from tests.log import move_events
from tests.pages import rows, text_of, words

pytestmark = pytest.mark.django_db
EARLY, LATE = datetime.date(2026, 11, 10), datetime.date(2026, 11, 20)
DRAFT: dict[str, Any] = {"published_on": None}


def told(client: Client, query: Any = None) -> list[tuple[str, str, str]]:
    """Day, action and record of each change, and that page and feed say no more."""
    table = rows(client, "/changes/changes.csv", query)
    assert len(feeds.feed(client, "/changes/changes.atom", query).entries) == len(table)
    said = words(client.get("/changes/", query))
    assert all(row["record"] in said for row in table)
    return [(row["changed_at"][:10], row["action"], row["record"]) for row in table]


@pytest.mark.parametrize(
    "make", [factories.finding, factories.case_study, factories.recommendation]
)
def test_nothing_of_a_draft_is_told_until_it_is_published(client: Client, make: Any) -> None:
    record = make(title="Wombats", **DRAFT)
    record.sources.add(factories.source(title="Wombat report"))
    move_events(EARLY)
    model = type(record)
    model.objects.update(body="More of wombats.")
    assert told(client) == []
    move_events(LATE)
    model.objects.update(published_on=dates.today())
    kind = str(model._meta.verbose_name)
    assert told(client) == [(str(dates.today()), "published", "Wombats")]
    # What the draft said before stays untold
    for ending in ("csv", "json", "atom"):
        assert "More of wombats" not in text_of(client.get(f"/changes/changes.{ending}"))
    heading = kind[:1].upper() + kind[1:]
    assert f"{heading} published: Wombats" in words(client.get("/changes/"))


def test_what_is_scheduled_is_told_from_its_day_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.finding(title="Wombats", published_on=LATE)
    move_events(EARLY)
    assert told(client) == [(str(LATE), "published", "Wombats")]
    Finding.objects.update(published_on=dates.today() + datetime.timedelta(days=2))
    # It is a draft again: the public has nothing of it to read, its title included
    assert told(client) == [(str(dates.today()), "withdrawn", "a finding")]
    move_events(dates.today())
    moment = dates.now() + datetime.timedelta(days=3)
    monkeypatch.setattr(dates, "now", lambda: moment)
    monkeypatch.setattr(dates, "today", lambda: moment.date())
    # Public again, its past is too
    assert [action for _, action, _ in told(client)] == ["published", "withdrawn", "published"]


def test_a_change_of_what_is_public_is_told_and_measuring_it_is_none(client: Client) -> None:
    finding = factories.finding(title="Wombats", summary="Few.", published_on=EARLY)
    move_events(EARLY)
    Finding.objects.update(published_values={"systems_on_record": {"value": "3"}})
    assert [action for _, action, _ in told(client)] == ["published"]
    Finding.objects.update(summary="Many.")
    finding.sources.add(factories.source(title="Report", publisher="LOTI"))
    newest = rows(client, "/changes/changes.csv")[0]
    assert newest["differences"] == "Summary: Many. (before: Few.); Source added: LOTI: Report"
    assert newest["address"] == finding.get_absolute_url()


def test_a_planned_end_is_no_change_until_it_comes(client: Client) -> None:
    factories.finding(title="Wombats", published_on=EARLY)
    move_events(EARLY)
    ahead = dates.today() + datetime.timedelta(days=3)
    Finding.objects.update(withdrawn_on=ahead, withdrawal_reason="It was wrong.")
    assert [action for _, action, _ in told(client)] == ["published"]
    assert "wrong" not in text_of(client.get("/changes/changes.csv"))


def test_what_is_withdrawn_takes_its_title_along(client: Client) -> None:
    factories.finding(title="Wombats", published_on=EARLY)
    move_events(EARLY)
    Finding.objects.update(summary="Many wombats.")
    move_events(LATE)
    Finding.objects.update(withdrawn_on=dates.today(), withdrawal_reason="It was wrong.")
    (row,) = rows(client, "/changes/changes.csv")
    assert (row["action"], row["record"], row["address"]) == ("withdrawn", "a finding", "")
    assert row["differences"] == "The reason given: It was wrong."
    for address in ("/changes/", "/changes/changes.json", "/changes/changes.atom", "/"):
        assert "ombats" not in text_of(client.get(address))


def test_what_is_deleted_while_public_was_there_and_a_deleted_draft_was_not(
    client: Client,
) -> None:
    finding, draft = factories.finding(title="Wombats"), factories.finding(title="Secret", **DRAFT)
    move_events(EARLY)
    finding.delete()
    draft.delete()
    assert [(action, record) for _, action, record in told(client)] == [("deleted", "a finding")]


def test_advice_never_names_a_draft_that_it_rests_on(client: Client) -> None:
    advice = factories.recommendation(title="Advice")
    move_events(EARLY)
    draft = factories.finding(title="Wombats", **DRAFT)
    advice.findings.add(draft)
    assert [record for _, _, record in told(client)] == ["Advice"]
    advice.findings.add(factories.finding(title="Seen"))
    newest = rows(client, "/changes/changes.csv", {"kind": "recommendation"})[0]
    assert newest["differences"] == "Finding added: Seen"
    assert "Wombats" not in text_of(client.get("/changes/changes.csv"))


def test_a_case_study_is_told_to_its_boroughs(client: Client) -> None:
    camden = factories.borough("Camden")
    factories.case_study(title="Wombats", boroughs=[camden])
    factories.case_study(title="Others", boroughs=[factories.borough("Barnet")])
    query = {"borough": "camden", "kind": "case_study"}
    assert [record for _, _, record in told(client, query)] == ["Wombats"]


def test_a_source_is_told_where_a_public_record_rests_on_it_alone(client: Client) -> None:
    factories.source(title="Wombat report")
    assert told(client) == []
    assert client.get("/changes/", {"kind": "source"}).status_code == 400
