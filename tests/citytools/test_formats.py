"""Every list in every format: the same rows, told alike, and safe to open."""

import base64
import datetime
import hashlib
import io
import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import openpyxl
import pytest
from django.test import Client

from citytools import exports, keyset, workbooks
from citytools.data import FILES
from citytools.exports import Export
from contracts.models import Contract
from tests import factories
from tests.estate import published, small_london
from tests.pages import read, rows, text_of

pytestmark = pytest.mark.django_db

ALL = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


@pytest.fixture
def _london(db: None) -> None:
    small_london()


def query_of(file: Export) -> dict[str, Any]:
    """What must be chosen for the file to have rows."""
    if file.whole:
        return {}
    return {"borough": list(factories.Borough.objects.london().values_list("slug", flat=True)[:2])}


def book_rows(client: Client, file: Export, query: Any) -> list[list[str]]:
    response = client.get(file.address_as("xlsx"), query)
    assert response.status_code == 200, text_of(response)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    assert book["Rows"].freeze_panes == "A2"
    return [[shown(value) for value in row] for row in book["Rows"].iter_rows(values_only=True)]


def shown(value: Any) -> str:
    """A typed value as the CSV writes it; numbers by value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def plain(text: str) -> str:
    """A cell of a CSV, numbers by value and texts without the apostrophe that guards them."""
    try:
        return f"{float(text):g}"
    except ValueError:
        return text.removeprefix("'") if text[1:2] in "=+@-\t\r" else text


def number(text: str) -> str:
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


@ALL
@pytest.mark.usefixtures("_london")
def test_a_workbook_and_a_document_hold_the_rows_of_the_csv(client: Client, file: Export) -> None:
    query = query_of(file)
    in_csv = [[plain(cell) for cell in row.values()] for row in rows(client, file.address, query)]
    head, *in_book = book_rows(client, file, query)
    document = client.get(file.address_as("json"), query).json()
    in_json = [[number(shown(cell)) for cell in row.values()] for row in document["rows"]]
    names = [column.name for column in file.columns]
    assert head == [column["name"] for column in document["columns"]] == names
    assert [[number(cell) for cell in row] for row in in_book] == in_csv == in_json
    assert document["meta"]["rows"] == len(in_csv)


@ALL
@pytest.mark.usefixtures("_london")
def test_each_format_says_how_many_rows_of_what_and_when(client: Client, file: Export) -> None:
    query = query_of(file) | {"illustrative": "no"}
    if "illustrative" not in file.filter.base_filters:
        query.pop("illustrative")
    answers = [client.get(file.address_as(one), query) for one in ("csv", "xlsx", "json")]
    bodies = [text_of(answers[0]), b"".join(answers[1]), answers[2].json()]
    told = openpyxl.load_workbook(io.BytesIO(bodies[1]))["About"].iter_rows(values_only=True)
    about, meta = {str(name): str(said) for name, said in told}, bodies[2]["meta"]
    counts = {answer["X-Row-Count"] for answer in answers}
    assert counts == {about["Rows"].replace(",", "")} == {str(meta["rows"])}
    words = {unquote(answer["X-Filter"]) for answer in answers}
    assert words == {about["Chosen"]} == {meta["filter"]}
    assert {answer["X-Schema-Version"] for answer in answers} == {str(meta["schema_version"])}
    assert all('rel="license"' in answer["Link"] for answer in answers)
    assert "Open Government Licence v3.0" in about["Licence"]
    assert "Open Government Licence v3.0" in meta["licence"]
    assert client.get(meta["page"]).status_code == 200
    as_at = datetime.datetime.fromisoformat(meta["as_at"])
    assert abs(datetime.datetime.now(datetime.UTC) - as_at) < datetime.timedelta(minutes=1)


@ALL
def test_each_format_refuses_what_it_does_not_understand(client: Client, file: Export) -> None:
    for _ in range(2):
        factories.borough()
    for suffix in ("csv", "xlsx", "json"):
        response = client.get(file.address_as(suffix), query_of(file) | {"surprise": "1"})
        assert response.status_code == 400
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert "surprise: " in text_of(response)


@ALL
def test_chosen_columns_stand_in_the_order_asked_in_every_format(
    client: Client, file: Export
) -> None:
    for _ in range(2):
        factories.system(borough=factories.borough())
    names = [file.columns[3].name, file.columns[0].name]
    query = query_of(file) | {"columns": names}
    header = text_of(client.get(file.address, query)).splitlines()[0]
    document = client.get(file.address_as("json"), query).json()
    assert header.split(",") == book_rows(client, file, query)[0] == names
    assert {tuple(row) for row in document["rows"]} <= {tuple(names)}


@ALL
def test_the_page_leads_to_its_three_files_with_its_own_query(client: Client, file: Export) -> None:
    if not file.paged:
        pytest.skip("its page is a table of what is missing, which has no files of its own")
    small_london()
    published()
    query = query_of(file)
    links = [link.split("?")[0] for link in read(client.get(file.page_address, query)).links]
    assert {file.address_as(one) for one in ("csv", "xlsx", "json")} <= set(links)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_digest_of_a_file_is_that_of_its_bytes(client: Client, suffix: str) -> None:
    factories.contract()
    response = client.get(f"/contracts/contracts.{suffix}")
    body = b"".join(response)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    assert response["Repr-Digest"] == f"sha-256=:{digest}:"
    assert response["Content-Length"] == str(len(body))


def test_a_document_keeps_text_as_it_is_and_types_what_it_can(client: Client) -> None:
    factories.contract(title="=1+1", annual_value="1234567.50", rolling=True, notice_months=0)
    (row,) = client.get("/contracts/contracts.json").json()["rows"]
    assert (row["title"], row["annual_value"], row["rolling"]) == ("=1+1", 1234567.5, True)
    assert (row["notice_months"], row["total_value"], row["reference"]) == (0, None, None)
    assert (row["products"], len(row["boroughs"])) == ([], 1)


def test_a_workbook_above_its_cap_is_refused_with_the_way_out(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MOST", 2)
    for _ in range(3):
        factories.contract()
    said = client.get("/contracts/contracts.xlsx").content.decode()
    assert "A workbook holds 2 rows, these are more. Take the CSV, or choose fewer." in said


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


@pytest.mark.parametrize("name", ["systems", "products", "suppliers", "skills", "boroughs"])
def test_every_stored_list_can_be_read_part_by_part(client: Client, name: str) -> None:
    small_london()
    (file,) = (one for one in FILES if one.name == name)
    first = file.columns[0].name
    for sort in ["", *list(file.filter.base_filters["sort"].columns)]:
        query = f"sort={sort}" if sort else ""
        found = over_all_parts(client, f"{file.address_as('json')}?limit=2&{query}")
        in_csv = rows(client, f"{file.address}?{query}")
        assert [str(row[first]) for row in found] == [row[first] for row in in_csv], sort


def test_a_row_added_or_taken_meanwhile_moves_no_other_row(client: Client) -> None:
    made = [factories.contract(title=title) for title in "BCDE"]
    first = client.get("/contracts/contracts.json?sort=title&limit=2").json()
    factories.contract(title="A")
    Contract.objects.filter(pk=made[0].pk).delete()
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
    stored = [file for file in FILES if file.whole and not file.made]
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
    keys = keyset.keys_of
    monkeypatch.setattr(keyset, "keys_of", lambda rows: keys(rows)[1:])
    response = client.get(following)
    assert response.status_code == 400
    assert "take meta.next of the page before" in response.content.decode()


@pytest.mark.parametrize("part", [{"limit": "10"}, {"after": "x"}])
def test_what_is_made_at_once_comes_whole_and_says_so(client: Client, part: dict[str, str]) -> None:
    for file in [one for one in FILES if one.made]:
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


def test_a_head_request_tells_the_same_without_the_rows(client: Client) -> None:
    factories.contract()
    addresses = [f"/contracts/contracts.{suffix}" for suffix in ("csv", "json")]
    answers = [(client.head(address), client.get(address)) for address in addresses]
    for response, asked in answers:
        assert response["X-Row-Count"] == asked["X-Row-Count"] == "1"
        assert text_of(response) == ""
    for response, asked in answers:
        response.close()
        asked.close()


def test_spooled_files_end_at_one_hundred_thousand_rows() -> None:
    assert exports.SPOOLED == 100_000


def test_a_document_is_plain_json(client: Client) -> None:
    response = client.get("/contracts/contracts.json")
    assert response["Content-Type"] == "application/json"
    assert list(json.loads(response.content)) == ["meta", "columns", "rows"]
