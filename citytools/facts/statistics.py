"""Numbers that say no more than is known: medians, shares, means, and what they could be."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, islice, takewhile
from statistics import median
from typing import Any, Self

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

# A typical value is the median with its order-statistic interval, which needs no assumption on how
# values are spread. In a sample of n, the number of values below the true median follows
# Binomial(n, 1/2); so the k-th smallest and the k-th largest enclose it with probability
# 1 - 2 P(Binomial(n, 1/2) < k). The largest k that keeps 95 % is taken. Below 6 values even the
# smallest and the largest do not reach 95 %, and nothing is shown.
# Source: W. J. Conover, Practical Nonparametric Statistics, 3rd edition, section 3.2.

MIN_VALUES_FOR_RANGE = 6
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


def median_interval_ranks(n: int) -> tuple[int, int] | None:
    """Ranks (from 1) of the values that enclose the median; None where n is too small."""
    tails = accumulate(islice(_binomials(n), n // 2))
    # Whole numbers keep it exact: 2 * tail / 2**n is at most 5 %
    limit = (100 - CONFIDENCE) * 2**n
    first = sum(1 for _ in takewhile(lambda tail: 2 * 100 * tail <= limit, tails))
    return (first, n + 1 - first) if first else None


def _binomials(n: int) -> Iterator[int]:
    """n over 0, n over 1 and on, each from the one before: from scratch they took half a minute."""
    coefficient = 1
    for k in range(n + 1):
        yield coefficient
        coefficient = coefficient * (n - k) // (k + 1)


def median_range(values: Iterable[Decimal]) -> Range | None:
    """The median and its range; None below 6 values."""
    ordered = sorted(values)
    places = median_interval_ranks(len(ordered))
    if places is None:
        return None
    first, last = places
    return Range(len(ordered), median(ordered), ordered[first - 1], ordered[last - 1], first, last)


MIN_RECORDS_FOR_PERCENT = 6
"""Records from which a share is written in per cent: of fewer it says more than is known."""


def percentage(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """100 × part / whole in per cent, to six places; None where the whole is zero."""
    return round(100 * Decimal(part) / Decimal(whole), 6) if whole else None


def share_in_words(
    part: Decimal | int,
    whole: Decimal | int,
    *,
    counted: int | None = None,
    places: int = 1,
    sign: str = "",
) -> str:
    """'45.5 %' with a space that does not break; '3 of 5' under 6 records; '' of nothing.

    `counted` are the records behind it, where the whole is an amount of something else: pounds,
    whose `sign` is £.
    """
    percent = percentage(part, whole)
    if percent is None:
        return ""
    if (whole if counted is None else counted) < MIN_RECORDS_FOR_PERCENT:
        return f"{sign}{part:,.0f} of {sign}{whole:,.0f}"
    return f"{percent:.{places}f}\u00a0%"


MIN_ANSWERS_FOR_MEAN = 3
"""Answers from which a mean is shown: fewer would speak of single records."""


@dataclass(frozen=True)
class ScaleAnswers:
    """Answers on a scale from 1 to 5, and among how many records they are."""

    values: Sequence[int]
    among: int

    @property
    def n(self) -> int:
        """How many answers there are."""
        return len(self.values)

    @property
    def mean(self) -> float | None:
        """The mean to one decimal place; None where there are too few answers."""
        return round(sum(self.values) / self.n, 1) if self.n >= MIN_ANSWERS_FOR_MEAN else None

    @property
    def words(self) -> str:
        """'3.7 of 5 (n = 6)', 'too few for a mean: n = 2', or nothing where there is none."""
        if self.mean is not None:
            return f"{self.mean} of 5 (n\u00a0=\u00a0{self.n})"
        return f"too few for a mean: n\u00a0=\u00a0{self.n}" if self.n else ""


@dataclass(frozen=True)
class Top:
    """What the `places` largest of all holders hold of the total; amounts in one unit.

    `tied` counts the holders level with the last place where not all of them fit into the places:
    who is in is then open, the share is not. It is 0 where there is no such tie. Pounds have their
    `sign`, and `counted`, the records that they are of.
    """

    places: int
    amount: Decimal
    total: Decimal
    holders: int
    tied: int
    counted: int | None = None
    sign: str = ""

    @property
    def share(self) -> Decimal | None:
        """Held by total, 0 to 1; None where there is nothing to share."""
        return self.amount / self.total if self.total else None

    @property
    def percent(self) -> str:
        """'45.5 %', '3 of 5' under 6 records, or nothing where there is no share."""
        return share_in_words(self.amount, self.total, counted=self.counted, sign=self.sign)


def top_share(
    amounts: Sequence[Decimal | int], places: int, *, counted: int | None = None, sign: str = ""
) -> Top:
    """The share of the largest; amounts are not negative and may stand in any order."""
    ordered = sorted((Decimal(amount) for amount in amounts), reverse=True)
    value, total = sum(ordered[:places], Decimal(0)), sum(ordered, Decimal(0))
    level = ordered[places - 1 : places + 1]
    tied = ordered.count(level[0]) if len(level) == 2 and level[0] == level[1] else 0
    return Top(places, value, total, len(ordered), tied, counted, sign)


def max_share(share: Decimal, places: int, more: int) -> Decimal:
    """The most that `more` places can hold where `places` hold a share.

    None of the further ones is larger than the smallest before it, which is no larger than their
    mean; and nobody holds more than all.
    """
    return min(share * more / places, Decimal(1))


# What a share, a count or a correlation could be, whatever is true: the least and the greatest
# value that arithmetic allows. How many records were counted is held fixed, and over how many
# suppliers, functions or scores they are spread; everything else varies. A claim that holds for
# every value in the range is not tested by the records, however they fall: ten suppliers of sixteen
# always hold most of 21 contracts.

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


# Where N suppliers hold the shares s, which add up to 1:
#
# - H = Σ s², from 1/N (equal shares) to 1 (one supplier holds all);
# - normalised, (H − 1/N) / (1 − 1/N), from 0 (equal shares) to 1, whatever N is;
# - the effective number of suppliers, 1/H: so many of equal size would give the same H.
#
# Only suppliers with more than nothing count towards N. The normalised index of a single supplier
# is 0/0. It is set to 1 here: one supplier that holds all is the most concentrated that a market
# can be, and 0 would read as evenly spread. Nothing to share out has no concentration at all:
# None.
#
# Sources: A. O. Hirschman, National Power and the Structure of Foreign Trade, 1945; O. C.
# Herfindahl, Concentration in the Steel Industry, 1950; for 1/H ("numbers equivalent") M. A.
# Adelman, Review of Economics and Statistics 51 (1969), pages 99 to 101.

Amount = int | Decimal | Fraction
"""What is shared out: numbers of systems or contracts, or pounds; never negative."""


@dataclass(frozen=True)
class Concentration:
    """The number of suppliers N, the index H, H normalised, and the effective number 1/H."""

    suppliers: int
    index: float
    normalised: float
    effective: float


def market_shares(amounts: Iterable[Amount]) -> list[Fraction]:
    """Each supplier's share of the whole, exactly, the largest first; without those of nothing.

    ValueError for a negative amount, which is no share of anything.
    """
    fractions = sorted((Fraction(amount) for amount in amounts if amount), reverse=True)
    if fractions and fractions[-1] < 0:
        raise ValueError("A share of a negative amount means nothing.")
    total = sum(fractions)
    return [amount / total for amount in fractions]


def market_concentration(amounts: Iterable[Amount]) -> Concentration | None:
    """The concentration of a market, one amount for each supplier; None where all is nothing."""
    fractions = market_shares(amounts)
    if not fractions:
        return None
    count = len(fractions)
    index = sum((share**2 for share in fractions), Fraction(0))
    even = Fraction(1, count)
    normalised = (index - even) / (1 - even) if count > 1 else Fraction(1)
    return Concentration(count, float(index), float(normalised), float(1 / index))


def count_related_rows(rows: QuerySet[Any], path: str, distinct: str = "") -> Coalesce:
    """SQL: how many of the rows point at the outer record along a path; zero for none.

    `distinct` counts different values of that field instead of rows. To count rows and no column of
    theirs lets PostgreSQL answer out of the index.
    """
    own = rows.filter(**{path: OuterRef("pk")}).order_by().values(path)
    many = Count(distinct, distinct=True) if distinct else Count("*")
    count = own.annotate(count=many).values("count")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)


def aggregate_row(rows: QuerySet[Any], **aggregates: Any) -> QuerySet[Any]:
    """A query of one row: aggregates over all rows, as `aggregate` would ask for them at once."""
    # A constant to group by keeps the query lazy; Django writes no GROUP BY for it
    every: Any = rows.order_by().annotate(every=Value(1)).values("every")
    row: QuerySet[Any] = every.annotate(**aggregates).values(*aggregates)
    return row
