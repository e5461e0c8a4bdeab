"""Under which names a skill is found, and which levels concern what."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from citytools.facts.name_matching import CONTEXT, names_for_records, records_with_words
from citytools.search import (
    FactList,
    RecordKind,
    RecordType,
    SearchSource,
    page_url,
    parent_words,
    register,
)
from skills.models import Skill, SkillLevel


def skill_names() -> list[QuerySet[Any]]:
    """Every skill by its name and its group's."""
    skills = Skill.objects.all()
    shown: dict[str, Any] = {"slug": "slug", "parent": "group__name"}
    return [
        names_for_records(skills, "skill", **shown),
        names_for_records(skills, "skill", "in the group", "group__name", CONTEXT, **shown),
    ]


def skills_with_words(asked: str) -> list[QuerySet[Any]]:
    """Skills whose definition holds the words."""
    return [
        records_with_words(
            Skill.objects.all(), "skill", ["definition"], asked, slug="slug", parent="group__name"
        )
    ]


def levels_concerning(
    boroughs: Sequence[int], what: str, keys: Sequence[int]
) -> QuerySet[SkillLevel]:
    """Levels of any of the boroughs (any, where none is named) of any of the skills."""
    levels: Any = SkillLevel.objects.for_list()
    if boroughs:
        levels = levels.filter(borough__in=boroughs)
    return levels.filter(skill__in=keys) if what else levels


register(
    SearchSource(
        kinds=[RecordKind("skill", "Skills", ("skill", "list of skills"))],
        types={"skill": RecordType(page_url("skills:detail"), parent_words("in {}"))},
        names=lambda today: skill_names(),
        texts=lambda today, words: skills_with_words(words),
        fact_lists=[
            FactList(
                "skills",
                "Skill levels",
                "skill",
                "skills:list",
                ("skill",),
                levels_concerning,
                ("borough__name", "skill__position", "pk"),
            )
        ],
    )
)
