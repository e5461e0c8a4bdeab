"""The files of what is published: what the pages show, as at the same day, and nothing else."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from tests import factories
from tests.pages import read, rows, text_of

pytestmark = pytest.mark.django_db
FINDINGS = "/research/findings.csv"
STUDIES = "/research/case-studies.csv"
ADVICE = "/research/recommendations.csv"
KINDS: dict[str, tuple[str, Any]] = {
    "/research/": (FINDINGS, factories.finding),
    "/research/case-studies/": (STUDIES, factories.case_study),
    "/research/recommendations/": (ADVICE, factories.recommendation),
}
"""Each page, its file, and how to make what it lists."""
EACH = pytest.mark.parametrize("page", KINDS)


def test_a_finding_stands_with_its_claim_and_what_the_rows_say(client: Client) -> None:
    for kind in ("return", "illustrative"):
        factories.system(source_kind=kind)
    finding = factories.finding(
        title="Few systems", summary="There are {{ metric:systems_on_record }}.",
        claimed_value="one", as_of="2019-06", metric="systems_on_record",
        comparison="at_most", threshold=Decimal(1), published_on="2026-01-02",
    )  # fmt: skip
    finding.sources.add(factories.source(title="A report"))
    (row,) = rows(client, FINDINGS)
    assert row == {
        "finding": finding.slug, "title": "Few systems", "summary": "There are 1.",
        "claimed_value": "one", "claimed_as_of": "2019-06", "metric": "systems_on_record",
        "verdict": "holds", "value": "1", "unit": "count", "counted": "1",
        "sources": "A report", "published_on": "2026-01-02",
        "address": finding.get_absolute_url(),
        "testable_from_n": "1", "least_possible": "0", "greatest_possible": "",
        "testable_reason": "it counts what this record holds, and leaves nothing of it out",
        "verdict_reason": "",
    }  # fmt: skip
    (both,) = rows(client, f"/demo{FINDINGS}")
    assert (both["value"], both["verdict"]) == ("2", "does not hold")


def test_of_a_claim_that_nothing_measures_nothing_is_known(client: Client) -> None:
    factories.finding()
    (row,) = rows(client, FINDINGS)
    cells = (row["verdict"], row["metric"], row["value"], row["unit"], row["counted"])
    assert cells == ("not known", "", "", "", "")


def test_a_case_study_stands_with_whom_it_is_about_and_who_claims_what(client: Client) -> None:
    study = factories.case_study(
        boroughs=[factories.borough("Camden"), factories.borough("Brent")],
        products=[factories.product("Mosaic")], functions=[factories.function("Rents")],
        happened_on="2025", outcome="It **runs**.",
    )  # fmt: skip
    factories.case_claim(case_study=study, amount=1_250_000, claimed_by="Camden Council")
    (row,) = rows(client, STUDIES)
    assert (row["boroughs"], row["products"], row["functions"]) == (
        "Brent; Camden", "Mosaic", "Rents",
    )  # fmt: skip
    assert (row["happened_on"], row["outcome"]) == ("2025", "It runs.")
    assert row["claims"] == "Cost £1,250,000, according to Camden Council"


def test_a_recommendation_stands_with_the_findings_it_rests_on(client: Client) -> None:
    finding = factories.finding()
    factories.recommendation(
        body="Share a list.", findings=[finding], owner="LOTI", audience="municipal"
    )
    (row,) = rows(client, ADVICE)
    cells = (row["text"], row["audience"], row["status"], row["owner"], row["findings"])
    assert cells == ("Share a list.", "municipal", "proposed", "LOTI", finding.slug)


@EACH
def test_the_file_has_what_the_page_lists_and_no_draft_nor_what_was_withdrawn(
    client: Client, page: str
) -> None:
    file, make = KINDS[page]
    for number in range(3):
        make(title=f"Public {number}")
    make(title="Draft", published_on=None)
    make(title="Gone", withdrawn_on="2026-10-01", withdrawal_reason="It was wrong.")
    titles = [row["title"] for row in rows(client, file)]
    assert sorted(titles) == ["Public 0", "Public 1", "Public 2"]
    page_text = text_of(client.get(page))
    assert all(title in page_text for title in titles)
    places = [page_text.index(title) for title in titles]
    if page != "/research/recommendations/":  # there they stand by audience
        assert places == sorted(places)


@EACH
def test_the_page_leads_to_its_file_with_its_own_query_string(client: Client, page: str) -> None:
    file, make = KINDS[page]
    make()
    query = f"?as_at={dates.today()}"
    links = read(client.get(page + query)).links
    for suffix in ("csv", "xlsx", "json"):
        assert file.replace("csv", suffix) + query in links


@EACH
def test_a_wrong_day_or_column_is_refused_by_name(client: Client, page: str) -> None:
    file, _ = KINDS[page]
    for name, value in (("as_at", "1999-01-01"), ("columns", "joy"), ("borough", "camden")):
        response = client.get(file, {name: value})
        assert response.status_code == 400
        assert f"{name}: " in text_of(response)


@EACH
def test_the_number_of_queries_is_that_of_one_row(
    client: Client, page: str, django_assert_max_num_queries: Any
) -> None:
    file, make = KINDS[page]
    for _ in range(12):
        make()
    with django_assert_max_num_queries(12):
        assert len(rows(client, file)) == 12
