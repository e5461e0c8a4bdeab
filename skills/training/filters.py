"""The query string of the training plan.

`cap` chooses the places, so it changes the plan. `skill`, `group` and `borough` choose what of it
is shown, and never change it.
"""

from boroughs.models import Borough
from citytools.lists.columns import Column
from citytools.lists.fields import OptionField, RecordsField
from citytools.lists.filters import (
    FactFilterSet,
    ParameterFilter,
)
from skills.models import Level, Skill, SkillGroup
from skills.training.plan import DEFAULT_CAP, MAX_COHORT_SIZE

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
        "in return.",
    ),
)
_CAPS = [str(number) for number in range(1, MAX_COHORT_SIZE + 1)]


class TrainingFilter(FactFilterSet):
    """Skill levels to plan with, places for learners, and what is shown; see the module's text."""

    primary_filters = ("skill", "cap")
    non_filter_names = frozenset({"columns"})
    columns = TRAINING_COLUMNS

    skill = ParameterFilter(RecordsField("Skill", Skill.objects.all(), looked_up=True))
    group = ParameterFilter(RecordsField("Group", SkillGroup.objects.all()))
    borough = ParameterFilter(RecordsField("Borough", Borough.objects.london()))
    cap = ParameterFilter(
        OptionField(
            "Learners per teacher", [(number, number) for number in _CAPS], initial=str(DEFAULT_CAP)
        )
    )

    @property
    def places(self) -> int:
        """How many learners a teacher takes in one skill."""
        return int(self.values.get("cap") or DEFAULT_CAP)
