"""manage.py load: everything once, nothing twice, and nothing at all where a row is wrong."""

import hashlib
import re

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from boroughs.models import Borough, Return
from citytools.facts.provenance import Sourced
from citytools.models import Batch
from contracts.models import Contract
from research.models import CaseStudy, Finding, Recommendation
from skills.models import PastLevel, SkillLevel
from systems.models import Function, Product, ServiceArea, Supplier, System
from tests.loading import SMALL, Folder, events, load, swap

pytestmark = pytest.mark.django_db


def test_counts_are_those_of_the_files() -> None:
    load(demo="yes")
    assert System.objects.real().count() == 817
    assert System.objects.illustrative().count() == 1065
    assert Borough.objects.london().count() == 33
    assert (ServiceArea.objects.count(), Function.objects.count()) == (19, 90)
    assert SkillLevel.objects.count() == 27 * 30
    earlier = Return.objects.filter(received_on__lt="2025-09-30", subject="skills", complete=False)
    assert Return.objects.count() == 27 + 24 + 27 + 21
    assert PastLevel.objects.count() == 584
    assert earlier.exists()
    assert Contract.objects.illustrative().count() == 320
    assert Contract.objects.real().count() >= 30
    assert (CaseStudy.objects.count(), Finding.objects.count()) == (8, 16)
    assert Recommendation.objects.exists()


def test_without_the_demonstration_every_fact_is_real() -> None:
    load(demo="no")
    assert System.objects.count() == 817
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
    rows = re.findall(r"^\S+\.(?:csv|json) +(.*)$", report, re.MULTILINE)
    assert len(rows) == 20
    assert all(re.fullmatch(r"0 +0 +[1-9]\d* +0 +0 +0", row) for row in rows)
    assert "To undo" not in report


def test_the_demonstration_can_follow_later() -> None:
    load(demo="no")
    load(demo="yes")
    assert System.objects.count() == 817 + 1065


def test_an_invented_level_never_replaces_a_real_one() -> None:
    load(demo="yes")
    level = SkillLevel.objects.earliest("pk")
    SkillLevel.objects.filter(pk=level.pk).update(source_kind="return", level=4, as_of="2026-11-20")
    load(demo="yes")
    level.refresh_from_db()
    assert (level.source_kind, level.level, level.as_of) == ("return", 4, "2026-11-20")


def test_cells_become_what_the_model_keeps(folder: Folder) -> None:
    load(folder())
    contract = Contract.objects.get()
    assert (contract.starts_on, contract.ends_on) == ("2025", "2027-03-31")
    assert str(contract.annual_value) == "1200.50"
    assert str(contract.act_by) == "2026-09-30"
    assert [partner.name for partner in contract.partners.all()] == ["South"]
    assert contract.systems.count() == 2


def test_a_file_may_be_written_as_people_write_it(folder: Folder) -> None:
    text = SMALL["contracts.csv"].replace("2027-03-31", "31/03/2027").replace("no,,6", "No,,6.0")
    text = text.replace("1200.50", "£12k").replace("excluding,open", "Excluding VAT,OPEN")
    text = text.replace(",2025,", ",Apr 2025,").replace("; south", ";south").replace(",", ";")
    lists = "north-repairs-fixer;south-repairs-fixer"
    text = text.replace(lists, f'"{lists}"').replace("annual_value", " Annual Value ")
    report = load(folder("contracts.csv", lambda _: text.encode("cp1252")))
    contract = Contract.objects.get()
    assert (contract.starts_on, contract.ends_on, contract.notice_months) == (
        "2025-04",
        "2027-03-31",
        6,
    )
    assert (contract.annual_value, contract.vat, contract.route) == (12000, "excluding", "open")
    assert contract.systems.count() == 2
    assert "fixtures/contracts.csv was read with semicolons between cells." in report
    assert "fixtures/contracts.csv was read as Windows-1252." in report


def test_a_contract_covers_the_functions_of_its_systems_as_well(folder: Folder) -> None:
    load(folder())
    assert {f.name for f in Contract.objects.get().functions.all()} == {"Lettings", "Repairs"}


def test_history_says_that_load_wrote_it(folder: Folder) -> None:
    report = load(folder())
    event = apps.get_model("systems", "SystemEvent")._default_manager.first()
    assert event.pgh_context.metadata["command"] == "load"
    batch = Batch.objects.get()
    assert (batch.context, batch.kind, batch.note) == (event.pgh_context_id, Batch.Kind.LOAD, "")
    assert f"Batch {batch.pk}. To undo: manage.py undo {batch.pk}" in report
    assert batch.counts["systems.system"] == {"created": 2}
    file = (folder() / "boroughs.csv").read_bytes()
    said = {"sha256": hashlib.sha256(file).hexdigest(), "bytes": len(file)}
    assert {"name": "boroughs.csv"} | said in batch.files


def test_a_change_in_a_file_changes_that_record_alone(folder: Folder) -> None:
    load(folder())
    before = events()
    report = load(folder("systems.csv", swap("2019-04", "2020")))
    assert System.objects.get(borough__slug="north").live_since == "2020"
    assert events() == before + 1
    assert re.search(r"^fixtures/systems\.csv +0 +1 +1 +0 +0 +0$", report, re.MULTILINE)


def test_what_staff_added_stays(folder: Folder) -> None:
    load(folder())
    Supplier.objects.create(name="Beta", slug="beta")
    load(folder())
    assert Supplier.objects.filter(slug="beta").exists()


def test_the_report_says_how_to_undo(folder: Folder) -> None:
    report = load(folder())
    assert re.search(r"^fixtures/boroughs\.csv +2 +0 +0 +0 +0 +0$", report, re.MULTILINE)
    assert "To undo: " in report


def test_more_rows_take_no_more_queries(folder: Folder) -> None:
    with CaptureQueriesContext(connection) as few:
        load(folder())
    extra = "".join(
        f"Housing,housing,frontline,Job {number},job-{number},,\n" for number in range(40)
    )
    with CaptureQueriesContext(connection) as many:
        load(folder("functions.csv", lambda text: text + extra))
    assert len(many) <= len(few)
