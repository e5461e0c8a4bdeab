"""The metrics: each defined in full, with the rows behind it, and used somewhere."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client

from citytools.facts import dates
from citytools.worlds import World, addresses, use_world
from research.metrics.base import Scope
from research.metrics.definitions import METRICS, THEMES, Metric
from research.metrics.definitions import measure as measurements
from tests import factories
from tests.loading import load
from tests.pages import rows, total
from tests.research.sql.estate import any_london

TODAY = datetime.date(2026, 11, 28)
BOROUGHS = {"modern_gov_boroughs", "xpress_boroughs", "sirsidynix_boroughs", "idox_boroughs"}
ROUGHLY = {
    "suppliers_satisfaction_rho_by_borough", "suppliers_satisfaction_rho_by_function",
    "median_age_of_facts", "facts_confirmed_in_12_months",
}  # fmt: skip
"""No list can show exactly what these count; each says so in `rows_note`."""


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def measure(key: str, *, invented: bool = False) -> Any:
    with use_world(World.DEMONSTRATION if invented else World.EVIDENCE):
        return measurements([key], Scope(TODAY))[key]


def test_there_are_enough_and_each_has_one_theme() -> None:
    assert len(METRICS) == sum(len(metrics) for metrics in THEMES.values()) >= 25


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_says_all_that_is_needed_to_read_it(metric: Metric) -> None:
    assert re.fullmatch(r"[a-z0-9_]{5,80}", metric.key)
    for text in (metric.title, metric.formula, metric.counts, metric.population):
        assert text
        assert "  " not in text
    assert metric.definition.endswith(".")
    assert metric.population.endswith(".")
    assert metric.counts[0].islower()
    assert bool(metric.rows_note) == (
        metric.key in ROUGHLY
        or metric.key.startswith("boroughs_reporting")
        or metric.key == "contracts_ending_in_12_months"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("invented", [False, True])
@pytest.mark.parametrize("seed", [2, 4])
def test_the_rows_behind_a_metric_are_as_many_as_it_counts(
    client: Client, seed: int, invented: bool
) -> None:
    any_london(seed)
    for key, metric in METRICS.items():
        if key not in ROUGHLY:
            assert listed(client, metric, invented) == counted(metric, invented), key


def counted(metric: Metric, invented: bool) -> int:
    measured = measure(metric.key, invented=invented)
    if metric.key == "contracts_ending_in_12_months":
        return int(measured.value or 0)
    return int(measured.counted)


def listed(client: Client, metric: Metric, invented: bool) -> int:
    """Rows of the list and of its file alike; of boroughs or functions, how many are in them."""
    with addresses.visit_world(World.DEMONSTRATION if invented else World.EVIDENCE):
        address, file = metric.rows_url(Scope(TODAY)), metric.csv_url(Scope(TODAY))
    file_rows = rows(client, file)
    assert total(client.get(address)) == len(file_rows)
    if metric.key in BOROUGHS:
        return len({row["borough"] for row in file_rows})
    if metric.key == "functions_with_three_or_fewer_suppliers":
        return len({row["function"] for row in file_rows})
    return len(file_rows)


@pytest.mark.django_db
@pytest.mark.parametrize("key", sorted(ROUGHLY))
def test_where_no_list_shows_exactly_the_rows_the_closest_answers(client: Client, key: str) -> None:
    any_london(2)
    assert client.get(METRICS[key].rows_url(Scope(TODAY))).status_code == 200
    assert rows(client, METRICS[key].csv_url(Scope(TODAY)))


@pytest.mark.django_db
def test_the_record_bears_out_what_was_counted_by_hand() -> None:
    load()
    shares = {
        key: f"{measure(key).part:.0f} of {measure(key).whole:.0f}" for key in sorted(BOROUGHS)
    }
    assert shares == {
        "idox_boroughs": "22 of 33",
        "modern_gov_boroughs": "33 of 33",
        "sirsidynix_boroughs": "18 of 33",
        "xpress_boroughs": "22 of 33",
    }


@pytest.mark.django_db
def test_a_source_without_a_day_has_no_age() -> None:
    factories.system(as_of="2026-01-28")
    factories.system(as_of="", read_on="2026-11-27", confidence="medium")
    age = measure("median_age_of_facts")
    assert (age.value, age.counted, age.left_out) == (10, 1, 1)


@pytest.mark.django_db
def test_what_is_invented_changes_no_number_of_real_records() -> None:
    load()
    real = {key: measure(key) for key in METRICS}
    load(demo="yes")
    assert {key: measure(key) for key in METRICS} == real
    assert {key: measure(key, invented=True) for key in METRICS} != real
