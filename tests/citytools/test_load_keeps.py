"""What a person changed, deleted, renamed or linked, a load leaves as it is, and says so."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection, models
from django.db.models import ProtectedError

from boroughs.models import Borough, Return
from citytools.imports.authorship import Authorship, event_model
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractSystem,
    Framework,
)
from research.models import (
    CaseClaim,
    CaseStudy,
    CaseStudyBorough,
    CaseStudyFunction,
    CaseStudyProduct,
    CaseStudySource,
    Finding,
    FindingSource,
    Recommendation,
    RecommendationFinding,
    RecommendationSource,
    Source,
)
from skills.models import PastLevel, Skill, SkillGroup, SkillLevel, SkillNeed
from systems.models import (
    Function,
    Ownership,
    Product,
    ProductAlias,
    ProductFunction,
    ServiceArea,
    Supplier,
    SupplierAlias,
    System,
)
from tests import factories
from tests.loading import FULL, events, load, swap

pytestmark = pytest.mark.django_db

NAMED = {"name": "Renamed", "slug": "renamed"}
EDITS: dict[type[models.Model], dict[str, Any]] = {
    Borough: {"partnership": "Local London"},
    ServiceArea: {"also_called": "homes of ours"},
    Function: {"also_called": "mending things"},
    Supplier: {"note": "By staff."},
    SupplierAlias: {"kind": "former_name"},
    Ownership: {"source": "By staff."},
    Product: {"note": "By staff."},
    System: {"status": "retiring"},
    Framework: {"provider": "By staff"},
    Contract: {"notice_months": 9},
    SkillGroup: {"position": 9},
    Skill: {"definition": "By staff."},
    SkillNeed: {"why": "By staff."},
    Source: {"publisher": "By staff"},
    Finding: {"summary": "By staff."},
    CaseStudy: {"summary": "By staff."},
    CaseClaim: {"note": "By staff."},
    Recommendation: {"body": "By staff."},
    Return: {"complete": False},
    SkillLevel: {"level": 4},
    PastLevel: {"level": 4},
}
RENAMES: dict[type[models.Model], dict[str, Any]] = {
    Borough: NAMED | {"gss_code": "E09000099"},
    ServiceArea: NAMED,
    Function: NAMED,
    Supplier: NAMED,
    SupplierAlias: {"name": "Renamed"},
    Ownership: {"since": "2022"},
    Product: NAMED,
    ProductAlias: {"name": "Renamed"},
    System: {"product": factories.product},
    Framework: NAMED,
    Contract: {"title": "Renamed"},
    SkillGroup: NAMED,
    Skill: NAMED,
    SkillNeed: {"skill": factories.skill},
    Source: {"key": "renamed"},
    Finding: {"slug": "renamed"},
    CaseStudy: {"slug": "renamed"},
    CaseClaim: {"amount": 5},
    Recommendation: {"slug": "renamed"},
    Return: {"received_on": "2026-08-30"},
    SkillLevel: {"skill": factories.skill},
    PastLevel: {"as_of": "2024"},
}
LINKS: dict[type[models.Model], tuple[str, Callable[[], models.Model]]] = {
    ContractPartner: ("borough", factories.borough),
    ContractSystem: ("system", factories.system),
    ContractFunction: ("function", factories.function),
    ProductFunction: ("function", factories.function),
    FindingSource: ("source", factories.source),
    CaseStudySource: ("source", factories.source),
    CaseStudyBorough: ("borough", factories.borough),
    CaseStudyProduct: ("product", factories.product),
    CaseStudyFunction: ("function", factories.function),
    RecommendationSource: ("source", factories.source),
    RecommendationFinding: ("finding", factories.finding),
}


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """Fixtures with a record of each kind, loaded once."""
    fixtures = tmp_path / "fixtures"
    fixtures.mkdir()
    for name, text in FULL.items():
        (fixtures / name).write_text(text, encoding="utf-8")
    load(fixtures)
    return fixtures


@contextmanager
def by_ada() -> Iterator[None]:
    user, _ = User.objects.get_or_create(username="ada", first_name="Ada", last_name="Obi")
    with pghistory.context(user=user.pk, url="/admin/"):
        yield


def change(record: models.Model, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value() if callable(value) else value)
    record.save()


def delete_with_dependents(record: models.Model) -> None:
    """As staff would: what forbids the deletion is deleted first."""
    try:
        record.delete()
    except ProtectedError as error:
        for other in error.protected_objects:
            delete_with_dependents(other)
        delete_with_dependents(record)


def facts() -> dict[str, list[Any]]:
    """Every row of every table of facts, events aside."""
    kinds = [kind for kind in apps.get_models() if hasattr(kind, "pgh_event_model")]
    return {str(kind): list(kind._base_manager.order_by("pk").values_list()) for kind in kinds}


def load_again(fixtures: Path) -> str:
    """A load that may write nothing at all."""
    before = facts(), events()
    report = load(fixtures)
    assert (facts(), events()) == before
    return report


def test_every_kind_that_a_load_writes_is_tried_here(full: Path) -> None:
    tried = {model._meta.db_table for model in [*RENAMES, *LINKS]}
    kinds = [kind for kind in apps.get_models() if hasattr(kind, "pgh_event_model")]
    assert tried == {kind._meta.db_table for kind in kinds if kind._base_manager.exists()}


@pytest.mark.parametrize("model", EDITS, ids=lambda model: model.__name__)
def test_what_a_person_edited_stays_and_is_named(full: Path, model: Any) -> None:
    with by_ada():
        change(model.objects.earliest("pk"), EDITS[model])
    said = load_again(full)
    listed = re.findall(r", \w+: stays “.*” \(changed by Ada Obi on .*\. The file says ", said)
    assert len(listed) == 1
    assert "\nLeft to staff (1):\n" in said


@pytest.mark.parametrize("model", RENAMES, ids=lambda model: model.__name__)
def test_what_a_person_renamed_is_found_and_not_doubled(full: Path, model: Any) -> None:
    with by_ada():
        change(model.objects.earliest("pk"), RENAMES[model])
    said = load_again(full)
    assert f"\nLeft to staff ({len(RENAMES[model])}):\n" in said
    assert said.count("” (changed by Ada Obi on ") == len(RENAMES[model])


@pytest.mark.parametrize("model", RENAMES, ids=lambda model: model.__name__)
def test_what_a_person_deleted_does_not_come_back(full: Path, model: Any) -> None:
    with by_ada():
        delete_with_dependents(model.objects.earliest("pk"))
    said = load_again(full)
    assert "is not brought back (deleted by Ada Obi on" in said


@pytest.mark.parametrize("model", LINKS, ids=lambda model: model.__name__)
def test_a_link_that_a_person_added_stays(full: Path, model: Any) -> None:
    far, build = LINKS[model]
    link = model.objects.earliest("pk")
    with by_ada():
        link.pk = None
        change(link, {far: build})
    assert "stays (recorded by Ada Obi on" in load_again(full)


@pytest.mark.parametrize("model", LINKS, ids=lambda model: model.__name__)
def test_a_link_that_a_person_removed_is_not_made_again(full: Path, model: Any) -> None:
    with by_ada():
        model.objects.earliest("pk").delete()
    assert "is not brought back (deleted by Ada Obi on" in load_again(full)


def test_links_of_a_record_that_a_person_wrote_follow_the_file(full: Path) -> None:
    with by_ada():
        change(Contract.objects.get(), {"note": "By staff."})
    path = full / "contracts.csv"
    path.write_text(swap("north,south,", "north,,")(path.read_text()))
    assert "note: stays “By staff.”" in load(full)
    assert not Contract.objects.get().partners.exists()


def test_a_row_about_what_a_person_deleted_is_left_out_and_named(full: Path) -> None:
    with by_ada():
        delete_with_dependents(Product.objects.get())
    said = load_again(full)
    assert (
        "fixtures/systems.csv, row 2: left out, because it names the product “Fixer” "
        "(deleted by Ada Obi on"
    ) in said
    assert "fixtures/contracts.csv, row 2, systems: without the system" in said, said


def test_a_new_row_about_what_a_person_deleted_is_left_out_with_its_dependents(full: Path) -> None:
    with by_ada():
        delete_with_dependents(Supplier.objects.get(name="Holding"))
    products, systems = full / "products.csv", full / "systems.csv"
    products.write_text(products.read_text() + "Newer,newer,Holding,,,known,,,no\n")
    systems.write_text(
        systems.read_text() + "north-new,north,Lettings,Newer,,,,,,,,return,,2026,high,\n"
    )
    said = load_again(full)
    assert "fixtures/products.csv, row 3: left out, because it names the supplier “Holding”" in said
    assert "fixtures/systems.csv, row 4: left out, because it names the supplier “Holding”" in said


def test_two_contracts_whose_titles_staff_moved_on_are_each_found(full: Path) -> None:
    path = full / "contracts.csv"
    second = (
        path.read_text()
        .splitlines()[1]
        .replace("Repairs,,", "Second,,", 1)
        .replace("north-", "other-", 1)
    )
    path.write_text(path.read_text() + second + "\n")
    load(full)
    with by_ada():
        change(Contract.objects.get(title="Second"), {"title": "Third"})
        change(Contract.objects.get(title="Repairs"), {"title": "Second"})
    load_again(full)


def test_what_was_written_without_a_context_counts_as_a_persons(full: Path) -> None:
    with connection.cursor() as cursor:  # a new transaction, as at a shell, has no context left
        cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
    Supplier.objects.filter(slug="acme").update(note="By hand.")
    assert "stays “By hand.” (changed directly in the database on" in load_again(full)


def test_what_a_migration_wrote_belongs_to_whoever_wrote_before(full: Path) -> None:
    with pghistory.context(command="migrate"):
        Supplier.objects.update(note="Filled in.")
    load(full)
    assert not Supplier.objects.exclude(note="").exists()
    with by_ada():
        change(Supplier.objects.get(slug="acme"), {"note": "By staff."})
    with pghistory.context(command="migrate"):
        Supplier.objects.filter(slug="acme").update(note="By staff, in Welsh.", vcse=True)
    load(full)
    acme = Supplier.objects.get(slug="acme")
    assert (acme.note, acme.vcse) == ("By staff, in Welsh.", None)


def test_what_a_person_restored_stays(full: Path) -> None:
    system = System.objects.earliest("pk")
    with by_ada():
        change(system, {"status": "retiring"})
        change(system, {"status": "live"})
    assert "Left to staff" not in load_again(full)


def test_a_supplier_renamed_by_a_load_is_found_by_its_former_name(full: Path) -> None:
    path = full / "suppliers.csv"
    path.write_text(path.read_text().replace("Acme,acme", "Acme Group,acme"))
    load(full)
    assert Contract.objects.get().supplier == Supplier.objects.get(name="Acme Group")


def test_migrate_names_itself_in_what_it_writes() -> None:
    with patch.object(migrate.Command, "handle", lambda *_, **__: factories.supplier()):
        call_command("migrate")
    (event,) = event_model(Supplier).objects.all()
    assert event.pgh_context.metadata["command"] == "migrate"
    assert not Authorship(Supplier).records


@pytest.mark.parametrize("delete", [False, True])
def test_files_may_rename_what_staff_edited_or_deleted(full: Path, delete: bool) -> None:
    """Its own row says which record the new name is of."""
    supplier = Supplier.objects.get(name="Acme")
    with by_ada():
        if delete:
            delete_with_dependents(supplier)
        else:
            change(supplier, {"company_number": "01234567"})
    for path in full.glob("*.csv"):
        path.write_text(path.read_text().replace("Acme,", "Acme plc,"))
    said = load(full)
    assert ("is not brought back" if delete else "company_number: stays “01234567”") in said
    names = list(Supplier.objects.values_list("name", flat=True))
    assert ("Acme" in names, "Acme plc" in names) == (False, not delete)
