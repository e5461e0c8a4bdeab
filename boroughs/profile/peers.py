"""Who is most like whom: boroughs compared by what they run, from what is known of both.

The likeness of two boroughs is a weighted Jaccard index over pairs of function and product, among
the functions on which the answers of both are known. A pair that few boroughs run weighs more than
one that nearly all run (inverse document frequency): weight = ln(1 + N / n), N boroughs whose
answer on the function is known, n of them running the pair. Likeness is the weight of what both run
over the weight of what either runs: 0 nothing shared, 1 the same. National and shared services and
companion tools are left out. It is told only where enough is known of both, by a return or by
public evidence, and says who is alike, not who is better.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

from boroughs.models import Borough
from boroughs.profile.answers import (
    FunctionUse,
    LondonAnswers,
    Pair,
    read_answers,
    read_products,
)
from systems.models import Function, Product

# A product is rare where at most so many of the 33 are known to run it. Like a common choice, it
# says nothing of who is better.
MAX_RARE_BOROUGHS = 2
MAX_PEERS = 5
# Likeness is told where so many functions are known of both and so many systems are shared. Below
# that, one register in common made boroughs "most alike" in the real data of November 2026.
MIN_KNOWN_FUNCTIONS = 10
MIN_SHARED_SYSTEMS = 3


@dataclass(frozen=True)
class Peer:
    """Another borough, and why it is like this one.

    Of the systems that `either` runs for the `functions` known of both, both run `shared`; the
    fewest boroughs run `product` among these, and `exclusive` of them no third is known to run.
    """

    borough: Borough
    likeness: float
    functions: int
    shared: int
    either: int
    exclusive: int
    product: Product

    @property
    def words(self) -> str:
        """'both run Mosaic and 10 more of the 37 systems that either runs for …'."""
        alone = f"; {self.exclusive} of them no other borough is known to run"
        return (
            f"both run {self.product.name} and {self.shared - 1} more of the {self.either} systems "
            f"that either runs for the {self.functions} functions known of both"
            f"{alone if self.exclusive else ''}"
        )


@dataclass(frozen=True)
class Estates:
    """What the 33 are known to run, and for which functions that is known, by primary keys.

    Pairs of function and product without national and shared services and companion tools: that
    two boroughs use GOV.UK Pay makes them no more alike. `functions` are those with such a pair; of
    a borough whose return is complete all for which any borough has such a pair.
    """

    boroughs: Mapping[int, Borough]
    pairs: Mapping[int, frozenset[Pair]]
    functions: Mapping[int, frozenset[int]]

    @classmethod
    def from_answers(cls, answers: LondonAnswers) -> Self:
        """The estates among all answers."""
        pairs: dict[int, set[Pair]] = {key: set() for key in answers.boroughs}
        for use in answers.uses:
            if use.distinctive:
                pairs[use.borough].add((use.function, use.product))
        run = {key: frozenset(function for function, _ in pairs[key]) for key in pairs}
        everything = frozenset[int]().union(*run.values())
        return cls(
            answers.boroughs,
            {key: frozenset(pairs[key]) for key in pairs},
            {key: everything if key in answers.complete else run[key] for key in pairs},
        )

    @cached_property
    def runners(self) -> Counter[Pair]:
        """How many of the boroughs run each pair."""
        return Counter(pair for pairs in self.pairs.values() for pair in pairs)


def pair_weights(estates: Estates) -> dict[Pair, float]:
    """The weight of each pair that is run: ln(1 + N / n), more for what fewer run."""
    known = Counter(key for functions in estates.functions.values() for key in functions)
    return {pair: math.log1p(known[pair[0]] / number) for pair, number in estates.runners.items()}


def peer_similarity(
    first: Collection[Pair], second: Collection[Pair], weights: Mapping[Pair, float]
) -> float:
    """The likeness of two different boroughs by what they run, 0 to 1."""
    first, second = set(first), set(second)
    either = math.fsum(weights[pair] for pair in first | second)
    # Two boroughs that run nothing have 0/0 in common: nothing, not everything
    return math.fsum(weights[pair] for pair in first & second) / either if either else 0.0


class Overlap(NamedTuple):
    """Two boroughs' pairs for the functions known of both; `shared` has the rarest first."""

    likeness: float
    functions: int
    shared: Sequence[Pair]
    either: int

    @property
    def tellable(self) -> bool:
        """Whether enough is known to say how alike they are."""
        return self.functions >= MIN_KNOWN_FUNCTIONS and len(self.shared) >= MIN_SHARED_SYSTEMS


def overlap(estates: Estates, weights: Mapping[Pair, float], first: int, second: int) -> Overlap:
    """How far two boroughs, by primary keys, run the same."""
    functions = estates.functions[first] & estates.functions[second]
    ours, theirs = (
        {pair for pair in estates.pairs[key] if pair[0] in functions} for key in (first, second)
    )
    return Overlap(
        peer_similarity(ours, theirs, weights),
        len(functions),
        sorted(ours & theirs, key=lambda pair: (estates.runners[pair], pair)),
        len(ours | theirs),
    )


def most_similar_boroughs(
    borough: Borough, limit: int = MAX_PEERS, answers: LondonAnswers | None = None
) -> list[Peer]:
    """The boroughs most like this one, the most similar first, then by name.

    Only where enough is known of both; for a regional body none. One query for the products where
    the answers were read before, else three.
    """
    estates = Estates.from_answers(answers or read_answers())
    if borough.pk not in estates.pairs:
        return []
    weights = pair_weights(estates)
    overlaps = {
        key: both
        for key in estates.pairs
        if key != borough.pk
        if (both := overlap(estates, weights, borough.pk, key)).tellable
    }
    # Rounded: sums in floating point differ in their last digits where the names should decide
    nearest = sorted(
        overlaps,
        key=lambda key: (-round(overlaps[key].likeness, 9), estates.boroughs[key].name),
    )[:limit]
    products = read_products(overlaps[key].shared[0][1] for key in nearest)
    return [_peer(estates, key, overlaps[key], products) for key in nearest]


def _peer(estates: Estates, key: int, both: Overlap, products: Mapping[int, Product]) -> Peer:
    return Peer(
        estates.boroughs[key],
        both.likeness,
        both.functions,
        len(both.shared),
        both.either,
        sum(estates.runners[pair] == 2 for pair in both.shared),
        products[both.shared[0][1]],
    )


MIN_COMMON_BOROUGHS = 5
# London's common choice for a function is the product that most reporting boroughs run, where at
# least so many of them do, and at least one in so many of those whose answer on the function is
# known. Products that equally many run are common choices together.
COMMON_ONE_IN = 3


@dataclass(frozen=True)
class RareProduct:
    """A product of the borough that at most two of the 33 are known to run; `also`: who else does.

    `uses` are the borough's own, in the order of their `functions`.
    """

    product: Product
    uses: Sequence[FunctionUse]
    functions: Sequence[Function]
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


def rare_products(answers: LondonAnswers, borough: Borough) -> list[RareProduct]:
    """The borough's rare products, first those that nobody else is known to run; one query.

    From returns and from public evidence. National and shared services are left out.
    """
    own: dict[int, list[FunctionUse]] = defaultdict(list)
    for use in answers.uses:
        rare = len(answers.users[use.product]) <= MAX_RARE_BOROUGHS
        if rare and use.borough == borough.pk and not use.national_or_shared:
            own[use.product].append(use)
    products = read_products(own)
    rows = [_rare_product(answers, products[key], uses) for key, uses in own.items()]
    return sorted(rows, key=lambda row: (len(row.also), row.product.name))


def _rare_product(
    answers: LondonAnswers, product: Product, uses: Sequence[FunctionUse]
) -> RareProduct:
    uses = sorted(uses, key=lambda use: _place(answers.functions[use.function]))
    functions = dict.fromkeys(answers.functions[use.function] for use in uses)
    others = answers.users[product.pk] - {uses[0].borough}
    return RareProduct(product, uses, [*functions], answers.sorted_boroughs(others))


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
    products = read_products(
        use.product for leading, own in missed.values() for use in (*leading.uses, *own)
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
