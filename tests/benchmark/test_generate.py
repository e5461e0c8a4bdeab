"""The generator: an empty database filled once, another refused, and a stop that undoes."""

import re
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from boroughs.models import Borough, Return
from citytools.facts.provenance import Sourced
from citytools.staff.group import APPS
from contracts.models import Contract, ContractSystem, Framework
from skills.models import SkillLevel
from systems.models import Product, Supplier, System
from tests import factories
from tests.benchmark import generate as generator
from tests.benchmark.generate import Command, row_counts
from tests.pages import words

pytestmark = [pytest.mark.django_db, pytest.mark.drill]


def generate(**options: Any) -> str:
    out = StringIO()
    call_command(Command(), stdout=out, **{"systems": 900, "seed": 1, **options})
    return out.getvalue()


def everything() -> dict[str, list[Any]]:
    """All rows of facts, by table."""
    kinds = [kind for label in APPS for kind in apps.get_app_config(label).get_models()]
    facts = [kind for kind in kinds if not hasattr(kind, "pgh_tracked_model")]
    return {
        kind._meta.db_table: list(kind._default_manager.order_by("pk").values()) for kind in facts
    }


def test_the_report_counts_what_the_tables_hold() -> None:
    report = generate()
    assert System.objects.count() == 900
    assert Borough.objects.london().count() == 33
    for name, count in (("systems", 900), ("contracts", Contract.objects.count())):
        assert re.search(rf"^{name} +{count:,}$", report, re.MULTILINE)
    assert "2 of 2 sets of 33 bodies" in report
    assert "To undo: drop the database" in report


def test_everything_is_evidence_and_names_the_benchmark() -> None:
    generate()
    for model in apps.get_models():
        if issubclass(model, Sourced):
            facts = model._default_manager
            assert not facts.filter(source_kind="illustrative").exists()
            assert not facts.exclude(source_url__startswith="https://benchmark.example/").exists()
    for thing in (Supplier, Product, Framework):
        assert not thing._default_manager.filter(illustrative=True).exists()
        assert not thing._default_manager.exclude(name__endswith="(invented)").exists()


def test_counts_of_london_hold_no_invented_body() -> None:
    generate()
    elsewhere = Borough.objects.filter(name__endswith="(invented)")
    assert elsewhere.count() == 33
    assert not elsewhere.exclude(kind="regional").exists()
    assert System.objects.filter(borough__in=elsewhere).count() == 900 - 809
    assert Borough.objects.reporting("systems").count() == 27


def test_every_row_passes_the_models_own_checks() -> None:
    generate()
    for model in (Borough, System, Contract, SkillLevel, Return, Supplier, Product):
        for record in model._default_manager.order_by("-pk")[:20]:
            record.full_clean()


def test_contracts_cover_systems_of_their_own_bodies() -> None:
    generate()
    links = ContractSystem.objects.select_related("contract", "system")
    assert links.count() > 300
    for link in links:
        bodies = {link.contract.lead_id, *link.contract.partners.values_list("pk", flat=True)}
        assert link.system.borough_id in bodies


def test_each_row_has_the_history_that_a_trigger_would_have_written() -> None:
    generate()
    event = apps.get_model("systems", "SystemEvent")._default_manager
    assert event.count() == 900
    newest = System.objects.latest("pk")
    written = event.get(pgh_obj_id=newest.pk)
    assert written.pgh_label == "insert"
    assert (written.product_id, written.live_since) == (newest.product_id, newest.live_since)
    assert written.pgh_context.metadata["command"] == "generate"
    for name in ("Borough", "Return"):
        rows = apps.get_model("boroughs", name)._default_manager.count()
        assert apps.get_model("boroughs", f"{name}Event")._default_manager.count() == rows


def test_history_goes_on_by_itself_afterwards() -> None:
    generate()
    event = apps.get_model("systems", "SupplierEvent")._default_manager
    before = event.count()
    supplier = factories.supplier("Next")
    assert supplier.pk == Supplier.objects.exclude(pk=supplier.pk).latest("pk").pk + 1
    assert event.count() == before + 1


def test_every_table_numbers_its_next_rows_after_those_there() -> None:
    generate()
    with connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor)
        kinds = apps.get_models(include_auto_created=True)
        for model in [kind for kind in kinds if kind._meta.db_table in there]:
            table, column = model._meta.db_table, model._meta.pk.column
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
            (sequence,) = cursor.fetchone()
            if sequence and model._default_manager.exists():
                cursor.execute("SELECT nextval(%s)", [sequence])
                highest = model._default_manager.latest("pk").pk
                assert cursor.fetchone()[0] > highest, table


def test_the_same_seed_gives_the_same_rows_numbers_included() -> None:
    generate(systems=100)
    first = everything()
    models = [kind for label in APPS for kind in apps.get_app_config(label).get_models()]
    with connection.cursor() as cursor:
        names = ", ".join(connection.ops.quote_name(kind._meta.db_table) for kind in models)
        cursor.execute(f"TRUNCATE {names} CASCADE")
    assert not row_counts()
    generate(systems=100)
    assert everything() == first


def test_a_database_with_a_single_fact_is_refused() -> None:
    factories.supplier("Somebody")
    with pytest.raises(CommandError, match=r"holds 1 suppliers.*CITYTOOLS_DATABASE=nation"):
        generate()
    assert not System.objects.exists()


def test_a_second_time_is_refused() -> None:
    generate(systems=10)
    with pytest.raises(CommandError, match=r"not empty: it holds .*10 systems"):
        generate(systems=10)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError("no")])
def test_what_is_stopped_halfway_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    def stopped(*_: object) -> None:
        raise stop

    monkeypatch.setattr(generator._NationWriter, "send", stopped)
    with pytest.raises(CommandError, match=r"[Nn]othing was written"):
        generate(systems=10)
    assert not row_counts()


def test_too_many_systems_are_refused_with_the_most_there_can_be() -> None:
    with pytest.raises(CommandError, match="9000000 systems: write 1 to"):
        generate(systems=9_000_000)


def test_pages_stay_about_london(client: Client) -> None:
    generate()
    for place in ("/", "/systems/", "/contracts/", "/skills/", "/systems/map/"):
        text = words(client.get(place))
        counts = re.findall(r"(\d+) of 33 boroughs reporting", text)
        assert counts, place
        assert set(counts) <= {"24", "27"}
