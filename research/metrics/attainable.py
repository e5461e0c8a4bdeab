"""What a metric could be, whatever is true: the least and greatest value that arithmetic allows.

A range holds fixed how many records were counted and over how many suppliers, functions or scores
they are spread, and lets everything else vary. A claim that holds for every value in the range is
not tested by the rows, however they fall: ten suppliers of sixteen always hold most of 21
contracts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from citytools.facts.statistics import percentage

_WHOLE = Decimal(100)


@dataclass(frozen=True)
class AttainableRange:
    """The least and the greatest value in the metric's unit; None: arithmetic sets no limit.

    `given` says in words what was held fixed. The share of the largest has the `places` that are
    counted as the largest, of so many `suppliers`.
    """

    least: Decimal | None = None
    greatest: Decimal | None = None
    given: str = ""
    places: int = 0
    suppliers: int = 0

    def as_json(self) -> dict[str, Any]:
        """As `from_json` reads it; amounts are decimal text."""
        limits = {name: getattr(self, name) for name in ("least", "greatest")}
        written = {name: None if limit is None else str(limit) for name, limit in limits.items()}
        return {**written, **{name: getattr(self, name) for name in _GIVEN}}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `as_json` wrote."""
        least, greatest = (
            None if stored[name] is None else Decimal(stored[name])
            for name in ("least", "greatest")
        )
        return cls(least, greatest, *(stored[name] for name in _GIVEN))


_GIVEN = ("given", "places", "suppliers")
NO_LIMITS = AttainableRange()
ANY_SHARE = AttainableRange(Decimal(0), _WHOLE)
"""A share of records, each of which may count or not."""
ANY_NUMBER = AttainableRange(Decimal(0))


def number_of_records(records: int) -> AttainableRange:
    """How many of the records may count."""
    return AttainableRange(Decimal(0), Decimal(records)) if records else NO_LIMITS


def number_of_holders(records: int, given: str) -> AttainableRange:
    """How many different holders so many records may have: from 1, each having its own at most."""
    return AttainableRange(Decimal(1), Decimal(records), given) if records else NO_LIMITS


def share_of_largest(
    places: int, suppliers: int, records: int, noun: str, *, pounds: bool = False
) -> AttainableRange:
    """What the largest of so many suppliers can hold of the records, in per cent.

    Each has at least one record. The least is reached where all hold as nearly the same as whole
    records allow, so that it is never below places / suppliers; the greatest where all the others
    have one each. Pounds can be divided, and a contract can be of £0: there the least is places /
    suppliers, and the greatest is everything.
    """
    if not suppliers:
        return NO_LIMITS
    given = f"{records:,} {noun} at {suppliers:,} supplier{'' if suppliers == 1 else 's'}"
    largest = min(places, suppliers)
    if pounds:
        least = percentage(largest, suppliers)
        return AttainableRange(least, _WHOLE, given, places, suppliers)
    each, over = divmod(records, suppliers)
    least = percentage(largest * each + min(largest, over), records)
    greatest = percentage(records - (suppliers - largest), records)
    return AttainableRange(least, greatest, given, places, suppliers)


def suppliers_for_less(places: int, share: Decimal, *, or_equal: bool) -> int:
    """From how many suppliers on the largest can hold less than a share, in per cent above zero.

    Or as much, if `or_equal`: so many can hold as little as places / suppliers.
    """
    suppliers = _WHOLE * places / share
    return math.ceil(suppliers) if or_equal else math.floor(suppliers) + 1


def share_with_few_makers(systems: Sequence[int], max_makers: int) -> AttainableRange:
    """Of functions with so many systems each, the share that can have few makers, in per cent.

    A function has no more makers than systems, and perhaps one.
    """
    if not systems:
        return NO_LIMITS
    certain = sum(count <= max_makers for count in systems)
    given = f"{certain} of {len(systems)} functions at {max_makers} systems or fewer"
    return AttainableRange(percentage(certain, len(systems)), _WHOLE, given)
