"""Pages and files of metrics: each number with what it counts, as of any day on record."""

import datetime
import re
from decimal import Decimal

import pytest
from django.test import Client

from citytools.facts import dates
from research.metrics import record
from research.metrics.definitions import METRICS
from research.models import MetricValue
from tests import factories
from tests.log import move_events
from tests.pages import read, rows, words

pytestmark = pytest.mark.django_db

AGO = dates.today() - datetime.timedelta(days=20)
LIST, CSV = "/research/metrics/", "/research/metrics.csv"
SHARE = "top10_supplier_share_by_contracts"


def said(client: Client, address: str, query: dict[str, str] | None = None) -> str:
    response = client.get(address, query)
    text = words(response)
    assert response.status_code == 200, text
    return text.replace("\u00a0", " ")


def estate() -> None:
    """Two real contracts of one supplier, one without; an invented one of another."""
    supplier, camden = factories.supplier("Acme"), factories.borough("Camden")
    factories.contract(supplier=supplier, lead=camden)
    factories.contract(supplier=supplier)
    factories.contract(supplier=None)
    factories.contract(source_kind="illustrative", lead=camden)


def test_the_list_links_to_every_metric_and_states_what_they_stand_on(client: Client) -> None:
    estate()
    factories.system(as_of="2020")
    links = read(client.get(LIST)).links
    assert [f"{LIST}{key}/" for key in METRICS] == [
        link for link in links if re.fullmatch(rf"{LIST}\w+/", link)
    ]
    text = said(client, LIST)
    assert "They stand on 1 systems and 3 contracts of the 33 boroughs." in text
    assert "Half of the facts are at least" in text


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_has_its_page_on_an_empty_site_too(client: Client, key: str) -> None:
    text = said(client, f"{LIST}{key}/")
    for expected in (METRICS[key].definition, METRICS[key].population, METRICS[key].formula):
        assert " ".join(expected.split()) in text
    assert "n = 0 " in text
    assert "Nothing is recorded yet" in text


def test_a_page_says_what_is_counted_and_what_is_left_out(client: Client) -> None:
    estate()
    text = said(client, f"{LIST}{SHARE}/")
    assert "2 of 2" in text
    assert "100.0 %" not in text.partition("Could be, by arithmetic")[0]
    assert "n = 2 contracts with a known supplier, of 2 of the 33 boroughs; 1 more left out" in text


def test_what_is_invented_counts_in_the_demonstration(client: Client) -> None:
    estate()
    assert "n = 3 contracts with a known supplier" in said(client, f"/demo{LIST}{SHARE}/")
    for prefix, cells in {"/demo": ("3", ""), "": ("2", "0")}.items():
        (row,) = (line for line in rows(client, f"{prefix}{CSV}") if line["metric"] == SHARE)
        assert (row["counted"], row["invented"]) == cells


def test_pounds_are_written_as_pounds(client: Client) -> None:
    factories.contract(total_value=1234567)
    text = said(client, f"{LIST}top10_supplier_share_by_value/")
    assert "£1,234,567 of £1,234,567" in text


def test_the_links_lead_to_the_rows_and_their_file(client: Client) -> None:
    estate()
    links = read(client.get(f"{LIST}{SHARE}/")).links
    assert "/contracts/?counted=supplier_known" in links
    file = "/contracts/contracts.csv?counted=supplier_known"
    assert file in links
    assert len(rows(client, file)) == 2


def test_the_pages_answer_with_the_numbers_of_a_day(client: Client) -> None:
    factories.system()
    move_events(AGO)
    factories.system()
    day = {"as_at": AGO.isoformat()}
    page = f"{LIST}systems_on_record/"
    assert "n = 1 systems" in said(client, page, day)
    assert "n = 2 systems" in said(client, page)
    assert "They stand on 1 systems" in said(client, LIST, day)
    now, then = ({row["metric"]: row for row in rows(client, CSV, query)} for query in (None, day))
    assert [figures["systems_on_record"]["value"] for figures in (now, then)] == ["2", "1"]
    assert then["systems_on_record"]["as_at"] == AGO.isoformat()


@pytest.mark.parametrize("address", [LIST, f"{LIST}{SHARE}/", CSV])
@pytest.mark.parametrize("query", ["as_at=1999-01-01", "as_at=x", "illustrative=x", "sort=value"])
def test_what_cannot_be_asked_is_named(client: Client, address: str, query: str) -> None:
    factories.system()
    response = client.get(f"{address}?{query}")
    assert response.status_code == 400
    assert query.split("=")[0] in words(response) if address != CSV else response.content.decode()


@pytest.mark.parametrize("key", ["nothing", "systems-on-record", "9", "a" * 300])
def test_an_unknown_metric_has_no_page(client: Client, key: str) -> None:
    assert client.get(f"{LIST}{key}/").status_code == 404


def test_the_file_holds_every_metric_in_the_order_of_the_list(client: Client) -> None:
    estate()
    file_rows = rows(client, CSV)
    assert [row["metric"] for row in file_rows] == list(METRICS)
    (row,) = (line for line in file_rows if line["metric"] == SHARE)
    assert Decimal(row["value"]) == 100
    assert (row["part"], row["whole"], row["counted"], row["left_out"]) == ("2", "2", "2", "1")


def test_the_trend_is_drawn_up_to_the_day(client: Client) -> None:
    factories.system()
    move_events(AGO)
    today = dates.today()
    record.record_day(AGO, today)
    factories.system()
    record.record_day(today, today)
    page = f"{LIST}systems_on_record/"
    assert "Systems on record: up to 2 from 1" in said(client, page)
    assert "1 on" in said(client, page, {"as_at": AGO.isoformat()})
    assert "the only day recorded" in said(client, page, {"as_at": AGO.isoformat()})
    assert MetricValue.objects.count() == 2 * len(METRICS)


def test_findings_that_rest_on_a_metric_are_named_and_no_draft(client: Client) -> None:
    token = "{{ metric:" + SHARE + "|n }}"
    by_metric = factories.finding(title="Tested by it", metric=SHARE)
    by_text = factories.finding(title="Speaks of it", body=f"It is {token}.")
    factories.finding(title="A secret draft", metric=SHARE, published_on=None)
    factories.finding(title="Another", body="{{ metric:" + SHARE + "_x }}")
    links = read(client.get(f"{LIST}{SHARE}/")).links
    named = [link for link in links if "/findings/" in link]
    assert sorted(named) == sorted([by_metric.get_absolute_url(), by_text.get_absolute_url()])
