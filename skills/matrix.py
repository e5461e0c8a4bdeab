"""The borough × skill matrix: known levels, what a filter leaves out, and what is not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import Exists, OuterRef, Q

from boroughs.models import LONDON, Borough
from skills.filters import SkillLevelFilter
from skills.matrix_cells import LEFT_OUT, UNKNOWN, Face, Show
from skills.models import Skill, SkillLevel, SkillLevelQuerySet


@dataclass(frozen=True)
class MatrixCell:
    """One borough's level of one skill; `level` is None where it is not known."""

    borough: Borough
    level: SkillLevel | None
    chosen: bool
    face: Face

    @property
    def state(self) -> str:
        """The style: level-0 … level-4 and so on, unknown, or left-out for what a filter drops."""
        return self.face.state


@dataclass(frozen=True)
class MatrixRow:
    """One skill over the boroughs."""

    skill: Skill
    cells: Sequence[MatrixCell]
    show: Show

    @property
    def known(self) -> int:
        """In how many of the boroughs shown, regional bodies aside, the level is known."""
        return len(self._levels)

    @property
    def counted(self) -> str:
        """What the known levels come to, as the matrix shows them: '9 of 27'."""
        return self.show.counted(self._levels)

    @property
    def _levels(self) -> list[SkillLevel]:
        london = [cell for cell in self.cells if cell.borough.kind != Borough.Kind.REGIONAL]
        return [cell.level for cell in london if cell.level]


MAX_REGIONAL_BODIES = 20
"""Regional bodies that the matrix shows unasked, at the most."""


@dataclass(frozen=True)
class Matrix:
    """Skills down, boroughs across, in the groups' order; each known level among `of` boroughs.

    `left_out`: there are too many regional bodies to show any that was not asked for.
    """

    boroughs: Sequence[Borough]
    groups: Sequence[tuple[str, Sequence[MatrixRow]]]
    show: Show
    of: int = LONDON
    left_out: bool = False


def lay_out_matrix(
    skills: Iterable[Skill],
    boroughs: Sequence[Borough],
    levels: Iterable[SkillLevel],
    chosen: Iterable[int],
    show: Show,
) -> Matrix:
    """Lay out levels; `chosen` holds the primary keys of those that the filter keeps."""
    kept = set(chosen)
    at = {(level.skill_id, level.borough_id): level for level in levels}

    def cell(skill: Skill, borough: Borough) -> MatrixCell:
        level = at.get((skill.pk, borough.pk))
        if level is None:
            return MatrixCell(borough, None, False, UNKNOWN)
        known = level.pk in kept
        return MatrixCell(borough, level, known, show.face(level) if known else LEFT_OUT)

    rows = [
        MatrixRow(skill, [cell(skill, borough) for borough in boroughs], show) for skill in skills
    ]
    groups = [
        (name, list(members)) for name, members in groupby(rows, lambda row: row.skill.group.name)
    ]
    return Matrix(boroughs, groups, show)


def matrix_for(chosen: SkillLevelFilter) -> Matrix:
    """The matrix of a filtered list: the boroughs and skills it names, or all of them."""
    if chosen.problems:
        return Matrix([], [], chosen.shown)
    named = chosen.values
    rows = chosen.rows.order_by()
    skills = Skill.objects.order_by("group__position", "group_id", "position", "pk")
    if named["skill"]:
        skills = skills.filter(pk__in=[skill.pk for skill in named["skill"]])
    if named["group"]:
        skills = skills.filter(group__in=named["group"])
    boroughs, left_out = (
        (list(named["borough"]), False) if named["borough"] else _boroughs_with_rows(rows)
    )
    levels = SkillLevel.objects.filter(borough__in=boroughs, skill__in=skills)
    if not chosen.includes_illustrative:
        levels = levels.real()
    keys = rows.filter(borough__in=boroughs).values_list("pk", flat=True)
    matrix = lay_out_matrix(
        skills.select_related("group"), boroughs, levels.with_previous(), keys, chosen.shown
    )
    few = sum(borough.kind != Borough.Kind.REGIONAL for borough in boroughs)
    return replace(matrix, of=few) if named["borough"] else replace(matrix, left_out=left_out)


def _boroughs_with_rows(rows: SkillLevelQuerySet) -> tuple[list[Borough], bool]:
    """The 33, and the regional bodies that have one of the rows, unless these are too many."""
    own = rows.filter(borough=OuterRef("pk"))
    boroughs = Borough.objects.filter(~Q(kind=Borough.Kind.REGIONAL) | Exists(own))
    bodies = list(boroughs[: LONDON + MAX_REGIONAL_BODIES + 1])
    if sum(borough.kind == Borough.Kind.REGIONAL for borough in bodies) > MAX_REGIONAL_BODIES:
        return list(Borough.objects.london()), True
    return bodies, False
