"""Values that are computed once for all workers: of which world and version, and what if not."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import InternalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytools.facts import dates
from citytools.history import as_of_views, data_version
from citytools.history.data_version import MAX_VERSIONS, derived_value
from citytools.models import DerivedValue
from citytools.worlds import World, use_world
from research.models import Finding
from tests import factories
from tests.log import move_events
from tests.pages import text_of

pytestmark = pytest.mark.django_db


class Counted:
    """A computation that counts how often it was needed."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Any:
        self.times += 1
        return {"times": self.times}


@pytest.fixture
def compute() -> Counted:
    return Counted()


@pytest.fixture
def page() -> Iterator[None]:
    """As within a request for a public page."""
    with data_version.use_version(data_version.current_version()):
        yield


@pytest.mark.usefixtures("page")
def test_what_was_computed_once_is_read_from_then_on(compute: Counted) -> None:
    assert [derived_value("a", compute) for _ in range(3)] == [{"times": 1}] * 3
    assert derived_value("b", compute) == {"times": 2}


@pytest.mark.usefixtures("page")
def test_each_world_has_its_own(compute: Counted) -> None:
    values = []
    for world in (World.EVIDENCE, World.DEMONSTRATION, World.EVIDENCE, World.DEMONSTRATION):
        with use_world(world):
            values.append(derived_value("a", compute)["times"])
    assert values == [1, 2, 1, 2]


def test_whoever_writes_a_fact_makes_it_new(compute: Counted) -> None:
    for times in (1, 2):
        factories.system()
        with data_version.use_version(data_version.current_version()):
            assert derived_value("a", compute) == derived_value("a", compute) == {"times": times}


def test_the_next_day_makes_it_new(compute: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    today = dates.today()
    for days in (0, 1):
        day = today + datetime.timedelta(days=days)
        monkeypatch.setattr(dates, "today", lambda day=day: day)
        with data_version.use_version(data_version.current_version()):
            derived_value("a", compute)
    assert compute.times == 2


def test_nothing_is_stored_for_whoever_may_write(compute: Counted) -> None:
    assert [derived_value("a", compute)["times"] for _ in range(2)] == [1, 2]
    assert not DerivedValue.objects.exists()


@pytest.mark.usefixtures("page")
def test_an_earlier_day_reads_and_stores_nothing(compute: Counted) -> None:
    factories.system()
    move_events(dates.today() - datetime.timedelta(days=2))
    derived_value("a", compute)
    with as_of_views.read_as_at(dates.today() - datetime.timedelta(days=1)):
        assert derived_value("a", compute) == {"times": 2}
    assert DerivedValue.objects.count() == 1


def test_few_versions_are_kept(compute: Counted) -> None:
    for _ in range(MAX_VERSIONS + 3):
        factories.system()
        with data_version.use_version(data_version.current_version()):
            derived_value("a", compute)
            derived_value("b", compute)
    assert DerivedValue.objects.filter(name="a").count() == MAX_VERSIONS
    assert DerivedValue.objects.filter(name="b").count() == MAX_VERSIONS


@pytest.mark.usefixtures("page")
def test_two_that_compute_at_once_both_answer(
    compute: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile() -> Any:
        derived_value("a", compute)  # another worker is quicker
        return compute()

    assert derived_value("a", meanwhile) == {"times": 2}
    assert derived_value("a", compute) == {"times": 1}
    assert DerivedValue.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_only_reads_shows_the_page_all_the_same(client: Client) -> None:
    factories.finding(metric="systems_on_record", comparison="at_least", threshold=1)
    factories.system(source_kind="website", source_url="https://a.example")
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            with pytest.raises(InternalError):
                cursor.execute("DELETE FROM citytools_derivedvalue")
            assert client.get("/research/metrics/").status_code == 200
        finally:
            cursor.execute("SET default_transaction_read_only = off")
    assert not DerivedValue.objects.exists()
    assert client.get("/research/metrics/").status_code == 200
    assert DerivedValue.objects.exists()


def test_a_number_follows_each_edit(client: Client) -> None:
    systems = factories.system(source_kind="website", source_url="https://a.example")
    before = text_of(client.get("/research/metrics/systems_on_record/"))
    assert text_of(client.get("/research/metrics/systems_on_record/")) == before
    factories.system(source_kind="website", source_url="https://a.example", borough=systems.borough)
    after = text_of(client.get("/research/metrics/systems_on_record/"))
    assert "n\u00a0=\u00a01 systems" in before
    assert "n\u00a0=\u00a02 systems" in after


def test_a_second_worker_asks_little(client: Client) -> None:
    factories.finding(body="{{ metric:systems_on_record }}")
    assert Finding.objects.count() == 1
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get("/research/metrics/")
        counts.append(sum("citytools_datachange" not in query["sql"] for query in queries))
    assert counts[0] > counts[1] == counts[2] == 1
