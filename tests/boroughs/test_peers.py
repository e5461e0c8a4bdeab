"""Likeness of boroughs: its promises, by hand, and against SQL that shares no code with it."""

import math

import pytest
from django.core.management import call_command
from django.db import connection

from boroughs.models import Borough
from boroughs.profile import peers
from boroughs.profile.answers import read_answers
from boroughs.profile.peers import (
    Estates,
    most_similar_boroughs,
    pair_weights,
    peer_similarity,
)
from systems.models import Function, Product, Status
from tests import factories
from tests.estate import small_london

pytestmark = pytest.mark.django_db

IN_SQL = """
WITH reporting AS (
    SELECT id FROM boroughs_borough b WHERE kind <> 'regional' AND EXISTS (
        SELECT FROM boroughs_return r WHERE r.borough_id = b.id AND r.subject = 'systems')
), uses AS (
    SELECT borough_id AS body, function_id AS f, product_id AS p FROM systems_system
    WHERE status NOT IN ('retired', 'planned')
    AND NOT (as_of > '' AND as_of < '2020' AND confirmed_on IS NULL)
    AND NOT national_or_shared AND borough_id IN (SELECT id FROM reporting)
), weighed AS (
    SELECT f, p, ln(1 + (SELECT count(*) FROM reporting)::float / count(*)) AS weight
    FROM uses GROUP BY f, p
)
SELECT a.id, b.id, coalesce((
    SELECT sum(weight) FILTER (WHERE bodies @> ARRAY[a.id, b.id]) / sum(weight) FROM (
        SELECT weight, array_agg(body) AS bodies FROM uses JOIN weighed USING (f, p)
        WHERE body IN (a.id, b.id) GROUP BY f, p, weight) AS pairs
), CASE WHEN a.id = b.id THEN 1 ELSE 0 END)
FROM reporting a CROSS JOIN reporting b
"""


def by_sql() -> dict[tuple[int, int], float]:
    with connection.cursor() as cursor:
        cursor.execute(IN_SQL)
        return {(first, second): float(value or 0) for first, second, value in cursor.fetchall()}


def estates() -> Estates:
    return Estates.from_answers(read_answers())


def similarities() -> dict[tuple[int, int], float]:
    """Of each borough with each other and with itself."""
    known = estates()
    weights = pair_weights(known)
    return {
        (first, second): peer_similarity(known.pairs[first], known.pairs[second], weights)
        for first in known.pairs
        for second in known.pairs
    }


def agree() -> None:
    computed, by_sql_values = similarities(), by_sql()
    assert len(by_sql_values) == len(computed) > 0
    for (first, second), value in by_sql_values.items():
        if first != second:
            assert computed[first, second] == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_sql_that_shares_no_code_agrees(seed: int) -> None:
    small_london(seed, rows=120)
    for borough in Borough.objects.all():
        factories.returned(borough, received_on="2025-01-01", complete=False)
    agree()


def test_sql_agrees_on_the_data_that_run_loads() -> None:
    call_command("load", verbosity=0)
    agree()


def run(borough: Borough, *pairs: str) -> Borough:
    """A borough with a return that runs products named by letters, each for its own function."""
    factories.returned(borough)
    for name in pairs:
        factories.system(borough=borough, product=PRODUCTS[name], function=FUNCTIONS[name])
    return borough


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    for name in "ABCDEF":
        PRODUCTS[name] = factories.product(f"Product {name}")
        FUNCTIONS[name] = factories.function(f"Job {name}")


PRODUCTS: dict[str, Product] = {}
FUNCTIONS: dict[str, Function] = {}


def test_by_hand() -> None:
    camden = run(factories.borough("Camden"), "A", "B", "C")
    brent = run(factories.borough("Brent"), "A", "B")
    run(factories.borough("Sutton"), "A", "D")
    common, rare, alone = math.log(1 + 3 / 3), math.log(1 + 3 / 2), math.log(1 + 3)
    first, by_sql_values = most_similar_boroughs(camden)
    assert first.borough == brent
    assert first.likeness == pytest.approx((common + rare) / (common + rare + alone))
    assert (first.shared, first.rare, first.either) == (2, 1, 3)
    assert by_sql_values.likeness == pytest.approx(common / (common + rare + 2 * alone))
    assert (by_sql_values.shared, by_sql_values.rare, by_sql_values.either) == (1, 0, 4)


def test_it_is_symmetric_and_one_with_itself() -> None:
    small_london(3, rows=90)
    alike = similarities()
    running = {key for key, pairs in estates().pairs.items() if pairs}
    assert running
    assert all(alike[first, second] == alike[second, first] for first, second in alike)
    assert all(alike[first, first] == 1 for first in running)
    assert all(0 <= value <= 1 for value in alike.values())


def test_a_rare_shared_system_counts_more_than_a_universal_one() -> None:
    camden = run(factories.borough("Camden"), "A", "B")
    run(factories.borough("Rare friend"), "B", "C")
    run(factories.borough("Common friend"), "A", "C")
    run(factories.borough("Fourth"), "A")
    names = [peer.borough.name for peer in most_similar_boroughs(camden)]
    assert names.index("Rare friend") < names.index("Common friend")


def test_without_a_return_a_borough_is_absent_and_not_zero() -> None:
    camden = run(factories.borough("Camden"), "A")
    silent = factories.borough("Silent")
    factories.system(borough=silent, product=PRODUCTS["A"], function=FUNCTIONS["A"])
    region = run(factories.borough("Region", kind=Borough.Kind.REGIONAL), "A")
    assert {silent.pk, region.pk}.isdisjoint(estates().pairs)
    assert (
        most_similar_boroughs(silent)
        == most_similar_boroughs(region)
        == most_similar_boroughs(camden)
        == []
    )
    assert [*pair_weights(estates()).values()] == pytest.approx([math.log(2)])


def test_only_systems_in_use_count() -> None:
    camden, brent = run(factories.borough("Camden"), "A"), run(factories.borough("Brent"), "A")
    brent.systems.update(status=Status.RETIRED)
    assert most_similar_boroughs(camden) == []
    brent.systems.update(status=Status.RETIRING)
    assert most_similar_boroughs(camden)[0].likeness == pytest.approx(1)


def test_the_same_product_for_another_function_is_not_shared() -> None:
    camden, brent = run(factories.borough("Camden"), "A"), run(factories.borough("Brent"))
    factories.system(borough=brent, product=PRODUCTS["A"], function=FUNCTIONS["B"])
    assert most_similar_boroughs(camden) == []


def test_empty_estates_and_an_empty_london() -> None:
    assert most_similar_boroughs(factories.borough("Nobody")) == []
    camden, brent = run(factories.borough("Camden")), run(factories.borough("Brent"))
    assert most_similar_boroughs(camden) == []
    run(factories.borough("Sutton"), "A")
    assert similarities()[camden.pk, brent.pk] == 0


def test_ties_are_broken_by_name_and_five_are_enough() -> None:
    camden = run(factories.borough("Camden"), "A")
    for name in ("Sutton", "Brent", "Merton", "Ealing", "Barnet", "Newham"):
        run(factories.borough(name), "A")
    names = [peer.borough.name for peer in most_similar_boroughs(camden)]
    assert names == ["Barnet", "Brent", "Ealing", "Merton", "Newham"]
    assert len(most_similar_boroughs(camden, limit=2)) == 2


def test_rare_means_what_the_pages_say() -> None:
    assert peers.MAX_RARE_BOROUGHS == 2
