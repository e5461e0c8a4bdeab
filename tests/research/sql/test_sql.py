"""Every metric is computed twice: by the code, and by SQL written by hand."""

import datetime

import pytest

from citytools.history import as_of_views
from contracts.models import Contract
from research.metrics.definitions import METRICS
from systems.models import System
from tests.loading import load
from tests.log import move_events
from tests.research.sql.answers import NAMES, SQL, disagreements, second
from tests.research.sql.estate import any_london

TODAY = datetime.date(2026, 11, 25)


def test_every_metric_has_its_sql_and_every_sql_its_metric() -> None:
    assert set(SQL) == set(METRICS)


@pytest.mark.django_db
@pytest.mark.parametrize("illustrative", [False, True])
def test_they_agree_where_there_is_nothing(illustrative: bool) -> None:
    assert disagreements(TODAY, illustrative=illustrative) == []
    empty = second("top10_supplier_share_by_value", TODAY, illustrative=illustrative)
    assert empty == dict.fromkeys(NAMES, 0) | {"value": None}


@pytest.mark.django_db
@pytest.mark.parametrize("illustrative", [False, True])
@pytest.mark.parametrize("demo", ["no", "yes"])
def test_they_agree_on_what_is_loaded(demo: str, illustrative: bool) -> None:
    load(demo=demo)
    assert System.objects.count() > 200
    assert disagreements(TODAY, illustrative=illustrative) == []


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_they_agree_on_any_london_and_on_any_day(seed: int) -> None:
    any_london(seed)
    for on in (TODAY, datetime.date(2028, 2, 29), datetime.date(2027, 3, 31)):
        for illustrative in (False, True):
            assert disagreements(on, illustrative=illustrative) == [], (on, illustrative)


@pytest.mark.django_db
def test_the_random_london_has_something_of_every_metric() -> None:
    any_london(2)
    answers = {key: second(key, TODAY, illustrative=True) for key in SQL}
    assert [key for key, row in answers.items() if not row["value"]] == []
    assert [key for key, row in answers.items() if not row["illustrative"]] == []


@pytest.mark.django_db
def test_they_agree_on_the_past_as_the_log_tells_it() -> None:
    any_london(3)
    move_events(datetime.date(2026, 5, 1))
    before = {key: second(key, TODAY, illustrative=True) for key in SQL}
    System.objects.filter(pk__in=System.objects.order_by("pk").values("pk")[:30]).update(status="")
    Contract.objects.order_by("pk").first().delete()  # type: ignore[union-attr]
    with as_of_views.read_as_at(datetime.date(2026, 6, 1)):
        assert disagreements(TODAY, illustrative=True) == []
        assert {key: second(key, TODAY, illustrative=True) for key in SQL} == before
    assert disagreements(TODAY, illustrative=True) == []
    assert {key: second(key, TODAY, illustrative=True) for key in SQL} != before
