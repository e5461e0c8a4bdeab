"""The version of the data: it moves when a write can be seen, and at no other time."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock

import psycopg2
import pytest
from django.db import OperationalError, connection, transaction

from citytools.history import data_version
from citytools.models import DataChange
from systems.models import Supplier
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def key() -> str:
    return data_version.current_version().key


@pytest.fixture
def other() -> Iterator[Any]:
    """A connection beside the test's own, as another visitor's."""
    other_connection = psycopg2.connect(**connection.get_connection_params())
    yield other_connection
    other_connection.close()


WRITES: dict[str, Callable[[Supplier], object]] = {
    "a save": lambda supplier: supplier.save(),
    "an update": lambda supplier: Supplier.objects.filter(pk=supplier.pk).update(name="x"),
    "a bulk insert": lambda supplier: Supplier.objects.bulk_create([Supplier(name="n", slug="n")]),
    "a delete": lambda supplier: supplier.delete(),
}


@pytest.mark.parametrize("how", WRITES)
def test_every_way_of_writing_moves_it(how: str) -> None:
    supplier = factories.supplier()
    before = key()
    assert key() == before
    WRITES[how](supplier)
    assert key() != before


def test_every_table_of_facts_has_the_trigger() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'notes_a_change'"
        )
        assert sorted(name for (name,) in cursor.fetchall()) == data_version.fact_tables()
    assert {"contracts_contract_functions", "skills_skilllevel", "research_finding"} <= set(
        data_version.fact_tables()
    )


def test_what_is_taken_back_did_not_happen() -> None:
    before = key()
    with transaction.atomic():
        factories.supplier()
        assert key() != before
        transaction.set_rollback(True)
    assert key() == before


def test_it_moves_at_each_commit_in_whatever_order(other: Any) -> None:
    """Two write, the second commits first: a page made in between must not pass for the last."""
    start = key()
    with other.cursor() as cursor:
        cursor.execute("UPDATE systems_supplier SET name = name")
        assert key() == start
        factories.supplier()  # begun later, seen earlier
        between = key()
        other.commit()
    assert len({start, between, key()}) == 3


def test_writers_do_not_wait_for_each_other(other: Any) -> None:
    with other.cursor() as cursor:
        for _ in range(500):
            cursor.execute("UPDATE systems_supplier SET name = name")
        done = threading.Event()

        def write() -> None:
            with connection.cursor() as mine:
                mine.execute("SET statement_timeout = '5s'")
                for _ in range(500):
                    mine.execute("UPDATE skills_skill SET name = name")
            connection.close()
            done.set()

        thread = threading.Thread(target=write)
        thread.start()
        thread.join(20)
        assert done.is_set()
        other.commit()


def test_folding_keeps_the_sum_and_few_rows() -> None:
    start = weight()
    with connection.cursor() as cursor:
        for _ in range(2000):
            cursor.execute("UPDATE systems_supplier SET name = name")
    assert weight() == start + 2000
    assert DataChange.objects.count() < 1500


def weight() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(weight), 0) FROM citytools_datachange")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("how", ["DEALLOCATE ALL", "SELECT pg_terminate_backend(%s)"])
def test_a_connection_that_lost_its_session_is_made_anew(other: Any, how: str) -> None:
    """As behind a pooler, or after PostgreSQL was started again."""
    before = key()
    lost = connection.connection
    if how.startswith("SELECT"):
        with other.cursor() as cursor:
            cursor.execute(how, [lost.get_backend_pid()])
    else:
        with connection.cursor() as cursor:
            cursor.execute(how)
    assert key() == before
    assert connection.connection is not lost


def test_a_version_that_takes_too_long_is_not_asked_for_twice(
    other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key()
    ask = Mock(side_effect=data_version._data_changes)
    monkeypatch.setattr(data_version, "_data_changes", ask)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 100")
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLE citytools_datachange IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(OperationalError, match="timeout"):
            key()
    assert ask.call_count == 1
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
