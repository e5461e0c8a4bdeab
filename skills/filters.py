"""Filters and columns of the list of skill levels."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Case, CharField, Value, When

from boroughs.models import Borough
from citytools.facts.provenance import source_kinds
from citytools.lists.columns import SOURCE_COLUMNS, Column
from citytools.lists.fields import OptionField
from citytools.lists.filters import (
    CountByColumn,
    FactFilterSet,
    Measure,
    Narrowing,
    ParameterFilter,
    SlugsFilter,
    SortFilter,
    ValuesFilter,
    WordsFilter,
    YesNoFilter,
    narrow_by_answer,
    narrow_by_slug,
    narrow_by_value,
)
from skills.matrix import DISPLAYS, MatrixDisplay
from skills.models import Headcount, Level, Skill, SkillGroup, SkillLevel, previous_return_value

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
        previous_return_value("level"),
        allowed=tuple(str(value) for value in Level.values),
    ),
    Column(
        "previous_as_of",
        "partial date",
        "When the source of the previous level was true.",
        previous_return_value("as_of"),
    ),
)
LEVELS = {level.name.lower(): level for level in Level}


def _filter_levels(queryset: Any, names: list[str]) -> Any:
    return queryset.filter(level__in=[LEVELS[name] for name in names])


at_levels = Narrowing(
    _filter_levels,
    (CountByColumn("level"),),
    {str(level.value): name for name, level in LEVELS.items()},
)


class SkillLevelFilter(FactFilterSet):
    """Skill levels: each row is one borough's level of one skill."""

    primary_filters = ("q", "group", "level")
    display_filters = frozenset({"sort", "show"})
    columns = SKILL_COLUMNS
    measures: ClassVar[Mapping[str, Measure]] = {"boroughs": lambda rows: rows.boroughs()}

    q = WordsFilter("Words", SkillLevel.objects.word_condition)
    borough = SlugsFilter("Borough", Borough.objects.with_aside(), narrow_by_slug("borough"))
    group = SlugsFilter("Group", SkillGroup.objects.all(), narrow_by_slug("skill__group"))
    skill = SlugsFilter("Skill", Skill.objects.all(), narrow_by_slug("skill"), looked_up=True)
    level = ValuesFilter(
        "Level", [(name, level.label) for name, level in LEVELS.items()], at_levels
    )
    can_teach = YesNoFilter("Can teach", narrow_by_answer("can_teach"))
    wants_help = YesNoFilter("Wants help", narrow_by_answer("wants_help"))
    source = ValuesFilter("Source", source_kinds, narrow_by_value("source_kind"))
    show = ParameterFilter(
        OptionField("Matrix shows", [(name, display.words) for name, display in DISPLAYS.items()])
    )
    sort = SortFilter(
        {
            "borough": "borough__name",
            "group": "skill__group__position",
            "skill": "skill__position",
            "level": "level",
            "as_of": "as_of",
        }
    )

    @property
    def display(self) -> MatrixDisplay:
        """How the matrix shows the levels."""
        return DISPLAYS[self.values.get("show") or "level"]

    @property
    def whole(self) -> bool:
        """Whether no filter on the answers themselves leaves levels out."""
        return not any(self.values.get(name) for name in ("level", "can_teach", "wants_help"))

    @property
    def switches(self) -> list[tuple[str, str]]:
        """(words, query string) of each display of the same levels; empty for the present one."""
        return [
            (display.words, "" if display is self.display else self.query_string(show=[name]))
            for name, display in DISPLAYS.items()
        ]
