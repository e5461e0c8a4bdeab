"""Prepared queries: the rows of the query set, whatever was asked before, in each world."""

import datetime
import threading

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from citytools.facts import dates
from citytools.history import as_of_views
from citytools.lists.prepared_query import PreparedCounts, PreparedQuery
from citytools.worlds import World, evidence_views, use_world
from contracts.models import Contract
from systems.models import System
from tests import factories
from tests.log import move_events

pytestmark = pytest.mark.django_db


def _plain(product: int, hosting: str) -> QuerySet[System]:
    systems = System.objects.for_list().exclude(note__contains="100 % gone")
    return systems.filter(product=product, hosting=hosting)[:20]


def test_each_value_gets_its_own_rows_however_often_it_is_asked() -> None:
    prepared = PreparedQuery(_plain)
    product = factories.product()
    for hosting in ("saas", "shared", "saas"):
        factories.system(product=product, hosting=hosting)
    factories.system(product=product, hosting="saas", note="It is 100 % gone.")
    for key in (product.pk, product.pk + 1):
        for hosting in ("saas", "shared", "it's", "%s", "$1"):
            for _ in range(8):  # PostgreSQL takes a plan for all values after five
                assert prepared(key, hosting) == list(_plain(key, hosting))


def test_rows_come_with_what_the_query_set_selects_and_prefetches() -> None:
    prepared = PreparedQuery(lambda key: Contract.objects.for_list().filter(systems=key))
    system, partner = factories.system(), factories.borough()
    contract = factories.contract(systems=[system], partners=[partner], annual_value=12)
    expected = (contract, contract.lead, contract.supplier, 12)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            (row,) = prepared(system.pk)
            assert (row, row.lead, row.supplier, row.annual_value) == expected
            assert list(row.partners.all()) == [partner]
        assert len(queries) == 3


def test_each_world_gets_its_rows_also_after_the_first_invention() -> None:
    prepared = PreparedQuery(lambda key: System.objects.filter(function=key))
    real = factories.system()
    made_up = factories.product(illustrative=True, manufacturer=None)
    for world in (World.EVIDENCE, World.DEMONSTRATION):
        with use_world(world):
            assert prepared(real.function_id) == [real]
    invented = factories.system(function=real.function, product=made_up, source_kind="illustrative")
    with use_world(World.EVIDENCE):
        assert prepared(real.function_id) == [real]
    with use_world(World.DEMONSTRATION):
        assert set(prepared(real.function_id)) == {real, invented}


def test_an_earlier_day_gets_the_rows_of_that_day() -> None:
    prepared = PreparedQuery(lambda key: System.objects.filter(product=key))
    system = factories.system()
    move_events(datetime.date(2026, 11, 10))
    later = factories.system(product=system.product)
    assert set(prepared(system.product_id)) == {system, later}
    with as_of_views.read_as_at(dates.today() - datetime.timedelta(days=1)):
        assert prepared(system.product_id) == [system]


@pytest.mark.django_db(transaction=True)
def test_the_first_invention_of_another_session_is_hidden_too() -> None:
    prepared = PreparedQuery(lambda key: System.objects.filter(function=key))
    real = factories.system()
    invented: list[System] = []

    def write() -> None:
        with use_world(World.BOTH):
            product = factories.product(illustrative=True, manufacturer=None)
            fact = {"product": product, "function": real.function, "source_kind": "illustrative"}
            invented.append(factories.system(**fact))
        connection.close()

    evidence_views.drop_views()  # as in a database that never held any
    evidence_views.create_views()
    with use_world(World.EVIDENCE):
        for _ in range(8):  # PostgreSQL takes a plan for all values after five
            assert prepared(real.function_id) == [real]
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert prepared(real.function_id) == [real]
    assert set(prepared(real.function_id)) == {real, *invented}


@pytest.mark.django_db(transaction=True)
def test_a_new_session_prepares_anew() -> None:
    prepared = PreparedQuery(lambda key: System.objects.filter(product=key))
    system = factories.system()
    assert prepared(system.product_id) == [system]
    connection.close()
    assert prepared(system.product_id) == [system]


def test_counts_are_those_of_the_query_sets() -> None:
    def querysets(product: int, day: datetime.date) -> dict[str, QuerySet[System]]:
        systems = System.objects.filter(product=product)
        return {
            "systems": systems,
            "boroughs": systems.values("borough").distinct(),
            "confirmed": systems.filter(confirmed_on__gte=day),
            "impossible": System.objects.none(),
        }

    prepared = PreparedCounts(querysets)
    today = dates.today()
    system = factories.system(confirmed_on=today)
    factories.system(product=system.product, borough=system.borough)
    for key in (system.product_id, system.product_id + 1):
        for day in (today, today + datetime.timedelta(days=1)):
            expected = {name: rows.count() for name, rows in querysets(key, day).items()}
            assert prepared(key, day) == expected
    assert prepared(system.product_id, today) == {
        "systems": 2, "boroughs": 1, "confirmed": 1, "impossible": 0,
    }  # fmt: skip
