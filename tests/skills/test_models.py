"""What the database refuses about skill levels."""

from typing import Any

import pytest
from django.db import IntegrityError

from skills.models import SkillLevel
from tests import factories

pytestmark = pytest.mark.django_db

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("a_skill_level_is_none_to_expert", {"level": 5}),
    ("a_skill_level_has_a_known_headcount_band", {"headcount": "7"}),
    ("skilllevel_has_a_known_kind_of_source", {"source_kind": "rumour"}),
    ("skilllevel_has_a_known_confidence", {"confidence": "sure"}),
    ("a_skill_level_says_as_of_when", {"as_of": ""}),
    ("skilllevel_names_its_source", {"source_kind": "decision"}),
]


@pytest.mark.parametrize(("name", "fields"), REFUSED)
def test_the_database_refuses_a_level_that_makes_no_sense(
    name: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        factories.skill_level(**fields)


def test_a_borough_has_one_level_of_a_skill() -> None:
    level = factories.skill_level()
    with pytest.raises(IntegrityError, match="a_borough_has_one_level_of_a_skill"):
        factories.skill_level(borough=level.borough, skill=level.skill)


def test_strong_is_practitioner_or_expert() -> None:
    for level in range(5):
        factories.skill_level(level=level)
    assert sorted(SkillLevel.objects.strong().values_list("level", flat=True)) == [3, 4]
