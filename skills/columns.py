"""The columns of the skills file. Append only: scripts depend on them."""

from django.db.models import Case, CharField, Value, When

from citytools.lists.columns import SOURCE_COLUMNS, Column
from skills.models import Headcount, Level, previous

_LEVEL_NAME = Case(
    *(When(level=level, then=Value(level.name.lower())) for level in Level),
    output_field=CharField(),
)

SKILL_COLUMNS = (
    Column(
        "gss_code",
        "text",
        "The borough's code at the Office for National Statistics.",
        "borough__gss_code",
    ),
    Column("borough", "text", "The organisation whose skill it is.", "borough__name"),
    Column("group", "text", "The family of skills.", "skill__group__name"),
    Column("skill", "text", "What the organisation can do.", "skill__name"),
    Column(
        "level",
        "integer",
        "How far the organisation has the skill: 0 (none) to 4 (expert).",
        "level",
        allowed=tuple(str(value) for value in Level.values),
    ),
    Column(
        "level_name",
        "text",
        "The level's name in the Government Digital and Data framework.",
        _LEVEL_NAME,
        allowed=tuple(level.name.lower() for level in Level),
    ),
    Column(
        "headcount",
        "text",
        "How many people have the skill, in bands wide enough to name nobody.",
        "headcount",
        unit="people",
        allowed=tuple(Headcount.values),
    ),
    Column("can_teach", "yes or no", "Whether the borough would teach another.", "can_teach"),
    Column(
        "wants_help",
        "yes or no",
        "Whether the borough would like to learn from another.",
        "wants_help",
    ),
    *SOURCE_COLUMNS,
    Column(
        "previous_level",
        "integer",
        "The level in the borough's return before this one; empty where there is none.",
        previous("level"),
        allowed=tuple(str(value) for value in Level.values),
    ),
    Column(
        "previous_as_of",
        "partial date",
        "When the source of the previous level was true.",
        previous("as_of"),
    ),
)
