"""One borough's skills: strengths, gaps, offers, wishes, its past, and its peers beside it."""

import pytest
from django.test import Client

from boroughs.models import Borough
from skills.models import Skill
from tests import factories
from tests.estate import alike
from tests.pages import read, text_of, words

pytestmark = pytest.mark.django_db

PAGE = "/skills/boroughs/camden/"


def levels(*values: int, borough: Borough | None = None) -> Borough:
    """A borough with these levels of skills called A, B and so on."""
    borough = borough or factories.borough("Camden")
    for place, level in enumerate(values):
        name = "ABCDEFG"[place]
        skill = Skill.objects.filter(name=name).first() or factories.skill(name)
        factories.skill_level(
            borough=borough, skill=skill, level=level, can_teach=level > 3, wants_help=level == 1
        )
    return borough


def names(client: Client, part: str, query: str = "") -> list[str]:
    profile = client.get(f"{PAGE}{query}").context["profile"]
    return [line.skill.name for line in getattr(profile, part)]


def test_strengths_and_gaps_are_the_ends_of_the_scale(client: Client) -> None:
    levels(3, 1, 2, 4, 0)
    factories.skill("Unknown")
    assert names(client, "strengths") == ["D", "A"]
    assert names(client, "gaps") == ["E", "B"]
    assert names(client, "offers") == ["D"]
    assert names(client, "wishes") == ["B"]
    text = words(client.get(PAGE))
    assert "Of 6 skills 5 are known: 2 at practitioner or expert, 2 at none or awareness." in text
    assert "Would teach: 1; wants help with: 1." in text


def test_what_was_not_asked_is_not_zero(client: Client) -> None:
    borough = levels(4)
    factories.skill_level(borough=borough, level=2)
    assert "Would teach: at least 1; wants help with: not known." in words(client.get(PAGE))


def test_the_return_is_named_with_its_day_and_completeness(client: Client) -> None:
    borough = levels(3)
    assert "No return on skills is recorded" in words(client.get(PAGE))
    factories.returned(borough, subject="skills", received_on="2025-01-01")
    factories.returned(borough, subject="skills", received_on="2026-03-31", complete=False)
    factories.returned(borough, subject="systems", received_on="2026-09-30")
    text = words(client.get(PAGE))
    assert "Return of 31 March 2026, not complete. On skills, 1 of 33 boroughs reporting." in text


def test_peers_stand_beside_it_with_what_is_not_known(client: Client) -> None:
    camden, brent = levels(3, 1), factories.borough("Brent")
    levels(2, borough=brent)
    alike(camden, brent)
    page = client.get(PAGE)
    assert [peer.name for peer in page.context["profile"].peers] == ["Brent"]
    table = words(page, "table")
    assert "A 3 practitioner 2 working" in table
    assert "1 of 2" in table
    assert "B 1 awareness ? not known" in table
    assert f"/boroughs/compare/?borough=camden&borough={brent.slug}" in read(page).links


def test_without_peers_it_stands_beside_london_alone(client: Client) -> None:
    levels(3)
    assert "No peers can be named. Too little is known to say" in words(client.get(PAGE))


def test_what_changed_is_told_with_dates(client: Client) -> None:
    borough = levels(3)
    factories.past_level(borough.skill_levels.get(), level=1, as_of="2025-09-30")
    text = words(client.get(PAGE))
    assert "A raised from awareness (as of 30 September 2025) to practitioner (as of 30" in text
    assert "raised from awareness to practitioner" in words(client.get(PAGE), "table")


def test_a_body_without_levels_is_not_known_and_not_weak(client: Client) -> None:
    camden = factories.borough("Camden")
    assert "not known, which is not weak: no return on skills yet" in words(client.get(PAGE))
    factories.returned(camden, subject="skills")
    assert "which is not weak: its return names none" in words(client.get(PAGE))


def test_a_regional_body_is_shown_but_not_compared(client: Client) -> None:
    levels(3, borough=factories.borough("Camden", kind=Borough.Kind.REGIONAL))
    page = client.get(PAGE)
    assert "never counted among the 33 and not compared" in words(page)
    assert page.context["profile"].peers == []
    assert "not known" in words(page, "table")


@pytest.mark.parametrize("query", ["illustrative=maybe", "surprise=1", "page=2", "skill=%00"])
def test_an_address_that_is_not_understood_is_named(client: Client, query: str) -> None:
    levels(3)
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 400
    assert query.partition("=")[0] in words(response)


@pytest.mark.parametrize("slug", ["nowhere", "%00", "camden%27", "a" * 300])
def test_a_borough_that_is_not_is_not_found(client: Client, slug: str) -> None:
    assert client.get(f"/skills/boroughs/{slug}/").status_code == 404


def test_the_profile_links_to_the_skills_and_keeps_what_is_left_out(client: Client) -> None:
    levels(3)
    assert PAGE in read(client.get("/boroughs/camden/")).links
    assert f'{PAGE}"' in text_of(client.get("/skills/a/"))


def test_the_file_of_its_levels_is_that_of_the_list(client: Client) -> None:
    levels(3)
    assert "/skills/skills.csv?borough=camden" in read(client.get(PAGE)).links
