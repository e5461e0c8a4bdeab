"""What London can do with one skill: who is at which level, who would teach, who wants help."""

from collections.abc import Sequence
from dataclasses import dataclass

from boroughs.models import Borough
from skills.matrix_cells import Face, of_change
from skills.models import Level, SkillLevel, SkillLevelQuerySet

MOST = 200


@dataclass(frozen=True)
class Row:
    """One borough's level, and how it differs from the return before."""

    level: SkillLevel
    change: Face


@dataclass(frozen=True)
class Summary:
    """All known levels of one skill, the best first; counts and lists are of the 33."""

    rows: Sequence[Row]

    @property
    def london(self) -> list[SkillLevel]:
        """The levels without those of regional bodies."""
        levels = [row.level for row in self.rows]
        return [one for one in levels if one.borough.kind != Borough.Kind.REGIONAL]

    @property
    def strong(self) -> int:
        """How many are at practitioner or expert."""
        return sum(one.level >= Level.PRACTITIONER for one in self.london)

    @property
    def by_level(self) -> list[tuple[Level, list[SkillLevel]]]:
        """Who is at each level, expert first."""
        return [
            (level, [one for one in self.london if one.level == level])
            for level in sorted(Level, reverse=True)
        ]

    @property
    def teachers(self) -> list[SkillLevel]:
        """Who would teach another."""
        return [one for one in self.london if one.can_teach]

    @property
    def wishes(self) -> list[SkillLevel]:
        """Who would like help, the lowest level first."""
        return sorted((one for one in self.london if one.wants_help), key=lambda one: one.level)


def of(levels: SkillLevelQuerySet) -> Summary:
    """The summary of one skill's levels; one query."""
    ordered = levels.for_list().with_previous().order_by("-level", "borough__name", "pk")
    return Summary([Row(one, of_change(one)) for one in ordered[:MOST]])
