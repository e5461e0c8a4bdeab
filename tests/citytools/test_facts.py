"""How facts read on a page."""

import datetime
from decimal import Decimal

import pytest

from citytools.facts import dates
from citytools.pages import template_filters

UNKNOWN = '<span class="ct-unknown">not known</span>'


@pytest.fixture
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: datetime.date(2026, 11, 30))


@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-11-30", "today"),
        ("2026-12-01", "in 1 day"),
        ("2026-11-29", "1 day ago"),
        ("2027-01-29", "in 60 days"),
        ("2027-01-30", "in 2 months"),
        ("2026-09-30", "2 months ago"),
        ("2026-10-01", "60 days ago"),
        ("2027-09-30", "in 9 months"),
        ("2027-10-01", "in 10 months"),
        ("2028-11-29", "in 23 months"),
        ("2028-11-30", "in 2 years"),
        ("2029-11-30", "in 3 years"),
        ("2020-01-01", "6 years ago"),
    ],
)
def test_a_day_says_how_far_away_it_is(day: str, words: str) -> None:
    assert template_filters.distance(datetime.date.fromisoformat(day)) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Decimal(0), "£0"),
        (Decimal("999.49"), "£999"),
        (Decimal("1200.00"), "£1,200"),
        (Decimal("12345678901.50"), "£12,345,678,902"),
        (None, UNKNOWN),
    ],
)
def test_money_reads_to_the_pound_and_zero_is_an_amount(amount: Decimal | None, words: str) -> None:
    assert template_filters.pounds(amount) == words


@pytest.mark.parametrize("value", [0, False, "0", Decimal(0), "x"])
def test_what_has_a_value_is_known_also_zero(value: object) -> None:
    assert template_filters.known(value) is value


@pytest.mark.parametrize("value", [None, ""])
def test_what_is_empty_reads_not_known(value: object) -> None:
    assert template_filters.known(value) == UNKNOWN


@pytest.mark.parametrize(("value", "words"), [(True, "yes"), (False, "no"), (None, UNKNOWN)])
def test_yes_no_has_three_answers(value: bool | None, words: str) -> None:
    assert template_filters.yes_no(value) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026", "2026"),
        ("2026-11", "November 2026"),
        ("2026-11-30", "30 November 2026"),
        ("", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_a_partial_date_reads_as_precise_as_its_source(text: str | None, words: str) -> None:
    assert template_filters.partial_date(text) == words


@pytest.mark.parametrize(
    ("value", "words"), [(datetime.date(2026, 9, 3), "3 September 2026"), (None, UNKNOWN)]
)
def test_a_day_reads_without_a_leading_zero(value: datetime.date | None, words: str) -> None:
    assert template_filters.day(value) == words
