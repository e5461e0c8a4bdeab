"""Recommendations: status, owner, and a notice where a finding that one rests on gives way."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from research.metrics.base import Scope
from research.models import Finding, Recommendation
from research.publications import verdicts
from systems.models import Product, System
from tests import factories
from tests.log import move_events
from tests.pages import words

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)
PLACE = "/research/recommendations/"
METRIC = "modern_gov_boroughs"
KEPT = {"on": "2026-11-01", "part": "20", "whole": "20", "counted": 20, "boroughs": 20}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.fixture
def systems() -> list[System]:
    """Twenty boroughs that all run modern.gov."""
    function = factories.function(slug="committee-management")
    product = factories.product("modern.gov", slug="modern-gov", functions=[function])
    return [factories.system(product=product, function=function) for _ in range(20)]


def claim(then: str | None = "100", **fields: Any) -> Finding:
    """That all run modern.gov; `then` is the per cent at publication."""
    tested = {"metric": METRIC, "comparison": "equal", "threshold": Decimal(100)}
    values = {METRIC: KEPT | {"value": then, "part": str(int(then) // 5)}} if then else {}
    return factories.finding(**tested | {"published_values": values} | fields)


def moved(system: System) -> None:
    """The borough moves to another product for the same function."""
    other = factories.product(functions=[system.function])
    System.objects.filter(pk=system.pk).update(product=other)


def noticed(on: datetime.date = TODAY) -> dict[str, list[str]]:
    """The notices of each recommendation, by its title."""
    public = list(Recommendation.objects.published(on).for_page(on))
    parts = verdicts.advice_by_audience(public, Scope(on), TODAY)
    return {
        advice.recommendation.title: [notice.headline for notice in advice.notices]
        for _, advised in parts
        for advice in advised
    }


def test_a_finding_that_flips_puts_a_notice_on_those_that_rest_on_it_alone(
    client: Client, systems: list[System]
) -> None:
    flips, stays = claim(title="All run it"), factories.finding(title="Something else")
    factories.recommendation(title="First", findings=[flips, stays])
    factories.recommendation(title="Second", findings=[stays])
    factories.recommendation(title="Third", findings=[flips], audience="national")
    assert noticed() == {"First": [], "Second": [], "Third": []}
    assert "no longer holds" not in words(client.get(PLACE))

    moved(systems[0])
    gone = "A finding it rests on no longer holds on today’s rows"
    assert noticed() == {"First": [gone], "Second": [], "Third": [gone]}
    said = words(client.get(PLACE))
    assert said.count(f"{gone}: All run it.") == 2
    assert "100.0 % when published on 1 November 2026, 95.0 % on 30 November 2026" in said


def test_a_finding_that_never_held_on_our_rows_is_told_too(systems: list[System]) -> None:
    factories.recommendation(title="First", findings=[claim(then=None)])
    moved(systems[0])
    assert noticed() == {"First": ["A finding it rests on does not hold on today’s rows"]}


def test_of_too_few_rows_none_turns_a_finding(systems: list[System]) -> None:
    factories.recommendation(title="First", findings=[claim(then="50")])
    System.objects.filter(pk__in=[system.pk for system in systems[4:]]).delete()
    assert noticed() == {"First": []}


def test_a_finding_that_has_come_to_hold_is_told_too(systems: list[System]) -> None:
    factories.recommendation(title="First", findings=[claim(then="50")])
    holds = "A finding it rests on did not hold when published, and holds on today’s rows"
    assert noticed() == {"First": [holds]}


def test_what_is_not_known_puts_up_no_notice() -> None:
    unknown = factories.finding(metric="no_such_metric", comparison="equal", threshold=1)
    factories.recommendation(title="First", findings=[claim(), unknown, factories.finding()])
    assert noticed() == {"First": []}


def test_of_a_withdrawn_finding_the_day_and_the_reason_are_told_alone(client: Client) -> None:
    gone = factories.finding(
        title="A mistake",
        published_on="2026-01-01",
        withdrawn_on="2026-11-03",
        withdrawal_reason="We counted twice.",
    )
    factories.recommendation(findings=[gone])
    response = client.get(PLACE)
    expected = (
        "A finding it rests on was withdrawn on 3 November 2026: "
        "The reason given: We counted twice."
    )
    assert expected in words(response)
    assert gone.get_absolute_url() not in response.content.decode()
    assert "A mistake" not in words(response)


def test_a_finding_withdrawn_later_still_stands_on_an_earlier_day(systems: list[System]) -> None:
    gone = claim(published_on="2026-01-01", withdrawn_on="2026-11-03", withdrawal_reason="Wrong.")
    factories.recommendation(title="First", findings=[gone], published_on="2026-01-01")
    assert noticed(datetime.date(2026, 11, 2)) == {"First": []}
    assert len(noticed()["First"]) == 1


def test_each_finding_stands_with_its_verdict_and_number(
    client: Client, systems: list[System]
) -> None:
    factories.recommendation(findings=[claim(title="All run it")])
    said = words(client.get(PLACE))
    assert "All run itHolds Boroughs that run modern.gov: 100.0 %, n = 20" in said


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "Status: Proposed For: Local: each borough. Owner: nobody named."),
        (
            {"status": "under_way", "owner": "LOTI", "audience": "national"},
            "Status: Under way For: National: central government. Owner: LOTI.",
        ),
    ],
)
def test_a_recommendation_says_status_audience_and_owner(
    client: Client, fields: dict[str, str], expected: str
) -> None:
    factories.recommendation(**{"audience": "local"} | fields)
    assert expected in words(client.get(PLACE))


def test_numbers_in_the_text_are_those_of_the_rows(client: Client, systems: list[System]) -> None:
    factories.recommendation(body="Run by {{ metric:modern_gov_boroughs|of }} boroughs.")
    assert "Run by 20 of 20 boroughs." in words(client.get(PLACE))
    moved(systems[0])
    assert "Run by 19 of 20 boroughs." in words(client.get(PLACE))


def test_invented_records_count_in_the_demonstration(client: Client, systems: list[System]) -> None:
    factories.system(
        function=systems[0].function,
        source_kind="illustrative",
    )
    factories.recommendation(findings=[claim()])
    assert "no longer holds" not in words(client.get(PLACE))
    assert "no longer holds" in words(client.get(f"/demo{PLACE}"))


def test_the_notice_of_a_past_day_is_that_of_its_rows(
    client: Client, systems: list[System]
) -> None:
    factories.recommendation(title="First", findings=[claim()], published_on="2026-01-01")
    Finding.objects.update(published_on="2026-01-01")
    move_events(datetime.date(2026, 11, 10))
    moved(systems[0])
    assert "no longer holds on today’s rows" in words(client.get(PLACE))
    then = words(client.get(f"{PLACE}?as_at=2026-11-15"))
    assert "As at 15 November 2026" in then
    assert "no longer holds" not in then
    assert Product.objects.count() == 2


def test_a_notice_of_a_past_day_names_the_day(client: Client, systems: list[System]) -> None:
    factories.recommendation(findings=[claim()], published_on="2026-01-01")
    Finding.objects.update(published_on="2026-01-01")
    moved(systems[0])
    move_events(datetime.date(2026, 11, 10))
    then = words(client.get(f"{PLACE}?as_at=2026-11-15"))
    assert "no longer holds on the rows of 15 November 2026" in then
