"""The matrix of boroughs and skills: known levels, what a filter leaves out, what is not known.

A cell says its level as a text, a style, and words for screen readers.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q

from boroughs.models import LONDON, Borough
from skills.models import Headcount, Level, Skill, SkillLevel, SkillLevelQuerySet


class CellLabel(NamedTuple):
    """`state` names the style (shade and pattern), `text` is short, `words` say it in full."""

    state: str
    text: str
    words: str


UNKNOWN = CellLabel("unknown", "?", "not known")
LEFT_OUT = CellLabel("left-out", "·", "left out by the filter")
_BANDS = {band: number for number, band in enumerate(Headcount)}
_SHORT_LABELS = {Headcount.MORE: "21+"}


@dataclass(frozen=True)
class MatrixDisplay:
    """One way to show the matrix; `summarise` says at a row's end what its known levels come to."""

    words: str
    title: str
    key: Sequence[CellLabel]
    label: Callable[[SkillLevel], CellLabel]
    head: str
    summarise: Callable[[Sequence[SkillLevel]], str]
    note: str


def level_label(level: SkillLevel) -> CellLabel:
    """0 to 4."""
    return _LEVELS[Level(level.level)]


def headcount_label(level: SkillLevel) -> CellLabel:
    """The band of people; not known where the return names none."""
    return _HEADCOUNTS.get(level.headcount, UNKNOWN)


def change_label(level: SkillLevel) -> CellLabel:
    """How the level differs from that of the return before; for rows read `with_previous`."""
    before: int | None = level.previous  # type: ignore[attr-defined]  # annotated
    if before is None:
        return _NEW
    was, now = (_LEVELS[Level(value)].words for value in (before, level.level))
    if before == level.level:
        return _SAME._replace(words=f"same as before, {now}")
    up = level.level > before
    difference = f"{'+' if up else '−'}{abs(level.level - before)}"
    words = f"{'raised' if up else 'lowered'} from {was} to {now}"
    return CellLabel("up" if up else "down", difference, words)


def _strong(levels: Sequence[SkillLevel]) -> str:
    strong = sum(level.level >= Level.PRACTITIONER for level in levels)
    return f"{strong} of {len(levels)}"


def _six_or_more(levels: Sequence[SkillLevel]) -> str:
    known = [level for level in levels if level.headcount]
    many = sum(_BANDS[Headcount(level.headcount)] >= _BANDS[Headcount.SIX] for level in known)
    return f"{many} of {len(known)}"


def _with_changes(levels: Sequence[SkillLevel]) -> str:
    states = [change_label(level).state for level in levels]
    up, down = states.count(_UP.state), states.count(_DOWN.state)
    return f"{up}/{down} of {len(states) - states.count(_NEW.state)}"


_UP = CellLabel("up", "+1", "raised, by so many levels")
_DOWN = CellLabel("down", "−1", "lowered, by so many levels")
_SAME = CellLabel("same", "=", "same as in the return before")
_NEW = CellLabel("new", "new", "no earlier return to compare with")
_LEVELS = {
    level: CellLabel(f"level-{level.value}", str(level.value), str(level.label).lower())
    for level in Level
}
_HEADCOUNTS = {
    band.value: CellLabel(
        f"band-{number}",
        _SHORT_LABELS.get(band, str(band.value).replace(" to ", "–")),
        "nobody" if band == Headcount.NOBODY else f"{band.label} people",
    )
    for band, number in _BANDS.items()
}

# By the value of `show` in the query string; the first is the default
DISPLAYS = {
    "level": MatrixDisplay(
        "level",
        "Level of each skill in each borough, 0 none to 4 expert",
        list(_LEVELS.values()),
        level_label,
        "Strong",
        _strong,
        "“Strong” counts boroughs at practitioner or expert among those whose level is known.",
    ),
    "headcount": MatrixDisplay(
        "headcount band",
        "How many people have each skill in each borough, in bands",
        list(_HEADCOUNTS.values()),
        headcount_label,
        "6 or more",
        _six_or_more,
        "“6 or more” counts boroughs among those whose band is known. Bands are wide enough to "
        "name nobody.",
    ),
    "change": MatrixDisplay(
        "change since the previous return",
        "How the level of each skill differs from each borough's return before",
        [_UP, _DOWN, _SAME, _NEW],
        change_label,
        "Up/down",
        _with_changes,
        "“Up/down” counts boroughs among those with an earlier return. A correction of a "
        "mistake is no change.",
    ),
}


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


# Regional bodies up to which the matrix shows those that the query string does not name
MAX_REGIONAL_BODIES = 20


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


def read_matrix(
    rows: SkillLevelQuerySet,
    values: Mapping[str, Any],
    display: MatrixDisplay,
) -> Matrix:
    """The matrix of filtered rows: the boroughs and skills that the filters name, or all of them.

    `values` has the values of the filters `skill`, `group` and `borough`.
    """
    rows, skills = rows.order_by(), Skill.objects.in_page_order()
    if values["skill"]:
        skills = skills.filter(pk__in=[skill.pk for skill in values["skill"]])
    if values["group"]:
        skills = skills.filter(group__in=values["group"])
    boroughs, left_out = list(values["borough"]), False
    if not boroughs:
        boroughs, left_out = _boroughs_with_rows(rows)
    levels = SkillLevel.objects.filter(borough__in=boroughs, skill__in=skills).with_previous()
    matching = set(rows.filter(borough__in=boroughs).values_list("pk", flat=True))
    matrix = lay_out_matrix(skills, boroughs, levels, matching, display)
    if not values["borough"]:
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
