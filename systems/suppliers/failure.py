"""What London would lose if a supplier failed, and what it could turn to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from boroughs.models import Borough
from systems.models import Function, Product, System
from systems.suppliers.market import SupplierGroup
from systems.suppliers.page import Estate, SuppliedFunction

# Replacements shown for one function.
MAX_REPLACEMENTS = 4


@dataclass(frozen=True)
class Users:
    """Named users of some systems, known for `known` of them; who uses two counts in both."""

    systems: Sequence[System]

    @cached_property
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
class FunctionLoss:
    """What one borough would lose for one function; `besides`: what else it has for it."""

    function: Function
    lost: Sequence[System]
    besides: Sequence[System]


@dataclass(frozen=True)
class BoroughLoss:
    """What one borough would lose, by function."""

    borough: Borough
    parts: Sequence[FunctionLoss]

    @property
    def users(self) -> Users:
        return Users([system for part in self.parts for system in part.lost])


@dataclass(frozen=True)
class Replacement:
    """A product of another group for the same function: the 33 that run it, and one to call."""

    product: Product
    boroughs: Sequence[Borough]
    contact: Borough


@dataclass(frozen=True)
class ExposedFunction:
    """A function that boroughs would lose, and what else London runs for it.

    `replacements` are the most widely run; `more` are not shown.
    """

    use: SuppliedFunction
    boroughs: Sequence[Borough]
    replacements: Sequence[Replacement]
    more: int


@dataclass(frozen=True)
class SupplierFailure:
    """If all suppliers of a group failed: losses by borough's name, functions in their order."""

    group: SupplierGroup
    estate: Estate

    @cached_property
    def losses(self) -> list[BoroughLoss]:
        """What each borough would lose, by its name."""
        own = _group_by_place(self.estate.own)
        besides = _group_by_place(self.estate.competing)
        return [
            BoroughLoss(
                borough,
                [
                    FunctionLoss(use.function, lost, besides.get((borough.pk, use.function.pk), ()))
                    for use in self.estate.functions
                    if (lost := own.get((borough.pk, use.function.pk)))
                ],
            )
            for borough in self.estate.boroughs
        ]

    @cached_property
    def exposed(self) -> list[ExposedFunction]:
        """Each function that would be lost somewhere, with its replacements."""
        remaining: dict[int, list[System]] = defaultdict(list)
        for system in self.estate.competing:
            if not self._same_group(system.product):
                remaining[system.function_id].append(system)
        return [_exposed(use, remaining[use.function.pk]) for use in self.estate.functions]

    @property
    def users(self) -> Users:
        """Named users of all systems that would fail."""
        return Users(self.estate.own)

    @property
    def unknown(self) -> list[Borough]:
        """The boroughs of which it is not known whether they would lose anything."""
        answered = self.estate.answered
        return [borough for borough in self.estate.london if borough.pk not in answered]

    def _same_group(self, product: Product) -> bool:
        maker, top = product.manufacturer_id, self.group.owners.top
        return maker is not None and top(maker) == top(self.group.supplier.pk)


def _exposed(use: SuppliedFunction, remaining: Sequence[System]) -> ExposedFunction:
    losing = {system.borough_id: system.borough for _, lost in use.products for system in lost}
    replacements = [
        _replacement(product, list(members), losing.keys())
        for product, members in groupby(remaining, lambda system: system.product)
    ]
    replacements.sort(key=lambda it: (-len(it.boroughs), it.product.name, it.product.pk))
    boroughs = sorted(losing.values(), key=lambda borough: (borough.name, borough.pk))
    more = max(0, len(replacements) - MAX_REPLACEMENTS)
    return ExposedFunction(use, boroughs, replacements[:MAX_REPLACEMENTS], more)


def _replacement(
    product: Product, systems: Sequence[System], losing: Collection[int]
) -> Replacement:
    """To call: who would lose nothing for the function, a real record first, then by name."""
    best = min(
        systems,
        key=lambda system: (
            system.borough_id in losing,
            system.borough.name,
            system.pk,
        ),
    )
    boroughs = [system.borough for system in systems]
    return Replacement(product, boroughs, best.borough)


def _group_by_place(systems: Iterable[System]) -> Mapping[tuple[int, int], Sequence[System]]:
    """Systems by borough and function."""
    groups: dict[tuple[int, int], list[System]] = defaultdict(list)
    for system in systems:
        groups[system.borough_id, system.function_id].append(system)
    return groups
