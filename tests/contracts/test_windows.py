"""Windows: by hand, against a walk over every day, and what must hold however the dates fall."""

import datetime
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from dateutil.relativedelta import relativedelta

from boroughs.models import Borough
from contracts.joint_procurement.contract_rows import ContractRow
from contracts.joint_procurement.windows import Window, find_windows
from systems.models import Function

TODAY = datetime.date(2026, 11, 30)
RENTS = Function(pk=1, slug="rents")


def on(day: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=day)


def contracts(*rows: tuple[int, int, int]) -> list[ContractRow]:
    """(lead, first day, last day), counted from today; contracts number themselves."""
    return [
        ContractRow(
            number, f"row-{number}", Borough(pk=lead, name=str(lead)), on(last), on(first), on(last)
        )
        for number, (lead, first, last) in enumerate(rows)
    ]


def windows(
    candidates: Sequence[ContractRow], today: datetime.date = TODAY, months: int = 36
) -> list[Window]:
    return find_windows(RENTS, "function", candidates, today, months)


def keys(rows: Iterable[ContractRow]) -> frozenset[int]:
    return frozenset(row.pk for row in rows)


def sets(windows: Iterable[Window]) -> set[frozenset[int]]:
    return {keys(window.contracts) for window in windows}


def day_by_day(
    candidates: Iterable[ContractRow], today: datetime.date, months: int
) -> set[frozenset[int]]:
    """Who is there on each day of all, and of these sets those within no other; nothing shared."""
    last = today + relativedelta(months=months)
    rows = [row for row in candidates if not (row.act_by < today or row.must_start > last)]
    if not rows:
        return set()
    day, end = min(row.must_start for row in rows), max(row.act_by for row in rows)
    together = set()
    while day <= end:
        there = [row for row in rows if row.must_start <= day <= row.act_by]
        if len({row.lead for row in there}) >= 2:
            together.add(keys(there))
        day += datetime.timedelta(days=1)
    return {group for group in together if not any(group < other for other in together)}


def random_contracts(seed: int) -> list[ContractRow]:
    dice = random.Random(seed)
    rows = []
    for _ in range(dice.randint(0, 8)):
        first = dice.randint(-40, 60)
        rows.append((dice.randint(1, 4), first, first + dice.randint(0, 40)))
    return contracts(*rows)


def test_two_boroughs_that_share_a_day_have_a_window() -> None:
    (window,) = windows(contracts((1, 0, 20), (2, 20, 40)))
    assert (window.opens_on, window.closes_on) == (on(20), on(20))
    assert window.lead_ids == {1, 2}


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
    assert windows(contracts(*rows)) == []


def test_each_maximal_set_is_a_window_and_the_first_to_close_comes_first() -> None:
    first, second = windows(contracts((1, 0, 10), (2, 5, 30), (3, 20, 40), (3, 8, 9)))
    assert (keys(first.contracts), keys(second.contracts)) == ({0, 1, 3}, {1, 2})
    assert first.closes_on == on(9)


def test_what_is_too_late_or_too_far_hides_no_window() -> None:
    rows = [(1, 0, 100), (2, 0, 100), (3, -50, -1), (4, 90, 5000)]
    assert sets(windows(contracts(*rows), months=2)) == {frozenset({0, 1})}


@pytest.mark.parametrize("part", range(20))
def test_a_walk_over_every_day_finds_the_same(part: int) -> None:
    for seed in range(part * 100, part * 100 + 100):
        rows, months = random_contracts(seed), seed % 4
        assert sets(windows(rows, TODAY, months)) == day_by_day(rows, TODAY, months), seed


def test_shifted_dates_shift_the_windows_alike() -> None:
    by = datetime.timedelta(days=28 * 365 + 7)  # calendars repeat
    for seed in range(100):
        rows = random_contracts(seed)
        moved = [
            replace(row, must_start=row.must_start + by, act_by=row.act_by + by) for row in rows
        ]
        before, after = windows(rows, TODAY, 2), windows(moved, TODAY + by, 2)
        assert [(window.opens_on + by, window.closes_on + by) for window in before] == [
            (window.opens_on, window.closes_on) for window in after
        ], seed


def test_another_contract_never_lowers_the_highest_number_of_boroughs() -> None:
    for seed in range(200):
        rows = random_contracts(seed)
        fewer, more = (
            max((len(window.leads) for window in windows(some, TODAY, 2)), default=0)
            for some in (rows[:-1], rows)
        )
        assert fewer <= more, seed


def test_one_borough_less_leaves_the_windows_it_was_not_in() -> None:
    for seed in range(200):
        rows = random_contracts(seed)
        left = sets(windows([row for row in rows if row.lead.pk != 1], TODAY, 2))
        without_first = [window for window in windows(rows, TODAY, 2) if 1 not in window.lead_ids]
        assert sets(without_first) <= left, seed


def test_an_id_names_the_group_and_the_contracts() -> None:
    (window,) = windows(contracts((1, 0, 20), (2, 0, 30)))
    (later,) = windows(contracts((1, 5, 20), (2, 5, 30)))
    assert window.id == later.id
    assert window.id != replace(window, group_by="product").id
    assert len(window.id) == 12
