"""Dates of contracts: golden values, every kind of gap, and SQL that shares no code."""

import datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contracts.models import Contract, ContractStatus, ContractTerm, Stage, must_start
from contracts.models.term import whole_day
from tests import factories

DAY = datetime.date(2026, 11, 30)
TURNS = [
    *("2028-02-29", "2027-02-28", "2027-03-31", "2027-04-01", "2026-12-31", "2027-01-01"),
    *("2027-03-28", "2027-10-31"),  # the clocks change in London
]
STANDING = """
SELECT CASE
    WHEN ends_last < %(day)s THEN 'ended' WHEN stage = 'planned' THEN 'planned'
    WHEN starts_first > %(day)s THEN 'future' WHEN rolling THEN 'rolling'
    WHEN (ends_last - make_interval(months => notice_months))::date < %(day)s THEN 'past act-by'
    WHEN coalesce(starts_first, ends_first) IS NULL THEN 'not known whether it runs'
    ELSE 'running' END FROM contracts_contract WHERE id = %(id)s
"""


def test_work_must_start_twelve_months_before_unless_said_otherwise() -> None:
    day = datetime.date(2028, 2, 29)
    assert must_start(day) == datetime.date(2027, 2, 28)
    assert must_start(day, 0) == day
    assert ContractTerm(ends_on="2028-02-29", notice_months=0).must_start == datetime.date(
        2027, 2, 28
    )
    assert ContractTerm(ends_on="2028-03", notice_months=0).must_start == datetime.date(2027, 3, 1)
    assert ContractTerm(notice_months=0).must_start is None
    assert must_start(datetime.date(2027, 5, 31), 3) == datetime.date(2027, 2, 28)


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, ContractStatus.NOT_KNOWN),
        ({"extension_until": "2030"}, ContractStatus.NOT_KNOWN),
        ({"stage": "awarded"}, ContractStatus.NOT_KNOWN),
        ({"stage": "planned"}, ContractStatus.PLANNED),
        ({"stage": "planned", "starts_on": "2026", "ends_on": "2030"}, ContractStatus.PLANNED),
        ({"stage": "planned", "starts_on": "2027"}, ContractStatus.PLANNED),
        ({"stage": "planned", "rolling": True}, ContractStatus.PLANNED),
        ({"stage": "planned", "ends_on": "2025"}, ContractStatus.ENDED),
        ({"stage": "awarded", "starts_on": "2020"}, ContractStatus.CURRENT),
        ({"stage": "awarded", "starts_on": "2027"}, ContractStatus.FUTURE),
        ({"starts_on": "2026-12-01"}, ContractStatus.FUTURE),
        ({"starts_on": "2026-11"}, ContractStatus.CURRENT),
        ({"starts_on": "2027"}, ContractStatus.FUTURE),
        ({"rolling": True}, ContractStatus.ROLLING),
        ({"rolling": True, "starts_on": "2027"}, ContractStatus.FUTURE),
        ({"ends_on": "2026-11-30"}, ContractStatus.CURRENT),
        ({"ends_on": "2026-11-29"}, ContractStatus.ENDED),
        ({"ends_on": "2026"}, ContractStatus.CURRENT),
        ({"ends_on": "2026", "notice_months": 12}, ContractStatus.PAST_ACT_BY),
        ({"ends_on": "2027", "notice_months": 12}, ContractStatus.CURRENT),
        ({"ends_on": "2026-12-31"}, ContractStatus.CURRENT),
        ({"ends_on": "2025"}, ContractStatus.ENDED),
        ({"ends_on": "2027-03-31", "notice_months": 6}, ContractStatus.PAST_ACT_BY),
        ({"ends_on": "2027-05-30", "notice_months": 6}, ContractStatus.CURRENT),
        ({"ends_on": "2027-05-29", "notice_months": 6}, ContractStatus.PAST_ACT_BY),
    ],
)
def test_standing_on_a_day(fields: dict[str, Any], standing: ContractStatus) -> None:
    assert ContractTerm(**fields).status_on(DAY) is standing


@pytest.mark.parametrize("partial", ["2027", "2027-05", ""])
def test_no_day_is_invented(partial: str) -> None:
    assert whole_day(partial) is None


days = st.sampled_from(TURNS) | st.dates(
    datetime.date(2000, 1, 1), datetime.date(2060, 12, 31)
).map(str)
partial = days | days.map(lambda day: day[:7]) | days.map(lambda day: day[:4]) | st.just("")


@pytest.mark.django_db
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    partial,
    partial,
    st.none() | st.integers(0, 60),
    st.booleans(),
    days,
    st.sampled_from(["", *Stage.values]),
    st.booleans(),
)
@example("", "2028-02-29", 12, False, "2027-02-28", "", False)
@example("", "2027-03-31", 6, False, "2026-10-01", "awarded", True)
@example("", "", None, False, "2026-10-01", "", False)
def test_sql_agrees_on_standing_and_sums(
    starts_on: str,
    ends_on: str,
    notice: int | None,
    rolling: bool,
    day: str,
    stage: str,
    services: bool,
) -> None:
    if starts_on and ends_on:
        starts_on, ends_on = sorted([starts_on, ends_on], key=lambda one: one.ljust(10, "~"))
    fields = {"starts_on": starts_on, "ends_on": "" if rolling else ends_on, "stage": stage}
    Contract.objects.all().delete()
    contract = factories.contract(
        lead=factories.borough(),
        notice_months=notice,
        rolling=rolling,
        includes_services=services,
        **fields,
    )
    query = datetime.date.fromisoformat(day)
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"day": query, "id": contract.pk})
        ((standing,),) = cursor.fetchall()
    assert contract.term.status_on(query) == standing
    statuses = [
        status
        for status in ContractStatus
        if Contract.objects.with_status([status], query).exists()
    ]
    assert statuses == [standing]
    runs = standing in {"running", "past act-by", "rolling"}
    assert contract.runs_on(query) is Contract.objects.running_on(query).exists() is runs
    unsettled = stage == "planned" or not (rolling or fields["starts_on"] or fields["ends_on"])
    summed = not services and not unsettled
    assert contract.counts_in_sums is Contract.objects.for_sums().exists() is summed
    left_out = {"services": int(services), "unsettled": int(unsettled and not services)}
    assert Contract.objects.left_out_of_sums() == left_out


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "months"),
    [
        ("2026-01-01", "2028-06-30", 30),
        ("2026-01-01", "2028-07-01", 31),
        ("2024-03", "2027-03", 37),
        ("2026-02-15", "2026-02-15", 1),
        ("2026", "2028-06-30", None),
        ("2026-01-01", "2028", None),
        ("", "2028-06-30", None),
    ],
)
def test_a_term_has_months_where_both_ends_are_known_to_the_month(
    starts_on: str, ends_on: str, months: int | None
) -> None:
    assert ContractTerm(starts_on, ends_on).months == months
