"""What LOTI staff see when they edit research."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from research.models import CaseStudy, Finding, Recommendation
from tests import factories
from tests.staff import address, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    return signed_in(client)


def test_a_published_finding_can_be_viewed_on_the_site(staff: Client) -> None:
    finding = factories.finding()
    page = staff.get(address(Finding, "change", finding.pk)).content.decode()

    assert f'href="{finding.get_absolute_url()}"' in page


@pytest.mark.parametrize("days", [None, 1])
def test_a_draft_has_no_page_on_the_site(staff: Client, days: int | None) -> None:
    day = days and timezone.localdate() + datetime.timedelta(days=days)
    finding = factories.finding(published_on=day)
    page = staff.get(address(Finding, "change", finding.pk)).content.decode()

    assert "View on site" not in page


def test_the_history_of_a_case_study_holds_its_links(staff: Client) -> None:
    study = factories.case_study(boroughs=[factories.borough()], products=[factories.product()])
    study.sources.add(factories.source())
    study.functions.add(factories.function())
    factories.case_claim(case_study=study)
    page = staff.get(address(CaseStudy, "history", study.pk)).content.decode()

    for noun in ("Source", "Borough", "Product", "Function", "Claim"):
        assert f"{noun} added" in page


def test_the_history_of_a_recommendation_holds_its_findings(staff: Client) -> None:
    finding = factories.finding(title="Claim")
    recommendation = factories.recommendation(findings=[finding])
    recommendation.findings.clear()
    page = staff.get(address(Recommendation, "history", recommendation.pk)).content.decode()

    assert "Finding removed" in page
    assert "Claim" in page
