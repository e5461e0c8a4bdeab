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
from typing import Any

from boroughs.models import Borough, Subject
from systems.models import Function, System
from systems.service_map.axes import MapFilter, boroughs_of, functions_of, highlighted
from systems.service_map.marks import Mark, Use, marks

KNOWN, NONE, NOT_KNOWN = "known", "none recorded", "not known"


@dataclass(frozen=True)
class Cell:
    """One borough's answer for one function; `products` by name, empty unless it is known."""

    borough: Borough
    state: str
    products: Sequence[Mark]


@dataclass(frozen=True)
class Row:
    """One function over the shown boroughs, and what all 33 say of it.

    `users` counts boroughs by product, most first; `answered` those known or none recorded.
    """

    function: Function
    cells: Sequence[Cell]
    users: Sequence[tuple[Mark, int]]
    running: int
    answered: int

    @property
    def largest(self) -> list[str]:
        """Names of the products that most boroughs run; empty where fewer than two run any."""
        if self.running < 2:
            return []
        return [mark.name for mark, count in self.users if count == self.most]

    @property
    def most(self) -> int:
        """How many boroughs run the largest product."""
        return self.users[0][1] if self.users else 0


@dataclass(frozen=True)
class ServiceMap:
    """Functions down by service area, boroughs across; `key` has every product in a cell."""

    boroughs: Sequence[Borough]
    areas: Sequence[tuple[str, Sequence[Row]]]
    key: Sequence[tuple[Mark, int]]

    @property
    def rows(self) -> list[Row]:
        """All rows in their order."""
        return [row for _, rows in self.areas for row in rows]

    @cached_property
    def states(self) -> "Counter[str]":
        """How many of the shown answers are in each state."""
        return Counter(cell.state for row in self.rows for cell in row.cells)

    @property
    def known(self) -> int:
        """Answers that name a product."""
        return self.states[KNOWN]

    @property
    def none(self) -> int:
        """Answers that are none."""
        return self.states[NONE]

    @property
    def open(self) -> int:
        """Answers that are not known."""
        return self.states[NOT_KNOWN]

    @property
    def size(self) -> int:
        """How many answers are shown."""
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


def of_filter(chosen: MapFilter) -> ServiceMap:
    """The map that a query string asks for; an empty one while it is not understood."""
    if chosen.problems:
        return ServiceMap([], [], [])
    uses = uses_in_london(illustrative=chosen.illustrative)
    boroughs = list(boroughs_of(chosen))
    complete = Borough.objects.complete(Subject.SYSTEMS, illustrative=chosen.illustrative)
    whole = frozenset(complete.values_list("pk", flat=True))
    marked = marks(uses, highlighted(chosen))
    functions = functions_of(chosen, uses, boroughs, marked.values())
    rows = _rows(functions, boroughs, uses, whole, marked)
    return ServiceMap(boroughs, _by_area(rows), _key(rows))


def uses_in_london(*, illustrative: bool) -> list[Use]:
    """Each product that one of the 33 has in use for a function, once."""
    london = System.objects.in_use().exclude(borough__kind=Borough.Kind.REGIONAL)
    rows = london if illustrative else london.real()
    fields = ("function", "borough", "product", "product__name", "product__slug")
    maker = "product__manufacturer"
    found = rows.order_by("product__name", "pk").values_list(*fields, maker)
    return [Use(*row) for row in found]


def _rows(
    functions: Iterable[Function],
    boroughs: Sequence[Borough],
    uses: Iterable[Use],
    complete: frozenset[int],
    marked: Mapping[int, Mark],
) -> list[Row]:
    run: dict[int, dict[int, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for use in uses:
        run[use.function][use.borough].append(marked[use.product])
    return [_row(function, boroughs, run[function.pk], complete) for function in functions]


def _row(
    function: Function,
    boroughs: Sequence[Borough],
    run: Mapping[int, list[Mark]],
    complete: frozenset[int],
) -> Row:
    cells = [Cell(one, _state(one.pk, run, complete), run.get(one.pk, ())) for one in boroughs]
    users = Counter(mark for products in run.values() for mark in products)
    ranked = sorted(users.items(), key=lambda pair: (-pair[1], pair[0].name))
    return Row(function, cells, ranked, len(run), len(run.keys() | complete))


def _state(borough: int, run: Mapping[int, list[Mark]], complete: frozenset[int]) -> str:
    if borough in run:
        return KNOWN
    return NONE if borough in complete else NOT_KNOWN


def _by_area(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    areas = groupby(rows, key=lambda row: row.function.service_area.name)
    return [(name, list(members)) for name, members in areas]


def _key(rows: Iterable[Row]) -> list[tuple[Mark, int]]:
    """The products in the shown cells with how many of the shown boroughs run them."""
    where: dict[Mark, set[int]] = defaultdict(set)
    for row in rows:
        for cell in row.cells:
            for mark in cell.products:
                where[mark].add(cell.borough.pk)
    return sorted(((mark, len(found)) for mark, found in where.items()), key=lambda pair: pair[0])
