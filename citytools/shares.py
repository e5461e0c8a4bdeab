"""Shares of the largest, as pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Top:
    """What the `places` largest of all holders hold of the total; amounts in one unit.

    `tied` counts the holders level with the last place where not all of them fit into the places:
    who is in is then open, the share is not. It is 0 where there is no such tie.
    """

    places: int
    held: Decimal
    total: Decimal
    holders: int
    tied: int

    @property
    def share(self) -> Decimal | None:
        """Held by total, 0 to 1; None where there is nothing to share."""
        return self.held / self.total if self.total else None

    @property
    def percent(self) -> str:
        """'45.5 %' with a space that does not break, or nothing where there is no share."""
        return "" if self.share is None else f"{100 * self.share:.1f}\u00a0%"


def top_share(amounts: Sequence[Decimal | int], places: int) -> Top:
    """The share of the largest; amounts are not negative and may stand in any order."""
    ordered = sorted((Decimal(amount) for amount in amounts), reverse=True)
    held, total = sum(ordered[:places], Decimal(0)), sum(ordered, Decimal(0))
    level = ordered[places - 1 : places + 1]
    tied = ordered.count(level[0]) if len(level) == 2 and level[0] == level[1] else 0
    return Top(places, held, total, len(ordered), tied)


def at_most(share: Decimal, places: int, more: int) -> Decimal:
    """The most that `more` places can hold where `places` hold a share.

    None of the further ones is larger than the smallest before it, which is no larger than their
    mean; and nobody holds more than all.
    """
    return min(share * more / places, Decimal(1))
