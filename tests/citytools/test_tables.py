"""Files whose rows are made in Python: cell for cell as PostgreSQL writes them."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory

from citytools.exports.export import Export
from citytools.exports.tables import write_csv, write_table
from citytools.lists.columns import Column, Kind
from citytools.lists.filters import FactFilterSet
from contracts.models import Contract
from tests import factories
from tests.pages import text_of

pytestmark = pytest.mark.django_db  # closing an answer looks after connections

COLUMNS = (Column("name", "text", "A name."), Column("users", "integer", "People."))


@dataclass(frozen=True)
class Asked:
    """What was asked of a file."""

    problems: tuple[tuple[str, str], ...] = ()
    selected_columns: tuple[Column, ...] = COLUMNS
    in_words: str = "borough Žižkov; q é"

    def file_name(self, name: str) -> str:
        return name


def answer(*rows: dict[str, Any], asked: Asked | None = None) -> HttpResponseBase:
    things = Export(
        name="things",
        title="Things",
        row="One thing.",
        route="systems:csv",
        page="systems:list",
        filter=FactFilterSet,
        choose=lambda request, _: asked or Asked(),
        compute_rows=lambda asked, _: rows,
    )
    return things.csv(RequestFactory().get("/things.csv", {"q": "é"}))


def text(response: HttpResponseBase) -> str:
    """The whole file; closed afterwards, as a server does."""
    read = text_of(response)
    response.close()
    return read


def written(column: Column, value: Any) -> str:
    file = io.BytesIO()
    write_table([{column.name: value}], [column], file)
    (_, (cell,)) = csv.reader(io.StringIO(file.getvalue().decode(), newline=""))
    return cell


def test_a_table_is_a_download_with_its_length() -> None:
    response = answer({"name": "Zoë, “x”", "users": 0}, {"name": "", "users": None})
    length, name = response["Content-Length"], response["Content-Disposition"]
    said = text(response)
    assert said == 'name,users\n"Zoë, “x”",0\n,\n'
    assert int(length) == len(said.encode())
    assert name == 'attachment; filename="things.csv"'


def test_a_table_without_rows_is_its_header() -> None:
    assert text(answer()) == "name,users\n"


def test_a_table_has_the_columns_asked_in_their_order() -> None:
    asked = Asked(selected_columns=(COLUMNS[1], COLUMNS[0]))
    assert text(answer({"name": "A", "users": 1}, asked=asked)) == "users,name\n1,A\n"


def test_a_single_empty_cell_is_a_row_too() -> None:
    said = text(answer({"name": ""}, asked=Asked(selected_columns=COLUMNS[:1])))
    assert list(csv.reader(io.StringIO(said))) == [["name"], [""]]


def test_a_table_that_was_not_understood_is_refused_in_plain_text() -> None:
    asked = Asked(problems=(("surprise", "is not a filter."), ("q", "is too long.")))
    response = answer({"name": "A", "users": 1}, asked=asked)
    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert text_of(response).splitlines()[1:] == ["surprise: is not a filter.", "q: is too long."]


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("text", "=1+1", "'=1+1"),
        ("text", None, ""),
        ("list", ["Rents", "Repairs"], "Rents; Repairs"),
        ("list", [], ""),
        ("list", ["-a", "-b"], "'-a; -b"),
        ("partial date", "2026-11", "2026-11"),
        ("date", date(2026, 11, 30), "2026-11-30"),
        ("integer", 0, "0"),
        ("integer", -1, "-1"),
        ("decimal", Decimal("1.50"), "1.50"),
        ("yes or no", True, "yes"),
        ("yes or no", False, "no"),
        ("yes or no", None, ""),
    ],
)
def test_a_value_becomes_a_bare_cell(kind: Kind, value: Any, cell: str) -> None:
    assert written(Column("x", kind, "Something."), value) == cell


TEXTS = [
    *("=1+1", "+44", "-1", "@SUM(A1)", "\tx", "\rx", "a=1", "'=1", "1-2", "a\tb"),
    *('say "hi"', "a,b", "one\ntwo", "one\rtwo", "one\r\ntwo", "\\N", "NULL", ";", " x ", "é☃"),
]


@pytest.mark.parametrize("title", TEXTS)
def test_a_table_is_byte_for_byte_what_postgresql_writes(title: str) -> None:
    factories.contract(title=title, annual_value=Decimal("1.50"), confirmed_on=date(2026, 9, 1))
    columns = [
        Column("title", "text", "A title.", "title"),
        Column("value", "decimal", "Pounds.", "annual_value"),
        Column("confirmed", "date", "A day.", "confirmed_on"),
        Column("rolling", "yes or no", "Whether it rolls.", "rolling"),
        Column("end", "partial date", "Its end.", "ends_on"),
    ]
    of_postgresql, of_python = io.BytesIO(), io.BytesIO()
    write_csv(Contract.objects.all(), columns, of_postgresql)
    contract = Contract.objects.get()
    rows = [{column.name: getattr(contract, str(column.source)) for column in columns}]
    write_table(rows, columns, of_python)
    assert of_python.getvalue() == of_postgresql.getvalue()
