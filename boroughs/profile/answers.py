"""Who runs what, and where that is known: each borough's answer on each function.

A borough's answer on a function is known where it has a system in use for it, or where its latest
systems return is complete: then it has none. Otherwise it is not known, which is not none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from boroughs.models import Borough, Subject
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
        fields = ("pk", "borough", "function", "product", "intention", "national_or_shared")
        return [FunctionUse(*row) for row in systems.order_by("pk").values_list(*fields)]

    @cached_property
    def by_borough(self) -> Mapping[Pair, Sequence[FunctionUse]]:
        """The uses by (borough, function); no key for a pair without one."""
        return _group_uses((use.borough, use.function, use) for use in self.uses)

    @cached_property
    def by_product(self) -> Mapping[Pair, Sequence[FunctionUse]]:
        """The uses by (function, product)."""
        return _group_uses((use.function, use.product, use) for use in self.uses)

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


def read_answers() -> LondonAnswers:
    """All present answers; one query, and one each for functions and uses once they are asked."""
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


def products_in_use(uses: Iterable[FunctionUse]) -> dict[int, Product]:
    """The products of some uses by primary key; one query."""
    return Product.objects.only("name", "slug").in_bulk({use.product for use in uses})


def _group_uses(
    rows: Iterable[tuple[int, int, FunctionUse]],
) -> Mapping[Pair, Sequence[FunctionUse]]:
    groups: dict[Pair, list[FunctionUse]] = defaultdict(list)
    for first, second, use in rows:
        groups[first, second].append(use)
    return dict(groups)


class ProductUsers(NamedTuple):
    """A product, and which of the peers run it."""

    product: Product
    boroughs: tuple[Borough, ...]


@dataclass(frozen=True)
class UnknownFunction:
    """A function on which the borough's answer is not known, and what its peers run.

    `products`: most boroughs first. `running` peers run something, `without` have none recorded;
    of `unknown` it is not known either.
    """

    function: Function
    products: Sequence[ProductUsers]
    running: int
    without: tuple[Borough, ...]
    unknown: tuple[Borough, ...]

    @property
    def answered(self) -> int:
        """How many of the peers have a known answer."""
        return self.running + len(self.without)


@dataclass(frozen=True)
class UnknownFunctions:
    """The gaps that a peer can fill, those that most of them can first.

    `unknown` counts all gaps, among `functions` in all.
    """

    rows: Sequence[UnknownFunction]
    unknown: int
    functions: int


def find_gaps(
    answers: LondonAnswers, borough: Borough, peers: Collection[Borough]
) -> UnknownFunctions:
    """What the peers run where this borough's answer is not known; one query."""
    others = [peer.pk for peer in peers if peer.pk != borough.pk]
    unknown = [key for key in answers.functions if not answers.known(borough.pk, key)]
    uses = {
        key: [use for other in others for use in answers.by_borough.get((other, key), ())]
        for key in unknown
    }
    products = products_in_use(use for group in uses.values() for use in group)
    rows = [
        _gap(answers, key, _group_by_product(answers, group, products), others)
        for key, group in uses.items()
        if group
    ]
    rows.sort(key=lambda gap: gap.running, reverse=True)
    return UnknownFunctions(rows, len(unknown), len(answers.functions))


def _group_by_product(
    answers: LondonAnswers, uses: Sequence[FunctionUse], products: Mapping[int, Product]
) -> Sequence[ProductUsers]:
    users: dict[int, set[int]] = defaultdict(set)
    for use in uses:
        users[use.product].add(use.borough)
    groups = [
        ProductUsers(products[key], answers.sorted_boroughs(boroughs))
        for key, boroughs in users.items()
    ]
    return sorted(groups, key=lambda group: (-len(group.boroughs), group.product.name))


def _gap(
    answers: LondonAnswers, function: int, products: Sequence[ProductUsers], others: Sequence[int]
) -> UnknownFunction:
    idle = [other for other in others if (other, function) not in answers.by_borough]
    return UnknownFunction(
        answers.functions[function],
        products,
        len(others) - len(idle),
        answers.sorted_boroughs(key for key in idle if key in answers.complete),
        answers.sorted_boroughs(key for key in idle if key not in answers.complete),
    )
