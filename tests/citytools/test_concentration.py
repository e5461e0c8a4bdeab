"""Shares and concentration: golden values, what must always hold, and plain SQL."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from citytools.facts import statistics

amounts = st.lists(st.integers(0, 10**9) | st.decimals(0, 10**9, places=2), max_size=40)
held = amounts.filter(any)


@pytest.mark.parametrize(
    ("given", "suppliers", "index", "normalised", "effective"),
    [
        (["0.5", "0.3", "0.2"], 3, 0.38, 0.07, 2.63),
        ([50, 30, 20], 3, 0.38, 0.07, 2.63),
        ([7, 7, 7, 7], 4, 0.25, 0.00, 4.00),
        ([9, 1], 2, 0.82, 0.64, 1.22),
        ([1], 1, 1.00, 1.00, 1.00),
        ([5, 0, 0], 1, 1.00, 1.00, 1.00),
    ],
)
def test_concentration_worked_out_by_hand(
    given: list[int | str], suppliers: int, index: float, normalised: float, effective: float
) -> None:
    concentration = statistics.market_concentration(Decimal(amount) for amount in given)
    assert concentration is not None
    assert concentration.suppliers == suppliers
    rounded = [
        round(value, 2)
        for value in (concentration.index, concentration.normalised, concentration.effective)
    ]
    assert rounded == [index, normalised, effective]


@pytest.mark.parametrize("nothing", [[], [0], [Decimal(0), 0]])
def test_nothing_to_share_out_has_no_concentration(nothing: list[int]) -> None:
    assert statistics.market_concentration(nothing) is None
    assert statistics.market_shares(nothing) == []


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        statistics.market_shares([3, -1])


@given(held)
def test_the_index_stays_within_its_bounds(given: list[statistics.Amount]) -> None:
    concentration = statistics.market_concentration(given)
    assert concentration is not None
    assert 1 / concentration.suppliers <= concentration.index * (1 + 1e-12)
    assert concentration.index <= 1
    assert 0 <= concentration.normalised <= 1
    assert 1 <= concentration.effective <= concentration.suppliers * (1 + 1e-12)
    assert sum(statistics.market_shares(given)) == 1


@given(st.integers(2, 200), st.integers(1, 10**9) | st.decimals("0.01", 10**9, places=2))
def test_equal_shares_are_not_concentrated_at_all(count: int, amount: int | Decimal) -> None:
    concentration = statistics.market_concentration([amount] * count)
    assert concentration == statistics.Concentration(count, 1 / count, 0.0, float(count))


@given(held, st.randoms(), st.integers(1, 1000))
def test_neither_order_nor_unit_nor_suppliers_of_nothing_matter(
    given: list[statistics.Amount], dice: random.Random, unit: int
) -> None:
    other: list[statistics.Amount] = [Fraction(amount) * unit for amount in given]
    other += [0, Decimal(0)]
    dice.shuffle(other)
    assert statistics.market_concentration(other) == statistics.market_concentration(given)


@pytest.mark.django_db
@pytest.mark.parametrize("given", [[1], [3, 1], [50, 30, 20], [8, 0, 8, 1, 1, 13], [9] * 12])
def test_sql_agrees(given: list[int]) -> None:
    query = """
        WITH s AS (SELECT a / sum(a) OVER () AS s FROM unnest(%s::numeric[]) a WHERE a > 0)
        SELECT count(*), sum(s * s), (sum(s * s) - 1.0 / count(*)) / nullif(1 - 1.0 / count(*), 0),
            1 / sum(s * s)
        FROM s
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [given])
        count, index, normalised, effective = cursor.fetchone()
    concentration = statistics.market_concentration(given)
    assert concentration is not None
    expected = (float(index), float(1 if normalised is None else normalised), float(effective))
    assert (
        concentration.index,
        concentration.normalised,
        concentration.effective,
    ) == pytest.approx(expected)
    assert concentration.suppliers == count
