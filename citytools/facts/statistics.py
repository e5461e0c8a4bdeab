"""A typical value with an honest range: the median and its order-statistic interval.

The interval needs no assumption on how values are spread. In a sample of n, the number of values
below the true median follows Binomial(n, 1/2); so the k-th smallest and the k-th largest enclose
it with probability 1 - 2 P(Binomial(n, 1/2) < k). The largest k that keeps 95 % is taken. Below
6 values even the smallest and the largest do not reach 95 %, and nothing is shown.
Source: W. J. Conover, Practical Nonparametric Statistics, 3rd edition, section 3.2.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, islice, takewhile
from statistics import median

FEWEST = 6
"""Values from which a range is shown."""
CONFIDENCE = 95
"""Per cent, at least, with which a range holds the true median."""


@dataclass(frozen=True)
class Range:
    """The median of `n` values; the true one lies between `low` and `high` with 95 % confidence.

    `low` is the value of rank `first` of the sorted sample, `high` that of rank `last`.
    """

    n: int
    median: Decimal
    low: Decimal
    high: Decimal
    first: int
    last: int


def ranks(n: int) -> tuple[int, int] | None:
    """Ranks (from 1) of the values that enclose the median; None where n is too small."""
    tails = accumulate(islice(_binomials(n), n // 2))
    # Whole numbers keep it exact: 2 * tail / 2**n is at most 5 %
    most = (100 - CONFIDENCE) * 2**n
    first = sum(1 for _ in takewhile(lambda tail: 2 * 100 * tail <= most, tails))
    return (first, n + 1 - first) if first else None


def _binomials(n: int) -> Iterator[int]:
    """n over 0, n over 1 and on, each from the one before: from scratch they took half a minute."""
    found = 1
    for k in range(n + 1):
        yield found
        found = found * (n - k) // (k + 1)


def of(values: Iterable[Decimal]) -> Range | None:
    """The median and its range; None below 6 values."""
    ordered = sorted(values)
    places = ranks(len(ordered))
    if places is None:
        return None
    first, last = places
    return Range(len(ordered), median(ordered), ordered[first - 1], ordered[last - 1], first, last)
