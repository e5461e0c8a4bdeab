"""Research pages: what is published and what rests on it; drafts are never visible."""

import datetime
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from research.models import Recommendation
from tests import factories
from tests.pages import read, text_of, words

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)
DRAFTS = [None, "2026-12-01", "2199-01-01"]
PUBLIC = ["2026-11-30", "2020-01-01"]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def everything(published_on: str | None, **fields: Any) -> tuple[Any, Any, Any]:
    """A finding, a case study and a recommendation with one date of publication."""
    finding = factories.finding(title="A secret claim", published_on=published_on, **fields)
    study = factories.case_study(title="A secret deed", published_on=published_on, **fields)
    advice = factories.recommendation(title="A secret hint", published_on=published_on, **fields)
    return finding, study, advice


@pytest.mark.parametrize("published_on", DRAFTS)
def test_a_draft_has_no_page(client: Client, published_on: str | None) -> None:
    finding, study, _ = everything(published_on)
    for record in (finding, study):
        assert client.get(record.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("published_on", DRAFTS)
def test_a_draft_is_on_no_list(client: Client, published_on: str | None) -> None:
    everything(published_on)
    for address in ("/", "/research/", "/research/recommendations/"):
        assert "secret" not in text_of(client.get(address)), address


@pytest.mark.parametrize("published_on", PUBLIC)
def test_a_record_is_public_from_its_day_on(client: Client, published_on: str) -> None:
    finding, study, advice = everything(published_on)
    for record in (finding, study, advice):
        response = client.get(record.get_absolute_url())
        assert response.status_code == 200
        assert record.title in words(response)
    assert "A secret claim" in words(client.get("/"))
    listed = words(client.get("/research/"))
    assert "A secret claim" in listed
    assert "A secret deed" in listed


@pytest.mark.parametrize("published_on", DRAFTS)
def test_a_public_recommendation_does_not_name_a_draft_it_rests_on(
    client: Client, published_on: str | None
) -> None:
    draft = factories.finding(title="A secret claim", published_on=published_on)
    factories.recommendation(title="Share more", findings=[draft])
    page = text_of(client.get("/research/recommendations/"))
    assert "Share more" in page
    assert "secret" not in page
    assert draft.slug not in page
    assert "Rests on" not in page


@pytest.mark.parametrize("published_on", DRAFTS)
def test_a_public_finding_does_not_name_a_recommendation_in_draft(
    client: Client, published_on: str | None
) -> None:
    finding = factories.finding()
    factories.recommendation(title="A secret hint", findings=[finding], published_on=published_on)
    assert "secret" not in text_of(client.get(finding.get_absolute_url()))


def test_a_finding_and_what_follows_from_it_link_to_each_other(client: Client) -> None:
    finding = factories.finding(title="Many rents systems", rows="/systems/?function=rents")
    advice = factories.recommendation(title="Share one", findings=[finding])
    on_finding = read(client.get(finding.get_absolute_url())).links
    assert advice.get_absolute_url() in on_finding
    assert "/systems/?function=rents" in on_finding
    assert finding.get_absolute_url() in read(client.get("/research/recommendations/")).links


def test_recommendations_stand_under_their_audience(client: Client) -> None:
    for audience in Recommendation.Audience:
        factories.recommendation(title=f"For {audience.value}", audience=audience)
    said = words(client.get("/research/recommendations/"))
    order = ["Local: each borough", "For local", "Municipal: London together", "For municipal"]
    order += ["National: central government", "For national"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_a_case_study_links_to_its_boroughs_products_and_functions(client: Client) -> None:
    links = {
        "boroughs": [factories.borough("Camden")],
        "products": [factories.product("Mosaic")],
        "functions": [factories.function("Rents")],
    }
    study = factories.case_study(happened_on="2024-05", **links)
    response = client.get(study.get_absolute_url())
    expected = {"/boroughs/camden/", "/systems/products/mosaic/", "/functions/rents/"}
    assert expected <= set(read(response).links)
    assert "May 2024" in words(client.get(study.get_absolute_url()))


def test_what_a_record_does_not_know_reads_not_known(client: Client) -> None:
    finding = factories.finding()
    said = words(client.get(finding.get_absolute_url()))
    assert "Claimed not known" in said
    assert "Sources not known" in said


def test_sources_are_named_with_their_publisher_and_date(client: Client) -> None:
    finding = factories.finding()
    finding.sources.add(
        factories.source(title="A report", publisher="LOTI", published_on="2019-06")
    )
    assert "A report, LOTI, June 2019" in words(client.get(finding.get_absolute_url()))


@pytest.mark.parametrize(
    "address", ["/research/findings/none/", "/research/case-studies/none/", "/research/none/"]
)
def test_research_that_is_not_there_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
