"""What arithmetic allows a metric to be, beside the least and greatest of every case there is."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import permutations, product

import pytest

from citytools.facts.statistics import (
    NO_LIMITS,
    AttainableRange,
    number_of_holders,
    share_of_largest,
    share_with_few_makers,
    suppliers_for_less,
)
from research.metrics.compute import rho_range, spearman_rho


def percent(share: Fraction) -> Decimal:
    return round(Decimal(100 * share.numerator) / Decimal(share.denominator), 6)


def every_assignment(records: int, holders: int) -> Iterator[list[int]]:
    """Each way to give every record a holder so that each holder has any: numbers by holder."""
    for assigned in product(range(holders), repeat=records):
        numbers = [assigned.count(holder) for holder in range(holders)]
        if all(numbers):
            yield numbers


@pytest.mark.parametrize("records", range(1, 8))
@pytest.mark.parametrize("places", [1, 2, 3])
def test_the_share_of_the_largest_is_enumerated(places: int, records: int) -> None:
    for suppliers in range(1, min(records, 5) + 1):
        shares = {
            Fraction(sum(sorted(numbers)[::-1][:places]), records)
            for numbers in every_assignment(records, suppliers)
        }
        limits = share_of_largest(places, suppliers, records, "contracts")
        assert (limits.least, limits.greatest) == (percent(min(shares)), percent(max(shares)))
        assert min(shares) >= Fraction(min(places, suppliers), suppliers)


@pytest.mark.parametrize("suppliers", range(1, 6))
@pytest.mark.parametrize("places", [1, 2, 3])
def test_in_pounds_the_share_is_enumerated_over_all_divisions(places: int, suppliers: int) -> None:
    total = 12 if suppliers != 5 else 10  # whole parts in which all can be equal
    divisions = [
        amounts for amounts in product(range(total + 1), repeat=suppliers) if sum(amounts) == total
    ]
    shares = [Fraction(sum(sorted(amounts)[::-1][:places]), total) for amounts in divisions]
    limits = share_of_largest(places, suppliers, 9, "contracts", pounds=True)
    assert (limits.least, limits.greatest) == (percent(min(shares)), percent(max(shares)))


def test_ten_suppliers_of_sixteen_hold_most_of_21_contracts_whatever_is_true() -> None:
    limits = share_of_largest(10, 16, 21, "contracts")
    assert limits.least == Decimal("71.428571")  # five have two, five of the eleven others one
    assert limits.least > Decimal("62.5")  # ten sixteenths, where contracts could be divided
    assert limits.given == "21 contracts at 16 suppliers"
    assert share_of_largest(10, 16, 21, "contracts", pounds=True).least == Decimal("62.5")


@pytest.mark.parametrize("places", [1, 3, 10, 15])
@pytest.mark.parametrize("share", ["1", "33.3333", "50", "60", "90", "100"])
def test_the_suppliers_it_takes_are_the_fewest_that_can_hold_less(places: int, share: str) -> None:
    bound = Fraction(share) / 100
    for or_equal in (True, False):
        fewest = next(
            many
            for many in range(1, 10_000)
            if Fraction(places, many) < bound or (or_equal and Fraction(places, many) == bound)
        )
        assert suppliers_for_less(places, Decimal(share), or_equal=or_equal) == fewest


@pytest.mark.parametrize("systems", [[1], [1, 2], [2, 3], [4], [1, 4, 2], [3, 4]])
@pytest.mark.parametrize("max_makers", [1, 2, 3])
def test_functions_with_few_makers_are_enumerated(systems: list[int], max_makers: int) -> None:
    shares = [
        Fraction(sum(makers <= max_makers for makers in several), len(systems))
        for several in product(*(makers_of(count) for count in systems))
    ]
    limits = share_with_few_makers(systems, max_makers)
    assert (limits.least, limits.greatest) == (percent(min(shares)), percent(max(shares)))


def makers_of(systems: int) -> set[int]:
    """How many makers so many systems can have."""
    return {len(set(assigned)) for assigned in product(range(systems), repeat=systems)}


@pytest.mark.parametrize("records", range(1, 6))
def test_the_number_of_holders_is_enumerated(records: int) -> None:
    limits = number_of_holders(records, "")
    numbers = makers_of(records)
    assert (limits.least, limits.greatest) == (min(numbers), max(numbers))


@pytest.mark.parametrize(
    ("makers", "means"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([3, 1, 2, 4], [4, 4, 2, 5]),
        ([1, 1, 2, 2, 2], [3, 1, 1, 4, 4]),
        ([5, 5, 5, 1, 2, 3], [2, 1, 2, 3, 3, 3]),
    ],
)
def test_rho_is_enumerated_over_every_pairing(
    makers: Sequence[float], means: Sequence[float]
) -> None:
    values = [spearman_rho(makers, order) for order in permutations(means)]
    known = [value for value in values if value is not None]
    limits = rho_range(makers, means)
    assert len(known) == len(values)
    assert (limits.least, limits.greatest) == (min(known), max(known))


def test_nothing_counted_has_no_limits() -> None:
    assert share_of_largest(10, 0, 0, "contracts") == NO_LIMITS
    assert share_with_few_makers([], 3) == NO_LIMITS
    assert number_of_holders(0, "") == NO_LIMITS
    assert rho_range([1, 2], [2, 1]) == NO_LIMITS


@pytest.mark.parametrize("limits", [NO_LIMITS, share_of_largest(10, 16, 21, "contracts")])
def test_limits_are_stored_and_read_again(limits: AttainableRange) -> None:
    assert AttainableRange.from_json(limits.as_json()) == limits
