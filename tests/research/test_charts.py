"""A metric in pictures: titles that state the finding, gaps for what was not recorded."""

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from research.metrics import charts
from research.metrics.base import Measurement, MetricFigure, Picture, Scope, Unit
from research.metrics.definitions import METRICS
from research.models import MetricValue

TODAY = datetime.date(2026, 11, 25)
SHARE = METRICS["top10_supplier_share_by_contracts"]
RHO = replace(SHARE, unit=Unit.RHO)


def figure(value: str | None, picture: Picture | None, **fields: Any) -> MetricFigure:
    measured = Measurement(None if value is None else Decimal(value), 12, picture=picture, **fields)
    return MetricFigure(SHARE, measured, Scope(TODAY))


def value(on: str, value: str | None, counted: int = 33) -> MetricValue:
    number = None if value is None else Decimal(value)
    return MetricValue(
        metric=SHARE.key, on=datetime.date.fromisoformat(on), value=number, counted=counted,
        boroughs=33, left_out=0, recorded_at=timezone.now(),
    )  # fmt: skip


BARS = Picture(("Supplier", "Contracts"), [("Civica", 5.0), ("Idox", 1.5)])


def test_bars_state_the_share_and_hold_the_same_numbers_as_the_table() -> None:
    chart = charts.metric_chart(figure("50", BARS, part=Decimal(6), whole=Decimal(12)))
    assert chart is not None
    assert chart.title.endswith("by number of contracts: 50.0\u00a0% (6 of 12)")
    assert list(chart.rows) == [("Civica", "5"), ("Idox", "1.50")]
    assert chart.figure["data"][0]["x"] == [5, 1.5]
    assert chart.source == "Records as at 25 November 2026."


@pytest.mark.parametrize(
    ("rho", "words"),
    [
        ("-0.5", "With more makers in use, mean satisfaction tends to be lower: rho −0.50"),
        ("0.25", "With more makers in use, mean satisfaction tends to be higher: rho +0.25"),
        ("0", ": neither goes with the other, rho +0.00, n\u00a0=\u00a012"),
    ],
)
def test_dots_say_which_way_the_two_go_together(rho: str, words: str) -> None:
    dots = Picture(("Borough", "Makers in use", "Mean satisfaction"), [("Camden", 3.0, 4.5)])
    chart = charts.metric_chart(
        MetricFigure(RHO, Measurement(Decimal(rho), 12, picture=dots), Scope(TODAY))
    )
    assert chart is not None
    assert words in chart.title
    assert chart.figure["data"][0]["mode"] == "markers"
    assert chart.source.startswith("Records as at")


def test_nothing_to_draw_is_no_chart() -> None:
    assert charts.metric_chart(figure(None, None)) is None
    assert charts.metric_chart(figure(None, Picture(("Supplier", "Contracts"), []))) is None


def test_one_day_reads_as_one_day() -> None:
    chart = charts.trend_chart(SHARE, [value("2026-11-25", "45.46")])
    assert chart.title.endswith(": 45.5\u00a0% on 25 November 2026, the only day recorded")
    assert list(chart.rows) == [("25 November 2026", "45.5\u00a0%", "33")]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("50", "up to 50.0\u00a0% from 45.0\u00a0%, from 1 November 2026 to 3 November 2026"),
        ("40", "down to 40.0\u00a0% from 45.0\u00a0%"),
        ("45", ": 45.0\u00a0% again, from"),
    ],
)
def test_a_trend_says_which_way_it_went(now: str, words: str) -> None:
    course = [value("2026-11-01", "45"), value("2026-11-02", "47"), value("2026-11-03", now)]
    assert words in charts.trend_chart(SHARE, course).title


def test_days_not_recorded_and_not_measured_are_gaps() -> None:
    course = [value("2026-11-01", "45"), value("2026-11-04", None), value("2026-11-05", "45")]
    (line,) = charts.trend_chart(SHARE, course).figure["data"]
    assert line["x"] == ["2026-11-01", "2026-11-02", "2026-11-04", "2026-11-05"]
    assert line["y"] == [45.0, None, None, 45.0]
    assert line["connectgaps"] is False


def test_the_table_holds_changes_and_the_last_day() -> None:
    days = [value(f"2026-11-0{day}", "45") for day in (1, 2, 3)]
    rows = charts.trend_chart(SHARE, days).rows
    assert [row[0] for row in rows] == ["1 November 2026", "3 November 2026"]


def test_nothing_recorded_says_so_and_draws_nothing() -> None:
    chart = charts.trend_chart(SHARE, [])
    assert chart.empty
    assert "nothing recorded yet" in chart.title


def test_days_on_which_nothing_could_be_measured_are_no_picture() -> None:
    chart = charts.trend_chart(SHARE, [value("2026-11-01", None), value("2026-11-02", None)])
    assert chart.empty
