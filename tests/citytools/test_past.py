"""The past is read from the event log, by the same queries as today."""

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Count
from django.utils import timezone

from boroughs.models import Borough
from citytools.history import as_of_views
from citytools.worlds import evidence_views
from contracts.models import Contract
from systems.models import Product, System
from tests import factories
from tests.log import move_events

pytestmark = pytest.mark.django_db

LONG_AGO, BEFORE, TODAY = (datetime.date(2026, 3, day) for day in (1, 15, 31))


def test_what_was_changed_reads_as_it_was() -> None:
    system = factories.system(hosting="saas")
    move_events(LONG_AGO)
    System.objects.filter(pk=system.pk).update(hosting="council_cloud")

    with as_of_views.read_as_at(BEFORE):
        assert System.objects.get().hosting == "saas"
    assert System.objects.get().hosting == "council_cloud"


def test_what_was_not_there_yet_is_not_there_and_what_was_deleted_is() -> None:
    gone = factories.system()
    number = gone.pk
    move_events(LONG_AGO)
    gone.delete()
    system = factories.system()

    with as_of_views.read_as_at(BEFORE):
        assert [record.pk for record in System.objects.all()] == [number]
    assert [record.pk for record in System.objects.all()] == [system.pk]


def test_the_day_itself_belongs_to_the_past_until_midnight_in_london() -> None:
    factories.borough("Camden")
    move_events(BEFORE)
    with as_of_views.read_as_at(BEFORE - datetime.timedelta(days=1)):
        assert not Borough.objects.exists()
    with as_of_views.read_as_at(BEFORE):
        assert Borough.objects.exists()
    in_summer = as_of_views.end_of_day(datetime.date(2026, 6, 30))
    assert in_summer == datetime.datetime(2026, 6, 30, 23, tzinfo=datetime.UTC)


def test_derived_dates_and_links_come_from_what_was_recorded_then() -> None:
    contract = factories.contract(ends_on="2027-03-31", notice_months=6)
    contract.functions.add(function := factories.function())
    move_events(LONG_AGO)
    contract.functions.clear()
    Contract.objects.filter(pk=contract.pk).update(notice_months=3)

    with as_of_views.read_as_at(BEFORE):
        then = Contract.objects.get()
        assert then.act_by == datetime.date(2026, 9, 30)
        assert list(then.functions.all()) == [function]


def test_rows_can_be_counted_by_group_in_the_past_as_today() -> None:
    product = factories.product()
    for _ in range(3):
        factories.system(product=product)
    question = Product.objects.annotate(count=Count("systems")).order_by("-count", "pk")
    with as_of_views.read_as_at(timezone.localdate()):
        assert list(question.values_list("count", flat=True)) == [3]


def test_today_is_today_again_after_an_error_within() -> None:
    factories.borough()
    with pytest.raises(ZeroDivisionError), as_of_views.read_as_at(LONG_AGO):
        _ = 1 / 0
    assert Borough.objects.exists()


def test_the_past_cannot_be_written_to() -> None:
    borough = factories.borough()
    move_events(LONG_AGO)
    with pytest.raises(DatabaseError), transaction.atomic(), as_of_views.read_as_at(BEFORE):
        Borough.objects.filter(pk=borough.pk).update(name="Elsewhere")


def test_without_its_views_today_is_not_taken_for_the_past() -> None:
    evidence_views.drop_views()
    as_of_views.drop_views()
    with pytest.raises(as_of_views.NoHistoryError, match="migrate"), as_of_views.read_as_at(BEFORE):
        pass
    as_of_views.create_views()
    evidence_views.create_views()
    with as_of_views.read_as_at(BEFORE):
        assert not Borough.objects.exists()


def test_the_record_begins_with_its_first_event() -> None:
    assert as_of_views.history_start_date() is None
    factories.borough()
    move_events(LONG_AGO)
    factories.borough()
    assert as_of_views.history_start_date() == LONG_AGO


def test_the_views_may_be_made_where_they_stand_already() -> None:
    """A flush tells every app that migrations ran, without telling before."""
    factories.borough("Camden")
    as_of_views.create_views()
    with as_of_views.read_as_at(timezone.localdate()):
        assert Borough.objects.get().name == "Camden"
