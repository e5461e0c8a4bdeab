"""The boroughs' pages are honest: what was not returned is not known, never none."""

import datetime
from typing import Any

import pytest
from django.test import Client

from boroughs.models import Borough, Subject
from citytools.facts import dates
from tests import factories
from tests.pages import read, rows, words

pytestmark = pytest.mark.django_db

ADDRESS = {"systems": "/systems/", "contracts": "/contracts/", "skills": "/skills/"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))


def row_of(client: Client, name: str) -> str:
    """What the list of boroughs says of one."""
    text = words(client.get("/boroughs/"), "tbody")
    return text[text.rindex(name) :]


def test_a_borough_without_a_return_is_not_known_and_never_zero(client: Client) -> None:
    factories.borough("Camden", inner_or_outer="", partnership="")
    assert row_of(client, "Camden").count("not known") == 5
    assert " 0" not in row_of(client, "Camden")
    profile = words(client.get("/boroughs/camden/"))
    assert "Systems: not known (no return yet). Contracts: not known (no return yet)." in profile
    assert "This borough has told us no skills yet." in profile
    assert profile.count("none yet") == 3


def test_what_is_known_without_a_return_is_a_lower_bound(client: Client) -> None:
    borough = factories.borough("Camden")
    factories.system(borough=borough)
    assert "at least 1" in row_of(client, "Camden")
    assert "Systems: at least 1 (no return yet)" in words(client.get("/boroughs/camden/"))


def test_a_borough_that_returned_nothing_has_none(client: Client) -> None:
    factories.returned(factories.borough("Camden"), subject="systems")
    text = words(client.get("/boroughs/camden/"))
    assert "Systems: 0 (return of 30 September 2026, complete)." in text
    assert "30 September 2026" in text
    assert "yes: what is not listed, it does not have" in text


def test_the_latest_return_on_a_subject_is_shown(client: Client) -> None:
    borough = factories.borough("Camden")
    for day in ("2026-09-30", "2026-10-31", "2026-08-31"):
        factories.returned(borough, received_on=day)
    text = words(client.get("/boroughs/camden/"))
    assert "31 October 2026" in text
    assert "31 August 2026" not in text


def test_a_profile_shows_decisions_led_and_shared_from_today_on(client: Client) -> None:
    borough = factories.borough("Camden")
    cases: dict[str, Any] = {
        "Led": {"lead": borough, "ends_on": "2026-11-30"},
        "Shared": {"partners": [borough], "ends_on": "2027-01-01"},
        "Past": {"lead": borough, "ends_on": "2026-11-29"},
        "Vague": {"lead": borough, "ends_on": "2027"},
        "Foreign": {"ends_on": "2027-01-01"},
    }
    for title, fields in cases.items():
        factories.contract(title=title, notice_months=0, **fields)
    contracts = client.get("/boroughs/camden/").context["contracts"].rows
    assert [contract.title for contract in contracts] == ["Led", "Shared", "Vague"]


def test_a_profile_groups_systems_by_service_area_and_skills_by_group(client: Client) -> None:
    borough = factories.borough("Camden")
    areas = [factories.service_area(name, position=at) for at, name in enumerate(["One", "Two"])]
    groups = [factories.skill_group(name, position=at) for at, name in enumerate(["Do", "Know"])]
    for position in range(4):
        function = factories.function(service_area=areas[position % 2], position=position)
        factories.system(borough=borough, function=function)
        skill = factories.skill(group=groups[position % 2], position=position)
        factories.skill_level(borough=borough, skill=skill)
    context = client.get("/boroughs/camden/").context
    assert [(name, len(members)) for name, members in context["estate"]] == [("One", 2), ("Two", 2)]
    assert [(name, len(members)) for name, members in context["skill_groups"]] == [
        ("Do", 2),
        ("Know", 2),
    ]


def test_a_profile_links_to_its_rows(client: Client) -> None:
    factories.system(borough=factories.borough("Camden"))
    links = read(client.get("/boroughs/camden/")).links
    assert {"/systems/?borough=camden", "/contracts/?borough=camden"} <= set(links)


def test_a_regional_body_has_a_profile_that_says_it_is_not_counted(client: Client) -> None:
    factories.borough("GLA", kind=Borough.Kind.REGIONAL, inner_or_outer="")
    assert "never counted among the 33" in words(client.get("/boroughs/gla/"))


@pytest.mark.parametrize("subject", Subject.values)
def test_reporting_counts_boroughs_of_the_33_with_a_return_on_the_subject(
    client: Client, subject: str
) -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    city = factories.borough("City", kind=Borough.Kind.CITY)
    for body in (gla, city):
        factories.returned(body, subject=subject)
    factories.returned(subject=subject, source_kind="illustrative")
    factories.returned(subject=next(value for value in Subject.values if value != subject))
    address = ADDRESS[subject]
    assert "1 of 33 boroughs reporting" in words(client.get(address))
    assert "2 of 33 boroughs reporting" in words(client.get(f"/demo{address}"))


def test_two_returns_of_one_borough_count_once(client: Client) -> None:
    borough = factories.borough()
    factories.returned(borough, received_on="2026-01-01")
    factories.returned(borough, received_on="2026-02-01")
    assert "1 of 33 boroughs reporting" in words(client.get("/systems/"))


def test_boroughs_of_rows_are_of_the_33_and_counted_once(client: Client) -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    camden, barnet = factories.borough("Camden"), factories.borough("Barnet")
    for body in (gla, camden, camden):
        factories.system(borough=body)
        factories.skill_level(borough=body)
    factories.contract(lead=gla, partners=[camden, barnet])
    factories.contract(lead=camden, partners=[barnet])
    assert "3 systems in 1 of 33 boroughs" in words(client.get("/systems/"))
    assert "3 skill levels in 1 of 33 boroughs" in words(client.get("/skills/"))
    assert "2 contracts in 2 of 33 boroughs" in words(client.get("/contracts/"))


def test_a_product_run_by_a_regional_body_alone_is_run_by_no_borough(client: Client) -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.system(borough=gla, product=factories.product("Mosaic"))
    assert "0 of 33 boroughs are known to run it, as 1 system." in words(
        client.get("/systems/products/mosaic/")
    )
    (row,) = rows(client, "/systems/products/products.csv")
    assert (row["systems"], row["boroughs"]) == ("1", "0")
