"""The tile map: 33 equal tiles, one measure, and what is not known left hatched."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from boroughs.models import Borough, Return, Subject
from contracts.models import Contract, ContractPartner
from skills.models import SkillLevel
from systems.models import System

CLASSES = 4


@dataclass(frozen=True)
class Measure:
    """A count per borough; `subject` is the return that makes it complete."""

    words: str
    unit: str
    subject: Subject
    count: Callable[[datetime.date], "Counter[int]"]


@dataclass(frozen=True)
class Tile:
    """One borough's tile; `shade` is 0 where nothing is known, else 1 (least) to 4."""

    borough: Borough
    value: int
    returned: bool
    shade: int

    @property
    def known(self) -> bool:
        """Without a return a zero means not known."""
        return self.returned or self.value > 0


@dataclass(frozen=True)
class TileMap:
    """All tiles in the order of the boroughs' names, with the legend."""

    key: str
    measure: Measure
    tiles: Sequence[Tile]
    bounds: Sequence[tuple[int, int]]

    @property
    def returned(self) -> int:
        """Boroughs that have sent a return on the measure's subject."""
        return sum(tile.returned for tile in self.tiles)


def tile_map(key: str, today: datetime.date) -> TileMap:
    """The map of one measure as at a day; KeyError for a measure that is not known."""
    measure = MEASURES[key]
    counts = measure.count(today)
    returns = Return.objects.filter(subject=measure.subject).order_by()
    returned = set(returns.values_list("borough", flat=True))
    boroughs = list(Borough.objects.london())
    bounds = classes([counts[borough.pk] for borough in boroughs])
    tiles = [
        Tile(
            borough, counts[borough.pk], borough.pk in returned, _shade(counts[borough.pk], bounds)
        )
        for borough in boroughs
    ]
    return TileMap(key, measure, tiles, bounds)


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


def _systems(today: datetime.date) -> "Counter[int]":
    return Counter(System.objects.order_by().values_list("borough", flat=True))


def _decisions(today: datetime.date) -> "Counter[int]":
    due = Contract.objects.acting_between(today, today + relativedelta(months=12)).order_by()
    shared = ContractPartner.objects.filter(contract__in=due).order_by()
    return Counter(due.values_list("lead", flat=True)) + Counter(
        shared.values_list("borough", flat=True)
    )


def _strengths(today: datetime.date) -> "Counter[int]":
    return Counter(SkillLevel.objects.strong().order_by().values_list("borough", flat=True))


MEASURES = {
    "systems": Measure("Systems known", "systems", Subject.SYSTEMS, _systems),
    "decisions": Measure(
        "Contracts to act on within 12 months", "contracts", Subject.CONTRACTS, _decisions
    ),
    "skills": Measure("Skills at practitioner or above", "skills", Subject.SKILLS, _strengths),
}
