"""The skills that moving off a failed supplier takes, and which boroughs could teach them.

No record says which skills a move takes, so the choice is ours; it stands here and on the page.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from boroughs.models import Borough
from skills.models import Level, Skill, SkillLevel

NEEDED = {
    "technology-procurement": "to buy a successor in a hurry and lawfully",
    "supplier-and-contract-management": "to deal with the failing supplier and its administrators",
    "information-governance": "to get the council’s records out, and keep them safe meanwhile",
    "data-engineering": "to move the data into another system",
    "integration-and-apis": "to connect the successor to all that the old system fed",
    "legacy-application-support": "to keep the old system running without its maker",
    "change-and-adoption": "to bring staff along",
}
"""Slugs of skills, each with what it is needed for."""


@dataclass(frozen=True)
class Need:
    """A skill, why it is needed, and the boroughs of the 33 at practitioner or expert.

    `teachers` of them would teach, by borough's name; `others` have not said that they would. The
    level is `known` for so many of the 33.
    """

    skill: Skill
    why: str
    teachers: Sequence[SkillLevel]
    others: Sequence[SkillLevel]
    known: int


def needs(*, illustrative: bool) -> list[Need]:
    """Each skill needed that is among those recorded, in the order above; two queries."""
    skills = {one.slug: one for one in Skill.objects.filter(slug__in=NEEDED)}
    levels = SkillLevel.objects.filter(skill__in=skills.values())
    levels = levels.filter(borough__in=Borough.objects.london())
    levels = levels if illustrative else levels.real()
    by_skill: dict[int, list[SkillLevel]] = defaultdict(list)
    for level in levels.select_related("borough").order_by("borough__name", "pk")[:1000]:
        by_skill[level.skill_id].append(level)
    return [
        _need(skills[slug], why, by_skill[skills[slug].pk])
        for slug, why in NEEDED.items()
        if slug in skills
    ]


def _need(skill: Skill, why: str, levels: Sequence[SkillLevel]) -> Need:
    strong = [one for one in levels if one.level >= Level.PRACTITIONER]
    return Need(
        skill,
        why,
        [one for one in strong if one.can_teach],
        [one for one in strong if not one.can_teach],
        len(levels),
    )
