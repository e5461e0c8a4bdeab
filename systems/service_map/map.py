"""The service map: for each function and borough, which products are in use, or why we cannot say.

An answer is known (a product in use is on record), none recorded (the borough's latest return on
systems is complete and names nothing), or not known. What a row says of London is said of all 33,
whatever boroughs are shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet

from boroughs.models import Borough, Subject, partnership_options
from citytools.lists.columns import Column
from citytools.lists.filters import (
    FactFilterSet,
    SlugsFilter,
    ValuesFilter,
    narrow_by_slug,
    narrow_by_value,
)
from systems.filters import filter_by_partnership
from systems.models import Function, Product, ServiceArea, Supplier, System

# A product has one code of letters and one style in all cells. Codes follow the number of
# boroughs (A is run by most). A style is a colour, plain or with a pattern; two products that
# stand in the same function differ in style as long as there are styles left. A product that one
# borough alone runs makes no cluster and stays plain.

COLOURS = 6
# Each colour plain and with a pattern; style 0 has neither.
STYLES = 2 * COLOURS


class MapUse(NamedTuple):
    """One product in use in one borough for one function, by primary keys."""

    function: int
    borough: int
    product: int
    name: str
    slug: str
    maker: int | None


@dataclass(frozen=True, order=True)
class Mark:
    """How a product is shown; `rank` orders the letters, `chosen` says that a filter names it."""

    rank: int
    letters: str
    style: int
    name: str
    slug: str
    chosen: bool


class HighlightedProducts(NamedTuple):
    """Products and manufacturers that a filter names, by primary key."""

    products: frozenset[int] = frozenset()
    makers: frozenset[int | None] = frozenset()

    def includes(self, use: MapUse) -> bool:
        """Whether a filter names the product; where product and maker are named, both must fit."""
        by_product = not self.products or use.product in self.products
        by_maker = not self.makers or use.maker in self.makers
        return bool(self.products or self.makers) and by_product and by_maker


def product_marks(uses: Iterable[MapUse], highlighted: HighlightedProducts) -> dict[int, Mark]:
    """The mark of each product, by primary key."""
    boroughs: dict[int, set[int]] = defaultdict(set)
    functions: dict[int, set[int]] = defaultdict(set)
    products: dict[int, MapUse] = {}
    for use in uses:
        boroughs[use.product].add(use.borough)
        functions[use.product].add(use.function)
        products[use.product] = use
    ranked = sorted(products, key=lambda key: (-len(boroughs[key]), products[key].name, key))
    styles = _styles([key for key in ranked if len(boroughs[key]) > 1], functions)
    return {
        key: Mark(
            rank,
            column_letters(rank),
            styles.get(key, 0),
            products[key].name,
            products[key].slug,
            highlighted.includes(products[key]),
        )
        for rank, key in enumerate(ranked)
    }


def column_letters(rank: int) -> str:
    """0 is A, 25 is Z, 26 is AA, as columns of a spreadsheet."""
    code = ""
    rank += 1
    while rank:
        rank, place = divmod(rank - 1, 26)
        code = chr(65 + place) + code
    return code


def _styles(ranked: Iterable[int], functions: Mapping[int, set[int]]) -> dict[int, int]:
    """1 to STYLES each: if possible of no colour, else no style, of a product in its functions."""
    by_function: dict[int, set[int]] = defaultdict(set)
    uses = dict.fromkeys(range(1, STYLES + 1), 0)
    styles = {}
    for key in ranked:
        neighbours = set().union(*(by_function[function] for function in functions[key]))
        colours = {style % COLOURS for style in neighbours}
        style = min(
            set(uses) - neighbours or set(uses),
            key=lambda style: (style % COLOURS in colours, uses[style], style),
        )
        styles[key] = style
        uses[style] += 1
        for function in functions[key]:
            by_function[function].add(style)
    return styles


# `product` and `supplier` choose the functions for which a shown borough runs it, and mark it
# there; what other boroughs run for these functions stays to be seen.

MAP_COLUMNS = (
    Column("service_area", "text", "The part of the council's work."),
    Column("function", "text", "The job that a system does."),
    Column("gss_code", "text", "The borough's code at the Office for National Statistics."),
    Column("borough", "text", "The borough."),
    Column(
        "state",
        "text",
        "Whether a product in use is on record; none recorded where the borough's latest return "
        "on systems is complete and names none.",
        allowed=("known", "none recorded", "not known"),
    ),
    Column("products", "list", "The products in use, by name."),
)


class MapFilter(FactFilterSet):
    """Systems in use, by the axes of the map; see the module's text."""

    columns = MAP_COLUMNS

    service_area = SlugsFilter(
        "Service area", ServiceArea.objects.all(), narrow_by_slug("function__service_area")
    )
    kind = ValuesFilter(
        "Kind", ServiceArea.Kind.choices, narrow_by_value("function__service_area__kind")
    )
    function = SlugsFilter(
        "Function", Function.objects.grouped(), narrow_by_slug("function"), within="service_area"
    )
    borough = SlugsFilter("Borough", Borough.objects.london(), narrow_by_slug("borough"))
    inner_or_outer = ValuesFilter(
        "Inner or outer London", Borough.Ring.choices, narrow_by_value("borough__inner_or_outer")
    )
    partnership = ValuesFilter("Partnership", partnership_options, filter_by_partnership)
    product = SlugsFilter(
        "Product", Product.objects.all(), narrow_by_slug("product"), looked_up=True
    )
    supplier = SlugsFilter(
        "Manufacturer",
        Supplier.objects.all(),
        narrow_by_slug("product__manufacturer"),
        looked_up=True,
    )


def map_boroughs(filterset: MapFilter) -> QuerySet[Borough]:
    """The columns: those of the 33 that the query string names, by name."""
    values = filterset.values
    boroughs = Borough.objects.london()
    if values["borough"]:
        boroughs = boroughs.filter(pk__in=[borough.pk for borough in values["borough"]])
    if values["inner_or_outer"]:
        boroughs = boroughs.filter(inner_or_outer__in=values["inner_or_outer"])
    if values["partnership"]:
        boroughs = boroughs.in_partnerships(values["partnership"])
    return boroughs.order_by("name", "pk")


def map_functions(
    filterset: MapFilter,
    uses: Iterable[MapUse],
    boroughs: Sequence[Borough],
    marks: Mapping[int, Mark],
) -> QuerySet[Function]:
    """The rows, in the order of their service areas."""
    values = filterset.values
    functions = Function.objects.select_related("service_area")
    functions = functions.order_by("service_area__position", "service_area_id", "position", "pk")
    if values["service_area"]:
        functions = functions.filter(service_area__in=values["service_area"])
    if values["kind"]:
        functions = functions.filter(service_area__kind__in=values["kind"])
    if values["function"]:
        functions = functions.filter(pk__in=[function.pk for function in values["function"]])
    if values["product"] or values["supplier"]:
        keys = {borough.pk for borough in boroughs}
        run = {use.function for use in uses if use.borough in keys and marks[use.product].chosen}
        functions = functions.filter(pk__in=run)
    return functions


KNOWN, NONE, NOT_KNOWN = "known", "none recorded", "not known"


@dataclass(frozen=True)
class MapCell:
    """One borough's answer for one function; `products` by name, empty unless it is known."""

    borough: Borough
    state: str
    products: Sequence[Mark]


@dataclass(frozen=True)
class MapRow:
    """One function over the shown boroughs, and what all 33 say of it.

    `users` counts boroughs by product, most first; `answered` those known or none recorded.
    """

    function: Function
    cells: Sequence[MapCell]
    users: Sequence[tuple[Mark, int]]
    running: int
    answered: int

    @property
    def largest(self) -> list[str]:
        """Names of the products that most boroughs run; empty where fewer than two run any."""
        if self.running < 2:
            return []
        return [mark.name for mark, count in self.users if count == self.largest_count]

    @property
    def largest_count(self) -> int:
        """How many boroughs run the largest product."""
        return self.users[0][1] if self.users else 0


@dataclass(frozen=True)
class ServiceMap:
    """Functions down by service area, boroughs across; `key` has every product in a cell."""

    boroughs: Sequence[Borough]
    areas: Sequence[tuple[str, Sequence[MapRow]]]
    key: Sequence[tuple[Mark, int]]

    @property
    def rows(self) -> list[MapRow]:
        return [row for _, rows in self.areas for row in rows]

    @cached_property
    def states(self) -> "Counter[str]":
        """How many of the shown answers are in each state."""
        return Counter(cell.state for row in self.rows for cell in row.cells)

    @property
    def known(self) -> int:
        return self.states[KNOWN]

    @property
    def none(self) -> int:
        return self.states[NONE]

    @property
    def not_known(self) -> int:
        return self.states[NOT_KNOWN]

    @property
    def size(self) -> int:
        return self.states.total()

    def table(self) -> Iterator[Mapping[str, Any]]:
        """The shown answers as rows of a file, in the order of the page."""
        for area, rows in self.areas:
            for row in rows:
                for cell in row.cells:
                    yield {
                        "service_area": area,
                        "function": row.function.name,
                        "gss_code": cell.borough.gss_code,
                        "borough": cell.borough.name,
                        "state": cell.state,
                        "products": [mark.name for mark in cell.products],
                    }


def service_map_for(filterset: MapFilter) -> ServiceMap:
    """The map for a query string; an empty one while it is not understood."""
    if filterset.problems:
        return ServiceMap([], [], [])
    uses = uses_in_london()
    boroughs = list(map_boroughs(filterset))
    complete = Borough.objects.complete(Subject.SYSTEMS)
    complete_keys = frozenset(complete.values_list("pk", flat=True))
    highlighted = HighlightedProducts(
        frozenset(product.pk for product in filterset.values["product"] or ()),
        frozenset(supplier.pk for supplier in filterset.values["supplier"] or ()),
    )
    marks = product_marks(uses, highlighted)
    run: dict[int, dict[int, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for use in uses:
        run[use.function][use.borough].append(marks[use.product])
    functions = map_functions(filterset, uses, boroughs, marks)
    rows = [_row(function, boroughs, run[function.pk], complete_keys) for function in functions]
    areas = groupby(rows, key=lambda row: row.function.service_area.name)
    return ServiceMap(boroughs, [(name, list(members)) for name, members in areas], _key(rows))


def uses_in_london() -> list[MapUse]:
    """Each product that one of the 33 has in use for a function, once."""
    systems = System.objects.in_use().of_the_33()
    rows = systems
    fields = ("function", "borough", "product", "product__name", "product__slug")
    maker = "product__manufacturer"
    ordered = rows.order_by("product__name", "pk")
    return [MapUse(*row) for row in ordered.values_list(*fields, maker)]


def _row(
    function: Function,
    boroughs: Sequence[Borough],
    run: Mapping[int, list[Mark]],
    complete: frozenset[int],
) -> MapRow:
    cells = [
        MapCell(borough, KNOWN, run[borough.pk])
        if borough.pk in run
        else MapCell(borough, NONE if borough.pk in complete else NOT_KNOWN, ())
        for borough in boroughs
    ]
    users = Counter(mark for products in run.values() for mark in products)
    ranked = sorted(users.items(), key=lambda pair: (-pair[1], pair[0].name))
    return MapRow(function, cells, ranked, len(run), len(run.keys() | complete))


def _key(rows: Iterable[MapRow]) -> list[tuple[Mark, int]]:
    """The products in the shown cells with how many of the shown boroughs run them."""
    where: dict[Mark, set[int]] = defaultdict(set)
    for row in rows:
        for cell in row.cells:
            for mark in cell.products:
                where[mark].add(cell.borough.pk)
    return sorted((mark, len(boroughs)) for mark, boroughs in where.items())
