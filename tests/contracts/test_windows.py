"""Windows against a walk over every day that shares no code with them, however dates fall."""

import calendar
import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from boroughs.models import Borough
from citytools.facts import dates
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import detail_windows
from contracts.joint_procurement.windows import Window, read_windows
from contracts.models import Contract
from systems.models import Function
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 30)
LEADS = ("Barnet", "Brent", "Camden", "Ealing")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "today", lambda: TODAY)


def windows(query: str = "", **options: Any) -> list[Window]:
    filterset = TogetherFilter(QueryDict(query), Contract.objects.all())
    return read_windows(filterset, TODAY, **options)


@dataclass(frozen=True)
class Term:
    """What of a contract makes a window; dates as text."""

    lead: str
    ends_on: str
    notice: int | None
    extension: str = ""


def less(day: datetime.date, months: int) -> datetime.date:
    """Calendar months before a day, by the calendar module alone."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_of(text: str) -> tuple[datetime.date, datetime.date]:
    """The first and last day that a partial date can mean."""
    year, month, day = ([int(part) for part in text.split("-")] + [0, 0])[:3]
    last = calendar.monthrange(year, month or 12)[1]
    return (
        datetime.date(year, month or 1, day or 1),
        datetime.date(year, month or 12, day or last),
    )


@dataclass(frozen=True)
class Choice:
    """What is asked of the list."""

    lead_months: int = 12
    months: int = 36
    extended: bool = False
    assumed: int | None = None
    certain: bool = False

    @property
    def query(self) -> str:
        assumed = "" if self.assumed is None else f"&assume_notice={self.assumed}"
        return (
            f"lead_months={self.lead_months}&months={self.months}"
            f"&extensions={'yes' if self.extended else 'no'}"
            f"&certain={'yes' if self.certain else 'no'}{assumed}"
        )


def day_by_day(
    terms: Mapping[int, Term], choice: Choice
) -> dict[frozenset[int], tuple[frozenset[int], datetime.date]]:
    """The maximal sets there are on some day, each with those too late and the first act-by day."""
    horizon = less(TODAY, -choice.months)
    spans, late, act_by = {}, set(), {}
    for number, term in terms.items():
        end = (choice.extended and term.extension) or term.ends_on
        first, last = days_of(end)
        if last < TODAY or first > horizon:
            continue
        if choice.certain and (term.notice is None or len(end) != 10):
            continue
        assumed = 12 if choice.assumed is None else choice.assumed
        act_by[number] = less(first, assumed if term.notice is None else term.notice)
        if term.notice is not None and less(last, term.notice) < TODAY:
            late.add(number)
        spans[number] = (less(first, choice.lead_months), last)
    there = defaultdict(set)
    for number, (day, last) in spans.items():
        while day <= last:
            there[day].add(number)
            day += datetime.timedelta(days=1)
    sets = {frozenset(numbers - late) for numbers in there.values()}
    shared = {one for one in sets if len({terms[number].lead for number in one}) > 1}
    largest = {one for one in shared if not any(one < other for other in shared)}
    return {
        one: (
            frozenset(n for ns in there.values() if one <= ns for n in ns & late),
            min(act_by[number] for number in one),
        )
        for one in largest
    }


def recorded(terms: Iterable[Term]) -> dict[int, Term]:
    """The same as contracts for one function, by primary key."""
    function, _ = Function.objects.get_or_create(
        slug="rents",
        defaults={"name": "Rents", "position": 1, "service_area": factories.service_area()},
    )
    Contract.objects.all().delete()
    leads = {lead.name: lead for lead in Borough.objects.all()}
    saved = {}
    for term in terms:
        if term.lead not in leads:
            leads[term.lead] = factories.borough(term.lead)
        contract = factories.contract(
            lead=leads[term.lead],
            ends_on=term.ends_on,
            notice_months=term.notice,
            extension_until=term.extension,
            functions=[function],
        )
        saved[contract.pk] = term
    return saved


ENDS = st.sampled_from([
    "2026-11-30", "2026-12-01", "2026-12", "2026", "2027-01-31", "2027-02-28", "2027-03-31",
    "2027-05-30", "2027-08", "2027-08-30", "2027-11-30", "2027-12-31", "2027", "2028-02-29",
    "2028-02", "2028-11-30", "2029-11-30", "2029-12-01", "2030",
])  # fmt: skip
TERMS = st.builds(
    Term,
    lead=st.sampled_from(LEADS),
    ends_on=ENDS,
    notice=st.sampled_from([None, None, 0, 3, 6, 12]),
    extension=st.sampled_from(["", "", "2031-01-31", "2031"]),
)
A_YEAR_LATER = (Term("Brent", "2027-11-30", 0), Term("Ealing", "2027-11-30", 0))
CHOICES = st.builds(
    Choice,
    lead_months=st.sampled_from([12, 12, 0, 1, 6, 18]),
    months=st.sampled_from([36, 60, 0, 6]),
    extended=st.booleans(),
    assumed=st.sampled_from([None, None, 6]),
    certain=st.sampled_from([False, False, True]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TERMS, min_size=2, max_size=8), CHOICES)
@example([Term("Camden", "2026-11-30", 0), *A_YEAR_LATER], Choice())  # they share that day alone
@example([Term("Camden", "2026-11-30", 3), *A_YEAR_LATER], Choice())  # the same, but too late
@example([Term("Camden", "2026-11-29", 0), *A_YEAR_LATER], Choice())  # ended
@example([Term("Camden", "2027-11-30", 12), *A_YEAR_LATER], Choice())  # today is the last day
@example([Term("Camden", "2027-11-29", 12), *A_YEAR_LATER], Choice())
@example([Term("Camden", "2029-11-30", 0), Term("Brent", "2029-11-30", 0)], Choice())
@example([Term("Camden", "2029-12-01", 0), Term("Brent", "2029-11-30", 0)], Choice())
def test_a_walk_over_every_day_finds_the_same(terms: list[Term], choice: Choice) -> None:
    saved = recorded(terms)
    together = windows(choice.query)
    found = {
        frozenset(window.contract_ids): (frozenset(window.late_ids), window.act_by_earliest)
        for window in together
    }
    in_all = sum(len(window.all_ids) for window in together)
    assert all(window.contracts_in_all == in_all for window in together)
    assert found == day_by_day(saved, choice)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TERMS, min_size=1, max_size=7), CHOICES)
def test_another_contract_takes_none_off_the_page(terms: list[Term], choice: Choice) -> None:
    def shown(terms: list[Term]) -> set[int]:
        saved = list(recorded(terms))
        found = {key for window in windows(choice.query) for key in window.contract_ids}
        return {place for place, key in enumerate(saved) if key in found}

    assert shown(terms[:-1]) <= shown(terms)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(TERMS, max_size=7), CHOICES)
def test_the_statement_and_the_rows_agree_on_who_can_act(terms: list[Term], choice: Choice) -> None:
    recorded(terms)
    filterset = TogetherFilter(QueryDict(choice.query), Contract.objects.all())
    for view in detail_windows(windows(choice.query), filterset, TODAY, 100):
        words = [str(row.can_act) for row, _ in view.rows]
        assert words.count("can") == view.window.can
        assert words.count("may") == view.window.may
        assert words.count("too late") == len(view.window.late_ids)
        perhaps = [row for row, _ in view.rows if row.perhaps_too_late]
        assert len(perhaps) == view.window.perhaps_late
        assert min(row.act_by.earliest for row, _ in view.rows if row.can_act != "too late") == (
            view.window.act_by_earliest
        )
        ends = [row.ends_on for row, _ in view.rows if row.can_act != "too late"]
        assert (min(ends), max(ends)) == (view.window.closes, view.window.ends_last)


def test_one_of_a_page_is_the_same_as_among_all() -> None:
    rents, rates = factories.function("Rents"), factories.function("Rates")
    for lead in LEADS:
        body = factories.borough(lead)
        for function, ends_on in ((rents, "2027-03-31"), (rents, "2029-03-31"), (rates, "2028")):
            factories.contract(lead=body, functions=[function], ends_on=ends_on)
    together = windows()
    assert [window.number for window in together] == [1, 2, 3]
    assert {window.total for window in together} == {3}
    assert {window.contracts_in_all for window in together} == {12}
    assert windows(numbers=(2, 2)) == together[1:2]
    assert windows(numbers=(3, 3), head=1) == [together[0], together[2]]
    for window in together:
        assert windows(id=window.id) == [window]
    assert [window.name for window in windows(one_per_group=True)] == ["Rents", "Rates"]
    assert windows(id="0123456789ab") == []


def test_an_id_names_the_group_and_the_contracts() -> None:
    saved = recorded([Term("Camden", "2027-03-31", 3), Term("Brent", "2027-06-30", 3)])
    (window,) = windows()
    Contract.objects.filter(pk=min(saved)).update(ends_on="2027-04-30", notice_months=None)
    (later,) = windows()
    assert window.id == later.id
    assert len(window.id) == 12
    Contract.objects.filter(pk=min(saved)).update(ends_on="2028-12-31")
    assert windows() == []
    recorded([Term("Camden", "2027-03-31", 3), Term("Ealing", "2027-06-30", 3)])
    assert windows()[0].id != window.id
