"""Gaps, rare systems and common choices: by hand, and against SQL that shares no code."""

import datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from boroughs.models import Borough
from boroughs.profile import page
from citytools.facts import dates
from tests import factories
from tests.estate import small_london
from tests.pages import read, words

pytestmark = pytest.mark.django_db

USES = """
WITH reporting AS (
    SELECT DISTINCT ON (r.borough_id) r.borough_id AS id, r.complete FROM boroughs_return r
    JOIN boroughs_borough b ON b.id = r.borough_id AND b.kind <> 'regional'
    WHERE r.subject = 'systems' ORDER BY r.borough_id, r.received_on DESC, r.id DESC
), uses AS (
    SELECT s.borough_id AS body, s.function_id AS f, s.product_id AS p,
        s.national_or_shared AS national FROM systems_system s
    JOIN boroughs_borough b ON b.id = s.borough_id AND b.kind <> 'regional'
    WHERE s.status NOT IN ('retired', 'planned')
    AND NOT (s.as_of > '' AND s.as_of < '2020' AND s.confirmed_on IS NULL)
), running AS (
    SELECT f, p, count(*) AS n FROM uses
    WHERE body IN (SELECT id FROM reporting) AND NOT national GROUP BY f, p
)
"""
RARE = """
SELECT u.f, u.p FROM uses u LEFT JOIN running USING (f, p)
WHERE u.body = %s AND NOT u.national AND coalesce(n, 0) <= 2 AND EXISTS (SELECT FROM reporting)
"""
OPEN = """
SELECT f.id FROM systems_function f
WHERE NOT EXISTS (SELECT FROM uses WHERE body = %s AND uses.f = f.id)
AND NOT EXISTS (SELECT FROM reporting WHERE id = %s AND complete)
"""
COMMON = """
, answered AS (
    SELECT f.id AS f, count(*) AS known FROM systems_function f CROSS JOIN reporting r
    WHERE r.complete OR EXISTS (SELECT FROM uses WHERE body = r.id AND uses.f = f.id)
    GROUP BY f.id
), widest AS (
    SELECT f, p, n FROM (SELECT *, max(n) OVER (PARTITION BY f) AS top FROM running) AS ranked
    JOIN answered USING (f) WHERE n = top AND n >= 5 AND n * 3 >= known
)
SELECT DISTINCT f FROM widest WHERE NOT EXISTS (
    SELECT FROM uses JOIN widest own USING (f, p) WHERE body = %s AND own.f = widest.f
) AND (EXISTS (SELECT FROM uses WHERE body = %s AND uses.f = widest.f)
    OR EXISTS (SELECT FROM reporting WHERE id = %s AND complete))
"""


def by_sql(query: str, *parameters: int) -> set[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(USES + query, parameters)
        return set(cursor.fetchall())


def agree(borough: Borough) -> int:
    """Compare with SQL; how many things were found."""
    comparison = page.compare_with_london(borough)
    rare = {(row.use.function, row.use.product) for row in comparison.rare}
    assert rare == by_sql(RARE, borough.pk)
    open_ = by_sql(OPEN, borough.pk, borough.pk)
    assert comparison.gaps.unknown == len(open_)
    assert {(gap.function.pk,) for gap in comparison.gaps.rows} <= open_
    common = {(row.function.pk,) for row in comparison.common}
    assert common == by_sql(COMMON, borough.pk, borough.pk, borough.pk)
    return len(rare) + len(common) + len(open_)


def test_sql_agrees_on_a_small_london() -> None:
    small_london(rows=150)
    for number, borough in enumerate(Borough.objects.london()):
        factories.returned(borough, received_on="2026-11-01", complete=bool(number % 2))
    assert sum(agree(borough) for borough in Borough.objects.london()) > 0


def test_sql_agrees_on_the_data_that_run_loads() -> None:
    call_command("load", verbosity=0)
    for slug in ("camden", "barnet", "bexley", "sutton"):
        assert agree(Borough.objects.get(slug=slug))


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))


def test_peers_are_explained_and_lead_to_a_comparison(client: Client) -> None:
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    for number in range(3):
        function, product = factories.function(), factories.product()
        for borough in (camden, brent)[: 2 if number < 2 else 1]:
            factories.system(borough=borough, function=function, product=product)
    for borough in (camden, brent):
        factories.returned(borough)
    response = client.get("/boroughs/camden/")
    assert "Camden shares 2 systems with Brent, 2 of them rare, of 3 that either runs" in words(
        response
    )
    assert "/boroughs/compare/?borough=camden&borough=brent" in read(response).links


def test_without_a_return_there_are_no_peers_and_the_reason_is_said(client: Client) -> None:
    factories.borough("Camden")
    text = words(client.get("/boroughs/camden/"))
    assert "What no return tells yet" in text
    assert text.count("no borough has sent a return on systems") == 1
    factories.returned(factories.borough("Brent"))
    text = words(client.get("/boroughs/camden/"))
    reason = "Camden has sent no return on systems, and a borough without one is not compared"
    assert f"None can be named: {reason}" in text


def test_a_gap_names_what_peers_run_and_who(client: Client) -> None:
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    rents, shared = factories.function("Rents"), factories.product("Shared")
    function = factories.function("Repairs")
    for borough in (camden, brent):
        factories.returned(borough, complete=False)
        factories.system(borough=borough, function=function, product=shared)
    factories.system(borough=brent, function=rents, product=factories.product("Orchard"))
    text = words(client.get("/boroughs/camden/"))
    assert "For 1 of 2 functions nothing is known of Camden, whose return is not complete" in text
    assert "Orchard: Brent" in text


def test_a_rare_system_names_whom_to_ring(client: Client) -> None:
    camden, sutton = factories.borough("Camden"), factories.borough("Sutton")
    factories.returned(camden)
    function, product = factories.function("Trees"), factories.product("Confirm")
    for borough in (camden, sutton):
        factories.system(borough=borough, function=function, product=product)
    assert "Trees: also in Sutton" in words(client.get("/boroughs/camden/"))


def test_a_regional_body_is_not_compared(client: Client) -> None:
    body = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.system(borough=body)
    text = words(client.get("/boroughs/gla/"))
    assert "never counted among the 33" in text
    assert "Nearest peers" not in text
    assert client.get("/boroughs/gla/brief/").status_code == 404


def test_ages_and_sources_are_said(client: Client) -> None:
    camden = factories.borough("Camden")
    for as_of, confirmed in (("2024", None), ("2025-06", "2026-01-15"), ("2026-09-30", None)):
        factories.system(borough=camden, as_of=as_of, confirmed_on=confirmed)
    text = words(client.get("/boroughs/camden/"))
    assert "2024 to 30 Sep 2026half of them Jun 2025 or older" in text
    assert "1 of 3" in text
    assert "Borough's return: 3" in text
