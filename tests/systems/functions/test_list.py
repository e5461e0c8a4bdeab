"""All functions in rows: page and file."""

import datetime
import re

import pytest
from django.test import Client

from citytools.facts import dates
from tests import factories
from tests.pages import column, row_links, rows, words

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def test_functions_stand_under_their_service_areas(client: Client) -> None:
    housing, waste = factories.service_area("Housing"), factories.service_area("Waste")
    for name, area in (("Rents", housing), ("Bins", waste), ("Repairs", housing)):
        factories.function(name, service_area=area)
    found = ["/functions/rents/", "/functions/repairs/", "/functions/bins/"]
    assert row_links(client, "/functions/") == found
    keys = column(client, "/functions/functions.csv", "function_id")
    assert [f"/functions/{key}/" for key in keys] == found
    assert re.search("Housing Rents.*Repairs.*Waste Bins", words(client.get("/functions/")))


def test_a_row_says_what_is_known_and_when_to_act(client: Client) -> None:
    rents, bins = factories.function("Rents"), factories.function("Bins")
    mosaic = factories.product("Mosaic")
    for _ in range(2):
        factories.system(function=rents, product=mosaic)
    factories.system(function=rents)
    factories.contract(functions=[rents], ends_on="2027-02-28", notice_months=1)
    factories.contract(functions=[bins], ends_on="2027-02-28")
    text = words(client.get("/functions/"))
    assert "For 1 of 2 functions we know what at least one borough runs. For 1 of them" in text
    assert "Rents 3 of 33 3 of 33 Mosaic in 2; 2 products 1 from 28 January 2027" in text, text
    assert "no product known 1 1 may be due now" in text
    (first, second) = rows(client, "/functions/functions.csv")
    assert (first["boroughs"], first["products"], first["next_end"]) == ("3", "2", "2027-02-28")
    assert (first["contracts_due_now"], first["act_by_earliest"]) == ("0", "2027-01-28")
    assert (second["boroughs"], second["leading_product"]) == ("0", "")
    assert (second["contracts_due_now"], second["act_by_earliest"]) == ("1", "2026-02-28")


def test_one_service_area_is_chosen_on_page_and_in_file(client: Client) -> None:
    factories.function("Bins")
    area = factories.service_area("Housing")
    factories.function("Rents", service_area=area)
    query = {"service_area": "housing"}
    assert row_links(client, "/functions/", query) == ["/functions/rents/"]
    assert [row["function"] for row in rows(client, "/functions/functions.csv", query)] == ["Rents"]
    assert "0 of 1 function in Housing" in words(client.get("/functions/", query))
    assert client.get("/functions/", {"service_area": "moon"}).status_code == 400


def test_an_ended_contract_is_not_ahead(client: Client) -> None:
    rents = factories.function("Rents")
    factories.contract(functions=[rents], ends_on="2026-11-29")
    factories.contract(functions=[rents], ends_on="2026-11")
    (row,) = rows(client, "/functions/functions.csv")
    assert (row["contracts"], row["contracts_ahead"], row["next_end"]) == ("2", "1", "2026-11")


def test_all_stand_on_one_page(client: Client) -> None:
    area = factories.service_area()
    for number in range(30):
        factories.function(f"Function {number}", service_area=area)
    assert len(row_links(client, "/functions/")) == 30
    assert client.get("/functions/?page=2").status_code == 400
