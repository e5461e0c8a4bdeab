"""Documents in parts: every row once, by links alone, and no link of another list."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from citytools.exports import registry
from citytools.lists import keyset
from contracts.models import Contract
from tests import factories
from tests.estate import small_london
from tests.pages import rows

FILES = registry.exports()

pytestmark = pytest.mark.django_db


def over_all_parts(client: Client, address: str) -> list[dict[str, Any]]:
    """The rows of each part after the other, by the links alone."""
    found, seen = [], 0
    place: str | None = address
    while place:
        document = client.get(place).json()
        assert document["meta"]["rows_here"] == len(document["rows"]) <= 2
        found += document["rows"]
        place = document["meta"]["next"]
        seen += 1
        assert seen < 100
    return found


SORTS = ["", "sort=title", "sort=-title", "sort=act_by", "sort=-act_by", "sort=-annual_value"]


@pytest.mark.parametrize("sort", [*SORTS, "sort=ends_on&borough=camden", "sort=supplier"])
def test_parts_of_a_document_follow_the_order_of_the_csv(client: Client, sort: str) -> None:
    camden = factories.borough("Camden")
    ends = ["2027-03-31", "2027-03-31", "", "2020", "2028-02", "2027-03-31", ""]
    for number_, day in enumerate(ends):
        value = None if number_ % 2 else number_ % 3
        supplier = factories.supplier() if number_ % 3 else None
        factories.contract(
            title=f"T{number_ % 2}", ends_on=day, lead=camden, annual_value=value,
            supplier=supplier, notice_months=number_ % 2 or None, starts_on=f"201{number_}",
        )  # fmt: skip
    in_csv = [row["contract_id"] for row in rows(client, f"/contracts/contracts.csv?{sort}")]
    found = over_all_parts(client, f"/contracts/contracts.json?limit=2&{sort}")
    assert [str(row["contract_id"]) for row in found] == in_csv
    assert len(in_csv) == len(ends)


@pytest.mark.drill
@pytest.mark.parametrize("name", ["systems", "products", "suppliers", "skills", "boroughs"])
def test_every_stored_list_can_be_read_part_by_part(client: Client, name: str) -> None:
    small_london()
    (file,) = (export for export in FILES if export.name == name)
    first = file.columns[0].name
    filterset: Any = file.filter
    for sort in ["", *filterset.base_filters["sort"].columns]:
        query = f"sort={sort}" if sort else ""
        found = over_all_parts(client, f"{file.address_as('json')}?limit=2&{query}")
        in_csv = rows(client, f"{file.address}?{query}")
        assert [str(row[first]) for row in found] == [row[first] for row in in_csv], sort


def test_a_row_added_or_taken_meanwhile_moves_no_other_row(client: Client) -> None:
    contracts = [factories.contract(title=title) for title in "BCDE"]
    first = client.get("/contracts/contracts.json?sort=title&limit=2").json()
    factories.contract(title="A")
    Contract.objects.filter(pk=contracts[0].pk).delete()
    rest = client.get(first["meta"]["next"]).json()
    titles = [row["title"] for row in [*first["rows"], *rest["rows"]]]
    assert titles == ["B", "C", "D", "E"]
    assert rest["meta"]["next"] is None


def test_a_next_link_that_is_not_ours_is_refused(client: Client) -> None:
    for _ in range(3):
        factories.contract()
    following = client.get("/contracts/contracts.json?limit=1").json()["meta"]["next"]
    for place in (f"{following}x", following + "&sort=title", following + "&after=1"):
        response = client.get(place)
        assert response.status_code == 400
        assert "after: " in response.content.decode()


def test_a_next_link_of_another_list_is_refused(client: Client) -> None:
    small_london(rows=20)
    stored = [file for file in FILES if file.whole and not file.compute_rows]
    marks = {}
    for file in stored:
        following = client.get(file.address_as("json"), {"limit": 1}).json()["meta"]["next"]
        if following:
            marks[file.name] = parse_qs(urlsplit(following).query)["after"][0]
    assert len(marks) > 4
    for file in stored:
        for name, mark in marks.items():
            response = client.get(file.address_as("json"), {"limit": 1, "after": mark})
            assert response.status_code == (200 if name == file.name else 400), (file.name, name)


def test_a_next_link_from_before_the_order_was_changed_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        factories.contract()
    following = client.get("/contracts/contracts.json?limit=1").json()["meta"]["next"]
    keys = keyset.order_keys
    monkeypatch.setattr(keyset, "order_keys", lambda rows: keys(rows)[1:])
    response = client.get(following)
    assert response.status_code == 400
    assert "take meta.next of the page before" in response.content.decode()


@pytest.mark.parametrize("part", [{"limit": "10"}, {"after": "x"}])
def test_what_is_made_at_once_comes_whole_and_says_so(client: Client, part: dict[str, str]) -> None:
    for file in [export for export in FILES if export.compute_rows]:
        response = client.get(file.address_as("json"), part)
        assert response.status_code == 400, file.name
        assert f"{next(iter(part))}: This document comes whole" in response.content.decode()


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "x", "1.5", "٣", "9" * 400])
def test_a_part_has_1_to_10000_rows(client: Client, limit: str) -> None:
    response = client.get("/contracts/contracts.json", {"limit": limit})
    assert response.status_code == 400
    assert "limit: Write whole rows, 1 to 10000." in response.content.decode()


def test_other_files_and_pages_know_nothing_of_parts(client: Client) -> None:
    for address in ("/contracts/", "/contracts/contracts.csv", "/contracts/contracts.xlsx"):
        assert client.get(address, {"limit": "5"}).status_code == 400
