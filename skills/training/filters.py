"""What may be asked of the training plan.

`illustrative` chooses the facts and `cap` the places, so they change the plan. `skill`, `group` and
`borough` choose what of it is shown, and never change it.
"""

from typing import Any

from boroughs.models import Borough
from citytools.lists.filters import OneOf, Slugs, YesNo
from citytools.lists.filterset import FactFilter
from citytools.narrowing import real_or_invented
from skills.models import Skill, SkillGroup
from skills.training.cohorts import MOST
from skills.training.columns import TRAINING_COLUMNS
from skills.training.plan import CAP

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
