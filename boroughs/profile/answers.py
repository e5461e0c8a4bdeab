"""Who runs what, and of whom that is known: each borough's answer on each function.

A borough's answer on a function is known where it has a system in use for it, or where its latest
systems return is complete: then it has none. Otherwise it is not known, which is not none.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from boroughs.models import Borough, Subject, latest_complete
from citytools.facts.provenance import SourceKind
from systems.models import Function, Product, System

Pair = tuple[int, int]


class FunctionUse(NamedTuple):
    """One system in use, by primary keys; of one of the 33."""

    system: int
    borough: int
    function: int
    product: int
    intention: str
    source_kind: str

    @property
    def illustrative(self) -> bool:
        """Whether it is invented for demonstration."""
        return self.source_kind == SourceKind.ILLUSTRATIVE


@dataclass(frozen=True)
class LondonAnswers:
    """What the 33 have in use, and who has returned how much.

    `boroughs` and `functions` by primary key, in their order on a page; `reporting` and
    `complete` hold primary keys of boroughs with a systems return and with a complete one.
    """

    boroughs: Mapping[int, Borough]
    reporting: frozenset[int]
    complete: frozenset[int]
    functions: Mapping[int, Function]
    uses: Sequence[FunctionUse]

    @cached_property
    def of(self) -> Mapping[Pair, Sequence[FunctionUse]]:
        """The uses by (borough, function); empty for a pair without one."""
        return _group_uses((use.borough, use.function, use) for use in self.uses)

    @cached_property
    def by_choice(self) -> Mapping[Pair, Sequence[FunctionUse]]:
        """The uses by (function, product)."""
        return _group_uses((use.function, use.product, use) for use in self.uses)

    def known(self, borough: int, function: int) -> bool:
        """Whether the borough's answer on the function is known."""
        return borough in self.complete or (borough, function) in self.of

    def answered(self, function: int) -> frozenset[int]:
        """The reporting boroughs whose answer on the function is known."""
        return frozenset(one for one in self.reporting if self.known(one, function))

    def named(self, keys: Iterable[int]) -> tuple[Borough, ...]:
        """The boroughs of these primary keys, by name."""
        wanted = set(keys)
        return tuple(borough for key, borough in self.boroughs.items() if key in wanted)


def read_answers(*, illustrative: bool = True) -> LondonAnswers:
    """All answers as they stand; three queries."""
    latest = latest_complete("pk", Subject.SYSTEMS, illustrative=illustrative)
    boroughs = {borough.pk: borough for borough in Borough.objects.london().annotate(latest=latest)}
    returned = {
        key: borough.latest for key, borough in boroughs.items() if borough.latest is not None
    }
    systems = System.objects.in_use().filter(borough__in=Borough.objects.london())
    rows = (systems if illustrative else systems.real()).order_by("pk")
    fields = ("pk", "borough", "function", "product", "intention", "source_kind")
    return LondonAnswers(
        boroughs,
        frozenset(returned),
        frozenset(key for key, complete in returned.items() if complete),
        {function.pk: function for function in Function.objects.select_related("service_area")},
        [FunctionUse(*row) for row in rows.values_list(*fields)],
    )


def products_in_use(uses: Iterable[FunctionUse]) -> dict[int, Product]:
    """The products of some uses by primary key; one query."""
    return Product.objects.in_bulk({use.product for use in uses})


def _group_uses(
    rows: Iterable[tuple[int, int, FunctionUse]],
) -> Mapping[Pair, Sequence[FunctionUse]]:
    groups: dict[Pair, list[FunctionUse]] = defaultdict(list)
    for one, other, use in rows:
        groups[one, other].append(use)
    return dict(groups)


@dataclass(frozen=True)
class GapProduct:
    """A product, and who of the boroughs asked runs it; `invented` counts invented records."""

    product: Product
    boroughs: tuple[Borough, ...]
    invented: int


@dataclass(frozen=True)
class UnknownFunction:
    """A function on which the borough's answer is not known, and what the boroughs asked run.

    `choices`: most boroughs first. `running` of the boroughs asked run something, `none` have none
    recorded, of `unknown` it is not known either.
    """

    function: Function
    choices: tuple[GapProduct, ...]
    running: int
    none: tuple[Borough, ...]
    unknown: tuple[Borough, ...]

    @property
    def answered(self) -> int:
        """Of how many of the boroughs asked the answer is known."""
        return self.running + len(self.none)


@dataclass(frozen=True)
class UnknownFunctions:
    """The gaps that somebody asked can fill, most of them running something first.

    `unknown` counts all gaps, among `functions` in all.
    """

    rows: Sequence[UnknownFunction]
    unknown: int
    functions: int


def find_gaps(
    answers: LondonAnswers, borough: Borough, asked: Collection[Borough]
) -> UnknownFunctions:
    """What the boroughs asked run where this borough's answer is not known; one query."""
    others = [one.pk for one in asked if one.pk != borough.pk]
    unknown = [key for key in answers.functions if not answers.known(borough.pk, key)]
    uses = {
        key: [use for other in others for use in answers.of.get((other, key), ())]
        for key in unknown
    }
    products = products_in_use(use for group in uses.values() for use in group)
    rows = [
        _gap(answers, key, _choices(answers, group, products), others)
        for key, group in uses.items()
        if group
    ]
    rows.sort(key=lambda gap: gap.running, reverse=True)
    return UnknownFunctions(rows, len(unknown), len(answers.functions))


def _choices(
    answers: LondonAnswers, uses: Sequence[FunctionUse], products: Mapping[int, Product]
) -> tuple[GapProduct, ...]:
    by_product: dict[int, list[FunctionUse]] = defaultdict(list)
    for use in uses:
        by_product[use.product].append(use)
    gap_products = [
        GapProduct(
            products[key],
            answers.named(use.borough for use in group),
            sum(use.illustrative for use in group),
        )
        for key, group in by_product.items()
    ]
    return tuple(
        sorted(gap_products, key=lambda product: (-len(product.boroughs), product.product.name))
    )


def _gap(
    answers: LondonAnswers, function: int, choices: tuple[GapProduct, ...], others: Sequence[int]
) -> UnknownFunction:
    idle = [other for other in others if (other, function) not in answers.of]
    return UnknownFunction(
        answers.functions[function],
        choices,
        len(others) - len(idle),
        answers.named(one for one in idle if one in answers.complete),
        answers.named(one for one in idle if one not in answers.complete),
    )
