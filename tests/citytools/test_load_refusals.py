"""What manage.py load refuses, what it says, and that nothing is loaded then."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from citytools.management.commands.load import READERS
from citytools.management.demonstration.files import COLUMNS as DEMO
from tests.loading import Folder, load, load_fault, load_faults, row, swap

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        (
            "systems.csv",
            row(",north,Lettings,Fixr,,,,,,,,return,,2026,high,"),
            "systems.csv, row 4, product: “Fixr” is not known. Did you mean “Fixer”?",
        ),
        (
            "systems.csv",
            swap("2019-04", "2019-13"),
            "systems.csv, row 2, live_since: “2019-13” is not a date. Write a day as 2026-11-30",
        ),
        (
            "systems.csv",
            swap("saas", "cloudy"),
            "systems.csv, row 2, hosting: “cloudy” is none of the choices. Write one of on_prem",
        ),
        (
            "systems.csv",
            row(",north,Repairs,Fixer,,,,,,,,return,,2026,high,"),
            "systems.csv, row 4: fixtures/systems.csv, row 2 is about the same record. Remove one",
        ),
        (
            "systems.csv",
            swap("satisfaction,", ""),
            "systems.csv, row 1: Columns are missing: “satisfaction”.",
        ),
        (
            "systems.csv",
            lambda text: text.replace("2019-04", "x").encode() + b"\x81\n",
            "systems.csv, line 4: The file is not UTF-8. Save it as UTF-8.",
        ),
        (
            "systems.csv",
            row(",north,Repairs"),
            "systems.csv, row 4: The row has 3 cells where the header has 16.",
        ),
        (
            "systems.csv",
            swap("return,,2026,high,\nsouth", "press,,2026,high,\nsouth"),
            "systems.csv, row 2, source_url: Give the source's address, or say in the note",
        ),
        (
            "contracts.csv",
            swap("2027-03-31", "2024-03-31"),
            "contracts.csv, row 2, ends_on: The contract ends before it starts.",
        ),
        (
            "contracts.csv",
            swap("north,south,", "north,north,"),
            "contracts.csv, row 2, partners: This borough leads the contract already.",
        ),
        (
            "contracts.csv",
            swap("1200.50", "$1200"),
            "contracts.csv, row 2, annual_value: “$1200” is not an amount. Write pounds, as in",
        ),
        (
            "contracts.csv",
            swap("2026-10-01", "10/2026"),
            "contracts.csv, row 2, confirmed_on: “10/2026” is not a day. Write a whole day, as in",
        ),
        (
            "contracts.csv",
            swap("north-repairs-fixer;", "north-lettings-fixer;"),
            "contracts.csv, row 2, systems: “north-lettings-fixer” is not known.",
        ),
        (
            "functions.csv",
            swap("frontline,Lettings", "corporate,Lettings"),
            "functions.csv, row 3, kind: row 2 says otherwise. Give one kind an area.",
        ),
        (
            "boroughs.csv",
            swap("SOU,", "NOR,"),
            "boroughs.csv, row 3, code: Borough with this Code already exists.",
        ),
        (
            "boroughs.csv",
            swap("1000,2021", "1000,"),
            "boroughs.csv, row 2: Say of which year the population is.",
        ),
        (
            "research.json",
            swap('"findings": []', '"findings": [{"slug": "x"}]'),
            "research.json, findings, record 1: Columns are missing: “title”, “summary”",
        ),
        (
            "research.json",
            swap("[]}", "[],}"),
            "research.json, line 1: This is not JSON: ",
        ),
        (
            "research.json",
            swap('"sources": [], ', ""),
            "research.json: It has other kinds of record. Name sources, findings",
        ),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(
    folder: Folder, file: str, change: Callable[[str], str | bytes], message: str
) -> None:
    assert load_fault(folder(file, change)).startswith(f"fixtures/{message}")


def test_a_missing_file_stops_it(folder: Folder) -> None:
    fixtures = folder()
    (fixtures / "skills.csv").unlink()
    assert load_fault(fixtures).startswith("fixtures/skills.csv: The file is missing. Put it into")


def test_a_file_that_nobody_reads_stops_it(folder: Folder) -> None:
    fixtures = folder()
    (fixtures / "system.csv").write_text("borough\n")
    assert load_fault(fixtures).startswith("fixtures/system.csv: Nothing in fixtures is called so.")


def test_a_missing_demonstration_stops_it(folder: Folder) -> None:
    faults = load_faults(folder(), demo="yes")
    assert [fault.file for fault in faults] == [f"demo/{name}" for name in READERS if name in DEMO]
    assert {fault.reason for fault in faults} == {"The file is missing."}


def test_every_fault_of_every_file_is_listed_in_row_order(folder: Folder) -> None:
    fixtures = folder("boroughs.csv", swap("SOU,", "NOR,"))
    spoil(fixtures / "systems.csv", swap("saas,live", "cloudy,alive"))
    spoil(fixtures / "systems.csv", row(",north,Lettings,Fixr,,,,many,9,,,return,,2031,high,"))
    spoil(fixtures / "systems.csv", row(",north,Repairs"))
    spoil(fixtures / "contracts.csv", swap("1200.50", '"1.200,50"'))
    spoil(fixtures / "contracts.csv", swap("Lettings,north-repairs", "Letting,noth-repairs"))
    faults = load_faults(fixtures)
    assert [(fault.file, fault.place, fault.column, fault.value) for fault in faults] == [
        ("fixtures/boroughs.csv", "row 3", "code", "NOR"),
        ("fixtures/systems.csv", "row 2", "hosting", "cloudy"),
        ("fixtures/systems.csv", "row 2", "status", "alive"),
        ("fixtures/systems.csv", "row 4", "product", "Fixr"),
        ("fixtures/systems.csv", "row 4", "users", "many"),
        ("fixtures/systems.csv", "row 4", "as_of", "2031"),
        ("fixtures/systems.csv", "row 4", "satisfaction", "9"),
        ("fixtures/systems.csv", "row 5", "", ""),
        ("fixtures/contracts.csv", "row 2", "annual_value", "1.200,50"),
        ("fixtures/contracts.csv", "row 2", "functions", "Letting"),
    ]


@pytest.mark.parametrize(
    ("file", "change", "place"),
    [
        ("functions.csv", swap("frontline,Repairs", "front,Repairs"), "row 2, kind"),
        ("functions.csv", swap("repairs,mending", f"repairs,{'x' * 600}"), "row 2, also_called"),
        ("functions.csv", swap("service_area,", "area,"), "row 1"),
        ("functions.csv", swap("repairs,mending,homes", "repairs"), "row 2"),
        ("suppliers.csv", swap("acme,,,", "acme,,perhaps,"), "row 2, sme"),
        ("suppliers.csv", lambda text: text + '"Open,beta,,,,,no\n', "row 3"),
        ("products.csv", swap("known", "certain"), "row 2, certainty"),
        ("boroughs.csv", swap("1,1\n", "one,1\n"), "row 2, tile_row"),
        ("skills.csv", swap("Works in short steps.", ""), "row 2, definition"),
        ("frameworks.csv", swap("RM1", "R" * 200), "row 2, reference"),
    ],
)
def test_what_refers_to_a_faulty_row_is_no_fault(
    folder: Folder, file: str, change: Callable[[str], str], place: str
) -> None:
    for fault in load_faults(folder(file, change)):
        assert str(fault).startswith(f"fixtures/{file}, {place}: ")


def test_a_faulty_row_of_what_is_on_record_is_still_known(folder: Folder) -> None:
    load(folder())
    assert load_fault(folder("products.csv", swap("known", "certain"))).startswith(
        "fixtures/products.csv, row 2, certainty: “certain” is none of the choices."
    )


def test_the_database_names_each_row_that_it_refuses(folder: Folder) -> None:
    rows = "".join(
        f"Name {number},slug-{number},{'07' if number % 50 == 7 else ''},,,,no\n"
        for number in range(200)
    )
    faults = load_faults(folder("suppliers.csv", lambda text: text + rows))
    assert [fault.place for fault in faults] == ["row 60", "row 110", "row 160"]
    assert {fault.reason for fault in faults} == {
        "Another supplier already has this company number."
    }


def test_at_most_200_faults_are_printed_unless_all_are_asked_for(folder: Folder) -> None:
    rows = "".join(f"Name {number},slug {number},,,,,no\n" for number in range(230))
    fixtures = folder("suppliers.csv", lambda text: text + rows)
    with pytest.raises(CommandError) as few:
        load(fixtures)
    assert str(few.value).startswith("230 faults:\nfixtures/suppliers.csv\n  row 3, slug: Enter a")
    assert str(few.value).endswith("and 30 more (-v 2 names all).\nNothing was loaded.")
    with pytest.raises(CommandError) as every:
        call_command("load", "--demo", "no", "--from", str(fixtures), "-v", "2")
    assert str(every.value).count("\n") == 232


def spoil(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text()))
