"""Case studies and findings are linked from the pages of what they are about."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from research.metrics.definitions import METRICS
from research.publications import about
from tests import factories
from tests.pages import read, words

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 30)
LISTS = ["/systems/", "/systems/map/", "/contracts/together/"]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def test_a_case_study_is_about_each_thing_that_it_names() -> None:
    borough, product, function = factories.borough(), factories.product(), factories.function()
    study = factories.case_study(boroughs=[borough], products=[product], functions=[function])
    factories.case_study(boroughs=[factories.borough()], products=[factories.product()])
    for published in (
        about.research_about_borough(borough, TODAY),
        about.research_about_product(product, TODAY),
        about.research_about_function(function, TODAY),
    ):
        assert published.case_studies == [study]


def test_a_borough_links_to_the_case_studies_about_it(client: Client) -> None:
    borough = factories.borough("Camden")
    study = factories.case_study(title="A shared system", boroughs=[borough])
    response = client.get(borough.get_absolute_url())
    assert study.get_absolute_url() in read(response).links
    assert "#about-this" in read(response).links
    assert "Case studies about Camden" in words(response)


def test_a_product_links_to_case_studies_and_to_findings_on_its_rows(client: Client) -> None:
    product = factories.product(slug="fixer")
    study = factories.case_study(products=[product])
    named = [
        factories.finding(rows="/systems/?product=fixer"),
        factories.finding(rows="/systems/?product=fixer&status=live"),
        factories.finding(rows="/systems/?borough=camden&product=fixer"),
    ]
    factories.finding(rows="/systems/?product=fixer-2")
    factories.finding(rows="/systems/?product=prefixer")
    links = read(client.get(product.get_absolute_url())).links
    research = {link for link in links if link.startswith("/research/") and link.count("/") > 2}
    assert research == {
        study.get_absolute_url(),
        *(finding.get_absolute_url() for finding in named),
    }


def test_a_finding_without_rows_of_its_own_counts_by_its_metrics(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metric = replace(METRICS["modern_gov_boroughs"], rows="/systems/?product=modern-gov")
    monkeypatch.setattr(about, "ROWS_BY_METRIC", {metric.key: metric.rows})
    product = factories.product("modern.gov", slug="modern-gov")
    by_metric = factories.finding(metric="modern_gov_boroughs")
    factories.finding(metric="modern_gov_boroughs", rows="/boroughs/")
    assert about.research_about_product(product, TODAY).findings == [by_metric]


@pytest.mark.parametrize("address", LISTS)
def test_a_list_narrowed_to_one_function_links_to_research_about_it(
    client: Client, address: str
) -> None:
    function, other = factories.function("Rents"), factories.function("Trees")
    study = factories.case_study(functions=[function]).get_absolute_url()
    finding = factories.finding(rows=f"/systems/?function={function.slug}").get_absolute_url()
    list_address = f"{address}?function={function.slug}"
    assert {study, finding} <= set(read(client.get(list_address)).links)
    both = client.get(f"{list_address}&function={other.slug}")
    assert both.status_code == 200
    for response in (client.get(address), both, client.get(f"{list_address}&surprise=1")):
        assert not {study, finding} & set(read(response).links)


@pytest.mark.parametrize("published_on", [None, "2026-12-01"])
def test_a_draft_is_linked_from_nowhere(client: Client, published_on: str | None) -> None:
    borough, product, function = factories.borough(), factories.product(), factories.function()
    things: dict[str, Any] = {"boroughs": [borough], "products": [product], "functions": [function]}
    factories.case_study(title="A secret deed", published_on=published_on, **things)
    rows = f"/systems/?function={function.slug}&product={product.slug}"
    factories.finding(title="A secret claim", published_on=published_on, rows=rows)
    pages = [borough.get_absolute_url(), product.get_absolute_url()]
    for address in [*pages, *(f"{place}?function={function.slug}" for place in LISTS)]:
        assert "secret" not in words(client.get(address))


def test_what_has_no_research_has_no_heading_for_it(client: Client) -> None:
    response = client.get(factories.borough().get_absolute_url())
    assert "Case studies" not in words(response)
    assert "#about-this" not in read(response).links


def test_a_page_names_the_newest_ten(client: Client) -> None:
    borough = factories.borough()
    for number in range(12):
        factories.case_study(
            title=f"Deed {number:02}", boroughs=[borough], published_on=f"2026-11-{number + 1:02}"
        )
    named = [study.title for study in about.research_about_borough(borough, TODAY).case_studies]
    assert named == [f"Deed {number:02}" for number in range(11, 1, -1)]


def test_withdrawn_research_is_linked_from_nowhere() -> None:
    borough = factories.borough()
    gone = {"withdrawn_on": "2026-11-29", "withdrawal_reason": "Wrong."}
    factories.case_study(boroughs=[borough], published_on="2026-01-01", **gone)
    assert not about.research_about_borough(borough, TODAY)
