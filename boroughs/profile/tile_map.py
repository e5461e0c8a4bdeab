"""The tile map: 33 equal tiles, one measure, and what is not known left hatched."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q

from boroughs.models import Borough, Subject
from citytools.facts.provenance import SourcedQuerySet, SourceKind
from contracts.models import DECISION_MONTHS, Contract, ContractPartner
from skills.models import SkillLevel
from systems.models import System

MAX_FACTS_FOR_AGE = 5000
"""More facts than one body can have; a query is never without bound."""
RECENT_MONTHS = 12
"""Months up to today within which a confirmation counts as recent."""


@dataclass(frozen=True)
class FactAge:
    """Facts of one kind: how many, as of when (partial dates), and by what kind of source.

    Half of them are as old as `median` or older. `confirmed` counts those that the borough
    confirmed within the last 12 months; `invented` those made up for demonstration.
    """

    count: int
    oldest: str
    median: str
    newest: str
    confirmed: int
    invented: int
    sources: Sequence[tuple[str, int]]


def fact_age(rows: SourcedQuerySet, today: datetime.date) -> FactAge:
    """The age of some facts; one query. A partial date stands for its beginning."""
    fields = ("as_of", "source_kind", "confirmed_on")
    facts = list(rows.order_by("as_of", "pk").values_list(*fields)[:MAX_FACTS_FOR_AGE])
    days = [as_of for as_of, _, _ in facts]
    kinds = Counter(kind for _, kind, _ in facts)
    lately = today - relativedelta(months=RECENT_MONTHS)
    middle = (len(days) - 1) // 2
    oldest, median, newest = (days[0], days[middle], days[-1]) if days else ("", "", "")
    return FactAge(
        len(facts),
        oldest,
        median,
        newest,
        sum(day is not None and lately <= day <= today for _, _, day in facts),
        kinds[SourceKind.ILLUSTRATIVE],
        [(SourceKind(kind).label, count) for kind, count in kinds.most_common()],
    )


Values = Mapping[int, int]
"""Borough's primary key to its number."""


@dataclass(frozen=True)
class Measure:
    """A number a borough; `subject` is the return that makes a count complete.

    A count without a complete return is a lower bound. A share is of what is known, so that
    no return makes it more; where nothing is known there is none.
    """

    words: str
    one: str
    several: str
    subject: Subject
    values: Callable[[datetime.date], Values]
    share: bool = False

    def unit(self, value: int) -> str:
        """The unit that fits a value."""
        return self.one if value == 1 else self.several

    def number(self, value: int) -> str:
        """The value as a tile writes it."""
        return f"{value}%" if self.share else f"{value:,}"


def _count_systems(today: datetime.date) -> Values:
    return Counter(System.objects.order_by().values_list("borough", flat=True))


def _count_decisions(today: datetime.date) -> Values:
    due = Contract.objects.acting_between(
        today, today + relativedelta(months=DECISION_MONTHS)
    ).order_by()
    shared = ContractPartner.objects.filter(contract__in=due).order_by()
    return Counter(due.values_list("lead", flat=True)) + Counter(
        shared.values_list("borough", flat=True)
    )


def _percent_confirmed(today: datetime.date) -> Values:
    year_ago = today - relativedelta(months=RECENT_MONTHS)
    recent = Count("pk", filter=Q(confirmed_on__range=(year_ago, today)))
    counted = System.objects.order_by().values("borough").annotate(all=Count("pk"), recent=recent)
    return {row["borough"]: 100 * row["recent"] // row["all"] for row in counted}


def _count_strengths(today: datetime.date) -> Values:
    return Counter(SkillLevel.objects.strong().order_by().values_list("borough", flat=True))


def _count_offers(today: datetime.date) -> Values:
    offered = SkillLevel.objects.filter(can_teach=True)
    return Counter(offered.order_by().values_list("borough", flat=True))


MEASURES = {
    "systems": Measure("Systems known", "system", "systems", Subject.SYSTEMS, _count_systems),
    "decisions": Measure(
        f"Contracts to act on within {DECISION_MONTHS} months",
        "contract",
        "contracts",
        Subject.CONTRACTS,
        _count_decisions,
    ),
    "confirmed": Measure(
        "Share of systems confirmed in the last year",
        "of its systems",
        "of its systems",
        Subject.SYSTEMS,
        _percent_confirmed,
        share=True,
    ),
    "skills": Measure(
        "Skills at practitioner or above", "skill", "skills", Subject.SKILLS, _count_strengths
    ),
    "offers": Measure("Skills it can teach", "skill", "skills", Subject.SKILLS, _count_offers),
}
MAX_SHADES = 4


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
        nought = (
            [(0, self.measure.number(0))] if any(tile.value == 0 for tile in self.tiles) else []
        )
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
    bounds = equal_classes([values.get(borough.pk, 0) for borough in boroughs])
    tiles = [
        _tile(borough, measure, values, borough.pk in complete, bounds) for borough in boroughs
    ]
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


def equal_classes(values: Iterable[int]) -> list[tuple[int, int]]:
    """Up to four classes of equal width (first, last), whole numbers, from the least above zero."""
    known = [value for value in values if value > 0]
    if not known:
        return []
    low, high = min(known), max(known)
    width = -(-(high - low + 1) // MAX_SHADES)
    starts = range(low, high + 1, width)
    return [(start, min(start + width - 1, high)) for start in starts]


def _shade(value: int, bounds: Sequence[tuple[int, int]]) -> int:
    return next((place for place, (_, last) in enumerate(bounds, 1) if 0 < value <= last), 0)
