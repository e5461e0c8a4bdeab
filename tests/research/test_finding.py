"""A finding's page: the claim beside today's number, and what becomes of it when rows change."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from research.models import Finding
from research.publications.text import quoted_metrics
from systems.models import System
from tests import factories
from tests.log import move_events
from tests.pages import read, words

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)
EARLIER = datetime.date(2026, 11, 10)
METRIC = "modern_gov_boroughs"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def spread(boroughs: int, total: int, **fields: Any) -> list[System]:
    """So many boroughs with modern.gov, and the others with another system for its function."""
    function = factories.function("Committee management")
    main = factories.product("modern.gov", slug="modern-gov", functions=[function])
    other = factories.product(functions=[function])
    return [
        factories.system(product=main if number < boroughs else other, function=function, **fields)
        for number in range(total)
    ]


def claim(**fields: Any) -> Finding:
    """A claim that more than half of the boroughs run modern.gov."""
    tested = {"metric": METRIC, "comparison": "more_than", "threshold": Decimal(50)}
    return factories.finding(**tested | {"claimed_value": "more than half"} | fields)


def published_at(value: str) -> dict[str, Any]:
    value_then = {"on": "2026-11-01", "value": value, "part": "15", "whole": "20"}
    return {METRIC: value_then | {"counted": 20, "boroughs": 20}}


def test_the_claim_the_number_at_publication_and_todays_stand_side_by_side(client: Client) -> None:
    spread(12, 20)
    finding = claim(published_values=published_at("75"), as_of="2019-11-14")
    said = words(client.get(finding.get_absolute_url()))
    assert "What the rows say: holds" in said
    assert "60.0 % on 30 November 2026; the claim holds while it is more than 50.0 %." in said
    assert "Claimed more than half14 November 2019" in said
    assert "When published here 75.0 %1 November 2026, n = 20" in said
    assert "Today 60.0 % (12 of 20)n = 20 boroughs whose committee system is known" in said


def test_a_claim_that_breaks_says_so_on_its_page_and_in_the_list(client: Client) -> None:
    systems = spread(12, 20)
    finding = claim(threshold=Decimal(55), published_values=published_at("75"))
    assert "no longer holds" not in words(client.get("/research/"))
    for system in systems[:3]:
        system.delete()
    said = words(client.get(finding.get_absolute_url()))
    assert "What the rows say: no longer holds" in said
    assert "75.0 % when published on 1 November 2026, 52.9 % on 30 November 2026" in said
    assert "No longer holds" in words(client.get("/research/"))


@pytest.mark.parametrize(
    ("comparison", "threshold", "verdict"),
    [
        ("more_than", 60, "does not hold"),
        ("at_least", 60, "holds"),
        ("less_than", 60, "does not hold"),
        ("at_most", 60, "holds"),
        ("equal", 60, "holds"),
        ("equal", 61, "does not hold"),
    ],
)
def test_each_comparison_says_whether_the_claim_holds_at_its_threshold(
    client: Client, comparison: str, threshold: int, verdict: str
) -> None:
    spread(12, 20)
    finding = claim(comparison=comparison, threshold=threshold)
    page = words(client.get(finding.get_absolute_url()))
    assert f"What the rows say: {verdict} " in page


def test_a_claim_without_rows_is_not_known(client: Client) -> None:
    said = words(client.get(claim().get_absolute_url()))
    assert "What the rows say: not known" in said
    assert "there are no rows from which the number could be computed" in said


def test_a_claim_without_a_number_of_ours_says_that_nothing_measures_it(client: Client) -> None:
    said = words(client.get(factories.finding().get_absolute_url()))
    assert "What the rows say: not known" in said
    assert "No number of ours measures what was claimed" in said
    assert "none that measure the same" in said


def test_what_is_invented_counts_in_the_demonstration(client: Client) -> None:
    spread(3, 6)
    factories.system(function=System.objects.earliest("pk").function, source_kind="illustrative")
    address = claim().get_absolute_url()
    assert "50.0 % (3 of 6)" in words(client.get(address))
    assert "42.9 % (3 of 7)" in words(client.get(f"/demo{address}"))


def test_numbers_stand_in_the_text_with_their_rows(client: Client) -> None:
    spread(12, 20)
    text = f"Today {{{{ metric:{METRIC}|of }}}} run it, that is {{{{ metric:{METRIC} }}}}."
    finding = factories.finding(body=text)
    response = client.get(finding.get_absolute_url())
    assert "Today 12 of 20 run it, that is 60.0 %." in words(response)
    assert f"/research/metrics/{METRIC}/" in read(response).links
    assert "/systems/?function=committee-management&counted=in_use" in read(response).links


def test_a_past_day_has_its_own_text_and_numbers(client: Client) -> None:
    spread(12, 20)
    finding = claim(title="As it was", published_on="2026-11-01")
    move_events(EARLIER)
    Finding.objects.update(title="As it is")
    System.objects.filter(product__slug="modern-gov").delete()
    address = finding.get_absolute_url()

    then = words(client.get(address, {"as_at": "2026-11-10"}))
    assert "As it was" in then
    assert "60.0 % on 10 November 2026" in then
    now = words(client.get(address))
    assert "As it is" in now
    assert "0.0 % on 30 November 2026" in now


def test_a_finding_of_later_is_not_there_on_an_earlier_day(client: Client) -> None:
    factories.borough()
    move_events(EARLIER)
    finding = claim()
    assert client.get(finding.get_absolute_url(), {"as_at": "2026-11-20"}).status_code == 404


@pytest.mark.parametrize(
    ("as_at", "remedy"),
    [
        ("2026-12-01", "has not come yet: write 2026-11-30 or earlier"),
        ("2019-11-13", "The record begins on 10 November 2026: write 2026-11-10 or later"),
        ("yesterday", "Write a date as 2026-11-30"),
        ("0000-00-00", "Write a date as 2026-11-30"),
        ("9999-12-31", "has not come yet"),
    ],
)
def test_a_day_that_is_not_on_record_is_named_with_the_remedy(
    client: Client, as_at: str, remedy: str
) -> None:
    finding = claim()
    move_events(EARLIER)
    for address in (finding.get_absolute_url(), "/research/"):
        response = client.get(address, {"as_at": as_at})
        assert response.status_code == 400
        assert remedy in words(response)


def test_a_finding_speaks_of_its_claims_metric_first_and_of_each_once() -> None:
    token = "{{ metric:boroughs_reporting_systems }}"
    finding = claim(summary=token, body=f"{token} {{{{ metric:{METRIC} }}}}")
    assert quoted_metrics(finding) == [METRIC, "boroughs_reporting_systems"]
