"""The matrix of boroughs and skills: known levels, what a filter leaves out, what is not known."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from django.db.models import Exists, OuterRef, Q

from boroughs.models import LONDON, Borough
from skills.filters import SkillLevelFilter
from skills.matrix_cells import LEFT_OUT, UNKNOWN, CellLabel, MatrixDisplay
from skills.models import Skill, SkillLevel, SkillLevelQuerySet


@dataclass(frozen=True)
class MatrixCell:
    """One borough's level of one skill; `level` is None where it is not known."""

    borough: Borough
    level: SkillLevel | None
    label: CellLabel


@dataclass(frozen=True)
class MatrixRow:
    """One skill over the boroughs."""

    skill: Skill
    cells: Sequence[MatrixCell]
    display: MatrixDisplay

    @property
    def known(self) -> int:
        """In how many of the boroughs, regional bodies aside, the level is known."""
        return len(self._levels)

    @property
    def summary(self) -> str:
        """What the known levels come to, such as '9 of 27'."""
        return self.display.summarise(self._levels)

    @property
    def _levels(self) -> list[SkillLevel]:
        london = [cell for cell in self.cells if cell.borough.kind != Borough.Kind.REGIONAL]
        return [cell.level for cell in london if cell.level]


MAX_REGIONAL_BODIES = 20
"""Regional bodies up to which the matrix shows those that the query string does not name."""


@dataclass(frozen=True)
class Matrix:
    """Skills down, boroughs across, in the groups' order.

    `borough_count`: among how many boroughs a level may be known. `left_out`: there are too many
    regional bodies to show any that the query string does not name.
    """

    boroughs: Sequence[Borough]
    groups: Sequence[tuple[str, Sequence[MatrixRow]]]
    display: MatrixDisplay
    borough_count: int = LONDON
    left_out: bool = False


def lay_out_matrix(
    skills: Iterable[Skill],
    boroughs: Sequence[Borough],
    levels: Iterable[SkillLevel],
    matching: Collection[int],
    display: MatrixDisplay,
) -> Matrix:
    """Lay out levels; `matching` holds the primary keys of those that the filter keeps."""
    by_place = {(level.skill_id, level.borough_id): level for level in levels}

    def cell(skill: Skill, borough: Borough) -> MatrixCell:
        level = by_place.get((skill.pk, borough.pk))
        if level is None:
            return MatrixCell(borough, None, UNKNOWN)
        label = display.label(level) if level.pk in matching else LEFT_OUT
        return MatrixCell(borough, level, label)

    rows = [
        MatrixRow(skill, [cell(skill, borough) for borough in boroughs], display)
        for skill in skills
    ]
    groups = groupby(rows, lambda row: row.skill.group.name)
    return Matrix(boroughs, [(name, list(members)) for name, members in groups], display)


def matrix_for(filterset: SkillLevelFilter) -> Matrix:
    """The matrix of a filtered list: the boroughs and skills it names, or all of them."""
    if filterset.problems:
        return Matrix([], [], filterset.display)
    named, rows = filterset.named, filterset.rows.order_by()
    skills = Skill.objects.in_page_order()
    if named["skill"]:
        skills = skills.filter(pk__in=[skill.pk for skill in named["skill"]])
    if named["group"]:
        skills = skills.filter(group__in=named["group"])
    boroughs, left_out = list(named["borough"]), False
    if not boroughs:
        boroughs, left_out = _boroughs_with_rows(rows)
    levels = SkillLevel.objects.filter(borough__in=boroughs, skill__in=skills)
    levels = levels.real_unless(filterset.illustrative).with_previous()
    keys = set(rows.filter(borough__in=boroughs).values_list("pk", flat=True))
    matrix = lay_out_matrix(skills, boroughs, levels, keys, filterset.display)
    if not named["borough"]:
        return replace(matrix, left_out=left_out)
    london = [borough for borough in boroughs if borough.kind != Borough.Kind.REGIONAL]
    return replace(matrix, borough_count=len(london))


def _boroughs_with_rows(rows: SkillLevelQuerySet) -> tuple[list[Borough], bool]:
    """The 33 with the regional bodies that have a row, and whether these were too many to show."""
    own = rows.filter(borough=OuterRef("pk"))
    boroughs = Borough.objects.filter(~Q(kind=Borough.Kind.REGIONAL) | Exists(own))
    bodies = list(boroughs[: LONDON + MAX_REGIONAL_BODIES + 1])
    if sum(borough.kind == Borough.Kind.REGIONAL for borough in bodies) > MAX_REGIONAL_BODIES:
        return list(Borough.objects.london()), True
    return bodies, False
