"""Every list in every format: the same rows, told alike, and safe to open."""

import base64
import datetime
import hashlib
import io
import json
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from django.test import Client

from citytools.exports import export, formats, registry
from citytools.exports.export import Export
from tests import factories
from tests.estate import published, small_london
from tests.pages import read, rows, text_of

FILES = registry.exports()

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
    query = query_of(file)
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
    monkeypatch.setattr(formats, "MAX_WORKSHEET_ROWS", 2)
    for _ in range(3):
        factories.contract()
    said = client.get("/contracts/contracts.xlsx").content.decode()
    assert "A workbook holds 2 rows, these are more. Take the CSV, or choose fewer." in said


def test_a_head_request_tells_the_same_without_the_rows(client: Client) -> None:
    factories.contract()
    addresses = [f"/contracts/contracts.{suffix}" for suffix in ("csv", "json")]
    answers = [(client.head(address), client.get(address)) for address in addresses]
    for response, wsgiresponse in answers:
        assert response["X-Row-Count"] == wsgiresponse["X-Row-Count"] == "1"
        assert text_of(response) == ""
    for response, wsgiresponse in answers:
        response.close()
        wsgiresponse.close()


def test_spooled_files_end_at_five_thousand_rows() -> None:
    assert export.MAX_ROWS_SENT_WHOLE == 5_000


def test_a_document_is_plain_json(client: Client) -> None:
    response = client.get("/contracts/contracts.json")
    assert response["Content-Type"] == "application/json"
    assert list(json.loads(response.content)) == ["meta", "columns", "rows"]
