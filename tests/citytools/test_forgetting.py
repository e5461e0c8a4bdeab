"""The demonstration: in production only if it is asked for by name, and taken out whole."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pghistory
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from pytest_django import Settings

from citytools.management.commands.forget_demonstration import FACTS, THINGS
from citytools.management.commands.load import demo_choice
from citytools.models import Batch
from citytools.worlds.guards import WORLD_GUARDS
from contracts.models import Contract, ContractSystem
from research.models import CaseStudy, MetricValue
from skills.models import Skill, SkillLevel
from systems.models import Function, Ownership, Product, Supplier, System
from tests import factories
from tests.loading import FIXTURES, load
from tests.snapshots import facts

pytestmark = [pytest.mark.django_db, pytest.mark.drill]

PAGES = [
    "/", "/boroughs/", "/boroughs/camden/", "/functions/",
    "/systems/", "/systems/map/", "/systems/products/",
    "/systems/suppliers/", "/contracts/", "/contracts/timeline/", "/contracts/together/",
    "/skills/", "/skills/training/", "/research/metrics/", "/systems/systems.csv",
]  # fmt: skip
INVENTED: dict[str, Any] = {"source_kind": "illustrative"}


def forget(*arguments: str) -> str:
    out = StringIO()
    call_command("forget_demonstration", *arguments, stdout=out)
    return out.getvalue()


def pages(client: Client) -> dict[str, bytes]:
    return {page: client.get(page).getvalue() for page in PAGES}


@pytest.mark.parametrize(
    ("production", "environment", "option", "choice"),
    [
        (False, "", None, "yes"),
        (False, "no", None, "no"),
        (True, "", None, "no"),
        (True, "no", None, "no"),
        (True, "yes", None, "yes"),
        (True, "", "yes", "yes"),
        (True, "yes", "no", "no"),
    ],
)
def test_production_loads_the_demonstration_only_by_name(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    production: bool,
    environment: str,
    option: str | None,
    choice: str,
) -> None:
    settings.PRODUCTION = production
    monkeypatch.setenv("DEMO", environment)
    assert demo_choice(option) == choice


def test_a_load_in_production_brings_nothing_invented(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PRODUCTION = True
    monkeypatch.delenv("DEMO", raising=False)
    call_command("load", "--from", str(FIXTURES), stdout=StringIO())
    assert System.objects.exists()
    assert not any(kind.objects.filter(**INVENTED).exists() for kind in FACTS)
    assert not any(kind.objects.filter(illustrative=True).exists() for kind in THINGS)


def test_a_wrong_word_for_it_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEMO", "maybe")
    with pytest.raises(CommandError, match="DEMO=maybe means nothing: write yes or no"):
        call_command("load", "--from", str(tmp_path))


def test_afterwards_all_is_as_if_it_had_never_been_there(client: Client) -> None:
    load(demo="no")
    call_command("record_metrics", stdout=StringIO())
    before, seen, measured = facts(), pages(client), [*MetricValue.objects.values_list()]
    load(demo="yes")
    said = forget()
    assert facts() == before
    assert pages(client) == seen
    assert [*MetricValue.objects.values_list()] == measured
    assert "systems                               1065 taken out" in said
    assert "suppliers                               45 taken out" in said
    assert f"manage.py undo {Batch.objects.latest('pk').pk}" in said
    assert not re.search(r"\.(csv|json) +([1-9]|0 +[1-9])", load(demo="no"))
    assert facts() == before


def test_it_can_be_loaded_again() -> None:
    load(demo="yes")
    counts = {kind: len(rows) for kind, rows in facts().items()}
    forget()
    said = load(demo="yes")
    assert {kind: len(rows) for kind, rows in facts().items()} == counts
    assert "Left to staff" not in said


def test_a_dry_run_says_the_same_and_takes_nothing() -> None:
    factories.system(**INVENTED)
    before = facts()
    assert "systems                                  1 would go" in forget("--dry-run")
    assert facts() == before


def test_without_any_it_says_so() -> None:
    factories.system()
    assert forget() == "Nothing invented was taken out: there was none that could go.\n"
    assert System.objects.exists()


@pytest.fixture
def _before_guards() -> None:
    """A database of before the guards, where real records may rest on inventions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE tgname = ANY(%s)",
            [[*WORLD_GUARDS]],
        )
        for trigger, table in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {trigger} ON {table}")


old_database = pytest.mark.usefixtures("_before_guards")


@old_database
def test_what_a_real_record_rests_on_stays_and_is_named() -> None:
    supplier = factories.supplier("Made Up", illustrative=True)
    product = factories.product("Fiction", manufacturer=supplier, illustrative=True)
    system = factories.system(product=product)
    said = forget()
    assert System.objects.get() == system
    assert "The product “Fiction” stays: the system “Fiction in" in said
    assert "The supplier “Made Up” stays: the product “Fiction” rests on it." in said


def contract_of(supplier: Supplier) -> models.Model:
    return factories.contract(supplier=supplier)


def product_of(supplier: Supplier) -> models.Model:
    return factories.product(manufacturer=supplier)


def owned_by(supplier: Supplier) -> models.Model:
    return factories.ownership(factories.supplier(), supplier)


@old_database
@pytest.mark.parametrize("build", [contract_of, product_of, owned_by])
def test_a_real_record_keeps_its_invented_supplier(build: Any) -> None:
    supplier = factories.supplier("Made Up", illustrative=True)
    record = build(supplier)
    before = facts()
    assert "The supplier “Made Up” stays: the" in forget()
    assert facts() == before
    assert record in [*type(record)._default_manager.all()]


def study_of(product: Product) -> None:
    factories.case_study(products=[product])


def need_of(product: Product) -> None:
    factories.skill_need(product=product)


@old_database
@pytest.mark.parametrize("build", [study_of, need_of])
def test_a_real_record_keeps_its_invented_product(build: Any) -> None:
    build(factories.product("Fiction", illustrative=True))
    before = facts()
    assert "The product “Fiction” stays: the" in forget()
    assert facts() == before


@old_database
def test_a_real_contract_keeps_the_invented_system_that_it_pays_for() -> None:
    system = factories.system(**INVENTED)
    contract = factories.contract(systems=[system])
    assert f"stays: the contract “{contract}” rests on it" in forget()
    assert ContractSystem.objects.get().system == system


def test_an_invented_owner_goes_with_its_invented_subsidiary() -> None:
    owned, owner = (factories.supplier(illustrative=True) for _ in range(2))
    factories.ownership(owned, owner)
    forget()
    assert not Supplier.objects.exists()
    assert not Ownership.objects.exists()


@old_database
def test_an_invented_owner_stays_with_a_subsidiary_that_stays() -> None:
    owned, owner = (factories.supplier(illustrative=True) for _ in range(2))
    factories.ownership(owned, owner)
    factories.contract(supplier=owned)
    forget()
    assert Supplier.objects.count() == 2


def test_an_invented_level_goes_and_a_real_one_stays() -> None:
    factories.past_level(factories.skill_level(**INVENTED))
    real = factories.skill_level()
    forget()
    assert [*SkillLevel.objects.all()] == [real]
    assert Skill.objects.count() == 2


def test_what_staff_deleted_of_it_stays_deleted_when_it_is_loaded_again() -> None:
    load(demo="yes")
    with pghistory.context(user=1, url="/admin/"):
        gone = Contract.objects.illustrative().earliest("pk")
        title = gone.title, gone.lead_id
        gone.delete()
    forget()
    load(demo="yes")
    assert not Contract.objects.filter(title=title[0], lead=title[1]).exists()


def test_every_relation_to_what_goes_is_thought_of() -> None:
    """A new one must be added to the command, or here as a part that goes with its whole."""
    relations: list[Any] = [
        relation for kind in [*FACTS, *THINGS] for relation in kind._meta.get_fields(True, True)
    ]
    relations_found = {
        f"{relation.related_model._meta.label}.{relation.field.name}"
        for relation in relations
        if relation.auto_created and relation.one_to_many
        if not hasattr(relation.related_model, "pgh_tracked_model")
    }
    checked = {
        "contracts.ContractSystem.system", "systems.System.product",
        "research.CaseStudy_products.product", "systems.Product.manufacturer",
        "contracts.Contract.supplier", "systems.Ownership.owner",
            "contracts.Contract.framework",
    }  # fmt: skip
    parts = {
        "contracts.ContractPartner.contract", "contracts.ContractSystem.contract",
        "contracts.Contract_functions.contract", "systems.Product_functions.product",
        "systems.ProductAlias.product", "systems.SupplierAlias.supplier",
        "systems.Ownership.supplier",
    }  # fmt: skip
    assert relations_found == checked | parts
    assert CaseStudy.products.through._meta.label == "research.CaseStudy_products"
    assert Function.objects.count() == 0


def test_a_load_says_what_a_former_demonstration_left() -> None:
    load(demo="yes")
    assert "in no file any more" not in load(demo="yes")
    maker = factories.supplier("Made Up", illustrative=True)
    product = factories.product("Fiction", manufacturer=maker, illustrative=True)
    factories.system(product=product, source_kind="illustrative")
    assert "1 invented systems are in no file any more" in load(demo="yes")
