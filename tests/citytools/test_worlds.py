"""The evidence shows nothing invented, however it is asked; the demonstration shows both."""

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from pytest_django import Settings

from citytools import worlds
from citytools.exports import export
from citytools.history import as_of_views
from citytools.models import SearchName
from citytools.worlds import World, evidence_views, tables, use_world
from contracts.models import ContractSystem
from research.metrics import record
from research.models import MetricValue
from systems.models import Product, Supplier, System
from tests import factories
from tests.log import move_events
from tests.pages import text_of, words

pytestmark = pytest.mark.django_db

INVENTED: dict[str, Any] = {"source_kind": "illustrative"}


@pytest.fixture(autouse=True)
def pair() -> tuple[System, System]:
    """A real system, and an invented one of an invented product."""
    made_up = factories.product(
        "Sham", illustrative=True, manufacturer=factories.supplier("Shamco", illustrative=True)
    )
    return factories.system(), factories.system(product=made_up, **INVENTED)


def test_each_world_sees_its_own(pair: tuple[System, System]) -> None:
    seen = {}
    for world in World:
        with use_world(world):
            seen[world] = set(System.objects.all())
    assert seen[World.EVIDENCE] == {pair[0]}
    assert seen[World.DEMONSTRATION] == seen[World.BOTH] == set(pair)


def test_without_a_word_the_world_is_evidence(pair: tuple[System, System]) -> None:
    seen: list[World] = []
    thread = threading.Thread(target=lambda: seen.append(worlds.current_world()))
    thread.start()
    thread.join()
    assert seen == [World.EVIDENCE]


def test_joins_counts_and_raw_sql_obey(pair: tuple[System, System]) -> None:
    with use_world(World.EVIDENCE):
        assert list(Supplier.objects.values_list("products__systems", flat=True)) == [pair[0].pk]
        assert list(Product.objects.annotate(n=Count("systems")).values_list("n", flat=True)) == [1]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM systems_system")
            assert cursor.fetchone() == (1,)


def test_links_of_inventions_are_hidden_with_them(pair: tuple[System, System]) -> None:
    contract = factories.contract(systems=[pair[1]], supplier=None, **INVENTED)
    factories.product_alias("Hoax", pair[1].product)
    with use_world(World.EVIDENCE):
        assert not SearchName.objects.filter(term__in=["Hoax", pair[1].product.name]).exists()
        for table in set(tables.world_tables()) - {SearchName._meta.db_table}:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
                real = {"systems_system", "systems_product", "systems_supplier"}
                assert cursor.fetchone() == (int(table in real),), table
        assert not ContractSystem.objects.exists()
    assert contract.systems.count() == 1


def test_a_group_names_all_columns_where_a_table_is_a_view() -> None:
    """PostgreSQL knows no primary key of a view, by which alone tables are grouped."""
    rows = System.objects.annotate(n=Count("contracts")).select_related("product")
    with use_world(World.EVIDENCE):
        assert rows.get().n == 0
    assert rows.count() == 2


def test_a_search_path_that_a_rollback_took_back_is_set_again() -> None:
    with use_world(World.EVIDENCE):
        with transaction.atomic():
            with use_world(World.BOTH):
                assert System.objects.count() == 2
            transaction.set_rollback(True)
        assert System.objects.count() == 1
    assert System.objects.count() == 2


def test_the_past_within_evidence_hides_inventions_too() -> None:
    move_events(datetime.date(2026, 3, 1))
    with use_world(World.EVIDENCE), as_of_views.read_as_at(datetime.date(2026, 3, 15)):
        assert System.objects.count() == Supplier.objects.count() == 1
    with use_world(World.DEMONSTRATION), as_of_views.read_as_at(datetime.date(2026, 3, 15)):
        assert System.objects.count() == 2


def test_the_past_is_not_read_without_the_views_that_hide_inventions() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA evidence_past CASCADE")
    with (
        use_world(World.EVIDENCE),
        pytest.raises(as_of_views.NoHistoryError),
        as_of_views.read_as_at(datetime.date(2026, 3, 15)),
    ):
        pass


def test_the_log_of_an_invention_is_hidden_after_it_is_gone(pair: tuple[System, System]) -> None:
    pair[1].delete()
    Product.objects.filter(illustrative=True).delete()
    with use_world(World.EVIDENCE), connection.cursor() as cursor:
        for table in ("systems_systemevent", "systems_productevent"):
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert cursor.fetchone() == (1,)


def test_what_is_real_can_be_written_within_evidence(pair: tuple[System, System]) -> None:
    with use_world(World.EVIDENCE):
        system = System.objects.select_for_update(of=("self",)).get()
        system.note = "Written."
        system.save()
    pair[0].refresh_from_db()
    assert pair[0].note == "Written."


def test_the_views_come_with_the_first_invention(pair: tuple[System, System]) -> None:
    evidence_views.drop_views()
    assert not _views()
    evidence_views.create_views()  # as after migrations: there are inventions already
    assert "systems_system" in _views()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA evidence CASCADE")
    System.objects.filter(pk=pair[1].pk).update(note="Written once more.")
    assert "systems_system" in _views()


def test_every_table_of_a_database_with_inventions_has_its_view() -> None:
    parts = {"contracts_contract_functions", "skills_skillneed", "contracts_contractpartner"}
    marked = {"contracts_framework", "systems_supplier", "research_metricvalue", "boroughs_return"}
    assert parts | marked <= _views()


def _views() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = 'evidence'")
        return {name for (name,) in cursor.fetchall()}


def test_a_thread_takes_its_world_along(pair: tuple[System, System]) -> None:
    seen: list[World] = []
    look: Callable[[], None] = lambda: seen.append(worlds.current_world())  # noqa: E731
    with use_world(World.DEMONSTRATION):
        thread = threading.Thread(target=worlds.in_same_world(look))
    thread.start()
    thread.join()
    assert seen == [World.DEMONSTRATION]


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_copied_in_a_thread_is_of_its_world(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MAX_ROWS_SENT_WHOLE", 0)
    assert "Sham" not in text_of(client.get("/systems/systems.csv"))
    assert "Sham" in text_of(client.get("/demo/systems/systems.csv"))


def test_a_cached_page_is_of_its_world(client: Client, settings: Settings) -> None:
    settings.MAX_CACHED_PAGES = settings.MAX_CACHED_FILE_BYTES = 1_000_000
    for _ in range(2):
        assert "Sham" in text_of(client.get("/demo/systems/"))
        assert "Sham" not in text_of(client.get("/systems/"))
        assert "Sham" in text_of(client.get("/demo/systems/systems.csv"))
        assert "Sham" not in text_of(client.get("/systems/systems.csv"))
    etags = {client.get(f"{prefix}/systems/")["ETag"] for prefix in ("", "/demo")}
    assert len(etags) == 2


def test_what_the_search_compiles_once_is_of_its_world(client: Client) -> None:
    for prefix, count in (("/demo", 2), ("", 1), ("/demo", 2)):
        page = client.get(f"{prefix}/search/", {"q": "sham", "kind": "product"})
        assert ("Sham" in words(page)) == (count == 2)


def test_the_numbers_of_the_demonstration_are_its_own() -> None:
    day = datetime.date(2026, 11, 1)
    for world in (World.EVIDENCE, World.DEMONSTRATION):
        with use_world(world):
            record.record_day(day, day, ["systems_on_record"])
            assert MetricValue.objects.get().value == (1 if world is World.EVIDENCE else 2)
    assert MetricValue.objects.count() == 2


def test_the_search_path_is_no_query(django_assert_num_queries: Any) -> None:
    with use_world(World.BOTH):
        assert System.objects.exists()
    with use_world(World.EVIDENCE), django_assert_num_queries(1):
        assert System.objects.exists()
