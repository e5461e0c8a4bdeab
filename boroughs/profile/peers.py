"""Who is most like whom: boroughs compared by what they run.

The likeness of two boroughs is a weighted Jaccard index over pairs of function and product. A
pair that few boroughs run weighs more than one that nearly all run (inverse document frequency):
weight = ln(1 + N / n), N boroughs with a systems return, n of them running the pair. Likeness is
the weight of what both run over the weight of what either runs: 0 nothing shared, 1 the same.
Boroughs without a systems return are absent, never zero. It says who is alike, not who is better.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from boroughs.models import Borough
from boroughs.profile.answers import (
    FunctionUse,
    LondonAnswers,
    Pair,
    products_in_use,
    read_answers,
)
from systems.models import Function, Product

# A system is rare where at most so many boroughs with a return run the same product for the same
# function. Like a common choice, it says nothing of who is better.
MAX_RARE_BOROUGHS = 2
MAX_PEERS = 5


@dataclass(frozen=True)
class Peer:
    """Another borough; of the systems that `either` runs both run `shared`, `rare` of them rare."""

    borough: Borough
    likeness: float
    shared: int
    rare: int
    either: int

    @property
    def words(self) -> str:
        """'shares 14 systems with Brent, 3 of them rare, of 37 that either runs'."""
        rare = f"{self.rare or 'none'} of them rare"
        if self.shared == 1:
            rare = "a rare one" if self.rare else "not a rare one"
        return (
            f"shares {self.shared} system{'' if self.shared == 1 else 's'} with "
            f"{self.borough.name}, {rare}, of {self.either} that either runs"
        )


@dataclass(frozen=True)
class Estates:
    """What boroughs with a systems return run: pairs of function and product, by primary keys.

    Without national and shared services: that two boroughs use GOV.UK Pay makes them no more alike.
    A borough that has returned nothing in use has an empty set.
    """

    boroughs: Mapping[int, Borough]
    pairs: Mapping[int, frozenset[Pair]]

    @classmethod
    def from_answers(cls, answers: LondonAnswers) -> Self:
        """The estates among all answers."""
        pairs: dict[int, set[Pair]] = {key: set() for key in answers.reporting}
        for use in answers.uses:
            if use.borough in pairs and not use.national_or_shared:
                pairs[use.borough].add((use.function, use.product))
        return cls(answers.boroughs, {key: frozenset(pairs[key]) for key in pairs})

    @cached_property
    def runners(self) -> Counter[Pair]:
        """How many of the boroughs run each pair."""
        return Counter(pair for pairs in self.pairs.values() for pair in pairs)


def pair_weights(estates: Estates) -> dict[Pair, float]:
    """The weight of each pair that is run: ln(1 + N / n), more for what fewer run."""
    reporting = len(estates.pairs)
    return {pair: math.log1p(reporting / number) for pair, number in estates.runners.items()}


def peer_similarity(
    first: Collection[Pair], second: Collection[Pair], weights: Mapping[Pair, float]
) -> float:
    """The likeness of two different boroughs by what they run, 0 to 1."""
    first, second = set(first), set(second)
    either = math.fsum(weights[pair] for pair in first | second)
    # Two boroughs that run nothing have 0/0 in common: nothing, not everything
    return math.fsum(weights[pair] for pair in first & second) / either if either else 0.0


def most_similar_boroughs(
    borough: Borough, limit: int = MAX_PEERS, answers: LondonAnswers | None = None
) -> list[Peer]:
    """The boroughs most like this one, the most similar first, then by name.

    Only those that share a system; none at all where this borough has no systems return. No query
    where the answers were read before, else at most two.
    """
    answers = answers or read_answers()
    if borough.pk not in answers.reporting:
        return []
    estates = Estates.from_answers(answers)
    weights = pair_weights(estates)
    peers = [
        peer
        for key in estates.pairs
        if key != borough.pk
        if (peer := _peer(estates, weights, borough.pk, key)).shared
    ]
    # Rounded: sums in floating point differ in their last digits where the names should decide
    return sorted(peers, key=lambda peer: (-round(peer.likeness, 9), peer.borough.name))[:limit]


def _peer(estates: Estates, weights: Mapping[Pair, float], own: int, other: int) -> Peer:
    ours, theirs = estates.pairs[own], estates.pairs[other]
    shared = ours & theirs
    return Peer(
        estates.boroughs[other],
        peer_similarity(ours, theirs, weights),
        len(shared),
        sum(estates.runners[pair] <= MAX_RARE_BOROUGHS for pair in shared),
        len(ours | theirs),
    )


MIN_COMMON_BOROUGHS = 5
# London's common choice for a function is the product that most reporting boroughs run, where at
# least so many of them do, and at least one in so many of those whose answer on the function is
# known. Products that equally many run are common choices together.
COMMON_ONE_IN = 3


@dataclass(frozen=True)
class RareSystem:
    """One of the borough's systems that at most two reporting boroughs run; `also`: who else does.

    `also` names boroughs without a return too, where public evidence shows the system there.
    """

    use: FunctionUse
    function: Function
    product: Product
    also: tuple[Borough, ...]


@dataclass(frozen=True)
class CommonChoice:
    """London's common choice for a function (several where equal), not used here.

    Each is run by `running` of the `answered` reporting boroughs whose answer is known;
    `here` is run instead (empty: none recorded); `nearest` is
    the nearest peer that runs it, if any.
    """

    function: Function
    products: tuple[Product, ...]
    running: int
    answered: int
    here: tuple[Product, ...]
    nearest: Borough | None


@dataclass(frozen=True)
class _Leading:
    """The uses, by reporting boroughs, of the most widely run products for a function."""

    uses: Sequence[FunctionUse]
    running: int
    answered: int


def rare_systems(answers: LondonAnswers, borough: Borough) -> list[RareSystem]:
    """The borough's rare systems: those shared with somebody first, then by function; one query.

    None at all where no borough has a return, for then it is not known.
    """
    rare = [
        use
        for use in answers.uses
        if answers.reporting
        and use.borough == borough.pk
        and not use.national_or_shared
        and len(_reported_uses(answers, use.function, use.product)) <= MAX_RARE_BOROUGHS
    ]
    products = products_in_use(rare)
    rows = [_rare_system(answers, use, products[use.product]) for use in rare]
    return sorted(rows, key=lambda row: (not row.also, _place(row.function), row.product.name))


def _rare_system(answers: LondonAnswers, use: FunctionUse, product: Product) -> RareSystem:
    boroughs = {other.borough for other in answers.by_product[use.function, use.product]}
    others = answers.sorted_boroughs(boroughs - {use.borough})
    return RareSystem(use, answers.functions[use.function], product, others)


def _reported_uses(answers: LondonAnswers, function: int, product: int) -> list[FunctionUse]:
    """The uses of a product for a function by boroughs with a return."""
    uses = answers.by_product[function, product]
    return [use for use in uses if use.borough in answers.reporting]


def common_choices(
    answers: LondonAnswers, borough: Borough, peers: Sequence[Borough]
) -> list[CommonChoice]:
    """London's common choices that this borough is known not to use; most boroughs first.

    Of `peers`, nearest first, each choice names the first that runs it. One query.
    """
    missed: dict[int, tuple[_Leading, Sequence[FunctionUse]]] = {}
    for key in answers.functions:
        leading = _leading(answers, key) if answers.known(borough.pk, key) else None
        own = answers.by_borough.get((borough.pk, key), ())
        if leading and not _product_keys(leading.uses) & _product_keys(own):
            missed[key] = leading, own
    products = products_in_use(
        use for leading, own in missed.values() for use in (*leading.uses, *own)
    )
    rows = [
        _common_choice(answers, key, leading, own, products, peers)
        for key, (leading, own) in missed.items()
    ]
    return sorted(rows, key=lambda row: (-row.running, _place(row.function)))


def _product_keys(uses: Iterable[FunctionUse]) -> set[int]:
    return {use.product for use in uses}


def _leading(answers: LondonAnswers, function: int) -> _Leading | None:
    """The common choice for a function; None where no product is run widely enough."""
    products = {
        use.product
        for borough in answers.reporting
        for use in answers.by_borough.get((borough, function), ())
        if not use.national_or_shared
    }
    groups = [_reported_uses(answers, function, product) for product in sorted(products)]
    running = max(map(len, groups), default=0)
    answered = len(answers.answered(function))
    if running < MIN_COMMON_BOROUGHS or running * COMMON_ONE_IN < answered:
        return None
    leading = [use for uses in groups if len(uses) == running for use in uses]
    return _Leading(leading, running, answered)


def _common_choice(
    answers: LondonAnswers,
    function: int,
    leading: _Leading,
    own: Sequence[FunctionUse],
    products: Mapping[int, Product],
    peers: Sequence[Borough],
) -> CommonChoice:
    runners = {use.borough for use in leading.uses}
    return CommonChoice(
        answers.functions[function],
        _sort_by_name(products[key] for key in _product_keys(leading.uses)),
        leading.running,
        leading.answered,
        _sort_by_name(products[key] for key in _product_keys(own)),
        next((peer for peer in peers if peer.pk in runners), None),
    )


def _sort_by_name(products: Iterable[Product]) -> tuple[Product, ...]:
    return tuple(sorted(products, key=lambda product: product.name))


def _place(function: Function) -> tuple[int, int]:
    """The order of functions on a page."""
    return function.position, function.pk
