"""How concentrated a market is: shares, the Herfindahl-Hirschman index, and what follows from it.

Where N suppliers hold the shares s, which add up to 1:

- H = Σ s², from 1/N (equal shares) to 1 (one supplier holds all);
- normalised, (H − 1/N) / (1 − 1/N), from 0 (equal shares) to 1, whatever N is;
- the effective number of suppliers, 1/H: so many of equal size would give the same H.

Only suppliers with more than nothing count towards N. The normalised index of a single supplier is
0/0. It is set to 1 here: one supplier that holds all is the most concentrated that a market can be,
and 0 would read as evenly spread. Nothing to share out has no concentration at all: None.

Sources: A. O. Hirschman, National Power and the Structure of Foreign Trade, 1945; O. C. Herfindahl,
Concentration in the Steel Industry, 1950; for 1/H ("numbers equivalent") M. A. Adelman, Review of
Economics and Statistics 51 (1969), pages 99 to 101.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Amount = int | Decimal | Fraction
"""What is shared out: numbers of systems or contracts, or pounds; never negative."""


@dataclass(frozen=True)
class Concentration:
    """The number of suppliers N, the index H, H normalised, and the effective number 1/H."""

    suppliers: int
    index: float
    normalised: float
    effective: float


def shares(amounts: Iterable[Amount]) -> list[Fraction]:
    """Each supplier's share of the whole, exactly, the largest first; without those of nothing.

    ValueError for a negative amount, which is no share of anything.
    """
    held = sorted((Fraction(amount) for amount in amounts if amount), reverse=True)
    if held and held[-1] < 0:
        raise ValueError("A share of a negative amount means nothing.")
    whole = sum(held)
    return [amount / whole for amount in held]


def of(amounts: Iterable[Amount]) -> Concentration | None:
    """The concentration of a market, one amount for each supplier; None where all is nothing."""
    held = shares(amounts)
    if not held:
        return None
    count = len(held)
    index = sum((share**2 for share in held), Fraction(0))
    even = Fraction(1, count)
    normalised = (index - even) / (1 - even) if count > 1 else Fraction(1)
    return Concentration(count, float(index), float(normalised), float(1 / index))
