"""Under which names a skill is found, and which levels concern what."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from citytools.facts.name_matching import CONTEXT, named, told
from skills.models import Skill, SkillLevel


def names() -> list[QuerySet[Any]]:
    """Every skill by its name and its group's."""
    skills = Skill.objects.all()
    shown: dict[str, Any] = {"slug": "slug", "parent": "group__name"}
    return [
        named(skills, "skill", **shown),
        named(skills, "skill", "in the group", "group__name", CONTEXT, **shown),
    ]


def texts(asked: str) -> list[QuerySet[Any]]:
    """Skills whose definition holds the words."""
    return [
        told(Skill.objects.all(), "skill", ["definition"], asked, slug="slug", parent="group__name")
    ]


def concerning(boroughs: Sequence[int], what: str, keys: Sequence[int]) -> QuerySet[SkillLevel]:
    """Levels of any of the boroughs (any, where none is named) of any of the skills."""
    levels: Any = SkillLevel.objects.for_list()
    if boroughs:
        levels = levels.filter(borough__in=boroughs)
    return levels.filter(skill__in=keys) if what else levels
