"""What the list of boroughs can be narrowed by, and its order."""

from typing import Any

import pytest
from django.test import Client

from boroughs.models import Borough
from tests import factories
from tests.pages import column, row_links, rows

pytestmark = pytest.mark.django_db

CSV = "/boroughs/boroughs.csv"


def slugs_for(client: Client, **query: Any) -> list[str]:
    """The boroughs that a query finds, on the page and in the file alike."""
    slugs = column(client, CSV, "slug", query)
    assert row_links(client, "/boroughs/", query) == [f"/boroughs/{slug}/" for slug in slugs]
    return slugs


@pytest.fixture
def _two() -> None:
    factories.borough(
        "Camden",
        gss_code="E09000007",
        inner_or_outer="inner",
        partnership="Central London Forward",
        official_name="London Borough of Camden",
        population=210100,
        population_year=2021,
    )
    factories.borough("Barnet", inner_or_outer="outer", official_name="Barnet Council")


@pytest.mark.usefixtures("_two")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("q", "amde"),
        ("q", "borough OF camden"),
        ("q", "forward"),
        ("q", "e09000007"),
        ("borough", "camden"),
        ("inner_or_outer", "inner"),
        ("partnership", "central-london-forward"),
    ],
)
def test_a_filter_keeps_the_boroughs_that_fit_and_no_other(
    client: Client, name: str, value: str
) -> None:
    assert slugs_for(client, **{name: value}) == ["camden"]


@pytest.mark.usefixtures("_two")
def test_several_boroughs_mean_any_of_them_and_names_must_all_hold(client: Client) -> None:
    both = ["camden", "barnet", "camden"]
    assert slugs_for(client, borough=both) == ["barnet", "camden"]
    assert slugs_for(client, borough=both, inner_or_outer="outer") == ["barnet"]
    assert slugs_for(client, borough="camden", inner_or_outer="outer") == []


@pytest.mark.usefixtures("_two")
@pytest.mark.parametrize("measure", ["systems", "decisions", "skills"])
def test_the_measure_of_the_map_leaves_no_row_out(client: Client, measure: str) -> None:
    assert slugs_for(client, measure=measure) == ["barnet", "camden"]
    assert client.get("/boroughs/", {"measure": measure}).context["tiles"].key == measure


@pytest.mark.usefixtures("_two")
def test_boroughs_sort_by_name_both_ways(client: Client) -> None:
    assert slugs_for(client, sort="borough") == ["barnet", "camden"]
    assert slugs_for(client, sort="-borough") == ["camden", "barnet"]
    assert slugs_for(client) == ["barnet", "camden"]


@pytest.mark.usefixtures("_two")
@pytest.mark.parametrize("name", ["population", "partnership"])
def test_what_is_not_known_comes_last_both_ways(client: Client, name: str) -> None:
    assert slugs_for(client, sort=name) == ["camden", "barnet"]
    assert slugs_for(client, sort=f"-{name}") == ["camden", "barnet"]


@pytest.mark.usefixtures("_two")
def test_inner_comes_before_outer_and_a_body_that_is_neither_last(client: Client) -> None:
    factories.borough("A region", slug="region", kind=Borough.Kind.REGIONAL, inner_or_outer="")
    assert slugs_for(client, sort="inner_or_outer") == ["camden", "barnet", "region"]
    assert slugs_for(client, sort="-inner_or_outer") == ["barnet", "camden", "region"]


@pytest.mark.parametrize("sort", ["systems", "contracts", "skills", "satisfaction", "level"])
def test_boroughs_are_never_ranked_by_a_score(client: Client, sort: str) -> None:
    assert client.get("/boroughs/", {"sort": sort}).status_code == 400


def test_a_regional_body_is_listed_and_said_to_be_one(client: Client) -> None:
    factories.borough("GLA", kind=Borough.Kind.REGIONAL, inner_or_outer="")
    assert slugs_for(client) == ["gla"]
    assert column(client, CSV, "kind") == ["regional"]
    assert "Regional body" in client.get("/boroughs/").content.decode()


def test_the_file_holds_no_zero_that_no_return_states(client: Client) -> None:
    silent, told = factories.borough("Silent"), factories.borough("Told")
    partly = factories.borough("Partly")
    for subject in ("systems", "contracts", "skills"):
        factories.returned(told, subject=subject, complete=True)
        factories.returned(partly, subject=subject, complete=False)
    factories.system(borough=silent)
    counts = {
        row["slug"]: (row["systems"], row["contracts"], row["skill_levels"])
        for row in rows(client, CSV)
    }
    assert counts == {
        "silent": ("1", "", ""),
        "told": ("0", "0", "0"),
        "partly": ("", "", ""),
    }
