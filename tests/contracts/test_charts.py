"""Decisions by quarter: the calendar, the counts, and words that agree with them."""

import datetime
from collections import Counter

import pytest

from citytools.charts import Chart
from citytools.facts.dates import quarter_of, quarter_words, quarters_from
from contracts.charts import decisions_chart
from contracts.models import Contract, ContractQuerySet
from contracts.models.term import decision_quarters
from tests import factories

TODAY = datetime.date(2026, 11, 30)


def chart_of(contracts: ContractQuerySet) -> Chart:
    """The chart of the list, of contracts counted here one by one."""
    quarters = contracts.annotate(quarters=decision_quarters(TODAY))
    return decisions_chart(
        Counter(str(key) for key in quarters.values_list("quarters", flat=True)), TODAY, ""
    )


@pytest.mark.parametrize(
    ("day", "quarter", "words"),
    [
        ("2026-01-01", (2026, 1), "Jan–Mar 2026"),
        ("2026-03-31", (2026, 1), "Jan–Mar 2026"),
        ("2026-04-01", (2026, 2), "Apr–Jun 2026"),
        ("2026-09-30", (2026, 3), "Jul–Sep 2026"),
        ("2026-10-01", (2026, 4), "Oct–Dec 2026"),
        ("2026-12-31", (2026, 4), "Oct–Dec 2026"),
    ],
)
def test_a_day_falls_in_its_calendar_quarter(
    day: str, quarter: tuple[int, int], words: str
) -> None:
    assert quarter_of(datetime.date.fromisoformat(day)) == quarter
    assert quarter_words(quarter) == words


def test_quarters_run_on_over_the_year() -> None:
    expected = [(2026, 4), (2027, 1), (2027, 2), (2027, 3), (2027, 4), (2028, 1)]
    assert quarters_from(TODAY, 6) == expected
    assert quarters_from(datetime.date(2027, 1, 1), 1) == [(2027, 1)]


@pytest.mark.django_db
def test_each_decision_is_counted_in_its_quarter_from_today_to_the_last_day() -> None:
    days = ["2026-11-29", "2026-11-30", "2026-12-31", "2027-01-01", "2028-09-30", "2028-10-01"]
    for day in [*days, ""]:
        factories.contract(ends_on=day, notice_months=0)
    chart = chart_of(Contract.objects.all())
    counts = dict(chart.rows)
    assert list(counts) == [quarter_words(quarter) for quarter in quarters_from(TODAY, 8)]
    assert [count for count in counts.values() if count] == [2, 1, 1]
    (trace,) = chart.figure["data"]
    assert dict(zip(trace["x"], trace["y"], strict=True)) == counts


@pytest.mark.django_db
def test_title_and_sentence_state_the_numbers() -> None:
    for day in ("2026-12-01", "2027-02-01", "2027-03-31", "2028-01-01"):
        factories.contract(ends_on=day, notice_months=0)
    chart = chart_of(Contract.objects.all())
    assert chart.title == "Jan–Mar 2027 has the most decisions: 2 of 4"
    assert chart.sentence == (
        "Decisions due from Oct–Dec 2026 to Jul–Sep 2028: 4, of them 3 in the first four quarters."
    )
    assert "as at 30 November 2026" in chart.source


@pytest.mark.django_db
def test_a_tie_is_not_called_a_lead_and_nothing_is_said_to_be_nothing() -> None:
    nothing = chart_of(Contract.objects.all())
    assert nothing.title == "No decision is known to be due"
    assert (
        nothing.sentence
        == "No contract is known to need a decision from Oct–Dec 2026 to Jul–Sep 2028."
    )
    factories.contract()
    unclear = chart_of(Contract.objects.all())
    assert unclear.title == "No decision is known to be due"
    assert unclear.sentence.endswith("Of 1 contract the end is not known.")
    for day in ("2026-12-01", "2027-02-01"):
        factories.contract(ends_on=day, notice_months=0)
    tie = chart_of(Contract.objects.all())
    assert tie.title == "No quarter has the most decisions: up to 1 of 2 each"


@pytest.mark.django_db
def test_a_shared_contract_of_many_systems_is_one_decision() -> None:
    boroughs = [factories.borough() for _ in range(3)]
    systems = [factories.system(borough=borough) for borough in boroughs]
    factories.contract(
        lead=boroughs[0],
        partners=boroughs[1:],
        systems=systems,
        ends_on="2027-06-01",
        notice_months=6,
    )
    contracts = Contract.objects.of_boroughs(type(boroughs[0]).objects.all())
    assert sum(count for _, count in chart_of(contracts).rows) == 1


@pytest.mark.django_db
def test_what_may_be_due_is_hatched_in_each_quarter_that_it_touches() -> None:
    factories.contract(ends_on="2027-12-31")  # 31 December 2026 to 30 September 2027
    factories.contract(ends_on="2027-02-15", notice_months=0)
    factories.contract(ends_on="2027-01-31")  # assumed days have passed: ask now
    factories.contract(ends_on="2027-02", notice_months=0)  # within one quarter
    factories.contract(ends_on="2027", notice_months=0)
    chart = chart_of(Contract.objects.all())
    assert chart.head == ("Quarter", "Contracts: due", "Contracts: may be due")
    assert [row[1:] for row in chart.rows] == [
        *((0, 2), (2, 2), (0, 2), (0, 2), (0, 1), (0, 0), (0, 0), (0, 0)),
    ]
    assert chart.title == "Jan–Mar 2027 has the most decisions: 2 of 2, and 3 more may be due"
    assert "More that may be due from Oct–Dec 2026 to Jul–Sep 2028: 3" in chart.sentence
    assert "12 to 3 months are assumed" in chart.source
    Contract.objects.filter(notice_months=0).delete()
    (alone,) = chart_of(Contract.objects.all()).figure["data"]
    assert alone["name"] == "May be due"
    assert alone["marker"]["pattern"]["shape"]
    sure, perhaps = chart.figure["data"]
    assert "pattern" not in sure["marker"]
    assert perhaps["marker"]["pattern"]["shape"]
