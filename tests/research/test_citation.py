"""A citation: a day, an address and a hash that anyone can check and nothing later changes."""

import datetime
import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from citytools.history import as_of_views
from research.metrics.base import Scope
from research.metrics.definitions import figures_for
from research.models import Finding, Source
from research.publications import citation, text
from systems.models import Product, System
from tests.log import move_events
from tests.research.estate import BODY, claim

pytestmark = pytest.mark.django_db

THEN, TODAY = datetime.date(2026, 10, 20), datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def content(on: datetime.date = TODAY) -> citation.Content:
    finding = Finding.objects.get(slug="claim")
    scope = Scope(on)
    return citation.finding_content(
        finding, text.own_figures(finding, text.measure_quoted([finding], scope)), scope
    )


def hashed(on: datetime.date = TODAY) -> str:
    return hashlib.sha256(citation.canonical_json(content(on))).hexdigest()


def test_the_content_is_written_as_documented() -> None:
    claim()
    figure = (
        '{"boroughs":20,"counted":20,"key":"modern_gov_boroughs","left_out":0,"part":"10",'
        '"published_on":null,"published_value":null,"value":"50","whole":"20"}'
    )
    source = '{"published_on":"2019-06","publisher":"LOTI","title":"A report","url":""}'
    expected = (
        '{"as_at":"2026-11-30","as_of":"","body":' + json.dumps(BODY) + ',"claimed_value":"",'
        f'"comparison":"at_least","figures":[{figure}],"format":"city-tools-research-2",'
        '"illustrative":false,"metric":"modern_gov_boroughs","published_on":"2026-09-30",'
        f'"publisher":"City Tools: London, LOTI","slug":"claim","sources":[{source}],'
        '"summary":"In short.","threshold":"50","title":"Claim","verdict":"holds",'
        '"verdict_at_publication":"not known"}'
    )
    assert citation.canonical_json(content()).decode() == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Another"},
        {"summary": "Otherwise."},
        {"body": "Words alone."},
        {"claimed_value": "more than half"},
        {"as_of": "2019"},
        {"threshold": Decimal("50.5")},
        {"published_on": "2026-10-01"},
        {"published_values": {"modern_gov_boroughs": {
            "on": "2026-09-30", "value": "40", "part": "2", "whole": "5",
            "counted": 5, "boroughs": 5}}},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_any_part_that_changes_changes_the_hash(changed: dict[str, Any]) -> None:
    claim()
    before = hashed()
    Finding.objects.update(**changed)
    assert hashed() != before


def test_sources_and_rows_that_change_change_the_hash() -> None:
    claim()
    seen = {hashed()}
    Source.objects.update(url="https://example.org/")
    seen.add(hashed())
    Source.objects.all().delete()
    seen.add(hashed())
    System.objects.filter(product__slug="modern-gov").delete()
    seen.add(hashed())
    assert len(seen) == 4


def test_an_amount_is_written_alike_however_it_is_scaled() -> None:
    claim(threshold=Decimal("50.0000"))
    before = hashed()
    Finding.objects.update(threshold=50)
    assert hashed() == before


def test_the_hash_of_a_day_that_is_over_stays_while_everything_changes() -> None:
    claim()
    move_events(THEN)
    with as_of_views.read_as_at(THEN):
        before = citation.canonical_json(content(THEN))
    System.objects.all().delete()
    Source.objects.update(title="Renamed")
    Product.objects.all().delete()
    Finding.objects.update(title="Another", body="Gone.", withdrawn_on=TODAY, withdrawal_reason="-")
    with as_of_views.read_as_at(THEN):
        assert citation.canonical_json(content(THEN)) == before
    assert citation.canonical_json(content()) != before


def test_a_citation_says_whose_what_when_where_and_the_hash() -> None:
    finding = claim()
    measured = figures_for(text.quoted_metrics(finding), Scope(THEN))
    cited = citation.cite_finding(
        finding, measured, Scope(THEN), lambda path: f"https://a.example{path}"
    )
    assert cited.words == (
        "City Tools: London, LOTI. Claim. As at 20 October 2026. "
        "https://a.example/research/findings/claim/?as_at=2026-10-20. "
        f"SHA-256 {hashlib.sha256(cited.content).hexdigest()[:12]}."
    )
    assert cited.file == "https://a.example/research/findings/claim/finding.json?as_at=2026-10-20"
    assert cited.settled


def test_today_is_not_settled() -> None:
    finding = claim()
    scope = Scope(TODAY)
    cited = citation.cite_finding(
        finding, figures_for(text.quoted_metrics(finding), scope), scope, str
    )
    assert not cited.settled
    assert cited.address.endswith("?as_at=2026-11-30")


def test_a_number_that_is_no_longer_registered_is_left_out() -> None:
    claim(body="{{ metric:gone_metric }}", metric="another_gone", comparison="", threshold=None)
    assert content()["figures"] == []


def test_the_file_of_a_finding_is_what_the_hash_is_over(client: Client) -> None:
    claim()
    response = client.get("/research/findings/claim/finding.json?as_at=2026-11-30")
    assert response["Content-Type"] == "application/json"
    assert hashlib.sha256(response.content).hexdigest() == hashed()


def test_the_file_of_a_past_day_stays(client: Client) -> None:
    claim()
    move_events(THEN)
    address = f"/research/findings/claim/finding.json?as_at={THEN}"
    before = client.get(address).content
    System.objects.all().delete()
    Finding.objects.update(summary="Otherwise.")
    assert client.get(address).content == before
    assert json.loads(before)["as_at"] == "2026-10-20"


@pytest.mark.parametrize("published_on", [None, "2026-12-01"])
def test_a_draft_has_no_file(client: Client, published_on: str | None) -> None:
    claim(published_on=published_on)
    assert client.get("/research/findings/claim/finding.json").status_code == 404


@pytest.mark.parametrize("query", ["as_at=2027-01-01", "as_at=moon", "colour=red"])
def test_what_is_not_understood_gives_no_file(client: Client, query: str) -> None:
    claim()
    response = client.get(f"/research/findings/claim/finding.json?{query}")
    assert response.status_code == 400
    assert query.partition("=")[0] in response.content.decode()
