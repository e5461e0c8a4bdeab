"""Dates as precise as their source: in words, as first and last day, the same in SQL."""

import calendar
import datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from boroughs.models import Borough
from citytools.facts.dates import (
    FirstDay,
    LastDay,
    first_day,
    last_day,
    parse_partial_date,
    partial_date_in_words,
)
from citytools.facts.dates import PartialDateField as Field
from contracts.models import Contract
from tests import factories

DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))
TEXTS = st.builds(lambda day, length: day.isoformat()[:length], DAYS, st.sampled_from([4, 7, 10]))


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("2026-11", "2026-11-01", "2026-11-30", "November 2026"),
        ("2026-12", "2026-12-01", "2026-12-31", "December 2026"),
        ("2027-02", "2027-02-01", "2027-02-28", "February 2027"),
        ("2028-02", "2028-02-01", "2028-02-29", "February 2028"),
        ("2100-02", "2100-02-01", "2100-02-28", "February 2100"),
        ("2026-11-05", "2026-11-05", "2026-11-05", "5 November 2026"),
    ],
)
def test_a_partial_date_spans_the_days_it_can_mean(
    text: str, first: str, last: str, words: str
) -> None:
    assert first_day(text) == datetime.date.fromisoformat(first)
    assert last_day(text) == datetime.date.fromisoformat(last)
    assert partial_date_in_words(text) == words


WRONG = ["", " ", "26", "1899", "2200", "2026-13", "2026-00", "2026-1", "2026-02-29", "2026-11-31"]
WRONG += ["2026-11-00", "2026/11", "2026-11-30T00", "２０２６", "2026\n", " 2026", "-2026", "2026-"]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_date_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|month|year"):
        parse_partial_date(text)
    if text:
        with pytest.raises(ValidationError, match=r"is not a date\. Write a day as 2026-11-30"):
            Field().run_validators(text)


@pytest.mark.django_db
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(TEXTS, min_size=20, max_size=60))
def test_the_database_knows_the_same_first_and_last_day(texts: list[str]) -> None:
    assert in_sql(texts) == [(first_day(text), last_day(text)) for text in texts]


@pytest.mark.django_db
def test_the_database_knows_the_last_day_of_every_month() -> None:
    months = [(year, month) for year in (1900, 2026, 2028, 2100) for month in range(1, 13)]
    ends = [datetime.date(*month, calendar.monthrange(*month)[1]) for month in months]
    texts = [f"{year}-{month:02}" for year, month in months]
    assert [last for _, last in in_sql(texts)] == ends


@pytest.mark.django_db
def test_the_database_gives_no_day_for_what_is_not_known() -> None:
    assert in_sql([""]) == [(None, None)]


def in_sql(texts: list[str]) -> list[tuple[Any, Any]]:
    """The first and the last day of each text, by one query over rows that hold them."""
    # A contract's start may lie ahead, as the date of a source may not
    blank = {"source_kind": "return", "as_of": "2026", "confidence": "high"}
    Contract.objects.all().delete()
    lead = Borough.objects.first() or factories.borough()
    Contract.objects.bulk_create(
        Contract(title=f"{place:04}", lead=lead, starts_on=text, **blank)
        for place, text in enumerate(texts)
    )
    spans = Contract.objects.order_by("title").annotate(
        first=FirstDay("starts_on"), last=LastDay("starts_on")
    )
    return list(spans.values_list("first", "last"))
