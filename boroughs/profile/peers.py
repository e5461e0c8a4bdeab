"""Who is most like whom: boroughs compared by what they run.

The likeness of two boroughs is a weighted Jaccard index over pairs of function and product. A
pair that few boroughs run weighs more than one that nearly all run (inverse document frequency):
weight = ln(1 + N / n), N boroughs with a systems return, n of them running the pair. Likeness is
the weight of what both run over the weight of what either runs: 0 nothing shared, 1 the same.
Boroughs without a systems return are absent, never zero. It says who is alike, not who is better.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from boroughs.models import Borough, Subject
from boroughs.profile.answers import FunctionUse, LondonAnswers, products_in_use
from systems.models import Function, Product, System, SystemQuerySet

MAX_RARE_BOROUGHS = 2
"""A system is rare where at most so many of the boroughs with a return run it."""
MAX_PEERS = 5
"""Peers that are named of a borough."""


@dataclass(frozen=True)
class Peer:
    """Another borough; of the systems `either` runs, `shared` are run by both, `rare` rarely."""

    borough: Borough
    likeness: float
    shared: int
    rare: int
    either: int

    @property
    def words(self) -> str:
        """'shares 14 systems with Brent, 3 of them rare, of 37 that either runs'."""
        of_them = f"{self.rare or 'none'} of them rare"
        alone = "a rare one" if self.rare else "not a rare one"
        return (
            f"shares {self.shared} system{'' if self.shared == 1 else 's'} with "
            f"{self.borough.name}, {alone if self.shared == 1 else of_them}, "
            f"of {self.either} that either runs"
        )


def estate_matrix(*, illustrative: bool = True) -> pd.DataFrame:
    """What boroughs with a systems return run: one row a borough, one column a (function, product).

    Cells are booleans. A borough that has returned nothing in use has a row of False.
    """
    reporting = Borough.objects.reporting(Subject.SYSTEMS, illustrative=illustrative)
    keys = sorted(reporting.values_list("pk", flat=True))
    systems = System.objects.in_use().filter(borough__in=keys)
    uses = pd.DataFrame(_pairs(systems, illustrative), columns=["borough", "function", "product"])
    table = pd.crosstab(uses["borough"], [uses["function"], uses["product"]]).astype(bool)
    return table.reindex(keys, fill_value=False)


def _pairs(systems: SystemQuerySet, illustrative: bool) -> list[tuple[int, int, int]]:
    rows = systems if illustrative else systems.real()
    return list(rows.order_by("pk").values_list("borough", "function", "product"))


def column_weights(runs: pd.DataFrame) -> "pd.Series[float]":
    """The weight of each column of `estates`: ln(1 + N / n), more for what fewer run."""
    return np.log1p(len(runs) / runs.sum())


def peer_similarity(runs: pd.DataFrame) -> pd.DataFrame:
    """Boroughs by boroughs, 0 to 1; symmetric, 1 on the diagonal."""
    ndarray = runs.to_numpy(dtype=float)
    weighed = ndarray * column_weights(runs).to_numpy()
    shared = weighed @ ndarray.T
    total = weighed.sum(axis=1)
    either = total[:, None] + total[None, :] - shared
    alike = np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)
    np.fill_diagonal(alike, 1.0)
    return pd.DataFrame(alike, index=runs.index, columns=runs.index)


def most_similar_boroughs(
    borough: Borough, most: int = MAX_PEERS, *, illustrative: bool = True
) -> list[Peer]:
    """The boroughs most like this one, most alike first, then by name.

    Only those that share a system; none at all where this borough has no systems return.
    """
    runs = estate_matrix(illustrative=illustrative)
    if borough.pk not in runs.index or runs.empty:
        return []
    alike: dict[int, float] = dict(
        zip(runs.index.tolist(), peer_similarity(runs)[borough.pk].tolist(), strict=True)
    )
    others = Borough.objects.in_bulk([pk for pk in alike if alike[pk] > 0 and pk != borough.pk])
    peers = [_peer(borough, other, runs, alike[pk]) for pk, other in others.items()]
    return sorted(peers, key=lambda peer: (-round(peer.likeness, 9), peer.borough.name))[:most]


def _peer(borough: Borough, other: Borough, runs: pd.DataFrame, alike: float) -> Peer:
    ndarray = runs.to_numpy(dtype=bool)
    ours, theirs = ndarray[runs.index.get_loc(borough.pk)], ndarray[runs.index.get_loc(other.pk)]
    rare = ours & theirs & (ndarray.sum(axis=0) <= MAX_RARE_BOROUGHS)
    return Peer(other, alike, _count(ours & theirs), _count(rare), _count(ours | theirs))


def _count(marks: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> int:
    return int(np.count_nonzero(marks))


# - A system is rare where at most 2 of the boroughs with a systems return run it (the same
#   product for the same function).
# - London's common choice for a function is the product that most reporting boroughs run, where
#   at least 5 of them do, and at least a third of those whose answer on the function is known.
#   Equal ones are common choices together.
#
# Neither says who is better.

MIN_COMMON_BOROUGHS = 5
"""A product is common for a function only where at least so many reporting boroughs run it,"""
COMMON_ONE_IN = 3
"""and at least one in so many of those whose answer on the function is known."""


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

    uses: Sequence[FunctionUse]
    running: int
    answered: int


def rare_systems(answers: LondonAnswers, borough: Borough) -> list[RareSystem]:
    """The borough's rare systems: those shared with somebody first, then by function; one query.

    None at all where no borough has a return, for then it cannot be told.
    """
    own = [use for use in answers.uses if use.borough == borough.pk and answers.reporting]
    found = [
        use
        for use in own
        if len(_reported_uses(answers, use.function, use.product)) <= MAX_RARE_BOROUGHS
    ]
    products = products_in_use(found)
    rows = [_rare_system(answers, use, products[use.product]) for use in found]
    return sorted(rows, key=lambda row: (not row.also, _place(row.function), row.product.name))


def _rare_system(answers: LondonAnswers, use: FunctionUse, product: Product) -> RareSystem:
    same = answers.by_choice[use.function, use.product]
    others = answers.named(one.borough for one in same if one.borough != use.borough)
    return RareSystem(use, answers.functions[use.function], product, others)


def _reported_uses(answers: LondonAnswers, function: int, product: int) -> list[FunctionUse]:
    """The uses of a product for a function by boroughs with a return."""
    same = answers.by_choice[function, product]
    return [use for use in same if use.borough in answers.reporting]


def common_choices(
    answers: LondonAnswers, borough: Borough, peers: Sequence[Borough]
) -> list[CommonChoice]:
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
    names = products_in_use(wanted)
    rows = [
        _common_choice(answers, key, found, own[key], names, peers) for key, found in missed.items()
    ]
    return sorted(rows, key=lambda row: (-row.running, _place(row.function)))


def _leading(answers: LondonAnswers, function: int) -> _Leading | None:
    """The common choice for a function; None where no product is run widely enough."""
    told_of = [use for key in answers.reporting for use in answers.of.get((key, function), ())]
    products = sorted({use.product for use in told_of})
    told = [_reported_uses(answers, function, product) for product in products]
    most = max(map(len, told), default=0)
    answered = len(answers.answered(function))
    if most < MIN_COMMON_BOROUGHS or most * COMMON_ONE_IN < answered:
        return None
    return _Leading([use for uses in told if len(uses) == most for use in uses], most, answered)


def _common_choice(
    answers: LondonAnswers,
    function: int,
    leading: _Leading,
    own: Sequence[FunctionUse],
    names: Mapping[int, Product],
    peers: Sequence[Borough],
) -> CommonChoice:
    runners = {use.borough for use in leading.uses}
    return CommonChoice(
        answers.functions[function],
        _sort_by_name(names[key] for key in {use.product for use in leading.uses}),
        leading.running,
        leading.answered,
        sum(use.illustrative for use in leading.uses),
        _sort_by_name(names[key] for key in {use.product for use in own}),
        next((peer for peer in peers if peer.pk in runners), None),
    )


def _sort_by_name(products: Iterable[Product]) -> tuple[Product, ...]:
    return tuple(sorted(products, key=lambda product: product.name))


def _place(function: Function) -> tuple[int, int]:
    """Where a function stands on a page."""
    return function.position, function.pk
