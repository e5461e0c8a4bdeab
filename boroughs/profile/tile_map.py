"""The tile map: 33 equal tiles, one measure, and hatching where something is not known."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, QuerySet

from boroughs.models import Borough, BoroughQuerySet, Subject
from citytools.facts.provenance import SourcedQuerySet, SourceKind
from citytools.facts.statistics import MIN_RECORDS_FOR_PERCENT, share_in_words
from citytools.lists.prepared_query import PreparedQuery
from contracts.models import DECISION_MONTHS, Contract, ContractPartner
from contracts.models.term import decision_between
from skills.models import SkillLevel
from systems.models import System

# More facts than one body can have; a query is never without bound
MAX_FACTS = 5000
# Months up to today within which a confirmation counts as recent
RECENT_MONTHS = 12


@dataclass(frozen=True)
class FactAge:
    """Facts of one kind: how many, as of when (partial dates), and by what kind of source.

    Half of them are as old as `median` or older. `confirmed` counts those that the borough
    confirmed within the last 12 months. Sources of `undated` facts bear no day.
    """

    count: int
    oldest: str
    median: str
    newest: str
    undated: int
    confirmed: int
    sources: Sequence[tuple[str, int]]


def fact_age(rows: SourcedQuerySet, today: datetime.date) -> FactAge:
    """The age of some facts; one query. A partial date stands for its beginning.

    A source without a day has no age, and is counted alone.
    """
    fields = ("as_of", "source_kind", "confirmed_on")
    facts = list(rows.order_by("as_of", "pk").values_list(*fields)[:MAX_FACTS])
    dates = [as_of for as_of, _, _ in facts if as_of]
    kinds = Counter(kind for _, kind, _ in facts)
    since = today - relativedelta(months=RECENT_MONTHS)
    middle = (len(dates) - 1) // 2
    oldest, median, newest = (dates[0], dates[middle], dates[-1]) if dates else ("", "", "")
    return FactAge(
        len(facts),
        oldest,
        median,
        newest,
        len(facts) - len(dates),
        sum(day is not None and since <= day <= today for _, _, day in facts),
        [(SourceKind(kind).label, count) for kind, count in kinds.most_common()],
    )


class Proportion(NamedTuple):
    """A part of a borough's records; `whole` is not zero."""

    part: int
    whole: int

    @property
    def percent(self) -> int:
        """Per cent, rounded down: only all of them are 100."""
        return 100 * self.part // self.whole

    @property
    def words(self) -> str:
        """'28%', or '3 of 5' of few."""
        few = self.whole < MIN_RECORDS_FOR_PERCENT
        return share_in_words(*self) if few else f"{self.percent}%"


# A number or a share by a borough's primary key
Values = Mapping[int, int] | Mapping[int, Proportion]


@dataclass(frozen=True)
class Measure:
    """A number for each borough, or a share; `subject` is the return that makes a count complete.

    A count without a complete return is a lower bound. A share is a percentage of what is known,
    so that no return makes it larger; where nothing is known there is none.
    """

    words: str
    singular: str
    plural: str
    subject: Subject
    values: Callable[[datetime.date], Values]
    share: bool = False

    def number(self, value: int) -> str:
        """The value as the legend writes it."""
        return f"{value}%" if self.share else f"{value:,}"


def _count_decisions(today: datetime.date) -> Values:
    last = today + relativedelta(months=DECISION_MONTHS)
    due = Contract.objects.filter(decision_between(today, last)).order_by()
    shared = ContractPartner.objects.filter(contract__in=due)
    return _count_by_borough(due, "lead") + _count_by_borough(shared)


def _share_confirmed(today: datetime.date) -> Values:
    year_ago = today - relativedelta(months=RECENT_MONTHS)
    recent = Count("pk", filter=Q(confirmed_on__range=(year_ago, today)))
    counted = System.objects.order_by().values("borough").annotate(all=Count("pk"), recent=recent)
    return {row["borough"]: Proportion(row["recent"], row["all"]) for row in counted}


def _count_by_borough(rows: QuerySet[Any], field: str = "borough") -> Counter[int]:
    return Counter(dict(_with_count(rows, field)))


def _with_count(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    counted: QuerySet[Any] = rows.order_by().values_list(field).annotate(many=Count("*"))
    return counted


@PreparedQuery
def _systems_by_borough() -> QuerySet[Any]:
    return _with_count(System.objects.all(), "borough")


MEASURES = {
    "systems": Measure(
        "Systems known",
        "system",
        "systems",
        Subject.SYSTEMS,
        lambda today: Counter(dict(_systems_by_borough())),
    ),
    "decisions": Measure(
        f"Contracts to decide on, perhaps, within {DECISION_MONTHS} months",
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
        _share_confirmed,
        share=True,
    ),
    "skills": Measure(
        "Skills at practitioner or above",
        "skill",
        "skills",
        Subject.SKILLS,
        lambda today: _count_by_borough(SkillLevel.objects.strong()),
    ),
    "offers": Measure(
        "Skills it can teach",
        "skill",
        "skills",
        Subject.SKILLS,
        lambda today: _count_by_borough(SkillLevel.objects.filter(can_teach=True)),
    ),
}
MAX_SHADES = 4


@dataclass(frozen=True)
class Tile:
    """One borough's tile; `amount` is None where nothing is known.

    `bound` says that there may be more than the value. `shade` is 0 for zero and for what is not
    known, otherwise 1 (least) to 4.
    """

    borough: Borough
    amount: int | Proportion | None
    bound: bool
    shade: int
    measure: Measure

    @property
    def value(self) -> int | None:
        """The number that is coloured; of a share its per cent."""
        return self.amount.percent if isinstance(self.amount, Proportion) else self.amount

    @property
    def known(self) -> bool:
        return self.amount is not None

    @property
    def hatched(self) -> bool:
        """Whether the borough may have more than is known."""
        return self.bound or not self.known

    @property
    def number(self) -> str:
        """The value as written, a question mark where it is not known."""
        if self.amount is None:
            return "?"
        return self.amount.words if isinstance(self.amount, Proportion) else f"{self.amount:,}"

    @property
    def unit(self) -> str:
        if self.value is None:
            return ""
        return self.measure.singular if self.value == 1 else self.measure.plural


@dataclass(frozen=True)
class TileMap:
    """All tiles in the order of the boroughs' names, with the legend.

    `reporting`: by subject, how many of the 33 have sent a return.
    """

    key: str
    measure: Measure
    tiles: Sequence[Tile]
    bounds: Sequence[tuple[int, int]]
    reporting: Mapping[Subject, int]

    @property
    def returned(self) -> int:
        """How many of the 33 have sent a return on the subject of the measure."""
        return self.reporting[self.measure.subject]

    @property
    def legend(self) -> list[tuple[int, str]]:
        """(shade, '4 to 9') of each class, zero first where a tile has it."""
        number = self.measure.number
        zero = [(0, number(0))] if any(tile.value == 0 for tile in self.tiles) else []
        return zero + [
            (shade, number(first) if first == last else f"{number(first)} to {number(last)}")
            for shade, (first, last) in enumerate(self.bounds, 1)
        ]


def tile_map(key: str, today: datetime.date) -> TileMap:
    """The map of one measure as at a day; KeyError for an unknown measure; two or three queries."""
    measure = MEASURES[key]
    values = measure.values(today)
    boroughs: list[Any] = _boroughs_for_tiles()
    tiles = []
    for borough in boroughs:
        exact = getattr(borough, f"latest_{measure.subject}") is True and not measure.share
        amount = values.get(borough.pk, 0 if exact else None)
        bound = amount is not None and not exact and not measure.share
        tiles.append(Tile(borough, amount, bound, 0, measure))
    bounds = equal_classes([tile.value or 0 for tile in tiles])
    tiles = [replace(tile, shade=_shade(tile.value or 0, bounds)) for tile in tiles]
    reporting = {
        subject: sum(getattr(borough, f"latest_{subject}") is not None for borough in boroughs)
        for subject in Subject
    }
    return TileMap(key, measure, tiles, bounds, reporting)


@PreparedQuery
def _boroughs_for_tiles() -> BoroughQuerySet:
    columns = ("name", "slug", "code", "tile_row", "tile_column")
    return Borough.objects.london().with_returns(*Subject).only(*columns)


def equal_classes(values: Iterable[int]) -> list[tuple[int, int]]:
    """Up to four classes of equal width (first, last), whole numbers, from the least above zero."""
    known = [value for value in values if value > 0]
    if not known:
        return []
    low, high = min(known), max(known)
    width = -(-(high - low + 1) // MAX_SHADES)  # rounded up
    starts = range(low, high + 1, width)
    return [(start, min(start + width - 1, high)) for start in starts]


def _shade(value: int, bounds: Sequence[tuple[int, int]]) -> int:
    return next((place for place, (_, last) in enumerate(bounds, 1) if 0 < value <= last), 0)
