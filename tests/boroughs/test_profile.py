"""Gaps, rare systems and common choices: by hand, and against SQL that shares no code."""

import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from boroughs.models import Borough
from boroughs.profile import page
from citytools.facts import dates
from contracts.models import Contract
from tests import factories
from tests.estate import alike, small_london
from tests.log import move_events
from tests.pages import read, text_of, words

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
SELECT p, (SELECT count(DISTINCT body) FROM uses o WHERE o.p = u.p) - 1 FROM uses u
WHERE body = %s AND NOT national
AND p NOT IN (SELECT p FROM uses GROUP BY p HAVING count(DISTINCT body) > 2)
"""
MOST = """
SELECT f, max(boroughs), (
    SELECT count(*) FROM boroughs_borough b WHERE kind <> 'regional' AND (
        EXISTS (SELECT FROM uses k WHERE k.f = counted.f AND k.body = b.id)
        OR EXISTS (SELECT FROM reporting WHERE complete AND reporting.id = b.id))
) FROM (SELECT f, p, count(DISTINCT body) AS boroughs FROM uses GROUP BY f, p) AS counted
WHERE NOT EXISTS (SELECT FROM uses WHERE body = %s AND uses.f = counted.f)
AND NOT EXISTS (SELECT FROM reporting WHERE id = %s AND complete) GROUP BY f
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
    rare = {(row.product.pk, len(row.also)) for row in comparison.rare}
    assert rare == by_sql(RARE, borough.pk)
    open_ = by_sql(OPEN, borough.pk, borough.pk)
    assert comparison.gaps.unknown == len(open_)
    gaps = {(gap.function.pk, gap.running, gap.answered) for gap in comparison.gaps.rows}
    assert gaps == by_sql(MOST, borough.pk, borough.pk)
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
    alike(camden, brent)
    response = client.get("/boroughs/camden/")
    reason = "more of the 10 systems that either runs for the 10 functions known of both"
    assert reason in words(response)
    assert "10 of them no other borough is known to run" in words(response)
    assert "/boroughs/compare/?borough=camden&borough=brent" in read(response).links


def test_where_too_little_is_known_nobody_is_called_alike(client: Client) -> None:
    camden, brent = factories.borough("Camden"), factories.borough("Brent")
    alike(camden, brent, shared=9)
    text = words(client.get("/boroughs/camden/"))
    assert "Too little is known to say: likeness is given where at least 10 functions" in text
    assert "Compare with others" in text


def test_a_gap_names_what_most_others_run_with_numbers(client: Client) -> None:
    factories.borough("Camden")
    rents = factories.function("Rents")
    for name, product in {"Orchard": 2, "Aareon": 1}.items():
        made = factories.product(name)
        for _ in range(product):
            factories.system(borough=factories.borough(), function=rents, product=made)
    factories.returned(factories.borough())  # complete, and without one
    text = words(client.get("/boroughs/camden/"))
    assert "Not known here 1 of 1 functions. What most others run there:" in text
    assert "Rents Orchard, in 2 of 4 known" in text
    factories.system(function=rents, product=made)
    assert "Aareon or Orchard, each in 2 of 5 known" in words(client.get("/boroughs/camden/"))


def test_only_here_counts_public_evidence_and_says_so(client: Client) -> None:
    camden, sutton = factories.borough("Camden"), factories.borough("Sutton")
    assert "Nothing that we know" in words(client.get("/boroughs/camden/"))
    trees, alone = factories.function("Trees"), factories.product("Alone")
    confirm = factories.product("Confirm")
    factories.system(borough=camden, function=trees, product=alone)
    for borough in (camden, sutton):
        factories.system(borough=borough, function=trees, product=confirm)
    text = words(client.get("/boroughs/camden/"))
    assert "We know 1 of 1 functions and 1 product that only it runs." in text
    assert "Only Camden runs 1 product that no other borough is known to run. Alone" in text
    assert "1 that one other is known to run Confirm for Trees, also in Sutton" in text
    factories.system(borough=factories.borough(), product=confirm)
    assert "one other is known" not in words(client.get("/boroughs/camden/"))


def test_many_that_only_it_runs_fold(client: Client) -> None:
    camden = factories.borough("Camden")
    for number in range(13):
        factories.system(borough=camden, product=factories.product(f"Own {number:02}"))
    text = words(client.get("/boroughs/camden/"))
    assert "13 products that no other borough is known to run." in text
    assert "All 13, and what for" in text
    text = text[text.index("Only Camden") : text.index("Not known here")]
    assert text.count("Own 11") == 2
    assert text.count("Own 12") == 1


def test_a_regional_body_is_not_compared(client: Client) -> None:
    body = factories.borough("GLA", kind=Borough.Kind.REGIONAL)
    factories.system(borough=body)
    text = words(client.get("/boroughs/gla/"))
    assert "never counted among the 33" in text
    assert "Most like" not in text
    assert "Make this my borough" not in text
    assert client.get("/boroughs/gla/brief/").status_code == 404


def test_ages_and_sources_are_said(client: Client) -> None:
    camden = factories.borough("Camden")
    for as_of, confirmed in (("2024", None), ("2025-06", "2026-01-15"), ("2026-09-30", None)):
        factories.system(borough=camden, as_of=as_of, confirmed_on=confirmed)
    text = words(client.get("/boroughs/camden/"))
    assert "2024 to 30 Sep 2026half of them Jun 2025 or older" in text
    assert "1 of 3" in text
    assert "Borough's return: 3" in text


def contract(borough: Borough, ends_on: str, **fields: Any) -> Contract:
    return factories.contract(lead=borough, ends_on=ends_on, **{"notice_months": None} | fields)


@pytest.mark.parametrize(
    ("ends", "answer"),
    [
        ([], "No contract of it is known; contracts that nobody has told us of may be due."),
        (["2026-12"], "1 contract is past every likely act-by date."),
        (["2026-12", "2026-12-31"], "2 contracts are past every likely act-by date."),
        (["2026-12", "2027-10-31", ""], "past every likely act-by date, 1 may be due now; 1 has"),
        (["", ""], "2 contracts have no known end; contracts that nobody has told us of"),
        (["2030-12-31"], "1 contract is due later, from 31 December 2029 on; contracts that"),
        (["2026-11-29"], "No contract of it is known; contracts that nobody"),
    ],
)
def test_the_first_sentence_says_what_must_be_decided(
    client: Client, ends: list[str], answer: str
) -> None:
    camden = factories.borough("Camden")
    for end in ends:
        contract(camden, end)
    text = words(client.get("/boroughs/camden/"))
    assert answer in text
    assert "We know 0 of " in text


def test_what_is_stated_planned_rolling_or_extended_is_told_apart(client: Client) -> None:
    camden = factories.borough("Camden")
    contract(camden, "2026-10-31", extension_until="2028-10-31")
    contract(camden, "", rolling=True)
    contract(camden, "", stage="planned")
    calm = "1 contract has ended or been extended, 1 has no end date, 1 is planned; contracts that"
    assert calm in words(client.get("/boroughs/camden/"))
    contract(camden, "2026-12-31", notice_months=3)
    answer = "1 contract is past the act-by date; 1 has ended or been extended. We know"
    assert answer in words(client.get("/boroughs/camden/"))


def test_a_complete_return_without_contracts_says_that_there_is_none(client: Client) -> None:
    factories.returned(factories.borough("Camden"), subject="contracts", complete=True)
    text = words(client.get("/boroughs/camden/"))
    assert "It has no contract that runs." in text
    assert "nobody has told us" not in text


def test_partners_who_decide_in_the_same_months_stand_at_the_contract(client: Client) -> None:
    camden, rents = factories.borough("Camden"), factories.function("Rents")
    contract(camden, "2028-03-31", functions=[rents], title="Rents of Camden")
    text = words(client.get("/boroughs/camden/"))
    assert "Rents of Camden" in text
    assert "Others deciding" not in text
    for name in ("Brent", "Ealing", "Merton", "Sutton"):
        contract(factories.borough(name), "2028-03-31", functions=[rents])
    text = words(client.get("/boroughs/camden/"))
    assert "same months: Brent, Ealing, Merton and 1 more, for Rents" in text


def test_many_contracts_are_counted_and_the_first_drawn(client: Client) -> None:
    camden = factories.borough("Camden")
    for number in range(10):
        contract(camden, f"2029-{number + 1:02}-28", title=f"Number {number}")
    text = words(client.get("/boroughs/camden/"), "main")
    text = text[text.index("Decisions ahead") : text.index("What changed Since")]
    assert "The first 8 of 10 that may still run." in text
    assert "Number 7" in text
    assert "Number 8" not in text


def test_what_changed_is_counted_since_a_day_and_the_newest_named(client: Client) -> None:
    camden = factories.borough("Camden")
    move_events(datetime.date(2026, 10, 1))
    address = "/boroughs/camden/"
    assert "Since 31 October 2026" in words(client.get(address))
    assert "Nothing is recorded to have changed." in words(client.get(address))
    assert "1 borough added" in words(client.get(address, {"since": "2026-10-01"}))
    move_events(datetime.date(2026, 11, 20))
    factories.system(borough=camden, product=factories.product("Mosaic"))
    factories.system(borough=factories.borough("Brent"))
    page = client.get(address, {"since": "2026-11-21"})
    assert "1 system added All 1 changes" in words(page)
    links = "/changes/?borough=camden&since=2026-11-21"
    assert {links, f"{links}&kind=system&action=added"} <= set(read(page).links)
    assert "/changes/changes.atom?borough=camden" in read(page).links


@pytest.mark.parametrize("since", ["2999-01-01", "moon"])
def test_a_day_that_is_none_is_named(client: Client, since: str) -> None:
    factories.borough("Camden")
    page = client.get("/boroughs/camden/", {"since": since})
    assert page.status_code == 400
    assert "Since 31 October 2026" in words(page)


def test_the_oldest_evidence_that_nobody_confirmed_is_asked_for_first(client: Client) -> None:
    camden = factories.borough("Camden")
    assert "No system is known that could be confirmed." in words(client.get("/boroughs/camden/"))
    for year in (2024, 2021, 2023):
        factories.system(
            borough=camden, product=factories.product(f"Of {year}"), as_of=f"{year}-05"
        )
    for fields in ({"confirmed_on": "2026-10-01"}, {"status": "retired"}):
        factories.system(borough=camden, product=factories.product(), as_of="2020-02", **fields)
    text = words(client.get("/boroughs/camden/"))
    assert "3 systems that Camden has never confirmed, the oldest evidence first." in text
    part = text[text.index("Could you confirm?") :]
    assert part.index("Of 2021") < part.index("Of 2023") < part.index("Of 2024")


def test_what_it_can_teach_and_wants_to_learn_is_told_in_its_world(client: Client) -> None:
    camden = factories.borough("Camden")
    for name, fields in {"Design": {"can_teach": True}, "Data": {"wants_help": True}}.items():
        factories.skill_level(
            borough=camden, skill=factories.skill(name), source_kind="illustrative", **fields
        )
    assert "This borough has told us no skills yet." in words(client.get("/boroughs/camden/"))
    text = words(client.get("/demo/boroughs/camden/"))
    assert "Could teach Design" in text
    assert "Wants help with Data" in text


def test_every_page_carries_what_marks_my_borough_and_is_the_same_for_all(client: Client) -> None:
    system = factories.system(borough=factories.borough("Camden"))
    for address in ("/boroughs/", "/systems/", "/systems/map/", system.product.get_absolute_url()):
        assert 'data-borough="camden"' in text_of(client.get(address)), address
    page = text_of(client.get("/boroughs/camden/"))
    assert '<h1 data-borough="camden">' in page
    assert 'data-choose-borough="camden"' in page
    assert "ct-mine" not in page.replace("ct-mine__", "")
