"""Who runs what for one function: the 33 as tiles, the products as bars, every system as a row.

A borough is known where it has a system on record that stands (`SystemQuerySet.standing`). Its tile
shows a main product before a companion tool, then the product that most boroughs share, then the
newest evidence. A colour says how shared a product is for this function, letters which it is.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, QuerySet

from boroughs.models import Borough, Subject
from citytools.facts.dates import last_day, partial_date_in_words
from citytools.facts.statistics import ScaleAnswers
from citytools.lists.prepared_query import PreparedQuery
from citytools.worlds.addresses import page_address
from systems.functions.letters import ALONE, NOT_KNOWN, rank_products
from systems.models import Function, Product, Status, System, SystemQuerySet

MAX_USES = 5000
MAX_SYSTEMS_ON_PAGE = 300
# Years after which what was seen is called old.
OLD_YEARS = 3
# Products that one borough alone runs, from which on they share a line.
MIN_FOLDED = 4


class StandingUse(NamedTuple):
    """A product that one of the 33 has on record for the function; the first two are keys."""

    borough: int
    product: int
    name: str
    slug: str
    status: str
    as_of: str
    confirmed_on: datetime.date | None
    companion: bool
    satisfaction: int | None

    @property
    def seen(self) -> str:
        """When it was last seen or confirmed, a partial date; empty where undated."""
        return max(self.as_of, str(self.confirmed_on or ""))

    def is_old(self, today: datetime.date) -> bool:
        """Whether it was last seen more than three years ago, or nobody says when."""
        return not self.seen or last_day(self.seen) < today - relativedelta(years=OLD_YEARS)


@dataclass(frozen=True)
class ProductBar:
    """A product, and how many of the 33 have it for the function."""

    name: str
    letters: str
    style: int
    boroughs: int
    address: str
    answers: ScaleAnswers

    @property
    def places(self) -> list[float]:
        """Where each different answer stands on a line from 1 to 5, in per cent."""
        return [25.0 * (value - 1) for value in sorted(set(self.answers.values))]


@dataclass(frozen=True)
class ProductTile:
    """One borough's tile; `note` is a year, n.d., coming or going; empty where seen of late.

    `letters` are "·" where nothing is known, "–" where its return is complete and names nothing;
    `more` says that it has another product too, `words` what the tile shows.
    """

    borough: Borough
    letters: str
    style: int
    words: str
    address: str
    note: str = ""
    is_old: bool = False
    more: bool = False


@dataclass(frozen=True)
class FunctionAnswers:
    """Tiles by borough and bars by rank; `old` counts known boroughs whose tile is old,
    and `oldest` is the partial date of what was seen first, empty where nothing is dated.

    `none` counts boroughs whose complete return names no system for the function; `others` are
    made for it, and none of the 33 is known to run them.
    """

    function: Function
    tiles: Sequence[ProductTile]
    bars: Sequence[ProductBar]
    known: int
    none: int
    old: int
    oldest: str
    others: Sequence[Product]

    @property
    def not_known(self) -> int:
        """How many of the 33 nothing is known of."""
        return len(self.tiles) - self.known - self.none

    @property
    def folded(self) -> Sequence[ProductBar]:
        """Products of one borough each, where they share a line."""
        alone = [bar for bar in self.bars if bar.style == ALONE]
        return alone if len(alone) >= MIN_FOLDED else ()

    @property
    def drawn(self) -> Sequence[ProductBar]:
        """The other products."""
        return [bar for bar in self.bars if bar not in self.folded]

    @cached_property
    def rated(self) -> Sequence[ProductBar]:
        """Products that a borough has told its satisfaction with."""
        return [bar for bar in self.bars if bar.answers.n]

    @property
    def satisfied(self) -> int:
        """How many answers there are on satisfaction."""
        return sum(bar.answers.n for bar in self.bars)


def function_answers(function: Function, today: datetime.date) -> FunctionAnswers:
    """What the 33 run for a function; three queries."""
    uses: list[StandingUse] = [StandingUse(*row) for row in _uses(function.pk)]
    by_borough: dict[int, list[StandingUse]] = defaultdict(list)
    for use in uses:
        by_borough[use.borough].append(use)
    bars = _bars(function, uses)
    tiles, old, seen = [], 0, []
    for borough in _boroughs():
        own = _main_first(by_borough[borough.pk], bars)
        tiles.append(_tile(function, borough, own, bars, today))
        old += bool(own) and own[0].is_old(today)
        seen += [use.seen for use in own[:1] if use.seen]
    known = sum(tile.style != NOT_KNOWN for tile in tiles)
    none = sum(tile.letters == "–" for tile in tiles)
    others = [product for product in _products(function.pk) if product.pk not in bars]
    return FunctionAnswers(
        function, tiles, [*bars.values()], known, none, old, min(seen, default=""), others
    )


@PreparedQuery
def _uses(function: int) -> QuerySet[Any]:
    uses = System.objects.standing().of_the_33().filter(function=function)
    fields = ("borough", "product", "product__name", "product__slug")
    more = ("status", "as_of", "confirmed_on", "companion", "satisfaction")
    return uses.order_by("product__name", "pk").values_list(*fields, *more)[:MAX_USES]


@PreparedQuery
def _products(function: int) -> QuerySet[Product]:
    products = Product.objects.filter(functions=function).only("name", "slug")
    return products.order_by("name")[:MAX_USES]


@PreparedQuery
def _boroughs() -> QuerySet[Borough]:
    columns = ("name", "slug", "code", "tile_row", "tile_column")
    return Borough.objects.london().with_returns(Subject.SYSTEMS).only(*columns).order_by("name")


def _bars(function: Function, uses: Sequence[StandingUse]) -> Mapping[int, ProductBar]:
    """{product: its bar}, most boroughs first, then by name."""
    return {
        ranked.use.product: ProductBar(
            ranked.use.name,
            ranked.letters,
            ranked.style,
            ranked.uses,
            _systems_address(function=function.slug, product=ranked.use.slug),
            _satisfaction([use for use in uses if use.product == ranked.use.product]),
        )
        for ranked in rank_products(uses)
    }


def _satisfaction(uses: Sequence[StandingUse]) -> ScaleAnswers:
    values = sorted(use.satisfaction for use in uses if use.satisfaction is not None)
    return ScaleAnswers(values, len(uses))


def _systems_address(**query: str) -> str:
    return f"{page_address('systems:list')}?{urlencode(query)}"


def _main_first(
    uses: Sequence[StandingUse], bars: Mapping[int, ProductBar]
) -> Sequence[StandingUse]:
    newest = sorted(uses, key=lambda use: use.seen, reverse=True)
    return sorted(newest, key=lambda use: (use.companion, -bars[use.product].boroughs))


def _tile(
    function: Function,
    borough: Borough,
    uses: Sequence[StandingUse],
    bars: Mapping[int, ProductBar],
    today: datetime.date,
) -> ProductTile:
    address = _systems_address(function=function.slug, borough=borough.slug)
    if not uses:
        none = getattr(borough, f"latest_{Subject.SYSTEMS}") is True
        letters, words = ("–", "none, by its return") if none else ("·", "not known")
        return ProductTile(borough, letters, NOT_KNOWN, words, address)
    main, *others = uses
    words = f"{main.name}, {_evidence(main)}"
    if others:
        words += f"; also {', '.join(use.name for use in others)}"
    return ProductTile(
        borough,
        bars[main.product].letters,
        bars[main.product].style,
        words,
        address,
        _note(main, today),
        main.is_old(today),
        bool(others),
    )


_COMING = (Status.PLANNED, Status.IMPLEMENTING)


def _note(use: StandingUse, today: datetime.date) -> str:
    if use.status in _COMING:
        return "coming"
    if use.status == Status.RETIRING:
        return "going"
    if not use.is_old(today):
        return ""
    return f"’{use.seen[2:4]}" if use.seen else "n.d."


def _evidence(use: StandingUse) -> str:
    """'being retired, seen April 2026': what a tile's note says in a word."""
    seen = f"seen {partial_date_in_words(use.seen)}" if use.seen else "undated"
    status = {Status.PLANNED.value, Status.IMPLEMENTING.value, Status.RETIRING.value}
    return f"{Status(use.status).label.lower()}, {seen}" if use.status in status else seen


class FunctionRow(NamedTuple):
    """A system on record for the function, and in words where it is in its life."""

    system: System
    state: str


def function_rows(function: Function) -> list[FunctionRow]:
    """The first systems on record, by borough: every body's, also what no longer stands; a query.

    One more than a page shows, if there are as many.
    """
    return [FunctionRow(system, _state(system)) for system in _systems(function.pk)]


def _state(system: Any) -> str:
    if system.seen_then:
        return "seen then, not known since" if system.stands else "seen then, another since"
    return "in use" if system.status in {"", Status.LIVE} else system.get_status_display().lower()


@PreparedQuery
def _systems(function: int) -> SystemQuerySet:
    systems = System.objects.filter(function=function).for_list()
    stands = Exists(System.objects.standing().filter(pk=OuterRef("pk")))
    ordered: Any = systems.annotate(stands=stands).order_by("borough__name", "product__name", "pk")
    rows: SystemQuerySet = ordered[: MAX_SYSTEMS_ON_PAGE + 1]
    return rows
