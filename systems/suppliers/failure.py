"""What London would lose if a supplier failed, and what it could turn to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from boroughs.models import Borough
from systems.models import Function, Product, System
from systems.suppliers.ownership import SupplierGroup
from systems.suppliers.page import Estate, FunctionUse

SHOWN = 4
"""Alternatives shown for one function."""


@dataclass(frozen=True)
class Users:
    """Named users of some systems, known for `known` of them; who uses two counts in both."""

    systems: Sequence[System]

    @property
    def counts(self) -> list[int]:
        """The numbers that are known."""
        return [system.users for system in self.systems if system.users is not None]

    @property
    def total(self) -> int | None:
        """Their sum; None where none is known."""
        return sum(self.counts) if self.counts else None

    @property
    def known(self) -> int:
        """For how many systems the number is known."""
        return len(self.counts)


@dataclass(frozen=True)
class FailureLoss:
    """What one borough would lose for one function; `besides`: what else it has for it."""

    function: Function
    lost: Sequence[System]
    besides: Sequence[System]


@dataclass(frozen=True)
class Loss:
    """What one borough would lose, by function."""

    borough: Borough
    parts: Sequence[FailureLoss]

    @property
    def systems(self) -> list[System]:
        """Its systems that would fail."""
        return [system for part in self.parts for system in part.lost]

    @property
    def users(self) -> Users:
        """Named users of these systems, as far as they are known."""
        return Users(self.systems)


@dataclass(frozen=True)
class FailureAlternative:
    """A product of another group for the same function: the 33 that run it, and one to ring.

    `invented` counts the records among them that are invented for demonstration.
    """

    product: Product
    boroughs: Sequence[Borough]
    ring: Borough
    invented: int


@dataclass(frozen=True)
class Exposed:
    """A function that boroughs would lose, and what else London runs for it.

    `alternatives` are the most widely run, of `choices` in all.
    """

    use: FunctionUse
    boroughs: Sequence[Borough]
    alternatives: Sequence[FailureAlternative]
    choices: int

    @property
    def more(self) -> int:
        """How many alternatives are not shown."""
        return self.choices - len(self.alternatives)


@dataclass(frozen=True)
class SupplierFailure:
    """If all suppliers of a group failed: losses by borough's name, functions in their order."""

    group: SupplierGroup
    estate: Estate

    @cached_property
    def losses(self) -> list[Loss]:
        """What each borough would lose, by its name."""
        own = _group_by_place(self.estate.own)
        besides = _group_by_place(self.estate.others)
        return [
            Loss(
                borough,
                [
                    FailureLoss(use.function, lost, besides.get((borough.pk, use.function.pk), ()))
                    for use in self.estate.functions
                    if (lost := own.get((borough.pk, use.function.pk)))
                ],
            )
            for borough in self.estate.boroughs
        ]

    @cached_property
    def exposed(self) -> list[Exposed]:
        """Each function that would be lost somewhere, with its alternatives."""
        others: dict[int, list[System]] = defaultdict(list)
        for system in self.estate.others:
            if not self._same_group(system.product):
                others[system.function_id].append(system)
        return [self._exposed(use, others[use.function.pk]) for use in self.estate.functions]

    @property
    def users(self) -> Users:
        """Named users of all systems that would fail."""
        return Users(self.estate.own)

    def unknown(self, london: Iterable[Borough]) -> list[Borough]:
        """The boroughs of which it is not known whether they would lose anything."""
        return [borough for borough in london if borough.pk not in self.estate.answered]

    def _same_group(self, product: Product) -> bool:
        maker, top = product.manufacturer_id, self.group.owners.top
        return maker is not None and top(maker) == top(self.group.supplier.pk)

    def _exposed(self, use: FunctionUse, others: Sequence[System]) -> Exposed:
        losing = {system.borough_id: system.borough for _, lost in use.choices for system in lost}
        alternatives = [
            _alternative(product, list(members), losing.keys())
            for product, members in groupby(others, lambda system: system.product)
        ]
        alternatives.sort(
            key=lambda alternative: (
                -len(alternative.boroughs),
                alternative.product.name,
                alternative.product.pk,
            )
        )
        boroughs = sorted(losing.values(), key=lambda borough: (borough.name, borough.pk))
        return Exposed(use, boroughs, alternatives[:SHOWN], len(alternatives))


def _alternative(
    product: Product, systems: Sequence[System], losing: Collection[int]
) -> FailureAlternative:
    """To ring: who would lose nothing for the function, a real record first, then by name."""
    system = min(
        systems,
        key=lambda one: (one.borough_id in losing, one.illustrative, one.borough.name, one.pk),
    )
    boroughs = [one.borough for one in systems]
    return FailureAlternative(
        product, boroughs, system.borough, sum(one.illustrative for one in systems)
    )


def _group_by_place(systems: Iterable[System]) -> Mapping[tuple[int, int], Sequence[System]]:
    """Systems by borough and function."""
    found: dict[tuple[int, int], list[System]] = defaultdict(list)
    for system in systems:
        found[system.borough_id, system.function_id].append(system)
    return dict(found)
