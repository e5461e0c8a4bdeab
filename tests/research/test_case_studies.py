"""A case study's page: outcome, claims by whose account, whom and what it is about."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.test import Client

from citytools.facts import dates
from research.models import CaseClaim, CaseStudy
from tests import factories
from tests.log import move_events
from tests.pages import read, row_links, text_of, words

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def said_of(client: Client, study: CaseStudy, query: str = "") -> str:
    response = client.get(f"{study.get_absolute_url()}{query}")
    assert response.status_code == 200
    return words(response)


def test_a_claim_says_how_much_over_what_by_whom_and_where(client: Client) -> None:
    study = factories.case_study()
    source = factories.source(title="A report", url="https://example.org/report")
    factories.claim(
        study,
        amount=18_000_000,
        period="four years",
        claimed_by="The Gazette",
        source=source,
        note="A forecast.",
    )
    response = client.get(study.get_absolute_url())
    for part in ("£18,000,000 saving over four years", "The Gazette", "A report", "A forecast."):
        assert part in words(response)
    assert "https://example.org/report" in read(response).links


def test_claims_that_differ_stand_beside_each_other_and_are_not_added_up(client: Client) -> None:
    study = factories.case_study()
    for amount, who in ((18_000_000, "The Gazette"), (6_000_000, "The Courier")):
        factories.claim(study, amount=amount, claimed_by=who)
    said = said_of(client, study)
    assert said.index("£18,000,000") < said.index("£6,000,000")
    assert "£24,000,000" not in said
    assert "They are not added up" in said


def test_a_period_and_an_outcome_that_are_not_known_say_so(client: Client) -> None:
    study = factories.case_study()
    factories.claim(study)
    said = said_of(client, study)
    assert "£1,000,000 saving, period not known" in said
    assert "What came of it not known" in said.replace("itnot", "it not")


def test_a_study_without_claims_says_that_none_is_on_record(client: Client) -> None:
    factories.claim(factories.case_study())
    said = said_of(client, factories.case_study(outcome="It was extended."))
    assert "None on record with a source." in said
    assert "It was extended." in said


@pytest.mark.parametrize("amount", [0, -1])
def test_a_claim_of_nothing_is_refused(amount: int) -> None:
    with pytest.raises(IntegrityError, match="of_some_pounds"):
        factories.claim(factories.case_study(), amount=amount)


def test_the_same_claim_is_refused_twice_and_another_account_is_not() -> None:
    study = factories.case_study()
    factories.claim(study, claimed_by="The Courier")
    factories.claim(study)
    with pytest.raises(IntegrityError, match="stands_once"):
        factories.claim(study, amount=Decimal("1000000.00"))


def test_words_of_a_record_are_never_markup(client: Client) -> None:
    bad = "<script>alert(1)</script>"
    study = factories.case_study(title=bad, body=bad, outcome=bad, summary=bad)
    factories.claim(study, claimed_by=bad, note=bad, period=bad)
    for address in (study.get_absolute_url(), "/research/case-studies/"):
        assert "<script>alert" not in text_of(client.get(address))


def test_the_list_names_each_with_outcome_boroughs_and_claims(client: Client) -> None:
    study = factories.case_study(outcome="It ended well.", boroughs=[factories.borough("Camden")])
    factories.claim(study, kind="cost", amount=5_000, claimed_by="Camden Council", note="A guess.")
    factories.case_study(published_on=None)
    crowd = factories.case_study(boroughs=[factories.borough() for _ in range(4)])
    address = "/research/case-studies/"
    assert set(row_links(client, address)) == {
        study.get_absolute_url(),
        crowd.get_absolute_url(),
    }
    said = words(client.get(address))
    for part in ("It ended well.", "Camden", "Cost £5,000, according to Camden Council"):
        assert part in said
    assert "A guess." in said
    assert "4 boroughs" in said
    assert "none on record" in said


def test_a_case_study_is_read_as_it_stood_on_a_day(client: Client) -> None:
    study = factories.case_study(body="The old words.", published_on="2026-01-01")
    factories.claim(study)
    move_events(datetime.date(2026, 11, 10))
    CaseStudy.objects.update(body="The new words.")
    CaseClaim.objects.all().delete()
    then = said_of(client, study, "?as_at=2026-11-15")
    assert "As at 15 November 2026" in then
    assert "The old words." in then
    assert "£1,000,000 saving" in then
    now = said_of(client, study)
    assert "The new words." in now
    assert "£1,000,000" not in now


def test_a_day_that_has_not_come_is_named(client: Client) -> None:
    response = client.get(f"{factories.case_study().get_absolute_url()}?as_at=2027-01-01")
    assert response.status_code == 400
    assert "1 January 2027 has not come yet" in words(response)
