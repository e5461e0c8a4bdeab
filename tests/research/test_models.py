"""What is published on a day, and what the database refuses about research."""

import datetime

import pytest
from django.db import IntegrityError

from research.models import CaseStudy, Finding, Recommendation, Source
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("published_on", "visible"),
    [(None, False), ("2026-11-29", True), ("2026-11-30", True), ("2026-12-01", False)],
)
def test_what_is_published_has_a_day_that_has_come(published_on: str | None, visible: bool) -> None:
    factories.finding(published_on=published_on)
    factories.case_study(published_on=published_on)
    factories.recommendation(published_on=published_on)
    for model in (Finding, CaseStudy, Recommendation):
        assert model.objects.published(TODAY).exists() == visible


def test_the_newest_comes_first_and_ties_by_title() -> None:
    for title, day in (("B", "2026-01-01"), ("A", "2026-01-01"), ("C", "2026-02-01")):
        factories.finding(title=title, published_on=day)
    findings = Finding.objects.published(TODAY)
    assert [finding.title for finding in findings] == ["C", "A", "B"]


def test_an_address_names_one_finding() -> None:
    factories.finding(slug="rents")
    with pytest.raises(IntegrityError, match="slug"):
        factories.finding(slug="rents")


@pytest.mark.parametrize(("publisher", "words"), [("LOTI", "LOTI: A report"), ("", "A report")])
def test_a_source_is_called_by_its_publisher_and_title(publisher: str, words: str) -> None:
    assert str(Source(title="A report", publisher=publisher)) == words
