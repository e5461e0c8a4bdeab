"""Pages of skills: the matrix with its gaps, and one skill with who teaches it."""

import pytest
from django.test import Client

from boroughs.models import Borough
from skills.models import Level
from tests import factories
from tests.pages import read, words

pytestmark = pytest.mark.django_db


def states(client: Client, **query: str) -> dict[tuple[str, str], str]:
    """The state of each cell by skill and borough."""
    matrix = client.get("/skills/", query).context["matrix"]
    return {
        (row.skill.name, cell.borough.name): cell.label.state
        for _, rows in matrix.groups
        for row in rows
        for cell in row.cells
    }


def test_a_level_that_is_not_known_is_not_none(client: Client) -> None:
    camden, _ = factories.borough("Camden"), factories.borough("Barnet")
    design = factories.skill("Design")
    factories.skill_level(borough=camden, skill=design, level=Level.NONE)
    assert states(client) == {("Design", "Barnet"): "unknown", ("Design", "Camden"): "level-0"}
    table = words(client.get("/skills/"), "table")
    assert "? not known 0 none" in table


def test_what_a_filter_leaves_out_is_told_from_what_is_not_known(client: Client) -> None:
    skill = factories.skill("Design")
    for name, level in (("Camden", Level.EXPERT), ("Barnet", Level.NONE)):
        factories.skill_level(borough=factories.borough(name), skill=skill, level=level)
    factories.borough("Sutton")
    assert states(client, level="expert") == {
        ("Design", "Barnet"): "left-out",
        ("Design", "Camden"): "level-4",
        ("Design", "Sutton"): "unknown",
    }


def test_strong_counts_practitioners_among_what_is_known_of_the_33(client: Client) -> None:
    skill = factories.skill("Design")
    for level in (Level.EXPERT, Level.PRACTITIONER, Level.WORKING, Level.NONE):
        factories.skill_level(skill=skill, level=level)
    factories.borough()
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.skill_level(skill=skill, level=Level.EXPERT, borough=gla)
    ((_, (row,)),) = client.get("/skills/").context["matrix"].groups
    assert (row.summary, row.known, len(row.cells)) == ("2 of 4", 4, 6)


def test_skills_stand_under_their_group_also_when_positions_mingle(client: Client) -> None:
    groups = [factories.skill_group("Know", position=2), factories.skill_group("Do", position=1)]
    for position in range(4):
        skill = factories.skill(f"Skill {position}", group=groups[position % 2], position=position)
        factories.skill_level(skill=skill)
    matrix = client.get("/skills/").context["matrix"]
    values = [(name, [row.skill.name for row in rows]) for name, rows in matrix.groups]
    assert values == [("Do", ["Skill 1", "Skill 3"]), ("Know", ["Skill 0", "Skill 2"])]


def test_the_matrix_has_the_boroughs_and_skills_named(client: Client) -> None:
    level, _ = factories.skill_level(), factories.skill_level()
    values = states(client, borough=level.borough.slug, skill=level.skill.slug)
    assert values == {(level.skill.name, level.borough.name): "level-2"}


def test_a_skill_lists_the_best_first_with_who_teaches_and_who_asks(client: Client) -> None:
    skill = factories.skill("Design", definition="Can design services.")
    for name, level, teach, wish in (
        ("Barnet", Level.NONE, None, True),
        ("Camden", Level.EXPERT, True, False),
        ("Ealing", Level.EXPERT, False, None),
    ):
        factories.skill_level(
            borough=factories.borough(name), skill=skill, level=level, can_teach=teach,
            wants_help=wish, headcount="3 to 5" if teach else "",
        )  # fmt: skip
    page = client.get("/skills/design/")
    rows = page.context["summary"].rows
    assert [row.level.borough.name for row in rows] == ["Camden", "Ealing", "Barnet"]
    table = words(page, "tbody")
    assert "4 Expert no earlier return 3 to 5 yes no" in table
    assert "0 None no earlier return not known not known yes" in table
    assert "2 of 3 boroughs whose level is known are at practitioner or expert; 1 would" in words(
        page
    )


def test_a_skill_names_its_teachers_and_who_asks_lowest_first(client: Client) -> None:
    skill = factories.skill("Design")
    for name, level, teach, wish in (
        ("Barnet", Level.WORKING, False, True),
        ("Camden", Level.EXPERT, True, None),
        ("Ealing", Level.NONE, None, True),
    ):
        factories.skill_level(
            borough=factories.borough(name),
            skill=skill,
            level=level,
            can_teach=teach,
            wants_help=wish,
        )
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.skill_level(skill=skill, borough=gla, can_teach=True, wants_help=True)
    page = client.get("/skills/design/")
    summary = page.context["summary"]
    assert [teacher.borough.name for teacher in summary.teachers] == ["Camden"]
    assert [wish.borough.name for wish in summary.wishes] == ["Ealing", "Barnet"]
    assert [(level.label, len(levels)) for level, levels in summary.by_level] == [
        ("Expert", 1), ("Practitioner", 0), ("Working", 1), ("Awareness", 0), ("None", 1),
    ]  # fmt: skip
    assert "/skills/training/?skill=design" in read(page).links


def test_a_skill_says_what_the_levels_mean_and_whose_they_are(client: Client) -> None:
    factories.skill("Design")
    page = client.get("/skills/design/")
    assert all(level.meaning in words(page) for level in Level)
    assert "https://ddat-capability-framework.service.gov.uk/skills" in read(page).links


def test_a_skill_without_levels_is_not_known_and_not_weak(client: Client) -> None:
    factories.skill("Design")
    assert "not known, not weak" in words(client.get("/skills/design/"))


def test_a_skill_says_in_how_many_of_the_33_it_is_known(client: Client) -> None:
    skill = factories.skill("Design")
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.skill_level(skill=skill, borough=gla)
    level = factories.skill_level(skill=skill)
    factories.returned(level.borough, subject="skills")
    text = words(client.get("/skills/design/"))
    assert "None of 1 borough whose level is known are at practitioner or expert" in text
    assert "1 of 33 boroughs reporting." in text


def test_a_skill_links_to_the_file_of_its_levels(client: Client) -> None:
    factories.skill_level(skill=factories.skill("Design"))
    assert "/skills/skills.csv?skill=design" in read(client.get("/skills/design/")).links
