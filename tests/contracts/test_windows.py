"""Windows: by hand, against a walk over every day, and what must hold however the dates fall."""

import datetime
import random
from collections.abc import Iterable
from dataclasses import replace

import pytest
from dateutil.relativedelta import relativedelta

from contracts.joint_procurement.windows import (
    SharedSpan,
    Span,
    contract_span,
    find_windows,
    window_id,
)

TODAY = datetime.date(2026, 11, 30)


def on(day: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=day)


def spans(*rows: tuple[int, int, int]) -> list[Span]:
    """(lead, first day, last day), counted from today; contracts number themselves."""
    return [
        Span(number, lead, on(first), on(last)) for number, (lead, first, last) in enumerate(rows)
    ]


def sets(windows: Iterable[SharedSpan]) -> set[frozenset[int]]:
    return {frozenset(span.contract for span in window.spans) for window in windows}


def day_by_day(given: Iterable[Span], today: datetime.date, months: int) -> set[frozenset[int]]:
    """Who is there on each day of all, and of these sets those within no other; nothing shared."""
    last = today + relativedelta(months=months)
    rows = [span for span in given if not (span.act_by < today or span.must_start > last)]
    if not rows:
        return set()
    day, end = min(span.must_start for span in rows), max(span.act_by for span in rows)
    together = set()
    while day <= end:
        there = [span for span in rows if span.must_start <= day <= span.act_by]
        if len({span.lead for span in there}) >= 2:
            together.add(frozenset(span.contract for span in there))
        day += datetime.timedelta(days=1)
    return {one for one in together if not any(one < other for other in together)}


def dice_thrown(seed: int) -> list[Span]:
    dice = random.Random(seed)
    rows = []
    for _ in range(dice.randint(0, 8)):
        first = dice.randint(-40, 60)
        rows.append((dice.randint(1, 4), first, first + dice.randint(0, 40)))
    return spans(*rows)


def test_two_boroughs_that_share_a_day_have_a_window() -> None:
    (window,) = find_windows(spans((1, 0, 20), (2, 20, 40)), TODAY, 36)
    assert (window.opens_on, window.closes_on) == (on(20), on(20))
    assert window.leads == {1, 2}


@pytest.mark.parametrize(
    "rows",
    [
        [(1, 0, 20), (2, 21, 40)],  # no day in common
        [(1, 0, 20), (1, 0, 20)],  # one borough alone
        [(1, 0, 20), (2, -20, -1)],  # too late for the one
        [(1, 0, 5000), (2, 2000, 5000)],  # beyond the horizon
        [],
    ],
)
def test_no_window_is_made_up(rows: list[tuple[int, int, int]]) -> None:
    assert find_windows(spans(*rows), TODAY, 36) == []


def test_each_maximal_set_is_a_window_and_the_first_to_close_comes_first() -> None:
    shared_spans = find_windows(spans((1, 0, 10), (2, 5, 30), (3, 20, 40), (3, 8, 9)), TODAY, 36)
    assert [sets([window]) for window in shared_spans] == [
        {frozenset({0, 1, 3})},
        {frozenset({1, 2})},
    ]
    assert shared_spans[0].closes_on == on(9)


def test_what_is_too_late_or_too_far_hides_no_window() -> None:
    rows = [(1, 0, 100), (2, 0, 100), (3, -50, -1), (4, 90, 5000)]
    assert sets(find_windows(spans(*rows), TODAY, 2)) == {frozenset({0, 1})}


@pytest.mark.parametrize("part", range(20))
def test_a_walk_over_every_day_finds_the_same(part: int) -> None:
    for seed in range(part * 100, part * 100 + 100):
        given, months = dice_thrown(seed), seed % 4
        assert sets(find_windows(given, TODAY, months)) == day_by_day(given, TODAY, months), seed


@pytest.mark.parametrize("seed", range(100))
def test_shifted_dates_shift_the_windows_alike(seed: int) -> None:
    given, by = dice_thrown(seed), datetime.timedelta(days=28 * 365 + 7)  # calendars repeat
    moved = [
        replace(span, must_start=span.must_start + by, act_by=span.act_by + by) for span in given
    ]
    before, after = find_windows(given, TODAY, 2), find_windows(moved, TODAY + by, 2)
    assert [(span.opens_on + by, span.closes_on + by) for span in before] == [
        (span.opens_on, span.closes_on) for span in after
    ]


@pytest.mark.parametrize("seed", range(200))
def test_one_contract_more_never_lowers_the_most_boroughs(seed: int) -> None:
    given = dice_thrown(seed)
    most = [
        max((len(window.leads) for window in find_windows(some, TODAY, 2)), default=0)
        for some in (given[:-1], given)
    ]
    assert most[0] <= most[1]


@pytest.mark.parametrize("seed", range(200))
def test_one_borough_less_leaves_the_windows_it_was_not_in(seed: int) -> None:
    given = dice_thrown(seed)
    left = sets(find_windows([span for span in given if span.lead != 1], TODAY, 2))
    assert {one for one in sets(find_windows(given, TODAY, 2)) if not _of_first(given, one)} <= left


def _of_first(given: list[Span], contracts: frozenset[int]) -> bool:
    return any(given[number].lead == 1 for number in contracts)


def test_must_start_is_counted_in_calendar_months() -> None:
    span = contract_span(1, 2, datetime.date(2028, 2, 29), 12)
    assert span.must_start == datetime.date(2027, 2, 28)


def test_an_id_names_the_group_and_the_contracts() -> None:
    (window,) = find_windows(spans((1, 0, 20), (2, 0, 30)), TODAY, 36)
    (later,) = find_windows(spans((1, 5, 20), (2, 5, 30)), TODAY, 36)
    assert window_id("function", "rents", window) == window_id("function", "rents", later)
    assert window_id("function", "rents", window) != window_id("product", "rents", window)
    assert len(window_id("function", "rents", window)) == 12
