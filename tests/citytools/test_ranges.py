"""The honest range: golden ranks, a second way to them, and what it promises of its sample."""

import random
from decimal import Decimal
from math import factorial
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytools.facts import statistics
from citytools.facts.statistics import ScaleAnswers

GOLDEN = {6: (1, 6), 11: (2, 10), 22: (6, 17), 33: (11, 23)}


@pytest.mark.parametrize(("n", "places"), GOLDEN.items())
def test_golden_ranks(n: int, places: tuple[int, int]) -> None:
    assert statistics.median_interval_ranks(n) == places


@pytest.mark.parametrize("n", range(statistics.MIN_VALUES_FOR_RANGE))
def test_below_six_there_is_none(n: int) -> None:
    assert statistics.median_interval_ranks(n) is None
    assert statistics.median_range([Decimal(1)] * n) is None


def by_walking(n: int) -> tuple[int, int] | None:
    """The same by Pascal's triangle in floating point, from the middle outwards."""
    shares = [factorial(n) / factorial(k) / factorial(n - k) / 2**n for k in range(n + 1)]
    for first in range((n + 1) // 2, 0, -1):
        if sum(shares[first : n + 1 - first]) >= 0.95:
            return first, n + 1 - first
    return None


@pytest.mark.parametrize("n", range(150))
def test_a_second_way_to_the_ranks_agrees(n: int) -> None:
    assert statistics.median_interval_ranks(n) == by_walking(n)


@pytest.mark.parametrize("n", [6, 15, 40])
def test_the_true_median_lies_within_at_least_95_of_100_samples(n: int) -> None:
    dice = random.Random(n)
    normal, samples = NormalDist(), 3000
    inside = 0
    for _ in range(samples):
        sample = [Decimal(normal.inv_cdf(dice.random() or 0.5)) for _ in range(n)]
        found = statistics.median_range(sample)
        assert found
        inside += found.low <= 0 <= found.high
    assert inside / samples > 0.94


@given(st.lists(st.decimals(0, 10**6, places=2), min_size=6, max_size=60), st.randoms())
def test_order_does_not_matter_and_the_median_lies_within(
    values: list[Decimal], dice: random.Random
) -> None:
    found = statistics.median_range(values)
    assert found
    assert found.low <= found.median <= found.high
    assert {found.low, found.high} <= set(values)
    dice.shuffle(values)
    assert statistics.median_range(values) == found


def test_thousands_of_values_are_no_trouble() -> None:
    first, last = statistics.median_interval_ranks(20_000) or (0, 0)
    assert first + last == 20_001
    assert 9_855 < first < 9_870


@pytest.mark.parametrize(
    ("given", "mean", "words"),
    [
        ([], None, ""),
        ([5], None, "too few for a mean: n = 1"),
        ([5, 1], None, "too few for a mean: n = 2"),
        ([5, 1, 1], 2.3, "2.3 of 5 (n = 3)"),
    ],
)
def test_a_mean_needs_three_answers(given: list[int], mean: float | None, words: str) -> None:
    answers = ScaleAnswers(given, 9)
    assert answers.mean == mean
    assert answers.words.replace("\u00a0", " ") == words
