"""Contracts on one axis of days: where each part stands, and what its tag says."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from contracts.act_by_axis import MAX_YEARS, Urgency, act_by_axis, urgency_on
from contracts.models import Contract, ContractTerm
from tests import factories
from tests.pages import words

TODAY = datetime.date(2026, 11, 28)
PARTIAL = st.one_of(
    st.dates(datetime.date(2020, 1, 1), datetime.date(2040, 12, 31)).map(str),
    st.integers(2020, 2040).map(str),
    st.just(""),
)


def contract(**values: Any) -> Contract:
    return Contract(title="A contract", **({"ends_on": "", "starts_on": ""} | values))


@pytest.mark.parametrize(
    ("values", "urgency", "style"),
    [
        ({"ends_on": "2026-12-31"}, Urgency.PAST, "past"),
        ({"ends_on": "2027-03-31"}, Urgency.NOW, "now"),
        ({"ends_on": "2028-03-31"}, Urgency.LATER, "other"),
        ({"ends_on": "2026-12-31", "notice_months": 6}, Urgency.STATED_PAST, "past"),
        ({"ends_on": "2027-05-28", "notice_months": 6}, Urgency.NOW, "now"),
        ({"ends_on": "2026-10-01"}, Urgency.ENDED, "other"),
        ({"ends_on": "2026-10-01", "extension_until": "2027"}, Urgency.EXTENDED, "other"),
        ({}, Urgency.UNDATED, "other"),
        ({"rolling": True}, Urgency.ROLLING, "other"),
    ],
)
def test_the_tag_says_how_soon_to_act(values: dict[str, Any], urgency: Urgency, style: str) -> None:
    said = urgency_on(contract(**values).term, TODAY)
    assert (said, said.style) == (urgency, style)


def test_an_axis_reaches_from_january_to_the_last_end() -> None:
    axis = act_by_axis([contract(ends_on="2028-06-30"), contract(ends_on="2027-06-30")], TODAY)
    assert (axis.first, axis.after) == (datetime.date(2026, 1, 1), datetime.date(2029, 1, 1))
    assert [year for year, _ in axis.years] == [2026, 2027, 2028]
    early = act_by_axis([], datetime.date(2026, 2, 1))
    assert (early.first, early.after) == (datetime.date(2025, 1, 1), datetime.date(2027, 1, 1))
    far = act_by_axis([contract(ends_on="2060")], TODAY)
    assert far.after.year - far.first.year == MAX_YEARS


def test_each_part_stands_at_its_days_share_of_the_axis() -> None:
    ((row,), axis) = rows_of(contract(ends_on="2028-06-30", extension_until="2029-06-30"))
    whole = (datetime.date(2030, 1, 1) - datetime.date(2026, 1, 1)).days

    def share(*day: int) -> float:
        return round(100 * (datetime.date(*day) - datetime.date(2026, 1, 1)).days / whole, 2)

    assert row.act
    assert row.act.x == share(2027, 6, 30)
    assert row.act.end == pytest.approx(share(2028, 3, 30), abs=0.02)
    assert row.end == share(2028, 6, 30)
    assert row.extension
    assert row.extension.end == pytest.approx(share(2029, 6, 30), abs=0.02)
    assert row.act_day is None
    assert axis.now == share(2026, 11, 28)


def test_a_stated_day_is_a_dot_and_no_range() -> None:
    ((row,), _) = rows_of(contract(ends_on="2028-06-30", notice_months=6))
    assert row.act is None
    assert row.act_day is not None


def rows_of(*contracts: Contract) -> tuple[Any, Any]:
    axis = act_by_axis(contracts, TODAY)
    return axis.rows, axis


@given(ends=PARTIAL, until=PARTIAL, starts=PARTIAL, notice=st.sampled_from([None, 0, 6, 24]))
def test_whatever_is_known_is_drawn_within_the_axis(
    ends: str, until: str, starts: str, notice: int | None
) -> None:
    ((row,), axis) = rows_of(
        contract(ends_on=ends, extension_until=until, starts_on=starts, notice_months=notice)
    )
    for part in (row.act, row.life, row.extension):
        assert part is None or (part.x >= 0 and part.width >= 0 and part.end <= 100.01)
    for x in (row.act_day, row.end):
        assert x is None or 0 <= x <= 100
    assert 0 <= axis.now <= 100
    if not ends:
        assert not row.drawn
    assert isinstance(ContractTerm.act_by_words(row.contract.term, TODAY).brief, str)


@pytest.mark.django_db
def test_the_words_beside_say_what_the_picture_shows(client: Client) -> None:
    factories.contract(title="<b>Rents</b>", lead=factories.borough("Camden"), ends_on="2099-03-31")
    page = client.get("/")
    assert "Act by: 31 Mar 2098 to 31 Dec 2098 · ends 31 Mar 2099 · Supplier" in words(page)
    said = page.content.decode()
    assert "&lt;b&gt;Rents&lt;/b&gt;" in said
    assert "<b>Rents" not in said
    pictures = re.findall(r"<svg[^>]*>", said)
    assert pictures
    assert all('aria-hidden="true"' in picture for picture in pictures)
    assert "style=" not in said
