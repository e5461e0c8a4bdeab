"""Workbooks of lists: the rows of the CSV as typed cells, and a sheet that says what they are."""

import datetime
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from citytools.exports import formats
from citytools.exports.tables import RowTable
from citytools.lists.columns import Column
from tests import factories
from tests.estate import small_london
from tests.pages import rows, text_of

pytestmark = pytest.mark.django_db

BOOK = "/skills/skills.xlsx"
BOOKS = {BOOK: "/skills/skills.csv"}


def opened(client: Client, address: str, query: Any = None) -> openpyxl.Workbook:
    response = client.get(address, query)
    assert response.status_code == 200, text_of(response)
    assert response["Content-Type"] == formats.XLSX
    return openpyxl.load_workbook(io.BytesIO(b"".join(response)))


def sheet_rows(book: openpyxl.Workbook) -> list[dict[str, Any]]:
    head, *lines = book["Rows"].iter_rows(values_only=True)
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


def as_csv(value: Any) -> str:
    if value is None:
        return ""
    return value.date().isoformat() if isinstance(value, datetime.datetime) else str(value)


@pytest.mark.parametrize("address", BOOKS)
@pytest.mark.parametrize("query", [{}, {"sort": "-level", "level": "expert"}, {"q": "zzz"}])
def test_a_workbook_holds_the_rows_of_the_csv(
    client: Client, address: str, query: dict[str, str]
) -> None:
    small_london()
    found = sheet_rows(opened(client, address, query))
    expected = rows(client, BOOKS[address], query)
    assert [{key: as_csv(one) for key, one in row.items()} for row in found] == expected


def test_numbers_days_and_words_are_cells_of_their_kind(client: Client) -> None:
    factories.skill_level(
        level=3, can_teach=True, wants_help=None, confirmed_on="2026-10-01", as_of="2026-09",
        borough=factories.borough("=1+1"),
    )  # fmt: skip
    (row,) = sheet_rows(opened(client, "/skills/skills.xlsx"))
    assert row["level"] == 3
    assert row["confirmed_on"] == datetime.datetime(2026, 10, 1)  # noqa: DTZ001 (Excel knows no zone)
    assert (row["as_of"], row["can_teach"], row["wants_help"]) == ("2026-09", "yes", None)
    assert row["borough"] == "=1+1"
    cell = opened(client, "/skills/skills.xlsx")["Rows"]["B2"]
    assert cell.data_type == "s"


def test_columns_can_be_chosen(client: Client) -> None:
    factories.skill_level()
    (row,) = sheet_rows(opened(client, "/skills/skills.xlsx", {"columns": ["skill", "level"]}))
    assert list(row) == ["skill", "level"]


def test_the_other_sheet_says_what_the_rows_are(client: Client) -> None:
    borough = factories.skill_level().borough
    query = {"borough": borough.slug}
    sheet = opened(client, "/skills/skills.xlsx", query)["About"]
    about = {str(name): said for name, said in sheet.iter_rows(values_only=True)}
    assert about["Chosen"] == f"borough {borough}"
    assert about["Address"] == (f"http://testserver/skills/?borough={borough.slug}")
    assert about["Rows"] == "1"
    assert "Open Government Licence" in str(about["Licence"])
    assert about["As at"]


@pytest.mark.parametrize(("longest", "cut"), [(32_767, ""), (32_768, "1, here cut at 32,767")])
def test_a_text_longer_than_a_cell_may_hold_is_cut_and_the_book_says_so(
    longest: int, cut: str
) -> None:
    texts = ["short", "long" * 8_000, "x" * longest]
    table = RowTable([{"text": text} for text in texts], [Column("text", "text", "Any.")])
    file = io.BytesIO()
    assert formats.write_workbook(table, [("Licence", "OGL")], file) == 3
    book = openpyxl.load_workbook(file)
    assert [row["text"] for row in sheet_rows(book)] == [text[:32_767] for text in texts]
    about = [(str(name), str(said)) for name, said in book["About"].iter_rows(values_only=True)]
    assert about[:2] == [("Licence", "OGL"), ("Rows", "3")]
    assert len(about) == 2 + bool(cut)
    assert cut in about[-1][1]


def test_what_is_not_understood_is_refused_in_plain_text(client: Client) -> None:
    response = client.get("/skills/skills.xlsx", {"level": "moon"})
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    assert "“moon” is not a level" in text_of(response)


def test_more_rows_than_a_workbook_holds_are_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "MAX_WORKSHEET_ROWS", 2)
    for _ in range(3):
        factories.skill_level()
    response = client.get("/skills/skills.xlsx")
    assert response.status_code == 400
    assert "Take the CSV" in text_of(response)


def test_the_page_links_to_the_workbook_with_its_own_query(client: Client) -> None:
    borough = factories.skill_level().borough
    page = client.get("/skills/", {"borough": borough.slug, "show": "headcount"})
    assert f"/skills/skills.xlsx?borough={borough.slug}&amp;show=headcount" in text_of(page)
    assert "XLSX" not in text_of(client.get("/systems/"))
