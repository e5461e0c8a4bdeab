"""The picture of skills agrees with the rows; a regional body is no borough in it."""

from collections import Counter

import pytest

from boroughs.models import Borough
from skills.charts import strength_by_skill
from skills.models import Level, SkillLevel
from tests import factories

pytestmark = pytest.mark.django_db


def levels(**by_skill: list[int]) -> None:
    """Levels of boroughs by skill, one borough for each place."""
    boroughs = [factories.borough() for _ in range(5)]
    for name, held in by_skill.items():
        skill = factories.skill(name)
        for borough, level in zip(boroughs, held, strict=False):
            factories.skill_level(borough=borough, skill=skill, level=level)


def test_bars_and_table_hold_what_counting_by_hand_gives() -> None:
    levels(Data=[0, 1, 4], Design=[3, 3, 2, 0])
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    counted = Counter((one.skill.name, one.level) for one in SkillLevel.objects.all())
    for trace, level in zip(chart.figure["data"], sorted(Level, reverse=True), strict=True):
        assert trace["name"] == level.label
        for skill, count in zip(trace["y"], trace["x"], strict=True):
            assert count == counted[skill, level]
    assert chart.rows == [("Data", 1, 0, 0, 1, 1), ("Design", 0, 2, 1, 0, 1)]
    assert chart.head == ("Skill", "Expert", "Practitioner", "Working", "Awareness", "None")


def test_title_and_sentence_state_the_numbers() -> None:
    levels(Data=[0, 1, 4], Design=[3, 3, 2, 0])
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    assert chart.title == "Data is scarcest: 1 of 3 boroughs at practitioner or above"
    assert chart.sentence == (
        "Of the skills shown (2), Design is best held, at practitioner or above in 2 of 4 boroughs."
    )


def test_a_tie_is_not_called_a_lead() -> None:
    levels(Data=[4], Design=[3], Law=[3])
    chart = strength_by_skill(SkillLevel.objects.all(), "")
    assert chart.title.startswith("Data is among the scarcest: 1 of 1")
    assert "Law is among the best held" in chart.sentence


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
    assert chart.rows == [("Data", 0, 0, 1, 0, 0)]
    assert "0 of 1 boroughs" in chart.title
