"""Where a borough stands nearly alone, and where it does not use what much of London does.

- A system is rare where at most 2 of the boroughs with a systems return run it (the same product
  for the same function).
- London's common choice for a function is the product that most reporting boroughs run, where at
  least 5 of them do, and at least a third of those whose answer on the function is known. Equal
  ones are common choices together.

Neither says who is better.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from boroughs.models import Borough
from boroughs.profile.answers import Answers, Use, products_of
from boroughs.profile.peers import RARE
from systems.models import Function, Product

COMMON = 5
"""A product is common for a function only where at least so many reporting boroughs run it,"""
COMMON_SHARE = 3
"""and at least one in so many of those whose answer on the function is known."""


@dataclass(frozen=True)
class Rare:
    """One of the borough's systems that at most two reporting boroughs run; `also`: who else does.

    `also` names boroughs without a return too, where public evidence shows the system there.
    """

    use: Use
    function: Function
    product: Product
    also: tuple[Borough, ...]


@dataclass(frozen=True)
class Common:
    """London's common choice for a function (several where equal), not used here.

    Each is run by `running` of the `answered` reporting boroughs whose answer is known; `invented`
    of these records are invented. `here` is run instead (empty: none recorded); `nearest` is the
    nearest peer that runs it, if any.
    """

    function: Function
    products: tuple[Product, ...]
    running: int
    answered: int
    invented: int
    here: tuple[Product, ...]
    nearest: Borough | None


@dataclass(frozen=True)
class _Leading:
    """The uses, by reporting boroughs, of the most widely run products for a function."""

    uses: Sequence[Use]
    running: int
    answered: int


def rare(answers: Answers, borough: Borough) -> list[Rare]:
    """The borough's rare systems: those shared with somebody first, then by function; one query.

    None at all where no borough has a return, for then it cannot be told.
    """
    own = [use for use in answers.uses if use.borough == borough.pk and answers.reporting]
    found = [use for use in own if len(_reported(answers, use.function, use.product)) <= RARE]
    products = products_of(found)
    rows = [_rare(answers, use, products[use.product]) for use in found]
    return sorted(rows, key=lambda row: (not row.also, _place(row.function), row.product.name))


def _rare(answers: Answers, use: Use, product: Product) -> Rare:
    same = answers.by_choice[use.function, use.product]
    others = answers.named(one.borough for one in same if one.borough != use.borough)
    return Rare(use, answers.functions[use.function], product, others)


def _reported(answers: Answers, function: int, product: int) -> list[Use]:
    """The uses of a product for a function by boroughs with a return."""
    same = answers.by_choice[function, product]
    return [use for use in same if use.borough in answers.reporting]


def common(answers: Answers, borough: Borough, peers: Sequence[Borough]) -> list[Common]:
    """London's common choices that this borough is known not to use; most boroughs first.

    `peers` are asked in their order for one that runs it. One query.
    """
    leading = {
        key: found
        for key in answers.functions
        if answers.known(borough.pk, key) and (found := _leading(answers, key))
    }
    own = {key: answers.of.get((borough.pk, key), ()) for key in leading}
    missed = {
        key: found
        for key, found in leading.items()
        if not {use.product for use in found.uses} & {use.product for use in own[key]}
    }
    wanted = [use for key, found in missed.items() for use in (*found.uses, *own[key])]
    names = products_of(wanted)
    rows = [_common(answers, key, found, own[key], names, peers) for key, found in missed.items()]
    return sorted(rows, key=lambda row: (-row.running, _place(row.function)))


def _leading(answers: Answers, function: int) -> _Leading | None:
    """The common choice for a function; None where no product is run widely enough."""
    told_of = [use for key in answers.reporting for use in answers.of.get((key, function), ())]
    products = sorted({use.product for use in told_of})
    told = [_reported(answers, function, product) for product in products]
    most = max(map(len, told), default=0)
    answered = len(answers.answered(function))
    if most < COMMON or most * COMMON_SHARE < answered:
        return None
    return _Leading([use for uses in told if len(uses) == most for use in uses], most, answered)


def _common(
    answers: Answers,
    function: int,
    leading: _Leading,
    own: Sequence[Use],
    names: Mapping[int, Product],
    peers: Sequence[Borough],
) -> Common:
    runners = {use.borough for use in leading.uses}
    return Common(
        answers.functions[function],
        _by_name(names[key] for key in {use.product for use in leading.uses}),
        leading.running,
        leading.answered,
        sum(use.illustrative for use in leading.uses),
        _by_name(names[key] for key in {use.product for use in own}),
        next((peer for peer in peers if peer.pk in runners), None),
    )


def _by_name(products: Iterable[Product]) -> tuple[Product, ...]:
    return tuple(sorted(products, key=lambda product: product.name))


def _place(function: Function) -> tuple[int, int]:
    """Where a function stands on a page."""
    return function.position, function.pk
