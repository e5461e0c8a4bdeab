"""Dots in a plane, as numbers of an SVG that page and PDF share."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

Place = tuple[str, *tuple[float, ...]]
"""A label, and how far its dot stands across and up."""
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 20, 50


@dataclass(frozen=True)
class Plane:
    """Dots and ticks in pixels from the upper left; ticks are (place, words)."""

    across: str
    up: str
    dots: Sequence[tuple[float, float, str]]
    across_ticks: Sequence[tuple[float, str]]
    up_ticks: Sequence[tuple[float, str]]

    @classmethod
    def of(cls, head: Sequence[str], places: Sequence[Place]) -> Self:
        """The plane of some places, both ways from nought; `head` names label, across and up."""
        points = [(label, across, up) for label, *(across, up) in places]
        across_step = _step(max((across for _, across, _ in points), default=0))
        up_step = _step(max((up for _, _, up in points), default=0))
        return cls(
            head[1],
            head[2],
            [(_x(across, across_step), _y(up, up_step), label) for label, across, up in points],
            [(_x(n * across_step, across_step), _words(n * across_step)) for n in range(6)],
            [(_y(n * up_step, up_step), _words(n * up_step)) for n in range(6)],
        )


def _step(most: float) -> float:
    """A round step of which five reach the largest: 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return 1
    power = 10 ** math.floor(math.log10(most / 5))
    return next(power * times for times in (1, 2, 5, 10) if power * times * 5 >= most)


def _x(value: float, step: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * value / (5 * step), 1)


def _y(value: float, step: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / (5 * step), 1)


def _words(value: float) -> str:
    return f"{value:,.10g}"
