"""What London can do with one skill: who is at which level, who would teach, who wants help."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boroughs.models import Borough
from citytools.charts import SEQUENCE, Chart, sideways_bars
from skills.matrix_cells import Face, change_face
from skills.models import Level, SkillLevel, SkillLevelQuerySet

MAX_ROWS = 200


@dataclass(frozen=True)
class SkillRow:
    """One borough's level, and how it differs from the return before."""

    level: SkillLevel
    change: Face


@dataclass(frozen=True)
class Summary:
    """All known levels of one skill, the best first; counts and lists are of the 33."""

    rows: Sequence[SkillRow]

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


def skill_summary(levels: SkillLevelQuerySet) -> Summary:
    """The summary of one skill's levels; one query."""
    ordered = levels.for_list().with_previous().order_by("-level", "borough__name", "pk")
    return Summary([SkillRow(one, change_face(one)) for one in ordered[:MAX_ROWS]])


# Scarce: at most one in ten of the boroughs whose level is known are at practitioner or expert.
# Contested: somebody wants help, and at least five do for each that would teach. Neither is said
# where fewer than five levels are known. Regional bodies are no boroughs and are not counted.

MIN_BOROUGHS = 5
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
        return self.known >= MIN_BOROUGHS and self.strong * ONE_IN <= self.known

    @property
    def contested(self) -> bool:
        """Whether far more want help than would teach."""
        return self.known >= MIN_BOROUGHS and self.wish > 0 and self.wish >= EACH * self.teach

    @property
    def words(self) -> str:
        """'scarce, contested', either, or nothing."""
        told = {"scarce": self.scarce, "contested": self.contested}
        return ", ".join(word for word, holds in told.items() if holds)


def skill_strengths(levels: SkillLevelQuerySet) -> list[Strength]:
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


def strength_counts(found: Iterable[Strength]) -> tuple[int, int, int]:
    """How many skills are scarce, contested, and both."""
    marks = [(one.scarce, one.contested) for one in found]
    scarce, contested = sum(one for one, _ in marks), sum(other for _, other in marks)
    return scarce, contested, sum(one and other for one, other in marks)


_BEST_FIRST = sorted(Level, reverse=True)


def strength_by_skill(levels: SkillLevelQuerySet, csv: str, *, whole: bool = True) -> Chart:
    """Boroughs at each level, per skill; the scarce and the contested on top.

    `whole` is False where a filter on the answers themselves leaves levels out: then nothing can
    be called scarce.
    """
    found = skill_strengths(levels)
    names = [f"{one.skill} ({one.words})" if whole and one.words else one.skill for one in found]
    series = {level.label: [one.at[level] for one in found] for level in _BEST_FIRST}
    wanting = [(one.teach, one.wish) for one in found]
    rows = zip(names, *series.values(), *zip(*wanting, strict=True), strict=True)
    return Chart(
        key="strength-by-skill",
        title=_finding(found) if whole else _part(found),
        sentence=_order(found, whole),
        figure=sideways_bars(names, series, colours=SEQUENCE),
        head=("Skill", *series, "Would teach", "Want help"),
        rows=list(rows) if found else [],
        source="Skill levels chosen on this page, each with its own source and date.",
        csv=csv,
        height="taller" if len(found) > 15 else "tall" if len(found) > 6 else "medium",
    )


def _finding(found: Sequence[Strength]) -> str:
    if not found:
        return "No skill levels to show"
    scarce, contested, both = strength_counts(found)
    if not scarce and not contested:
        few = min(found, key=lambda one: one.strong / one.known)
        alike = sum(one.strong * few.known == few.strong * one.known for one in found)
        least = "among the least held" if alike > 1 else "least held"
        return f"{few.skill} is {least}: {_strength_in_words(few)}"
    also = f"; {both:,} {'is' if both == 1 else 'are'} both" if both else ""
    told = f"{scarce:,} {'is' if scarce == 1 else 'are'} scarce and {contested:,} contested"
    return f"Of {len(found):,} skills, {told}{also}"


def _part(found: Sequence[Strength]) -> str:
    if not found:
        return "No skill levels to show"
    most = max(found, key=lambda one: one.known)
    return f"{most.skill} has the most of the levels chosen: {most.known:,}"


def _order(found: Sequence[Strength], whole: bool) -> str:
    if not found:
        return "No borough’s skill level matches the filters."
    if not whole:
        return "Only the levels that the filters choose are drawn, so none is called scarce."
    first = (
        f"On top: {found[0].skill}, {_strength_in_words(found[0])}, where {_wanting(found[0])}. "
    )
    return first + (
        "From the top: skills both scarce and contested, scarce, contested, then the rest; within "
        "each the smallest share of boroughs at practitioner or expert first. Scarce: at most one "
        f"in {ONE_IN} of those whose level is known. Contested: at least {EACH} boroughs want "
        "help for each that would teach."
    )


def _strength_in_words(one: Strength) -> str:
    return f"{one.strong:,} of {one.known:,} boroughs at practitioner or above"


def _wanting(one: Strength) -> str:
    want = "wants" if one.wish == 1 else "want"
    return f"{one.teach or 'none'} would teach and {one.wish or 'none'} {want} help"
