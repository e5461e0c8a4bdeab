"""Skills of organisations, in bands; never of a person."""

from skills.models.catalogue import Skill, SkillGroup
from skills.models.levels import SkillLevel, SkillLevelQuerySet
from skills.models.needs import SkillNeed, SkillNeedQuerySet
from skills.models.past import PastLevel, PastLevelQuerySet, previous
from skills.models.scales import Headcount, Level

__all__ = [
    "Headcount",
    "Level",
    "PastLevel",
    "PastLevelQuerySet",
    "Skill",
    "SkillGroup",
    "SkillLevel",
    "SkillLevelQuerySet",
    "SkillNeed",
    "SkillNeedQuerySet",
    "previous",
]
