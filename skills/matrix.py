"""The borough × skill matrix: known levels, what a filter leaves out, and what is not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet

from boroughs.models import Borough
from skills.filters import SkillLevelFilter
from skills.models import Level, Skill, SkillLevel, SkillLevelQuerySet


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
        """In how many of the 33 the level is known."""
        return len(self._levels)

    @property
    def strong(self) -> int:
        """In how many of the 33 it is known to be practitioner or expert."""
        return sum(level >= Level.PRACTITIONER for level in self._levels)

    @property
    def _levels(self) -> list[int]:
        london = [cell for cell in self.cells if cell.borough.kind != Borough.Kind.REGIONAL]
        return [cell.level.level for cell in london if cell.level]


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
    rows = chosen.rows.order_by()
    skills = Skill.objects.order_by("group__position", "group_id", "position", "pk")
    if named["skill"]:
        skills = skills.filter(pk__in=[skill.pk for skill in named["skill"]])
    if named["group"]:
        skills = skills.filter(group__in=named["group"])
    boroughs = named["borough"] or list(_with_rows(rows))
    levels = SkillLevel.objects.filter(borough__in=boroughs, skill__in=skills)
    if not chosen.illustrative:
        levels = levels.real()
    return of(skills.select_related("group"), boroughs, levels, rows.values_list("pk", flat=True))


def _with_rows(rows: SkillLevelQuerySet) -> QuerySet[Borough]:
    """The 33, and any regional body that has one of the rows."""
    own = rows.filter(borough=OuterRef("pk"))
    return Borough.objects.filter(~Q(kind=Borough.Kind.REGIONAL) | Exists(own))
