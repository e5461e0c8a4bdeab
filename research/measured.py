"""What measuring a metric gives: a value, never without what stands behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What a value counts."""

    PER_CENT = "per cent"
    COUNT = "count"
    RHO = "rank correlation, -1 to 1"
    MONTHS = "months"


@dataclass(frozen=True)
class Picture:
    """The rows that a metric's chart draws: a label and amounts, in the order drawn.

    Two amounts a row are dots in a plane, one is a bar; `head` names the label and the amounts.
    """

    head: tuple[str, ...]
    rows: Sequence[tuple[str, *tuple[float, ...]]]

    @property
    def dots(self) -> bool:
        """Whether each row is a dot."""
        return len(self.head) == 3


@dataclass(frozen=True)
class Measured:
    """A metric's value in its unit; None where there is nothing to measure.

    A share has `part` and `whole`, of which the value is 100 × part / whole. `counted` are the
    records behind it (n), of `boroughs` of the 33, `invented` of them made up for demonstration;
    `left_out` are records of the population that lack what would be measured.
    """

    value: Decimal | None
    counted: int = 0
    boroughs: int = 0
    left_out: int = 0
    invented: int = 0
    part: Decimal | None = None
    whole: Decimal | None = None
    picture: Picture | None = None


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """100 × part / whole in per cent, to six places; None where the whole is nothing."""
    return round(100 * Decimal(part) / Decimal(whole), 6) if whole else None
