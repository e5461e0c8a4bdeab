"""Reading a CSV strictly: each fault is named by file, row and column, with the remedy."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from citytools.imports import ImportRun
from citytools.imports.csv_reader import CsvRow, LoadError, read_csv, read_json


def sheet(folder: Path, text: str | bytes) -> Path:
    path = folder / "woods" / "trees.csv"
    path.parent.mkdir()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def line(cell: str) -> CsvRow:
    return CsvRow("trees.csv", "row 2", {"kind": cell})


def test_rows_are_read_as_text_by_column(tmp_path: Path) -> None:
    rows = read_csv(sheet(tmp_path, 'name,kind\nOak,"tall, old"\nAsh,\n'), ["name", "kind"])
    assert [row.cells for row in rows] == [
        {"name": "Oak", "kind": "tall, old"},
        {"name": "Ash", "kind": ""},
    ]
    assert [row.place for row in rows] == ["row 2", "row 3"]


def test_columns_may_stand_in_any_order_and_behind_a_byte_order_mark(tmp_path: Path) -> None:
    rows = read_csv(sheet(tmp_path, "\ufeffkind,name\nold,Oak\n"), ["name", "kind"])
    assert rows[0].text("name") == "Oak"


def test_a_row_after_a_cell_of_two_lines_is_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    rows = read_csv(sheet(tmp_path, 'name,kind\nOak,"a\nb"\nAsh,c\n'), ["name", "kind"])
    assert rows[1].place == "row 3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nOak\n", r"^woods/trees\.csv, row 1: Columns are missing: “kind”\. The columns are"),
        ("name,kind,age\n", r"row 1: Columns are not known: “age”\."),
        ("name,kind,name\n", r"row 1: Columns are there twice: “name”\."),
        ("", r"row 1: Columns are missing: “name”, “kind”"),
        ("name,kind\nOak\n", r"row 2: The row has 1 cells where the header has 2\."),
        ("name,kind\nOak,a,b\n", r"row 2: The row has 3 cells .* Put quotes around"),
        ("name,kind\n\nOak,a\n", r"row 2: The row has 0 cells .* remove empty rows"),
        ('name,kind\nOak,a\nAsh,"b"c\n', r"row 3: The row cannot be read .* Close every quote"),
        ('name,kind\nOak,"a\n', r"row 2: The row cannot be read"),
        ("name,kind\nOak, a\n", r"row 2, kind: The cell begins or ends with a space\. Remove it"),
        ("name,kind\nOak,a\x00b\n", r"row 2, kind: The cell holds a null character"),
        (b"name,kind\nOak,\xa31\n", r"line 2: The file is not UTF-8\. Save it as UTF-8\."),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        read_csv(sheet(tmp_path, text), ["name", "kind"])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"^woods/trees\.csv: The file is missing\. Put it into "):
        read_csv(tmp_path / "woods" / "trees.csv", ["name"])


def test_cells_become_values() -> None:
    assert line("12").whole("kind") == 12
    assert line("12.5").money("kind") == Decimal("12.50")
    assert line("yes").yes_no("kind") is True
    assert line("no").yes_no("kind") is False
    assert line("2028-02-29").day("kind") == datetime.date(2028, 2, 29)
    assert line("a; b").parts("kind") == ["a", "b"]
    assert line("oak").required("kind") == "oak"


def test_empty_cells_are_not_known() -> None:
    empty = line("")
    assert empty.whole("kind") is empty.money("kind") is empty.yes_no("kind") is None
    assert empty.day("kind") is empty.lookup("kind", {}, "kinds.csv") is None
    assert empty.parts("kind") == []
    assert empty.text("kind") == ""


@pytest.mark.parametrize(
    ("reading", "cell", "message"),
    [
        ("whole", "1,200", "“1,200” is not a whole number. Write digits only, as in 1200."),
        ("whole", "-1", "“-1” is not a whole number."),
        ("money", "£12", "“£12” is not an amount. Write digits without pound sign"),
        ("money", "1e5", "“1e5” is not an amount."),
        ("money", "1.234", "“1.234” is not an amount."),
        ("yes_no", "Y", "“Y” is neither yes nor no. Write yes or no."),
        ("day", "2027-02-29", "“2027-02-29” is not a day. Write it as 2026-11-30."),
        ("day", "20270228", "“20270228” is not a day."),
        ("day", "2027-02", "“2027-02” is not a day."),
        ("parts", "a;b; ", "The list has an empty part."),
        ("parts", "a; ; b", "The list has an empty part. Join its parts by “; ”."),
        ("parts", "a; a", "The list names something twice. Name it once."),
        ("required", "", "The cell is empty. Fill it in: this column is required."),
    ],
)
def test_a_cell_that_is_no_such_value_is_named(reading: str, cell: str, message: str) -> None:
    with pytest.raises(LoadError) as error:
        getattr(line(cell), reading)("kind")
    assert str(error.value).startswith(f"trees.csv, row 2, kind: {message}")


def test_an_unknown_name_is_answered_with_the_likeliest_spelling() -> None:
    known = {"Quercus robur": 1, "Fraxinus": 2}
    with pytest.raises(LoadError, match=r"“Quercus rubur” is not known\. Did you mean “Quercus r"):
        line("Quercus rubur").required_lookup("kind", known, "kinds.csv")
    with pytest.raises(LoadError, match=r"Add it to kinds\.csv, or correct it here\."):
        ImportRun().listed(line("Fig"), "kind", known, "kinds.csv")


def test_known_names_give_what_they_name() -> None:
    known = {"oak": 1, "ash": 2}
    assert (
        line("oak").required_lookup("kind", known, "") == line("oak").lookup("kind", known, "") == 1
    )
    assert ImportRun().listed(line("ash; oak"), "kind", known, "") == [2, 1]


def document(folder: Path, text: str) -> Path:
    path = folder / "woods" / "woods.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_records_are_read_by_kind_with_lists_joined(tmp_path: Path) -> None:
    path = document(tmp_path, '{"trees": [{"name": "Oak", "kinds": ["a", "b"]}]}')
    row = read_json(path, {"trees": ["name", "kinds"]})["trees"][0]
    assert row.place == "trees, record 1"
    assert row.text("name") == "Oak"
    assert row.parts("kinds") == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"trees": [}', r"^woods/woods\.json, line 1: This is not JSON: "),
        ("[]", r"^woods/woods\.json: It has other kinds of record\. Name trees\."),
        ('{"trees": [], "shrubs": []}', r"It has other kinds of record"),
        ('{"trees": [{}]}', r"woods\.json, trees, record 1: Columns are missing: “name”"),
        ('{"trees": {"name": "Oak"}}', r"woods\.json, trees: This is not a list of records"),
        ('{"trees": ["Oak"]}', r"woods\.json, trees: This is not a list of records"),
        ('{"trees": [{"name": 1}]}', r"trees, record 1, name: This is not text\. Put it betw"),
        ('{"trees": [{"name": [1]}]}', r"trees, record 1, name: This is not text"),
        ('{"trees": [{"name": "Oak "}]}', r"name: The cell begins or ends with a space"),
    ],
)
def test_a_fault_in_a_record_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        read_json(document(tmp_path, text), {"trees": ["name"]})
