"""What a cell of the matrix says of a level: a text, a style, and words for screen readers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from skills.models import Headcount, Level, SkillLevel


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
"""By the value of `show` in the query string; the first is the default."""
