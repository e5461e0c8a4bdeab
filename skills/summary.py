"""What London can do with one skill: who is at which level, who would teach, who wants help."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boroughs.models import Borough
from citytools.charts import SEQUENCE, Chart, sideways_bars
from skills.matrix import CellLabel, change_label
from skills.models import Level, SkillLevel, SkillLevelQuerySet

MAX_ROWS = 200
_BEST_FIRST = sorted(Level, reverse=True)


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
            (value, [level for level in self.london if level.level == value])
            for value in _BEST_FIRST
        ]

    @property
    def teachers(self) -> list[SkillLevel]:
        return [level for level in self.london if level.can_teach]

    @property
    def wishes(self) -> list[SkillLevel]:
        """The levels of those that would like help, the lowest first."""
        wishes = [level for level in self.london if level.wants_help]
        return sorted(wishes, key=lambda level: level.level)


def skill_summary(levels: SkillLevelQuerySet) -> SkillSummary:
    """The summary of one skill's levels; one query."""
    ordered = levels.for_list().with_previous().order_by("-level", "borough__name", "pk")
    return SkillSummary([SkillRow(level, change_label(level)) for level in ordered[:MAX_ROWS]])


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
        return sum(self.at)

    @property
    def strong(self) -> int:
        """In how many boroughs it is practitioner or expert."""
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
        marks = ["scarce" if self.scarce else "", "contested" if self.contested else ""]
        return ", ".join(filter(None, marks))


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
    wishes_per_teacher = strength.wish / strength.teach if strength.teach else math.inf
    return (
        not strength.scarce,
        not strength.contested,
        _strong_share(strength),
        -wishes_per_teacher if strength.wish else 0,
        strength.position,
    )


def _strong_share(strength: Strength) -> float:
    return strength.strong / strength.known


def strength_counts(strengths: Iterable[Strength]) -> tuple[int, int, int]:
    """How many skills are scarce, contested, and both."""
    marks = Counter((strength.scarce, strength.contested) for strength in strengths)
    both = marks[True, True]
    return marks[True, False] + both, marks[False, True] + both, both


def strength_by_skill(levels: SkillLevelQuerySet, csv: str, *, whole: bool = True) -> Chart:
    """Boroughs at each level, for each skill; the scarce and the contested on top.

    `whole` is False where a filter on the answers themselves leaves levels out: then nothing can
    be called scarce.
    """
    strengths = skill_strengths(levels)
    names = [
        f"{strength.skill} ({strength.words})" if whole and strength.words else strength.skill
        for strength in strengths
    ]
    series = {level.label: [strength.at[level] for strength in strengths] for level in _BEST_FIRST}
    teach = [strength.teach for strength in strengths]
    wish = [strength.wish for strength in strengths]
    return Chart(
        key="strength-by-skill",
        title=_title(strengths, whole),
        sentence=_sentence(strengths, whole),
        figure=sideways_bars(names, series, colours=SEQUENCE),
        head=("Skill", *series, "Would teach", "Want help"),
        rows=list(zip(names, *series.values(), teach, wish, strict=True)),
        source="Skill levels chosen on this page, each with its own source and date.",
        csv=csv,
        height="taller" if len(strengths) > 15 else "tall" if len(strengths) > 6 else "medium",
    )


def _title(strengths: Sequence[Strength], whole: bool) -> str:
    if not strengths:
        return "No skill levels to show"
    if not whole:
        largest = max(strengths, key=lambda strength: strength.known)
        return f"{largest.skill} has the most of the levels chosen: {largest.known:,}"
    scarce, contested, both = strength_counts(strengths)
    if not scarce and not contested:
        weakest = min(strengths, key=_strong_share)
        # Equal fractions of whole numbers are equal as floats too
        ties = sum(_strong_share(strength) == _strong_share(weakest) for strength in strengths)
        least = "among the least held" if ties > 1 else "least held"
        return f"{weakest.skill} is {least}: {_strength_in_words(weakest)}"
    also = f"; {both:,} {'is' if both == 1 else 'are'} both" if both else ""
    return (
        f"Of {len(strengths):,} skills, {scarce:,} {'is' if scarce == 1 else 'are'} scarce and "
        f"{contested:,} contested{also}"
    )


def _sentence(strengths: Sequence[Strength], whole: bool) -> str:
    if not strengths:
        return "No borough’s skill level matches the filters."
    if not whole:
        return "Only the levels that the filters choose are drawn, so none is called scarce."
    first = strengths[0]
    want = "wants" if first.wish == 1 else "want"
    return (
        f"On top: {first.skill}, {_strength_in_words(first)}, where {first.teach or 'none'} would "
        f"teach and {first.wish or 'none'} {want} help. From the top: skills both scarce and "
        "contested, scarce, contested, then the rest; within each the smallest share of boroughs "
        f"at practitioner or expert first. Scarce: at most one in {SCARCE_ONE_IN} of those whose "
        f"level is known. Contested: at least {MIN_WISHES_PER_TEACHER} boroughs want help for "
        "each that would teach."
    )


def _strength_in_words(strength: Strength) -> str:
    return f"{strength.strong:,} of {strength.known:,} boroughs at practitioner or above"
