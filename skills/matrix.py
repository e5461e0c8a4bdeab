"""The borough × skill matrix: known levels, what a filter leaves out, and what is not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from boroughs.models import Borough
from skills.filters import SkillLevelFilter
from skills.models import Level, Skill, SkillLevel


@dataclass(frozen=True)
class Cell:
    """One borough's level of one skill; `level` is None where it is not known."""

    borough: Borough
    level: SkillLevel | None
    chosen: bool

    @property
    def state(self) -> str:
        """level-0 … level-4, unknown, or left-out for a level that the filter leaves out."""
        if self.level is None:
            return "unknown"
        return f"level-{self.level.level}" if self.chosen else "left-out"


@dataclass(frozen=True)
class Row:
    """One skill over the boroughs."""

    skill: Skill
    cells: Sequence[Cell]

    @property
    def known(self) -> int:
        """In how many boroughs the level is known."""
        return sum(cell.level is not None for cell in self.cells)

    @property
    def strong(self) -> int:
        """In how many boroughs it is known to be practitioner or expert."""
        levels = [cell.level for cell in self.cells if cell.level]
        return sum(level.level >= Level.PRACTITIONER for level in levels)


@dataclass(frozen=True)
class Matrix:
    """Skills down, boroughs across, in the groups' order."""

    boroughs: Sequence[Borough]
    groups: Sequence[tuple[str, Sequence[Row]]]


def of(
    skills: Iterable[Skill],
    boroughs: Sequence[Borough],
    levels: Iterable[SkillLevel],
    chosen: Iterable[int],
) -> Matrix:
    """Lay out levels; `chosen` holds the primary keys of those that the filter keeps."""
    kept = set(chosen)
    at = {(level.skill_id, level.borough_id): level for level in levels}

    def cell(skill: Skill, borough: Borough) -> Cell:
        level = at.get((skill.pk, borough.pk))
        return Cell(borough, level, level is not None and level.pk in kept)

    rows = [Row(skill, [cell(skill, borough) for borough in boroughs]) for skill in skills]
    groups = [
        (name, list(members)) for name, members in groupby(rows, lambda row: row.skill.group.name)
    ]
    return Matrix(boroughs, groups)


def of_filter(chosen: SkillLevelFilter) -> Matrix:
    """The matrix of a filtered list: the boroughs and skills it names, or all of them."""
    if chosen.problems:
        return Matrix([], [])
    named = chosen.form.cleaned_data
    boroughs = named["borough"] or Borough.objects.london()
    skills = named["skill"] or Skill.objects.all()
    if named["group"]:
        skills = skills.filter(group__in=named["group"])
    levels = SkillLevel.objects.filter(borough__in=boroughs, skill__in=skills)
    if not chosen.illustrative:
        levels = levels.real()
    kept = chosen.rows.order_by().values_list("pk", flat=True)
    return of(skills.select_related("group"), list(boroughs), levels, kept)
