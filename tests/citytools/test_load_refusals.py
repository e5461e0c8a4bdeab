"""What manage.py load refuses, what it says, and that nothing is loaded then."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError

from boroughs.models import Borough
from tests.loading import Folder, events, load, row, swap

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        (
            "systems.csv",
            row("north,Lettings,Fixr,,,,,,,,return,,2026,high,"),
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
            "systems.csv, row 2, hosting: Value 'cloudy' is not a valid choice. Write one of on_",
        ),
        (
            "systems.csv",
            row("north,Repairs,Fixer,,,,,,,,return,,2026,high,"),
            "systems.csv, row 4: fixtures/systems.csv, row 2 is about the same record. Remove one",
        ),
        (
            "systems.csv",
            swap("satisfaction,", ""),
            "systems.csv, row 1: Columns are missing: “satisfaction”.",
        ),
        (
            "systems.csv",
            lambda text: text.replace("2019-04", "caf\xe9").encode("cp1252"),
            "systems.csv, line 2: The file is not UTF-8. Save it as UTF-8.",
        ),
        (
            "systems.csv",
            row("north,Repairs"),
            "systems.csv, row 4: The row has 2 cells where the header has 15.",
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
            swap("1200.50", "£1200"),
            "contracts.csv, row 2, annual_value: “£1200” is not an amount.",
        ),
        (
            "contracts.csv",
            swap("2026-10-01", "1/10/2026"),
            "contracts.csv, row 2, confirmed_on: “1/10/2026” is not a day.",
        ),
        (
            "contracts.csv",
            swap("north/Repairs/Fixer;", "north/Lettings/Fixer;"),
            "contracts.csv, row 2, systems: “north/Lettings/Fixer” is not known.",
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
    with pytest.raises(CommandError) as error:
        load(folder(file, change))
    assert str(error.value).startswith(f"fixtures/{message}")
    assert str(error.value).endswith("Nothing was loaded.")
    assert not Borough.objects.exists()
    assert events() == 0


def test_a_missing_file_stops_it(folder: Folder) -> None:
    fixtures = folder()
    (fixtures / "skills.csv").unlink()
    with pytest.raises(
        CommandError, match=r"^fixtures/skills\.csv: The file is missing\. Put it into"
    ):
        load(fixtures)
    assert not Borough.objects.exists()


def test_a_file_that_nobody_reads_stops_it(folder: Folder) -> None:
    fixtures = folder()
    (fixtures / "system.csv").write_text("borough\n")
    with pytest.raises(
        CommandError, match=r"^fixtures/system\.csv: Nothing in .* is called so\. Rename"
    ):
        load(fixtures)


def test_a_missing_demonstration_stops_it(folder: Folder) -> None:
    with pytest.raises(CommandError, match=r"^demo/returns\.csv: The file is missing"):
        load(folder(), demo="yes")
