"""The picture of skills agrees with the rows; a regional body is no borough in it."""

from collections import Counter

import pytest

from boroughs.models import Borough
from skills.models import Level, SkillLevel
from skills.summary import Strength, strength_by_skill
from tests import factories

pytestmark = pytest.mark.django_db


def levels(**by_skill: list[int]) -> None:
    """Levels of boroughs by skill, one borough for each place."""
    boroughs = [factories.borough() for _ in range(12)]
    for name, values in by_skill.items():
        skill = factories.skill(name)
        for borough, level in zip(boroughs, values, strict=False):
            factories.skill_level(borough=borough, skill=skill, level=level)


def answers(skill: str, teach: int, wish: int) -> None:
    """Of the boroughs with this skill the first would teach, the last want help."""
    rows = SkillLevel.objects.filter(skill__name=skill).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    rows.filter(pk__in=keys[:teach]).update(can_teach=True)
    rows.filter(pk__in=keys[len(keys) - wish :]).update(wants_help=True)


def test_bars_and_table_hold_what_counting_by_hand_gives() -> None:
    levels(Data=[0, 1, 4], Design=[3, 3, 2, 0])
    answers("Design", teach=2, wish=1)
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    counted = Counter((level.skill.name, level.level) for level in SkillLevel.objects.all())
    for trace, level in zip(chart.figure["data"], sorted(Level, reverse=True), strict=True):
        assert trace["name"] == level.label
        for skill, count in zip(trace["y"], trace["x"], strict=True):
            assert count == counted[skill, level]
    assert chart.rows == [("Data", 1, 0, 0, 1, 1, 0, 0), ("Design", 0, 2, 1, 0, 1, 2, 1)]
    levels_down = ("Expert", "Practitioner", "Working", "Awareness", "None")
    assert chart.head == ("Skill", *levels_down, "Would teach", "Want help")


def test_the_scarce_and_the_contested_stand_on_top_and_say_so() -> None:
    levels(
        Fine=[3] * 10,
        Scarce=[1] * 10,
        Both=[0] * 9 + [3],
        Contested=[2] * 8 + [4] * 2,
        Weak=[1] * 4,
    )
    for skill, teach, wish in (
        ("Fine", 3, 2),
        ("Scarce", 1, 4),
        ("Both", 1, 5),
        ("Contested", 0, 1),
    ):
        answers(skill, teach, wish)
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    names = ["Both (scarce, contested)", "Scarce (scarce)", "Contested (contested)", "Weak", "Fine"]
    assert [row[0] for row in chart.rows] == names
    assert chart.title == "Of 5 skills, 2 are scarce and 2 contested; 1 is both"
    assert chart.sentence.startswith(
        "On top: Both, 1 of 10 boroughs at practitioner or above, where 1 would teach and 5 want"
    )


@pytest.mark.parametrize(
    ("known", "strong", "teach", "wish", "text"),
    [
        (10, 1, 1, 4, "scarce"),
        (10, 2, 0, 0, ""),
        (9, 1, 0, 0, ""),
        (5, 0, 0, 0, "scarce"),
        (4, 0, 0, 4, ""),
        (6, 3, 1, 5, "contested"),
        (6, 3, 2, 9, ""),
        (6, 3, 0, 1, "contested"),
        (20, 2, 2, 10, "scarce, contested"),
    ],
)
def test_a_skill_is_scarce_or_contested_from_these_numbers_on(
    known: int, strong: int, teach: int, wish: int, text: str
) -> None:
    strength = Strength("Data", (1,), [0, 0, known - strong, strong, 0], teach, wish)
    assert strength.words == text


def test_where_nothing_is_scarce_the_title_names_the_least_held() -> None:
    levels(Data=[0, 1, 4], Design=[3, 3, 2, 0])
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    assert chart.title == "Data is least held: 1 of 3 boroughs at practitioner or above"


def test_a_tie_is_not_called_a_lead() -> None:
    levels(Data=[4, 0], Design=[3, 0], Law=[3])
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    assert chart.title.startswith("Data is among the least held: 1 of 2")


def test_nothing_is_called_scarce_where_a_filter_leaves_levels_out() -> None:
    levels(Data=[0] * 10, Design=[3] * 6)
    chart = strength_by_skill(SkillLevel.objects.filter(level=0), "", whole=False)
    assert chart.title == "Data has the most of the levels chosen: 10"
    assert [row[0] for row in chart.rows] == ["Data"]
    assert "none is called scarce" in chart.sentence


def test_nothing_is_said_to_be_nothing() -> None:
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    assert chart.title == "No skill levels to show"
    assert chart.rows == []
    assert chart.empty


def test_a_regional_body_is_not_counted_among_boroughs() -> None:
    gla = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    skill = factories.skill("Data")
    factories.skill_level(borough=gla, skill=skill, level=Level.EXPERT)
    factories.skill_level(skill=skill, level=Level.WORKING)
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    assert chart.rows == [("Data", 0, 0, 1, 0, 0, 0, 0)]
    assert "0 of 1 boroughs" in chart.title
