"""How strong London is in each skill, and which skills are scarce or contested.

Scarce: at most one in ten of the boroughs whose level is known are at practitioner or expert.
Contested: somebody wants help, and at least five do for each that would teach. Neither is said
where fewer than five levels are known. Regional bodies are no boroughs and are not counted.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skills.models import Level, SkillLevelQuerySet

FEWEST = 5
ONE_IN, EACH = 10, 5


@dataclass(frozen=True)
class Strength:
    """One skill: boroughs at each level (0 to 4), and how many would teach and want help."""

    skill: str
    position: tuple[int, ...]
    at: Sequence[int]
    teach: int
    wish: int

    @property
    def known(self) -> int:
        """In how many boroughs the level is known."""
        return sum(self.at)

    @property
    def strong(self) -> int:
        """In how many of them it is practitioner or expert."""
        return sum(self.at[Level.PRACTITIONER :])

    @property
    def scarce(self) -> bool:
        """Whether hardly any borough is strong in it."""
        return self.known >= FEWEST and self.strong * ONE_IN <= self.known

    @property
    def contested(self) -> bool:
        """Whether far more want help than would teach."""
        return self.known >= FEWEST and self.wish > 0 and self.wish >= EACH * self.teach

    @property
    def words(self) -> str:
        """'scarce, contested', either, or nothing."""
        told = {"scarce": self.scarce, "contested": self.contested}
        return ", ".join(word for word, holds in told.items() if holds)


def by_skill(levels: SkillLevelQuerySet) -> list[Strength]:
    """Both scarce and contested first, then scarce, then contested, then the rest; one query.

    Within each, the smaller share of strong boroughs first, then more wishes for each teacher.
    """
    found = [
        Strength(
            row["skill__name"],
            (row["skill__group__position"], row["skill__position"], row["skill"]),
            [row[f"at_{level}"] for level in Level.values],
            row["teach"],
            row["wish"],
        )
        for row in levels.strength_by_skill()
    ]
    return sorted(found, key=_turn)


def _turn(one: Strength) -> tuple[object, ...]:
    each = one.wish / one.teach if one.teach else one.wish * math.inf if one.wish else 0
    return not one.scarce, not one.contested, one.strong / one.known, -each, one.position


def counts(found: Iterable[Strength]) -> tuple[int, int, int]:
    """How many skills are scarce, contested, and both."""
    marks = [(one.scarce, one.contested) for one in found]
    scarce, contested = sum(one for one, _ in marks), sum(other for _, other in marks)
    return scarce, contested, sum(one and other for one, other in marks)
