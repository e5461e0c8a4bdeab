"""manage.py load: everything once, nothing twice, and nothing at all where a row is wrong."""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pghistory.models
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from boroughs.models import Borough, Return
from citytools.provenance import Sourced
from contracts.models import Contract
from research.models import CaseStudy, Finding, Recommendation
from skills.models import SkillLevel
from systems.models import Function, Product, ServiceArea, Supplier, System

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).parents[2] / "fixtures"

SMALL = {
    "boroughs.csv": "gss_code,name,official_name,code,slug,kind,inner_or_outer,partnership,"
    "population,population_year,households,households_year,tile_row,tile_column\n"
    "E09000001,North,London Borough of North,NOR,north,borough,inner,,1000,2021,400,2021,1,1\n"
    "E09000002,South,London Borough of South,SOU,south,borough,outer,,,,,,2,1\n",
    "functions.csv": "service_area,kind,function\nHousing,frontline,Repairs\n"
    "Housing,frontline,Lettings\n",
    "suppliers.csv": "name,slug,company_number,sme,vcse,note,illustrative\nAcme,acme,,,,,no\n",
    "supplier_aliases.csv": "supplier,alias,kind,source\nAcme,Acme Ltd,also_known_as,\n",
    "ownerships.csv": "supplier,owner,since,source\n",
    "products.csv": "name,slug,manufacturer,functions,former_names,certainty,source,note,"
    "illustrative\nFixer,fixer,Acme,Repairs; Lettings,Mender,known,,,no\n",
    "systems.csv": "borough,function,product,hosting,status,live_since,users,satisfaction,"
    "intention,note,source_kind,source_url,as_of,confidence,confirmed_on\n"
    "north,Repairs,Fixer,saas,live,2019-04,,,,,return,,2026,high,\n"
    "south,Repairs,Fixer,,,,,,,,return,,2026,high,\n",
    "frameworks.csv": "name,slug,reference,provider,starts_on,ends_on,source\n"
    "Cloud,cloud,RM1,,,,\n",
    "contracts.csv": "lead,partners,title,reference,ocid,supplier,department,functions,systems,"
    "starts_on,ends_on,rolling,extension_until,notice_months,annual_value,total_value,vat,route,"
    "framework,note,source_kind,source_url,as_of,confidence,confirmed_on\n"
    "north,south,Repairs,,,Acme,,Lettings,north/Repairs/Fixer; south/Repairs/Fixer,2025,"
    "2027-03-31,no,,6,1200.50,,excluding,open,Cloud,,return,,2026,high,2026-10-01\n",
    "skills.csv": "group,skill,slug,definition\nDelivery,Agile,agile,Works in short steps.\n",
    "research.json": '{"sources": [], "findings": [], "case_studies": [], "recommendations": []}',
}

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A small set of fixtures, where a file may be given another text."""

    def _folder(name: str = "", change: Callable[[str], str | bytes] = str) -> Path:
        small = tmp_path / "fixtures"
        small.mkdir(exist_ok=True)
        for file, text in SMALL.items():
            written = change(text) if file == name else text
            content = written.encode() if isinstance(written, str) else written
            (small / file).write_bytes(content)
        return small

    return _folder


def load(fixtures: Path = FIXTURES, demo: str = "no") -> str:
    out = StringIO()
    call_command("load", "--demo", demo, "--from", str(fixtures), stdout=out)
    return out.getvalue()


def swap(old: str, new: str) -> Callable[[str], str]:
    def _swap(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return _swap


def row(text: str) -> Callable[[str], str]:
    return lambda before: before + text + "\n"


def events() -> int:
    kinds = [kind for kind in apps.get_models() if issubclass(kind, pghistory.models.Event)]
    return sum(kind._default_manager.count() for kind in kinds)


def test_counts_are_those_of_the_files() -> None:
    load(demo="yes")
    assert System.objects.filter(borough__in=Borough.objects.london()).count() == 809
    assert Borough.objects.london().count() == 33
    assert (ServiceArea.objects.count(), Function.objects.count()) == (19, 82)
    assert SkillLevel.objects.count() == 27 * 30
    assert Return.objects.count() == 27 + 24 + 27
    assert Contract.objects.illustrative().count() == 260
    assert Contract.objects.real().count() >= 30
    assert {CaseStudy.objects.count(), Finding.objects.count()} >= {8, 12}
    assert Recommendation.objects.exists()


def test_without_the_demonstration_every_fact_is_real() -> None:
    load(demo="no")
    assert System.objects.count() >= 186
    for model in apps.get_models():
        if issubclass(model, Sourced):
            assert not model._default_manager.filter(source_kind="illustrative").exists()
    assert not Supplier.objects.filter(illustrative=True).exists()
    assert not Product.objects.filter(illustrative=True).exists()


def test_a_second_load_changes_nothing_and_writes_no_history() -> None:
    load(demo="yes")
    before = events()
    report = load(demo="yes")
    assert events() == before
    assert not re.search(r" [1-9]\d* +0 +\d+ +0$| 0 +[1-9]\d* +\d+ +0$", report, re.MULTILINE)
    assert "To undo" not in report


def test_the_demonstration_can_follow_later() -> None:
    load(demo="no")
    load(demo="yes")
    assert System.objects.filter(borough__in=Borough.objects.london()).count() == 809


def test_cells_become_what_the_model_keeps(folder: Folder) -> None:
    load(folder())
    contract = Contract.objects.get()
    assert (contract.starts_on, contract.ends_on) == ("2025", "2027-03-31")
    assert str(contract.annual_value) == "1200.50"
    assert str(contract.act_by) == "2026-09-30"
    assert [partner.name for partner in contract.partners.all()] == ["South"]
    assert contract.systems.count() == 2


def test_a_contract_covers_the_functions_of_its_systems_as_well(folder: Folder) -> None:
    load(folder())
    assert {f.name for f in Contract.objects.get().functions.all()} == {"Lettings", "Repairs"}


def test_history_says_that_load_wrote_it(folder: Folder) -> None:
    report = load(folder())
    event = apps.get_model("systems", "SystemEvent")._default_manager.first()
    assert event.pgh_context.metadata["command"] == "load"
    assert str(event.pgh_context_id) in report


def test_a_change_in_a_file_changes_that_record_alone(folder: Folder) -> None:
    load(folder())
    before = events()
    report = load(folder("systems.csv", swap("2019-04", "2020")))
    assert System.objects.get(borough__slug="north").live_since == "2020"
    assert events() == before + 1
    assert re.search(r"^systems +0 +1 +1 +0$", report, re.MULTILINE)


def test_what_staff_added_stays(folder: Folder) -> None:
    load(folder())
    Supplier.objects.create(name="Beta", slug="beta")
    load(folder())
    assert Supplier.objects.filter(slug="beta").exists()


def test_the_report_says_how_to_undo(folder: Folder) -> None:
    report = load(folder())
    assert re.search(r"^boroughs +2 +0 +0 +0$", report, re.MULTILINE)
    assert "To undo: " in report


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


def test_more_rows_take_no_more_queries(folder: Folder) -> None:
    with CaptureQueriesContext(connection) as few:
        load(folder())
    extra = "".join(f"Housing,frontline,Job {number}\n" for number in range(40))
    with CaptureQueriesContext(connection) as many:
        load(folder("functions.csv", lambda text: text + extra))
    assert len(many) <= len(few)
