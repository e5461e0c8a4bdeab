"""Who runs what, and where that is known: each borough's answer on each function.

A borough's answer on a function is known where it has a system in use for it, or where its latest
systems return is complete: then it has none. Otherwise it is not known, which is not none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from boroughs.models import Borough, Subject
from citytools.history.data_version import cached_value
from systems.models import Function, Product, System

Pair = tuple[int, int]
"""Two primary keys."""


class FunctionUse(NamedTuple):
    """One system in use, by primary keys; of one of the 33."""

    system: int
    borough: int
    function: int
    product: int
    intention: str
    national_or_shared: bool
    companion: bool

    @property
    def distinctive(self) -> bool:
        """Whether it tells boroughs apart: neither a national or shared service nor a companion."""
        return not (self.national_or_shared or self.companion)


@dataclass(frozen=True)
class LondonAnswers:
    """What the 33 have in use, and who has returned how much.

    `boroughs` by primary key, in their order on a page; `reporting` and `complete` hold primary
    keys of boroughs with a systems return and with a complete one. What is asked first of the rest
    is read then: a query each.
    """

    boroughs: Mapping[int, Borough]
    reporting: frozenset[int]
    complete: frozenset[int]

    @cached_property
    def functions(self) -> Mapping[int, Function]:
        """All functions by primary key, in their order on a page."""
        functions = Function.objects.select_related("service_area")
        return {function.pk: function for function in functions}

    @cached_property
    def uses(self) -> Sequence[FunctionUse]:
        """Every system in use of one of the 33."""
        systems = System.objects.in_use().filter(borough__in=Borough.objects.london())
        fields = (
            *("pk", "borough", "function", "product", "intention"),
            *("national_or_shared", "companion"),
        )
        return [FunctionUse(*row) for row in systems.order_by("pk").values_list(*fields)]

    @cached_property
    def by_borough(self) -> Mapping[Pair, Sequence[FunctionUse]]:
        """The uses by (borough, function); no key for a pair without one."""
        return _group_uses((use.borough, use.function, use) for use in self.uses)

    @cached_property
    def by_product(self) -> Mapping[Pair, Sequence[FunctionUse]]:
        """The uses by (function, product)."""
        return _group_uses((use.function, use.product, use) for use in self.uses)

    @cached_property
    def users(self) -> Mapping[int, frozenset[int]]:
        """The boroughs that run each product, for whatever function."""
        users: dict[int, set[int]] = defaultdict(set)
        for use in self.uses:
            users[use.product].add(use.borough)
        return {product: frozenset(boroughs) for product, boroughs in users.items()}

    def known(self, borough: int, function: int) -> bool:
        """Whether the borough's answer on the function is known."""
        return borough in self.complete or (borough, function) in self.by_borough

    def answered(self, function: int) -> frozenset[int]:
        """The reporting boroughs whose answer on the function is known."""
        return frozenset(borough for borough in self.reporting if self.known(borough, function))

    def sorted_boroughs(self, keys: Iterable[int]) -> tuple[Borough, ...]:
        """The boroughs of these primary keys, by name."""
        keys = set(keys)
        return tuple(borough for key, borough in self.boroughs.items() if key in keys)


MAX_SYSTEMS_KEPT = 5_000
"""Systems up to which the answers are kept in memory, once for each version of the data."""


def read_answers() -> LondonAnswers:
    """All present answers, read once a version of the data unless there are too many to keep.

    Two queries, and one each for functions and uses once they are asked.
    """
    if cached_value("systems", System.objects.count) > MAX_SYSTEMS_KEPT:
        return _read_answers()
    answers: LondonAnswers = cached_value("answers", _read_answers)
    return answers


def _read_answers() -> LondonAnswers:
    london: Any = Borough.objects.london().with_returns(Subject.SYSTEMS)
    boroughs = {borough.pk: borough for borough in london}
    returned = {
        key: borough.latest_systems
        for key, borough in boroughs.items()
        if borough.latest_systems is not None
    }
    return LondonAnswers(
        boroughs,
        frozenset(returned),
        frozenset(key for key, complete in returned.items() if complete),
    )


def read_products(keys: Iterable[int]) -> dict[int, Product]:
    """Products by primary key, as a page names them; one query, none for none."""
    return Product.objects.only("name", "slug").in_bulk(set(keys))


def _group_uses(
    rows: Iterable[tuple[int, int, FunctionUse]],
) -> Mapping[Pair, Sequence[FunctionUse]]:
    groups: dict[Pair, list[FunctionUse]] = defaultdict(list)
    for first, second, use in rows:
        groups[first, second].append(use)
    return dict(groups)


@dataclass(frozen=True)
class UnknownFunction:
    """A function on which the borough's answer is not known, and what most others run there.

    `products`: those that equally many run, by name; each is run by `running` of the `answered`
    others of the 33 whose answer is known.
    """

    function: Function
    products: Sequence[Product]
    running: int
    answered: int


@dataclass(frozen=True)
class UnknownFunctions:
    """What others run where this borough's answer is not known, the most widely answered first.

    `unknown` counts all functions on which it is not, among `functions` in all.
    """

    rows: Sequence[UnknownFunction]
    unknown: int
    functions: int

    @property
    def known(self) -> int:
        """On how many functions its answer is known."""
        return self.functions - self.unknown


def find_gaps(answers: LondonAnswers, borough: Borough) -> UnknownFunctions:
    """What most others run where this borough's answer is not known; one query.

    A function that no other borough is known to run anything for has no row.
    """
    unknown = [key for key in answers.functions if not answers.known(borough.pk, key)]
    users: dict[int, dict[int, set[int]]] = {key: defaultdict(set) for key in unknown}
    for use in answers.uses:
        if use.function in users:
            users[use.function][use.product].add(use.borough)
    most = {key: max(map(len, group.values()), default=0) for key, group in users.items()}
    leading = {
        key: [product for product, boroughs in users[key].items() if len(boroughs) == number]
        for key, number in most.items()
        if number
    }
    names = read_products(product for products in leading.values() for product in products)
    rows = [
        UnknownFunction(
            answers.functions[key],
            sorted((names[product] for product in products), key=lambda product: product.name),
            most[key],
            sum(answers.known(other, key) for other in answers.boroughs),
        )
        for key, products in leading.items()
    ]
    rows.sort(key=lambda row: (-row.answered, -row.running))
    return UnknownFunctions(rows, len(unknown), len(answers.functions))
