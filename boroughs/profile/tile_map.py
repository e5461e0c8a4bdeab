"""The tile map: 33 equal tiles, one measure, and what is not known left hatched."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boroughs.measures import MEASURES, Measure, Values
from boroughs.models import Borough

CLASSES = 4


@dataclass(frozen=True)
class Tile:
    """One borough's tile; `value` is None where nothing is known.

    `bound` says that there may be more than the value. `shade` is 0 for nought and for what is
    not known, else 1 (least) to 4.
    """

    borough: Borough
    value: int | None
    bound: bool
    shade: int
    measure: Measure

    @property
    def known(self) -> bool:
        """Whether there is a number to show."""
        return self.value is not None

    @property
    def hatched(self) -> bool:
        """Whether the tile leaves something open."""
        return self.bound or not self.known

    @property
    def number(self) -> str:
        """The value as written, a question mark where it is not known."""
        return "?" if self.value is None else self.measure.number(self.value)

    @property
    def unit(self) -> str:
        """The unit that fits the value."""
        return "" if self.value is None else self.measure.unit(self.value)


@dataclass(frozen=True)
class TileMap:
    """All tiles in the order of the boroughs' names, with the legend; `returned` of the 33."""

    key: str
    measure: Measure
    tiles: Sequence[Tile]
    bounds: Sequence[tuple[int, int]]
    returned: int

    @property
    def legend(self) -> list[tuple[int, str]]:
        """(shade, '4 to 9') of each class, nought first where a tile has it."""
        nought = [(0, self.measure.number(0))] if any(one.value == 0 for one in self.tiles) else []
        number = self.measure.number
        return nought + [
            (shade, number(first) if first == last else f"{number(first)} to {number(last)}")
            for shade, (first, last) in enumerate(self.bounds, 1)
        ]


def tile_map(key: str, today: datetime.date) -> TileMap:
    """The map of one measure as at a day; KeyError for a measure that is not known."""
    measure = MEASURES[key]
    values = measure.values(today)
    reporting = Borough.objects.reporting(measure.subject).count()
    complete = set(Borough.objects.complete(measure.subject).values_list("pk", flat=True))
    boroughs = list(Borough.objects.london())
    bounds = classes([values.get(borough.pk, 0) for borough in boroughs])
    tiles = [_tile(one, measure, values, one.pk in complete, bounds) for one in boroughs]
    return TileMap(key, measure, tiles, bounds, reporting)


def _tile(
    borough: Borough,
    measure: Measure,
    values: Values,
    complete: bool,
    bounds: Sequence[tuple[int, int]],
) -> Tile:
    missing = 0 if complete and not measure.share else None
    value = values.get(borough.pk, missing)
    bound = value is not None and not complete and not measure.share
    return Tile(borough, value, bound, _shade(value or 0, bounds), measure)


def classes(values: Iterable[int]) -> list[tuple[int, int]]:
    """Up to four classes of equal width (first, last), whole numbers, from the least above zero."""
    known = [value for value in values if value > 0]
    if not known:
        return []
    low, high = min(known), max(known)
    width = -(-(high - low + 1) // CLASSES)
    starts = range(low, high + 1, width)
    return [(start, min(start + width - 1, high)) for start in starts]


def _shade(value: int, bounds: Sequence[tuple[int, int]]) -> int:
    return next((place for place, (_, last) in enumerate(bounds, 1) if 0 < value <= last), 0)
