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
    overlap,
    pair_weights,
)
from systems.models import Function, Product, Status
from tests import factories
from tests.estate import small_london

pytestmark = pytest.mark.django_db

IN_SQL = """
WITH london AS (
    SELECT b.id, coalesce((SELECT complete FROM boroughs_return r WHERE r.borough_id = b.id
        AND r.subject = 'systems' ORDER BY received_on DESC, r.id DESC LIMIT 1), false) AS complete
    FROM boroughs_borough b WHERE kind <> 'regional'
), uses AS (
    SELECT DISTINCT borough_id AS body, function_id AS f, product_id AS p FROM systems_system
    WHERE status NOT IN ('retired', 'planned')
    AND NOT (as_of > '' AND as_of < '2020' AND confirmed_on IS NULL)
    AND NOT national_or_shared AND NOT companion AND borough_id IN (SELECT id FROM london)
), known AS (
    SELECT london.id AS body, f FROM london CROSS JOIN (SELECT DISTINCT f FROM uses) AS functions
    WHERE complete OR EXISTS (SELECT FROM uses u WHERE u.body = london.id AND u.f = functions.f)
), weighed AS (
    SELECT f, p, ln(1 + (SELECT count(*) FROM known k WHERE k.f = u.f)::float / count(*)) AS weight
    FROM uses u GROUP BY f, p
)
SELECT a.id, b.id,
    (SELECT count(*) FROM known x JOIN known y USING (f) WHERE x.body = a.id AND y.body = b.id),
    coalesce(sum(weight) FILTER (WHERE bodies = 2) / sum(weight), 0),
    count(weight) FILTER (WHERE bodies = 2), count(weight)
FROM london a JOIN london b ON a.id <> b.id LEFT JOIN LATERAL (
    SELECT weight, count(*) AS bodies FROM uses JOIN weighed USING (f, p)
    WHERE body IN (a.id, b.id) AND f IN (SELECT f FROM known WHERE body = a.id)
    AND f IN (SELECT f FROM known WHERE body = b.id) GROUP BY f, p, weight
) AS pairs ON true GROUP BY a.id, b.id
"""


def agree() -> int:
    """Compare every pair of boroughs with SQL; of how many pairs enough is known."""
    estates = Estates.from_answers(read_answers())
    weights = pair_weights(estates)
    with connection.cursor() as cursor:
        cursor.execute(IN_SQL)
        rows = cursor.fetchall()
    assert rows
    told = 0
    for first, second, functions, likeness, shared, either in rows:
        both = overlap(estates, weights, first, second)
        assert both.likeness == pytest.approx(float(likeness), abs=1e-12)
        assert (both.functions, len(both.shared), both.either) == (functions, shared, either)
        told += both.tellable
    return told


@pytest.mark.parametrize("seed", range(3))
def test_sql_that_shares_no_code_agrees(seed: int) -> None:
    small_london(seed, rows=150)
    agree()


def test_sql_agrees_on_the_data_that_run_loads_and_evidence_alone_tells_who_is_alike() -> None:
    call_command("load", verbosity=0)
    assert agree() > 100


def run(borough: Borough, names: str) -> Borough:
    """A borough that runs products named by letters, each for its own function."""
    for name in names:
        factories.system(borough=borough, product=PRODUCTS[name], function=FUNCTIONS[name.lower()])
    return borough


ALL = "abcdefghijklm"


@pytest.fixture(autouse=True)
def _catalogue() -> None:
    """Two products for each of thirteen functions: A and a, B and b."""
    for name in ALL:
        FUNCTIONS[name] = factories.function(f"Job {name}")
        PRODUCTS[name] = factories.product(f"Main {name}")
        PRODUCTS[name.upper()] = factories.product(f"Other {name}")


PRODUCTS: dict[str, Product] = {}
FUNCTIONS: dict[str, Function] = {}


def test_by_hand() -> None:
    camden = run(factories.borough("Camden"), "abcdefghij")
    run(factories.borough("Brent"), "abcdEFGHIJ")
    run(factories.borough("Sutton"), "aBCDEFGHIJ")
    (peer,) = most_similar_boroughs(camden)
    everywhere, two_of_three, alone = math.log(1 + 3 / 3), math.log(1 + 3 / 2), math.log(1 + 3)
    shared, different = everywhere + 3 * two_of_three, 6 * alone + 6 * two_of_three
    assert peer.borough.name == "Brent"
    assert peer.likeness == pytest.approx(shared / (shared + different))
    assert (peer.functions, peer.shared, peer.either, peer.exclusive) == (10, 4, 16, 3)
    assert peer.words == (
        "both run Main b and 3 more of the 16 systems that either runs for the 10 functions "
        "known of both; 3 of them no other borough is known to run"
    )


def test_it_is_the_same_both_ways_and_between_none_and_all() -> None:
    small_london(3, rows=150)
    estates = Estates.from_answers(read_answers())
    weights, keys = pair_weights(estates), [*estates.boroughs]
    for first in keys:
        for second in keys:
            both = overlap(estates, weights, first, second)
            assert both.likeness == overlap(estates, weights, second, first).likeness
            assert 0 <= both.likeness <= 1
        if estates.pairs[first]:
            assert overlap(estates, weights, first, first).likeness == 1


def test_a_rare_shared_system_counts_more_than_a_universal_one() -> None:
    camden = run(factories.borough("Camden"), "abcdefghij")
    run(factories.borough("Rare friend"), "ABCDEFGhij")
    run(factories.borough("Common friend"), "abcDEFGHIJ")
    for number in range(3):
        run(factories.borough(f"Further {number}"), "abcD")
    names = [peer.borough.name for peer in most_similar_boroughs(camden)]
    assert names == ["Rare friend", "Common friend"]


@pytest.mark.parametrize(
    ("own", "others", "told"),
    [
        ("abcdefghij", "abcDEFGHIJ", True),
        ("abcdefghij", "abCDEFGHIJ", False),  # two shared
        ("abcdefghi", "abcdefghijk", False),  # nine functions known of both
        ("abcdefghijk", "abcDEFGHIJlm", True),  # what is known of one alone counts for neither
        ("", "abcdefghij", False),
    ],
)
def test_likeness_is_told_from_ten_functions_and_three_systems_on(
    own: str, others: str, told: bool
) -> None:
    camden = run(factories.borough("Camden"), own)
    run(factories.borough("Brent"), others)
    assert bool(most_similar_boroughs(camden)) is told


def test_what_a_complete_return_leaves_out_is_known_and_different() -> None:
    camden = run(factories.borough("Camden"), "abcdefghijkl")
    brent = run(factories.borough("Brent"), "abcdefghij")
    assert most_similar_boroughs(camden)[0].likeness == 1
    factories.returned(brent, complete=False)
    assert most_similar_boroughs(camden)[0].likeness == 1
    factories.returned(brent, received_on="2026-10-31")
    (peer,) = most_similar_boroughs(camden)
    assert (peer.functions, peer.shared, peer.either) == (12, 10, 12)
    assert peer.likeness < 1


def test_national_services_companions_and_regional_bodies_make_nobody_alike() -> None:
    camden, brent = (run(factories.borough(name), "abcdefghi") for name in ("Camden", "Brent"))
    region = run(factories.borough("Region", kind=Borough.Kind.REGIONAL), "abcdefghijk")
    for mark in ("national_or_shared", "companion"):
        for borough in (camden, brent):
            where = {"product": PRODUCTS["m"], "function": FUNCTIONS["jk"[mark == "companion"]]}
            factories.system(borough=borough, **where, **{mark: True})
    assert most_similar_boroughs(camden) == most_similar_boroughs(region) == []


def test_only_systems_in_use_count() -> None:
    camden, brent = (run(factories.borough(name), "abcdefghij") for name in ("Camden", "Brent"))
    brent.systems.update(status=Status.RETIRED)
    assert most_similar_boroughs(camden) == []
    brent.systems.update(status=Status.RETIRING)
    assert most_similar_boroughs(camden)[0].likeness == pytest.approx(1)


def test_ties_are_broken_by_name_and_five_are_enough() -> None:
    camden = run(factories.borough("Camden"), "abcdefghij")
    for name in ("Sutton", "Brent", "Merton", "Ealing", "Barnet", "Newham"):
        run(factories.borough(name), "abcdefghij")
    names = [peer.borough.name for peer in most_similar_boroughs(camden)]
    assert names == ["Barnet", "Brent", "Ealing", "Merton", "Newham"]
    assert len(most_similar_boroughs(camden, limit=2)) == 2


def test_rules_mean_what_the_pages_say() -> None:
    assert (*(2, 10, 3),) == (
        peers.MAX_RARE_BOROUGHS,
        peers.MIN_KNOWN_FUNCTIONS,
        peers.MIN_SHARED_SYSTEMS,
    )
