"""What the skills matrix can be narrowed by."""

from typing import Any

from boroughs.models import Borough
from citytools.facts.provenance import SourceKind
from citytools.lists.filters import OneOf, Slugs, Sort, Values, Words, YesNo
from citytools.lists.filterset import FactFilter
from citytools.narrowing import Narrowing, along, by_answer, by_slug, by_value, real_or_invented
from skills.columns import SKILL_COLUMNS
from skills.matrix_cells import SHOWS, Show
from skills.models import Level, Skill, SkillGroup

LEVELS = {level.name.lower(): level for level in Level}


def _holding(queryset: Any, words: str) -> Any:
    return queryset.matching(words)


def _at_levels(queryset: Any, names: list[str]) -> Any:
    return queryset.filter(level__in=[LEVELS[name] for name in names])


at_levels = Narrowing(
    _at_levels, (along("level"),), {str(level.value): name for name, level in LEVELS.items()}
)


class SkillLevelFilter(FactFilter):
    """Skill levels: each row is one borough's level of one skill."""

    shown_first = ("q", "group", "level")
    apart = frozenset({"sort", "show"})
    columns = SKILL_COLUMNS

    q = Words("Words", _holding)
    borough = Slugs("Borough", Borough.objects.regional_aside(), by_slug("borough"))
    group = Slugs("Group", SkillGroup.objects.all(), by_slug("skill__group"))
    skill = Slugs("Skill", Skill.objects.all(), by_slug("skill"))
    level = Values("Level", [(name, level.label) for name, level in LEVELS.items()], at_levels)
    can_teach = YesNo("Can teach", by_answer("can_teach"))
    wants_help = YesNo("Wants help", by_answer("wants_help"))
    source = Values("Source", SourceKind.choices, by_value("source_kind"))
    illustrative = YesNo("Invented for demonstration", real_or_invented)
    show = OneOf("Matrix shows", [(name, one.words) for name, one in SHOWS.items()])
    sort = Sort(
        {
            "borough": "borough__name",
            "group": "skill__group__position",
            "skill": "skill__position",
            "level": "level",
            "as_of": "as_of",
        }
    )

    @property
    def shown(self) -> Show:
        """How the matrix shows the levels."""
        return SHOWS[self.named.get("show") or "level"]

    @property
    def whole(self) -> bool:
        """Whether no filter on the answers themselves leaves levels out."""
        return not any(self.named.get(name) for name in ("level", "can_teach", "wants_help"))

    @property
    def switches(self) -> list[tuple[str, str]]:
        """(words, query string) of each way to show the same levels; no query for the present."""
        return [
            (one.words, "" if one is self.shown else self.query(show=[name]))
            for name, one in SHOWS.items()
        ]
