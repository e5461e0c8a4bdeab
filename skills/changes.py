"""What changes of skills and levels tell. A past level follows from a change of a present one."""

from citytools.history.change_kinds import ChangeKind
from skills.models import Skill, SkillGroup, SkillLevel, SkillNeed
from systems.models import Function, Product

_POSITION = frozenset({"position"})
KINDS = (
    ChangeKind(SkillGroup, ignored_fields=_POSITION),
    ChangeKind(Skill, ignored_fields=_POSITION),
    ChangeKind(SkillLevel),
    ChangeKind(SkillNeed, slugs=[(Function, "function"), (Product, "product")]),
)
