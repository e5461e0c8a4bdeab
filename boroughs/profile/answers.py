"""Who runs what, and of whom that is known: each borough's answer on each function.

A borough's answer on a function is known where it has a system in use for it, or where its latest
systems return is complete: then it has none. Otherwise it is not known, which is not none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from boroughs.models import Borough, Subject, latest_complete
from citytools.facts.provenance import SourceKind
from systems.models import Function, Product, System

Pair = tuple[int, int]


class Use(NamedTuple):
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
class Answers:
    """What the 33 have in use, and who has returned how much.

    `boroughs` and `functions` by primary key, in their order on a page; `reporting` and
    `complete` hold primary keys of boroughs with a systems return and with a complete one.
    """

    boroughs: Mapping[int, Borough]
    reporting: frozenset[int]
    complete: frozenset[int]
    functions: Mapping[int, Function]
    uses: Sequence[Use]

    @cached_property
    def of(self) -> Mapping[Pair, Sequence[Use]]:
        """The uses by (borough, function); empty for a pair without one."""
        return _grouped((use.borough, use.function, use) for use in self.uses)

    @cached_property
    def by_choice(self) -> Mapping[Pair, Sequence[Use]]:
        """The uses by (function, product)."""
        return _grouped((use.function, use.product, use) for use in self.uses)

    def known(self, borough: int, function: int) -> bool:
        """Whether the borough's answer on the function is known."""
        return borough in self.complete or (borough, function) in self.of

    def answered(self, function: int) -> frozenset[int]:
        """The reporting boroughs whose answer on the function is known."""
        return frozenset(one for one in self.reporting if self.known(one, function))

    def named(self, keys: Iterable[int]) -> tuple[Borough, ...]:
        """The boroughs of these primary keys, by name."""
        wanted = set(keys)
        return tuple(one for key, one in self.boroughs.items() if key in wanted)


def read(*, illustrative: bool = True) -> Answers:
    """All answers as they stand; three queries."""
    latest = latest_complete("pk", Subject.SYSTEMS, illustrative=illustrative)
    boroughs = {one.pk: one for one in Borough.objects.london().annotate(latest=latest)}
    returned = {key: one.latest for key, one in boroughs.items() if one.latest is not None}
    systems = System.objects.in_use().filter(borough__in=Borough.objects.london())
    rows = (systems if illustrative else systems.real()).order_by("pk")
    fields = ("pk", "borough", "function", "product", "intention", "source_kind")
    return Answers(
        boroughs,
        frozenset(returned),
        frozenset(key for key, complete in returned.items() if complete),
        {one.pk: one for one in Function.objects.select_related("service_area")},
        [Use(*row) for row in rows.values_list(*fields)],
    )


def products_of(uses: Iterable[Use]) -> dict[int, Product]:
    """The products of some uses by primary key; one query."""
    return Product.objects.in_bulk({use.product for use in uses})


def _grouped(rows: Iterable[tuple[int, int, Use]]) -> Mapping[Pair, Sequence[Use]]:
    groups: dict[Pair, list[Use]] = defaultdict(list)
    for one, other, use in rows:
        groups[one, other].append(use)
    return dict(groups)
