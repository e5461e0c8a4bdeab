"""Reading files: every fault is named by file, row and column, with the remedy."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytools.imports import ImportRun
from citytools.imports.csv_reader import CsvRow, read_csv, read_json
from citytools.imports.faults import Fault, FaultLog, LoadError
from contracts.models import Contract
from systems.models import System

NAMES = ["name", "kind"]


def sheet(folder: Path, text: str | bytes) -> Path:
    path = folder / "woods" / "trees.csv"
    path.parent.mkdir()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path) -> tuple[list[list[str]], FaultLog]:
    """Name and kind of each row, and the log."""
    log = FaultLog()
    return [[row.text(name) for name in NAMES] for row in read_csv(path, NAMES, log)], log


def line(cell: str, column: str = "kind") -> CsvRow:
    return CsvRow("trees.csv", "row 2", {column: cell})


def test_rows_are_read_as_text_by_column(tmp_path: Path) -> None:
    rows, log = read(sheet(tmp_path, 'name,kind\nOak,"tall, old"\nAsh,\n'))
    assert rows == [["Oak", "tall, old"], ["Ash", ""]]
    assert not log
    assert not log.notes


@pytest.mark.parametrize(
    "text",
    [
        "kind,name\nold,Oak\n",
        "\ufeffname,kind\nOak,old\n",
        "name,kind\r\nOak,old\r\n",
        " Name ,KIND\nOak,old\n",
        "name,kind\n Oak\u00a0,\told \n",
        "name,kind\n\nOak,old\n , \n\n",
        "name,kind,,\nOak,old,,\n",
        'name,kind\n"Oak",old',
    ],
)
def test_what_spreadsheets_add_does_no_harm(tmp_path: Path, text: str) -> None:
    rows, log = read(sheet(tmp_path, text))
    assert rows == [["Oak", "old"]]
    assert not log
    assert not log.notes


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (
            "name,kind\nCafé,£1 – “a”\n".encode("cp1252"),
            "woods/trees.csv was read as Windows-1252.",
        ),
        ("name,kind\nCafé,£1 – “a”\n".encode("utf-16"), "woods/trees.csv was read as UTF-16."),
        ("name,kind\nCafé,£1 – “a”\n".encode("utf-32"), "woods/trees.csv was read as UTF-32."),
        (
            "name;kind\nCafé;£1 – “a”\n",
            "woods/trees.csv was read with semicolons between cells.",
        ),
        ("name\tkind\nCafé\t£1 – “a”\n", "woods/trees.csv was read with tabs between cells."),
    ],
)
def test_how_a_file_was_read_is_said(tmp_path: Path, content: str | bytes, note: str) -> None:
    rows, log = read(sheet(tmp_path, content))
    assert rows == [["Café", "£1 – “a”"]]
    assert not log
    assert log.notes == [note]


def test_a_big_endian_mark_is_known_as_well(tmp_path: Path) -> None:
    content = b"\xfe\xff" + "name,kind\nCafé,old\n".encode("utf-16-be")
    assert read(sheet(tmp_path, content))[0] == [["Café", "old"]]


def test_a_row_after_a_cell_of_two_lines_is_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    log = FaultLog()
    rows = read_csv(sheet(tmp_path, 'name,kind\nOak,"a\nb"\n\nAsh,c\n'), NAMES, log)
    assert [row.place for row in rows] == ["row 2", "row 4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nOak\n", "woods/trees.csv, row 1: Columns are missing: “kind”. The columns are"),
        ("name,kind,age\n", "row 1: Columns are not known: “age”."),
        ("name,kind,Name\n", "row 1: Columns are there twice: “name”."),
        ("", "row 1: Columns are missing: “name”, “kind”"),
        ("name,kind\nOak\n", "row 2: The row has 1 cells where the header has 2."),
        ("name,kind\nOak,a,b\n", "row 2: The row has 3 cells where the header has 2. Put quotes"),
        # A comma too many whose last cell is empty would move the cells unseen
        ("name,kind\nOak, old,\n", "row 2: The row has 3 cells"),
        ("name,kind,\nOak,a,b\n", "row 2: A cell stands under no heading. Give it a heading"),
        ('name,kind\nOak,a\nAsh,"b"c\n', "row 3: The row cannot be read, nor what follows ("),
        ('name,kind\nOak,"a\n', "row 2: The row cannot be read, nor what follows ("),
        ("name,kind\nOak,a\x00b\n", "row 2, kind: The cell holds a sign that is no text"),
        (b"name,kind\nOak,\x81\n", "line 2: The file is not UTF-8. Save it as UTF-8."),
        ("name,kind\nÉlan,Café\n".encode() + b"Oak,\xa3\n", "line 3: The file is not UTF-8."),
        ("name,kind\nOak,a\n".encode("utf-16")[:-1], "line 2: The file is not UTF-16."),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str | bytes, message: str) -> None:
    (fault,) = read(sheet(tmp_path, text))[1]
    assert message in str(fault)


def test_every_row_at_fault_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    rows, log = read(sheet(tmp_path, "name,kind\nOak\nAsh,a\nFig,a,b\nElm,b\n"))
    assert rows == [["Ash", "a"], ["Elm", "b"]]
    assert [fault.place for fault in log] == ["row 2", "row 4"]
    # The names of the rows that were left out are not known: nobody is blamed for naming one
    assert log.is_incomplete("trees.csv")


CELLS = st.text("aZ1é ,;\t\n\"'\u00a0", max_size=8)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=6),
    delimiter=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_spreadsheet_writes_is_read_cell_by_cell(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str]],
    delimiter: str,
    encoding: str,
    ending: str,
) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=ending).writerows([NAMES, *rows])
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(file.getvalue().encode(encoding))
    trimmed = [[name.strip(), kind.strip()] for name, kind in rows]
    read_back, log = read(path)
    assert read_back == [cells for cells in trimmed if any(cells)]
    assert not log


@given(content=st.binary(max_size=200), header=st.booleans())
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, header: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"name,kind\n" * header + content)
    rows, log = read(path)
    assert header or rows or log
    logged = FaultLog()
    read_json(path, {"trees": NAMES}, logged)
    assert logged


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (fault,) = read(tmp_path / "woods" / "trees.csv")[1]
    assert str(fault).startswith("woods/trees.csv: The file is missing. Put it into ")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (fault,) = read(tmp_path)[1]
    assert "It cannot be read (Is a directory)." in str(fault)


def test_faults_come_by_file_in_row_order_each_once() -> None:
    log = FaultLog()
    for file, row in [("b", 3), ("a", 7), ("b", 2), ("a", 7)]:
        log.add(Fault(file, f"row {row}", "", "It is wrong.", "Correct it.", row=row))
    assert [f"{fault.file}{fault.row}" for fault in log] == ["b2", "b3", "a7"]
    with pytest.raises(LoadError, match=r"^b, row 2: It is wrong\. Correct it\.\nb, row 3: "):
        log.check()


def test_cells_become_what_fields_of_the_model_hold() -> None:
    cells = {"starts_on": "Mar 2027", "rolling": "No", "annual_value": "£12,500", "vat": ""}
    cells |= {"route": "Open Procedure", "notice_months": "6.0", "total_value": ""}
    cells |= {"source_url": "camden.gov.uk/it", "confirmed_on": "1/10/2026", "title": "x"}
    row = CsvRow("contracts.csv", "row 2", cells)
    values = row.field_values(Contract, cells)
    assert {name: str(value) for name, value in values.items()} == {
        "starts_on": "2027-03",
        "rolling": "False",
        "annual_value": "12500.00",
        "vat": "",
        "route": "open",
        "notice_months": "6",
        "total_value": "None",
        "source_url": "https://camden.gov.uk/it",
        "confirmed_on": "2026-10-01",
        "title": "x",
    }
    assert not row.log


def test_every_cell_at_fault_is_noted() -> None:
    row = CsvRow("systems.csv", "row 2", {"users": "many", "status": "alive", "live_since": "2019"})
    assert row.field_values(System, row.cells) == {
        "users": None,
        "status": "",
        "live_since": "2019",
    }
    assert [fault.column for fault in row.log] == ["users", "status"]
    assert row.unread == {"users", "status"}


def test_a_list_is_split_at_its_semicolons() -> None:
    assert line("a; b").parts("kind") == line("a;b ;").parts("kind") == ["a", "b"]
    assert line("").parts("kind") == []
    twice = line("a; b; a")
    assert twice.parts("kind") == []
    (fault,) = twice.log
    assert str(fault) == "trees.csv, row 2, kind: The list names “a” twice. Name it once."


def test_a_required_cell_may_not_be_empty() -> None:
    assert line("oak").required("kind") == "oak"
    empty = line("")
    assert empty.required("kind") == ""
    assert "The cell is empty. Fill it in: this column is required." in str(*empty.log)


def test_an_unknown_name_is_answered_with_the_likeliest_spelling() -> None:
    known = {"Quercus robur": 1, "Fraxinus": 2}
    oak, fig = line("Quercus rubur"), line("Fig")
    assert oak.required_lookup("kind", known, "kinds.csv") is None
    assert "“Quercus rubur” is not known. Did you mean “Quercus robur”?" in str(*oak.log)
    assert not list(ImportRun().listed([(fig, System())], System, "kind", known, "kinds.csv"))
    assert "Add it to kinds.csv, or correct it here." in str(*fig.log)


def test_known_names_give_what_they_name() -> None:
    known, system = {"oak": 1, "ash": 2}, System()
    assert line("oak").required_lookup("kind", known, "") == line("oak").lookup("kind", known, "")
    assert line("").lookup("kind", known, "") is None
    trees = line("ash; oak")
    assert list(ImportRun().listed([(trees, system)], System, "kind", known, "")) == [
        (trees, system, 2),
        (trees, system, 1),
    ]


def document(folder: Path, text: str) -> Path:
    path = folder / "woods" / "woods.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_records_are_read_by_kind_with_lists_joined(tmp_path: Path) -> None:
    path = document(tmp_path, '{"trees": [{"Name": "Oak ", "kinds": ["a", "b"]}]}')
    (row,) = read_json(path, {"trees": ["name", "kinds"]}, FaultLog())["trees"]
    assert row.place == "trees, record 1"
    assert row.text("name") == "Oak"
    assert row.parts("kinds") == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"trees": [}', "woods/woods.json, line 1: This is not JSON: "),
        ("[" * 100_000, "woods/woods.json: This is not JSON: "),
        ("[" + "1" * 5000 + "]", "woods/woods.json: This is not JSON: "),
        ("[]", "woods/woods.json: It has other kinds of record. Name trees."),
        ('{"trees": [], "shrubs": []}', "It has other kinds of record"),
        ('{"trees": [{}]}', "woods.json, trees, record 1: Columns are missing: “name”"),
        ('{"trees": {"name": "Oak"}}', "woods.json, trees: This is not a list of records"),
        ('{"trees": ["Oak"]}', "woods.json, trees: This is not a list of records"),
        ('{"trees": [{"name": 1}]}', "trees, record 1, name: This is not text. Put it betw"),
        ('{"trees": [{"name": [1]}]}', "trees, record 1, name: This is not text"),
        ('{"trees": [{"name": "\\ud800"}]}', "name: The cell holds a sign that is no text"),
    ],
)
def test_a_fault_in_a_record_is_named(tmp_path: Path, text: str, message: str) -> None:
    log = FaultLog()
    read_json(document(tmp_path, text), {"trees": ["name"]}, log)
    (fault,) = log
    assert message in str(fault)


def test_every_record_at_fault_is_named(tmp_path: Path) -> None:
    log = FaultLog()
    text = '{"trees": [{}, {"name": 1}, {"name": "Oak"}], "shrubs": [{"name": 2}]}'
    read_json(document(tmp_path, text), {"trees": ["name"], "shrubs": ["name"]}, log)
    places = ["trees, record 1", "trees, record 2", "shrubs, record 1"]
    assert [fault.place for fault in log] == places
