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
from systems.functions.letters import rank_products
from systems.models import Function, Product, ServiceArea, Supplier, System


class MapUse(NamedTuple):
    """One product in use in one borough for one function, by primary keys."""

    function: int
    borough: int
    product: int
    name: str
    slug: str
    maker: int | None


@dataclass(frozen=True)
class Mark:
    """How a product is shown in a function, as on the function's own page.

    `style` says how shared it is there (`rank_products`), `letters` which product it is; `chosen`
    that a filter names it.
    """

    name: str
    slug: str
    letters: str
    style: int
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


def product_marks(
    uses: Iterable[MapUse], highlighted: HighlightedProducts
) -> dict[int, dict[int, Mark]]:
    """{function: {product: its mark}}, by primary keys; most boroughs first, then by name."""
    by_function: dict[int, list[MapUse]] = defaultdict(list)
    for use in uses:
        by_function[use.function].append(use)
    return {key: _marks(members, highlighted) for key, members in by_function.items()}


def _marks(uses: Sequence[MapUse], highlighted: HighlightedProducts) -> dict[int, Mark]:
    return {
        ranked.use.product: Mark(
            ranked.use.name,
            ranked.use.slug,
            ranked.letters,
            ranked.style,
            highlighted.includes(ranked.use),
        )
        for ranked in rank_products(uses)
    }


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
    highlighted: HighlightedProducts,
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
        run = {use.function for use in uses if use.borough in keys and highlighted.includes(use)}
        functions = functions.filter(pk__in=run)
    return functions


KNOWN, NONE, NOT_KNOWN = "known", "none recorded", "not known"


@dataclass(frozen=True)
class MapCell:
    """One borough's answer for one function; `products` by name, empty unless it is known."""

    borough: Borough
    state: str
    products: Sequence[Mark]

    @property
    def main(self) -> Mark:
        """The product that most boroughs share."""
        return min(self.products, key=lambda mark: mark.style)


@dataclass(frozen=True)
class MapRow:
    """One function over the shown boroughs; `answered` of all 33 are known or none recorded."""

    function: Function
    cells: Sequence[MapCell]
    answered: int


class MapArea(NamedTuple):
    """A service area: its functions."""

    area: ServiceArea
    rows: Sequence[MapRow]

    @property
    def known(self) -> list[int]:
        """Of each shown borough how many functions have a product known."""
        columns = zip(*(row.cells for row in self.rows), strict=True)
        return [sum(cell.state == KNOWN for cell in column) for column in columns]


@dataclass(frozen=True)
class ServiceMap:
    """Functions down by service area, boroughs across."""

    boroughs: Sequence[Borough]
    areas: Sequence[MapArea]

    @property
    def rows(self) -> list[MapRow]:
        return [row for _, rows in self.areas for row in rows]

    @property
    def key(self) -> list[tuple[Mark, int]]:
        """The products in the cells by name, with how many of the shown boroughs run them."""
        marks: dict[str, Mark] = {}
        where: dict[str, set[int]] = defaultdict(set)
        for cell in (cell for row in self.rows for cell in row.cells):
            for mark in cell.products:
                marks[mark.slug] = mark
                where[mark.slug].add(cell.borough.pk)
        return [
            (marks[slug], len(where[slug])) for slug in sorted(marks, key=lambda s: marks[s].name)
        ]

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
                        "service_area": area.name,
                        "function": row.function.name,
                        "gss_code": cell.borough.gss_code,
                        "borough": cell.borough.name,
                        "state": cell.state,
                        "products": [mark.name for mark in cell.products],
                    }


def service_map_for(filterset: MapFilter) -> ServiceMap:
    """The map for a query string; an empty one while it is not understood."""
    if filterset.problems:
        return ServiceMap([], [])
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
        run[use.function][use.borough].append(marks[use.function][use.product])
    functions = map_functions(filterset, uses, boroughs, highlighted)
    rows = [_row(function, boroughs, run[function.pk], complete_keys) for function in functions]
    areas = groupby(rows, key=lambda row: row.function.service_area)
    return ServiceMap(boroughs, [MapArea(area, list(members)) for area, members in areas])


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
    return MapRow(function, cells, len(run.keys() | complete))
