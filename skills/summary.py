"""What London can do with one skill: who is at which level, who would teach, who wants help."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boroughs.models import Borough
from citytools.charts import SEQUENCE, Chart, sideways_bars
from skills.matrix_cells import CellLabel, change_label
from skills.models import Level, SkillLevel, SkillLevelQuerySet

MAX_ROWS = 200


@dataclass(frozen=True)
class SkillRow:
    """One borough's level, and how it differs from the return before."""

    level: SkillLevel
    change: CellLabel


@dataclass(frozen=True)
class SkillSummary:
    """All known levels of one skill, the best first; counts and lists are of the 33."""

    rows: Sequence[SkillRow]

    @property
    def london(self) -> list[SkillLevel]:
        """The levels without those of regional bodies."""
        levels = [row.level for row in self.rows]
        return [level for level in levels if level.borough.kind != Borough.Kind.REGIONAL]

    @property
    def strong(self) -> int:
        """How many are at practitioner or expert."""
        return sum(level.level >= Level.PRACTITIONER for level in self.london)

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
        return [level for level in self.london if level.can_teach]

    @property
    def wishes(self) -> list[SkillLevel]:
        """Who would like help, the lowest level first."""
        return sorted(
            (level for level in self.london if level.wants_help), key=lambda level: level.level
        )


def skill_summary(levels: SkillLevelQuerySet) -> SkillSummary:
    """The summary of one skill's levels; one query."""
    ordered = levels.for_list().with_previous().order_by("-level", "borough__name", "pk")
    return SkillSummary([SkillRow(one, change_label(one)) for one in ordered[:MAX_ROWS]])


# Scarce: at most one in ten of the boroughs whose level is known are at practitioner or expert.
# Contested: somebody wants help, and at least five do for each that would teach. Neither is said
# where fewer than five levels are known. Regional bodies are no boroughs and are not counted.

MIN_BOROUGHS = 5
SCARCE_ONE_IN, MIN_WISHES_PER_TEACHER = 10, 5


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
        return self.known >= MIN_BOROUGHS and self.strong * SCARCE_ONE_IN <= self.known

    @property
    def contested(self) -> bool:
        """Whether far more want help than would teach."""
        return (
            self.known >= MIN_BOROUGHS
            and self.wish > 0
            and self.wish >= MIN_WISHES_PER_TEACHER * self.teach
        )

    @property
    def words(self) -> str:
        """'scarce, contested', either, or nothing."""
        told = {"scarce": self.scarce, "contested": self.contested}
        return ", ".join(word for word, holds in told.items() if holds)


def skill_strengths(levels: SkillLevelQuerySet) -> list[Strength]:
    """Both scarce and contested first, then scarce, then contested, then the rest; one query.

    Within each, the smaller share of strong boroughs first, then more wishes for each teacher.
    """
    strengths = [
        Strength(
            row["skill__name"],
            (row["skill__group__position"], row["skill__position"], row["skill"]),
            [row[f"at_{level}"] for level in Level.values],
            row["teach"],
            row["wish"],
        )
        for row in levels.strength_by_skill()
    ]
    return sorted(strengths, key=_sort_key)


def _sort_key(strength: Strength) -> tuple[object, ...]:
    each = (
        strength.wish / strength.teach
        if strength.teach
        else strength.wish * math.inf
        if strength.wish
        else 0
    )
    return (
        not strength.scarce,
        not strength.contested,
        strength.strong / strength.known,
        -each,
        strength.position,
    )


def strength_counts(found: Iterable[Strength]) -> tuple[int, int, int]:
    """How many skills are scarce, contested, and both."""
    marks = [(strength.scarce, strength.contested) for strength in found]
    scarce, contested = sum(one for one, _ in marks), sum(other for _, other in marks)
    return scarce, contested, sum(one and other for one, other in marks)


_BEST_FIRST = sorted(Level, reverse=True)


def strength_by_skill(levels: SkillLevelQuerySet, csv: str, *, whole: bool = True) -> Chart:
    """Boroughs at each level, per skill; the scarce and the contested on top.

    `whole` is False where a filter on the answers themselves leaves levels out: then nothing can
    be called scarce.
    """
    strengths = skill_strengths(levels)
    names = [
        f"{strength.skill} ({strength.words})" if whole and strength.words else strength.skill
        for strength in strengths
    ]
    series = {level.label: [strength.at[level] for strength in strengths] for level in _BEST_FIRST}
    wanting = [(strength.teach, strength.wish) for strength in strengths]
    rows = zip(names, *series.values(), *zip(*wanting, strict=True), strict=True)
    return Chart(
        key="strength-by-skill",
        title=_title(strengths) if whole else _partial_title(strengths),
        sentence=_sentence(strengths, whole),
        figure=sideways_bars(names, series, colours=SEQUENCE),
        head=("Skill", *series, "Would teach", "Want help"),
        rows=list(rows) if strengths else [],
        source="Skill levels chosen on this page, each with its own source and date.",
        csv=csv,
        height="taller" if len(strengths) > 15 else "tall" if len(strengths) > 6 else "medium",
    )


def _title(found: Sequence[Strength]) -> str:
    if not found:
        return "No skill levels to show"
    scarce, contested, both = strength_counts(found)
    if not scarce and not contested:
        few = min(found, key=lambda strength: strength.strong / strength.known)
        alike = sum(
            strength.strong * few.known == few.strong * strength.known for strength in found
        )
        least = "among the least held" if alike > 1 else "least held"
        return f"{few.skill} is {least}: {_strength_in_words(few)}"
    also = f"; {both:,} {'is' if both == 1 else 'are'} both" if both else ""
    told = f"{scarce:,} {'is' if scarce == 1 else 'are'} scarce and {contested:,} contested"
    return f"Of {len(found):,} skills, {told}{also}"


def _partial_title(found: Sequence[Strength]) -> str:
    if not found:
        return "No skill levels to show"
    strength = max(found, key=lambda one: one.known)
    return f"{strength.skill} has the most of the levels chosen: {strength.known:,}"


def _sentence(found: Sequence[Strength], whole: bool) -> str:
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
        f"in {SCARCE_ONE_IN} of those whose level is known. Contested: at least {MIN_WISHES_PER_TEACHER} boroughs want "
        "help for each that would teach."
    )


def _strength_in_words(strength: Strength) -> str:
    return f"{strength.strong:,} of {strength.known:,} boroughs at practitioner or above"


def _wanting(strength: Strength) -> str:
    want = "wants" if strength.wish == 1 else "want"
    return f"{strength.teach or 'none'} would teach and {strength.wish or 'none'} {want} help"
