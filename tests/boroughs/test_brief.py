"""The brief: what a board must decide, with whom, and by which rules."""

import datetime
from typing import Any

import pytest
from django.test import Client

from boroughs.models import Borough
from boroughs.profile.page import Chance, best_chances
from citytools.facts import dates
from contracts.joint_procurement.presentation import windows_for_borough
from tests import factories
from tests.pages import words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


@pytest.fixture
def camden() -> Borough:
    return factories.borough("Camden", partnership="Central London Forward")


def best(borough: Borough, limit: int = 3) -> list[Chance]:
    windows = windows_for_borough(borough, TODAY, 18)
    return best_chances(borough, windows, limit)


def chances(borough: Borough, limit: int = 3) -> list[str]:
    return [f"{chance.title}: {chance.names}" for chance in best(borough, limit)]


def contract(lead: Borough, ends_on: str, function: Any, **fields: Any) -> None:
    fields = {"notice_months": 0} | fields
    factories.contract(lead=lead, ends_on=ends_on, functions=[function], **fields)


def test_buying_together_needs_the_same_function_and_days_in_common(camden: Borough) -> None:
    rents, repairs = factories.function("Rents"), factories.function("Repairs")
    brent = factories.borough("Brent")
    contract(camden, "2027-02-01", rents)
    contract(brent, "2028-03-01", rents)
    contract(brent, "2027-02-01", repairs)
    assert chances(camden) == []
    contract(brent, "2027-12-31", rents)
    assert chances(camden) == ["Buy Rents together: Brent"]
    (chance,) = best(camden)
    assert chance.reason.startswith("2 contracts for Rents end between 1 February and 31 D")


def test_a_shared_contract_is_a_borough_s_own_too(camden: Borough) -> None:
    rents, brent = factories.function("Rents"), factories.borough("Brent")
    contract(factories.borough("Ealing"), "2027-02-01", rents, partners=[camden])
    contract(brent, "2027-03-31", rents)
    assert chances(camden) == ["Buy Rents together: Brent, Ealing"]


def test_the_soonest_comes_first_and_what_may_need_action_in_18_months_is_the_last(
    camden: Borough,
) -> None:
    late, soon, far = (factories.function(name) for name in ("Late", "Soon", "Far"))
    brent = factories.borough("Brent")
    for function, day in ((late, "2027-09-01"), (soon, "2027-01-05"), (far, "2029-06-01")):
        contract(camden, day, function)
        contract(brent, day, function)
    assert chances(camden) == ["Buy Soon together: Brent", "Buy Late together: Brent"]


def test_where_it_is_perhaps_too_late_for_all_another_chance_comes_first(camden: Borough) -> None:
    rents, repairs = factories.function("Rents"), factories.function("Repairs")
    for lead in (camden, factories.borough("Brent")):
        for function, day in ((rents, "2026-12-15"), (repairs, "2027-12-15")):
            contract(lead, day, function, notice_months=None)
    assert chances(camden) == ["Buy Repairs together: Brent", "Buy Rents together: Brent"]


def test_a_teacher_of_the_same_partnership_comes_before_a_better_one(camden: Borough) -> None:
    design = factories.skill("Service design")
    factories.skill_level(borough=camden, skill=design, level=1, wants_help=True)
    far, near = factories.borough("Sutton"), factories.borough("Islington")
    near.partnership = camden.partnership
    near.save()
    factories.skill_level(borough=far, skill=design, level=4, can_teach=True)
    factories.skill_level(borough=near, skill=design, level=3, can_teach=True)
    assert chances(camden) == ["Learn Service design from Islington: Islington, Sutton"]
    (chance,) = best(camden)
    assert "Islington, of the same partnership, is at the level practitioner" in chance.reason


@pytest.mark.parametrize(
    "teacher",
    [{"level": 2, "can_teach": True}, {"level": 4, "can_teach": False}, {"level": 4}],
)
def test_only_strong_boroughs_that_would_teach_are_named(
    camden: Borough, teacher: dict[str, Any]
) -> None:
    design = factories.skill("Service design")
    factories.skill_level(borough=camden, skill=design, level=1, wants_help=True)
    factories.skill_level(skill=design, **teacher)
    assert chances(camden) == []


def test_reviewing_together_needs_both_to_mean_it(camden: Borough) -> None:
    product = factories.product("Mosaic")
    factories.system(borough=camden, product=product, intention="review")
    other = factories.system(borough=factories.borough("Brent"), product=product, intention="keep")
    assert chances(camden) == []
    other.intention = "replace"
    other.save()
    assert chances(camden) == ["Review Mosaic together: Brent"]


def test_one_of_each_kind_comes_before_a_second_of_any(camden: Borough) -> None:
    brent = factories.borough("Brent")
    for name in ("One", "Two", "Three"):
        function = factories.function(name)
        contract(camden, "2027-02-01", function)
        contract(brent, "2027-02-01", function)
    skill = factories.skill("Design")
    factories.skill_level(borough=camden, skill=skill, level=0, wants_help=True)
    factories.skill_level(borough=brent, skill=skill, level=3, can_teach=True)
    kinds = [title.split()[0] for title in chances(camden, 4)]
    assert kinds == ["Buy", "Learn", "Buy", "Buy"]
    assert chances(camden) == chances(camden)


def test_the_brief_counts_what_it_cannot_date(client: Client, camden: Borough) -> None:
    for fields in (
        {"ends_on": "2027-06-30", "notice_months": 3},
        {"ends_on": "2029-06-30", "notice_months": 3},
        {"ends_on": "2027-01-31", "notice_months": 6},
        {"ends_on": "2027"},
        {"rolling": True},
        {"ends_on": "2026-11-29"},
    ):
        factories.contract(lead=camden, **fields)
    text = words(client.get("/boroughs/camden/brief/"))
    assert "To decide by 30 May 2028 (18 months)" in text
    assert "31 Mar 2027" in text or "30 Mar 2027" in text
    for line in (
        "1 to act on later",
        "1 whose act-by date has passed while it runs on",
        "1 without an end date",
        "1 contract needs a decision by 30 May 2028 and 1 more may.",
        "1 Jan 2026 to 30 Sep 2027assumed; end known only as 2027",
        "1 ended",
    ):
        assert line in text
    assert "As at 30 November 2026." in text
    assert "Rules used" in text


def test_a_borough_of_which_nothing_is_known(client: Client, camden: Borough) -> None:
    text = words(client.get("/boroughs/camden/brief/"))
    assert "No decision is due" not in text
    assert "No decision is known to be due by 30 May 2028; contracts that nobody has told" in text
    assert "None is known: no other borough is known to decide, teach or review the same." in text
    assert "Too little is known to say: likeness is given where at least 10 functions" in text
    assert "Products that no other borough is known to run: 0." in text


def test_more_decisions_than_fit_are_counted(client: Client, camden: Borough) -> None:
    for number in range(20):
        contract(camden, f"2027-{number % 12 + 1:02}-20", factories.function())
    assert "And 10 more: see the profile." in words(client.get("/boroughs/camden/brief/"))
