"""The report as a document, whatever draws it: sections of blocks, each a plain value.

A page's template and the PDF's draw the same blocks. `kind` names a block: it is the template that
draws it on the page, and what the PDF knows it by.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from django.utils.safestring import SafeString

from research.metrics.base import MetricFigure, Picture
from research.publications.text import render_text

Point = tuple[str, *tuple[float, ...]]
"""A label, and the amounts across and up."""
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 20, 50


@dataclass(frozen=True)
class Plane:
    """Dots and ticks in pixels from the upper left; ticks are (pixels, words)."""

    across: str
    up: str
    dots: Sequence[tuple[float, float, str]]
    across_ticks: Sequence[tuple[float, str]]
    up_ticks: Sequence[tuple[float, str]]

    @classmethod
    def from_points(cls, head: Sequence[str], points: Sequence[Point]) -> Self:
        """Both axes begin at zero; `head` names label, across and up."""
        amounts = [(label, across, up) for label, *(across, up) in points]
        across_step = _step(max((across for _, across, _ in amounts), default=0))
        up_step = _step(max((up for _, _, up in amounts), default=0))
        return cls(
            head[1],
            head[2],
            [(_x(across, across_step), _y(up, up_step), label) for label, across, up in amounts],
            [(_x(n * across_step, across_step), f"{n * across_step:,.10g}") for n in range(6)],
            [(_y(n * up_step, up_step), f"{n * up_step:,.10g}") for n in range(6)],
        )


def _step(largest: float) -> float:
    """A round step of which five reach the largest: 1, 2 or 5 times a power of ten."""
    if largest <= 0:
        return 1
    power: float = 10 ** math.floor(math.log10(largest / 5))
    return next(power * times for times in (1, 2, 5, 10) if power * times * 5 >= largest)


def _x(value: float, step: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * value / (5 * step), 1)


def _y(value: float, step: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / (5 * step), 1)


@dataclass(frozen=True)
class Piece:
    """Words in a line, perhaps with the address they link to: a path, a URL or '#anchor'."""

    words: str
    link: str = ""

    @property
    def is_external(self) -> bool:
        """Whether it leads away from this site."""
        return self.link.startswith("http")


Line = Sequence[Piece]


def text_line(words: str) -> Line:
    """A line of words alone."""
    return (Piece(words),)


def table_row(*cells: str | Line) -> list[Line]:
    """Cells of words, or of lines with links."""
    return [text_line(cell) if isinstance(cell, str) else cell for cell in cells]


class Block:
    """What a section consists of."""

    kind: ClassVar[str]

    @property
    def template(self) -> str:
        return f"research/report/_{self.kind}.html"


@dataclass(frozen=True)
class Paragraph(Block):
    """One paragraph; a lead stands out, a notice warns, a quiet one is small."""

    line: Line
    tone: Literal["plain", "lead", "notice", "quiet"] = "plain"
    kind: ClassVar[str] = "words"


@dataclass(frozen=True)
class Prose(Block):
    """A record's own text in Markdown, with the numbers it quotes."""

    source: str
    figures: Mapping[str, MetricFigure]
    level: int
    kind: ClassVar[str] = "prose"

    @property
    def rendered(self) -> SafeString:
        return render_text(self.source, self.figures, self.level)


@dataclass(frozen=True)
class Items(Block):
    """A list; with anchors where something refers to its items by number."""

    lines: Sequence[Line]
    anchors: Sequence[str] = ()
    kind: ClassVar[str] = "items"

    @property
    def anchored(self) -> Iterator[tuple[str, Line]]:
        """(anchor, line) of each item."""
        return zip(self.anchors, self.lines, strict=True)


@dataclass(frozen=True)
class ReportTable(Block):
    """A numbered table; the first column names the rows. `numeric` are columns counted from 0.

    `widths` are the columns' parts of 100; without them all are alike.
    """

    name: str
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Line]]
    numeric: frozenset[int] = frozenset()
    widths: Sequence[int] = ()
    kind: ClassVar[str] = "table"

    @property
    def wide(self) -> bool:
        """Whether the first column takes the most room."""
        return bool(self.widths) and self.widths[0] > 40

    @property
    def cells(self) -> list[list[tuple[Line, bool]]]:
        """(line, whether it is a number) of each cell by row."""
        return [[(line, n in self.numeric) for n, line in enumerate(row)] for row in self.rows]

    @property
    def headings(self) -> list[tuple[str, bool]]:
        """(words, whether numbers stand beneath) of each column."""
        return [(words, n in self.numeric) for n, words in enumerate(self.head)]


@dataclass(frozen=True)
class ReportBar:
    """One row of a picture: its label, its number in words, its part of 100 of the longest."""

    label: str
    words: str
    per_cent: float


@dataclass(frozen=True)
class Bars(Block):
    """A numbered figure: bars from zero beside their numbers, which are a table by themselves."""

    name: str
    caption: str
    head: Sequence[str]
    bars: Sequence[ReportBar]
    source: str
    kind: ClassVar[str] = "bars"


@dataclass(frozen=True)
class ReportDots(Block):
    """A numbered figure: dots in a plane at `points` (label, x, y); `alt` describes it."""

    name: str
    caption: str
    head: Sequence[str]
    alt: str
    points: Sequence[Point]
    source: str
    kind: ClassVar[str] = "dots"

    @property
    def plane(self) -> Plane:
        return Plane.from_points(self.head, self.points)


@dataclass(frozen=True)
class ReportSection:
    """A part of the report under a numbered heading."""

    number: str
    title: str
    anchor: str
    blocks: Sequence[Block]
    sections: Sequence["ReportSection"] = ()


def join_lines(lines: Iterable[Line], separator: str) -> Line:
    """The lines as one, with a separator between."""
    pieces: list[Piece] = []
    for line in lines:
        pieces += [Piece(separator), *line] if pieces else line
    return pieces


def picture_bars(picture: Picture, words: Iterable[Sequence[str]]) -> list[ReportBar]:
    """A picture's rows as bars; `words` are its rows as a page writes them."""
    amounts = [abs(amount) for _, *(amount, *_) in picture.rows]
    longest = max(amounts, default=0) or 1
    return [
        ReportBar(label, number, round(100 * amount / longest, 1))
        for (label, number), amount in zip(words, amounts, strict=True)
    ]
