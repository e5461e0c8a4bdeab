"""What may be asked of the training plan.

`illustrative` chooses the facts and `cap` the places, so they change the plan. `skill`, `group` and
`borough` choose what of it is shown, and never change it.
"""

from typing import Any

from boroughs.models import Borough
from citytools.lists.columns import Column
from citytools.lists.filters import OneOf, Slugs, YesNo, real_or_invented
from citytools.lists.filterset import FactFilter
from skills.models import Level, Skill, SkillGroup
from skills.training.plan import CAP, MOST

_LEVELS = tuple(str(value) for value in Level.values)

TRAINING_COLUMNS = (
    Column("skill", "text", "What is taught."),
    Column("teacher", "text", "The borough that could teach it."),
    Column("teacher_level", "integer", "Its level: 3 (practitioner) or 4.", allowed=_LEVELS[3:]),
    Column("learner", "text", "The borough that wants help with it."),
    Column("learner_level", "integer", "Its level, below the teacher's.", allowed=_LEVELS[:4]),
    Column(
        "why",
        "text",
        "Why this pair: the distance in levels, what the two share, and what the learner teaches "
        "in return; and whether any of it is invented for demonstration.",
    ),
)
_CAPS = [str(number) for number in range(1, MOST + 1)]


def _kept(queryset: Any, chosen: Any) -> Any:
    return queryset


class TrainingFilter(FactFilter):
    """Skill levels to plan with, places for learners, and what is shown; see the module's text."""

    shown_first = ("skill", "cap")
    beside = frozenset({"columns"})
    columns = TRAINING_COLUMNS

    skill = Slugs("Skill", Skill.objects.all(), _kept)
    group = Slugs("Group", SkillGroup.objects.all(), _kept)
    borough = Slugs("Borough", Borough.objects.london(), _kept)
    cap = OneOf("Learners per teacher", [(number, number) for number in _CAPS], str(CAP))
    illustrative = YesNo("Invented for demonstration", real_or_invented)

    @property
    def places(self) -> int:
        """How many learners a teacher takes in one skill."""
        return int(self.named.get("cap") or CAP)
