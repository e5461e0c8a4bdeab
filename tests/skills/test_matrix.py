"""The switch of the matrix: the same levels shown in another way, with the filters kept."""

import html
from typing import Any

import pytest
from django.test import Client

from skills.models import Headcount
from tests import factories
from tests.pages import read, text_of, total, words

pytestmark = pytest.mark.django_db


def cell_labels(client: Client, **query: Any) -> dict[str, tuple[str, str, str]]:
    """State, text and words of each cell by borough; of one skill."""
    ((_, (row,)),) = client.get("/skills/", query).context["matrix"].groups
    return {cell.borough.name: tuple(cell.label) for cell in row.cells}


def test_a_cell_says_its_level_as_text_style_and_word(client: Client) -> None:
    level = factories.skill_level(level=3)
    labels = cell_labels(client, show="level")
    assert labels == cell_labels(client)
    assert labels[level.borough.name] == ("level-3", "3", "practitioner")
    assert "3 practitioner" in words(client.get("/skills/"), "tbody")


def test_headcount_bands_are_shown_and_an_empty_one_is_not_known(client: Client) -> None:
    skill = factories.skill()
    for name, band in (("A", Headcount.MORE), ("B", Headcount.ONE), ("C", ""), ("D", "0")):
        factories.skill_level(borough=factories.borough(name), skill=skill, headcount=band)
    assert cell_labels(client, show="headcount") == {
        "A": ("band-5", "21+", "21 or more people"),
        "B": ("band-1", "1–2", "1 to 2 people"),
        "C": ("unknown", "?", "not known"),
        "D": ("band-0", "0", "nobody"),
    }
    ((_, (row,)),) = client.get("/skills/?show=headcount").context["matrix"].groups
    assert row.summary == "1 of 3"


def test_the_switch_keeps_the_filters_and_the_filters_keep_the_switch(client: Client) -> None:
    level = factories.skill_level()
    query = {"borough": level.borough.slug, "show": "headcount", "sort": "level"}
    page = client.get("/skills/", query)
    links = [link for link in read(page).links if "show=level" in link]
    assert links == [f"?borough={level.borough.slug}&show=level&sort=level#show"]
    assert '<input type="hidden" name="show" value="headcount">' in text_of(page)
    assert "<strong>headcount band</strong>" in text_of(page)
    assert [chip.name for chip in page.context["listing"].filterset.chips] == ["borough"]


def test_the_switch_changes_no_row(client: Client) -> None:
    for _ in range(3):
        factories.skill_level()
    for show in ("level", "headcount"):
        assert total(client.get("/skills/", {"show": show, "level": "working"})) == 3
        assert text_of(client.get("/skills/skills.csv", {"show": show})).count("\n") == 4


@pytest.mark.parametrize("value", ["moon", "levels", "\x00", "'"])
def test_an_unknown_way_to_show_is_named_on_page_and_files(client: Client, value: str) -> None:
    factories.skill_level()
    for address in ("/skills/", "/skills/skills.csv", "/skills/skills.xlsx"):
        response = client.get(address, {"show": value})
        assert response.status_code == 400
        assert "show" in html.unescape(text_of(response))
    twice = client.get("/skills/", {"show": ["level", "headcount"]})
    assert "“show” is given 2 times" in words(twice)


def test_each_row_says_of_how_many_boroughs_the_level_is_known(client: Client) -> None:
    skill = factories.skill()
    levels = [factories.skill_level(skill=skill) for _ in range(3)]
    other = factories.borough()
    assert "3 of 33" in words(client.get("/skills/"), "tbody")
    query = {"borough": [levels[0].borough.slug, other.slug]}
    assert "1 of 2" in words(client.get("/skills/", query), "tbody")


def test_a_column_leads_to_the_skills_of_its_borough(client: Client) -> None:
    borough = factories.skill_level().borough
    assert f"/skills/boroughs/{borough.slug}/" in read(client.get("/skills/")).links
