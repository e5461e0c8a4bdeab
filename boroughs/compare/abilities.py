"""Skills side by side: each skill's level, and how many skills are at each level."""

from collections import Counter
from collections.abc import Sequence

from boroughs.compare.answers import NOT_KNOWN, Answer, Item, Section, difference
from boroughs.models import Borough
from skills.models import Skill, SkillLevel


def levels_of(boroughs: Sequence[Borough], *, illustrative: bool) -> list[SkillLevel]:
    """Their known skill levels."""
    levels = SkillLevel.objects.filter(borough__in=boroughs)
    found = levels if illustrative else levels.real()
    return list(found.order_by("pk")[:20_000])


def by_skill(boroughs: Sequence[Borough], levels: Sequence[SkillLevel]) -> Section:
    """Each skill, and its level in each borough."""
    at = {(level.skill_id, level.borough_id): level for level in levels}
    skills = Skill.objects.select_related("group").order_by(
        "group__position", "group_id", "position", "pk"
    )
    items = [
        Item(
            skill.name,
            [_level(at.get((skill.pk, one.pk))) for one in boroughs],
            group=skill.group.name,
            link=skill.get_absolute_url(),
        )
        for skill in skills
    ]
    return Section("skills", "Skills", "Skill", difference(items, "skills"), items, long=True)


def _level(level: SkillLevel | None) -> Answer:
    if level is None:
        return NOT_KNOWN
    name = str(level.get_level_display()).lower()
    extra = [
        *(["can teach"] if level.can_teach else []),
        *(["wants help"] if level.wants_help else []),
    ]
    return Answer("known", name, "; ".join([name, *extra]))


def spread(boroughs: Sequence[Borough], levels: Sequence[SkillLevel]) -> list[list[int] | None]:
    """Skills at each level, 0 to 4, for each borough; None where no level is known."""
    counts = Counter((level.borough_id, level.level) for level in levels)
    found = [[counts[one.pk, level] for level in range(5)] for one in boroughs]
    return [one if any(one) else None for one in found]
