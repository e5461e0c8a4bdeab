"""Choosing columns: the page's table and its files show the same, and the address keeps it."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from citytools.exports import registry
from citytools.lists import listing
from tests import factories
from tests.estate import small_london
from tests.pages import LISTS, read, rows, text_of, words

FILES = registry.exports()

pytestmark = pytest.mark.django_db


def headings(text: str) -> list[str]:
    """The column headings of the chosen table."""
    head = text.split("in the columns chosen</caption>")[1].split("</thead>")[0]
    found = re.findall(r"<th [^>]*>\s*(?:<a [^>]*>)?([^<]+)", head)
    return [one.split(" (")[0].strip() for one in found]


@pytest.mark.parametrize("address", LISTS)
def test_the_table_shows_the_chosen_columns_in_the_order_of_the_file(
    client: Client, address: str
) -> None:
    small_london()
    (file,) = (export for export in FILES if export.page_address == address)
    names = [column.name for column in file.columns]
    for chosen in (names[4:1:-1], [names[0]], names[-3:]):
        response = client.get(address, {"columns": chosen})
        assert response.status_code == 200
        assert headings(text_of(response)) == chosen
        assert list(rows(client, file.address, {"columns": chosen})[0]) == chosen


def test_cells_say_what_the_file_says_and_what_is_not_known(client: Client) -> None:
    contract = factories.contract(
        title="Rents", annual_value="1200.50", rolling=True, source_kind="illustrative"
    )
    names = ["title", "annual_value", "rolling", "total_value", "boroughs", "as_of"]
    response = client.get("/demo/contracts/", {"columns": names})
    said = words(response)
    assert "Invented for demonstration 1,200.50 yes not known" in said
    assert str(contract.lead) in said
    assert read(response).row_links == [f"/demo{contract.get_absolute_url()}"]


def test_filters_sort_pages_and_files_keep_the_columns(client: Client) -> None:
    for _ in range(60):
        factories.contract()
    response = client.get("/contracts/", {"columns": ["title", "act_by"], "sort": "title"})
    links = [link for link in read(response).links if "page=2" in link or ".csv" in link]
    links += [link for link in read(response).links if "sort=act_by" in link]
    assert len(links) >= 3
    ours = [link for link in links if "transparency" not in link]
    for link in ours:
        assert parse_qs(urlsplit(link).query)["columns"] == ["title", "act_by"]
    form = text_of(response).split('class="ct-filters__form"')[1].split("</form>")[0]
    kept = re.findall(r'type="hidden" name="columns" value="(\w+)"', form)
    assert kept == ["title", "act_by"]
    assert len(read(client.get("/contracts/?page=2&columns=title")).row_links) == 25


def test_a_column_moves_by_a_link(client: Client) -> None:
    factories.contract()
    query = {"columns": ["title", "vat", "route"], "borough": [], "standing": "current"}
    factories.contract(ends_on="2090-12-31")
    text = text_of(client.get("/contracts/", query)).split("ct-choose__order")[1].split("</ol>")[0]
    moves = [parse_qs(html.unescape(link)) for link in re.findall(r'href="\?([^"]*)"', text)]
    orders = {tuple(move["columns"]) for move in moves}
    assert orders == {("vat", "title", "route"), ("title", "route", "vat")}
    assert all(move["standing"] == ["current"] for move in moves)


def test_the_form_offers_the_chosen_first_and_carries_the_rest_of_the_address(
    client: Client,
) -> None:
    factories.contract()
    text = text_of(client.get("/contracts/", {"columns": ["vat", "title"], "sort": "title"}))
    form = text.split("ct-choose__boxes")[1].split("</form>")[0]
    offered = re.findall(r'name="columns" value="(\w+)"( checked)?', form)
    assert offered[:2] == [("vat", " checked"), ("title", " checked")]
    assert not any(checked for _, checked in offered[2:])
    assert 'type="hidden" name="sort" value="title"' in form


def test_a_page_shows_at_most_so_many_and_says_so(client: Client) -> None:
    factories.contract()
    (file,) = (export for export in FILES if export.name == "contracts")
    names = [column.name for column in file.columns]
    response = client.get("/contracts/", {"columns": names})
    assert headings(text_of(response)) == names[: listing.MAX_TABLE_COLUMNS]
    assert f"first 12 of the {len(names)} columns chosen" in words(response)


def test_without_a_choice_the_table_is_the_usual_one(client: Client) -> None:
    factories.contract()
    response = client.get("/contracts/")
    assert "in the columns chosen" not in text_of(response)
    assert "Choose columns" in words(response)
