"""The names under which the search finds a skill, and the levels that a question is about."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from citytools.facts.name_matching import records_with_words
from citytools.search import (
    FactList,
    NameContext,
    NamedRows,
    RecordKind,
    RecordType,
    SearchSource,
    StoredName,
    StoredRecords,
    page_url,
    parent_words,
    register,
)
from skills.models import Skill, SkillGroup, SkillLevel

_GROUP = "skill group"
"""A kind of name that is no record's own: skills are found by it."""


def skills_with_words(words: str) -> list[QuerySet[Any]]:
    """Skills whose definition contains the words."""
    fields: dict[str, Any] = {"slug": "slug", "parent": "group__name"}
    return [records_with_words(Skill.objects.all(), "skill", ["definition"], words, **fields)]


def levels_concerning(
    boroughs: Sequence[int], kind: str, keys: Sequence[int]
) -> QuerySet[SkillLevel]:
    """Levels of these boroughs (all, where none is named) and, with a kind, of these skills."""
    levels = SkillLevel.objects.for_list()
    if boroughs:
        levels = levels.filter(borough__in=boroughs)
    return levels.filter(skill__in=keys) if kind else levels


register(
    SearchSource(
        kinds=[RecordKind("skill", "Skills", ("skill", "list of skills"))],
        types={"skill": RecordType(page_url("skills:detail"), parent_words("in {}"))},
        stored_records={"skill": StoredRecords(Skill.objects.all(), "group__name")},
        stored=[
            NamedRows(Skill.objects.all(), [StoredName("skill")]),
            NamedRows(SkillGroup.objects.all(), [StoredName(_GROUP)]),
        ],
        contexts=[
            NameContext(
                Skill.objects.all(), "skill", "in the group", "group__name", "group", _GROUP
            )
        ],
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
