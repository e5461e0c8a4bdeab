"""The columns of the training plan's file. Append only: scripts depend on them."""

from citytools.lists.columns import Column
from skills.models import Level

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
