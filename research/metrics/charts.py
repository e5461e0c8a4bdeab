"""A metric in pictures: what its number is made of, and how it went over time."""

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from citytools.charts import PALETTE, Chart, build_figure, sideways_bars
from citytools.worlds.addresses import page_address
from research.metrics.base import (
    Metric,
    MetricFigure,
    Picture,
    Unit,
    amounts_in_words,
    day_in_words,
)
from research.metrics.compute_suppliers import MAX_SUPPLIERS_IN_PICTURE
from research.models import MetricValue

_DAY = datetime.timedelta(days=1)
_GAPS = (
    "Real records only. Days without a record, or on which nothing could be measured, are gaps in "
    "the line. The table holds the days on which the number changed, and the last."
)
_MAX_AMOUNT_WITH_HALVES = 5
"""Up to this amount Plotly would mark halves on the axis."""


def metric_chart(figure: MetricFigure) -> Chart | None:
    """What the number is made of, as bars or as dots; None where there is nothing to draw."""
    picture = figure.measured.picture
    if picture is None or not picture.rows:
        return None
    bars = len(picture.rows)
    return Chart(
        key=f"metric-{figure.metric.key}",
        title=_title(figure, picture),
        sentence=_sentence(figure, picture),
        figure=_dots(picture) if picture.dots else _bars(picture),
        head=picture.head,
        rows=[(label, *map(_cell, amounts)) for label, *amounts in picture.rows],
        source=_source(figure),
        height="medium" if picture.dots or bars < 9 else "tall" if bars < 16 else "taller",
    )


def trend_chart(metric: Metric, values: Sequence[MetricValue]) -> Chart:
    """Recorded values over time, the earliest first; days that were not recorded are gaps."""
    known = any(value.value is not None for value in values)
    return Chart(
        key=f"trend-{metric.key}",
        title=_trend_title(metric, values),
        sentence=_GAPS if known and len(values) > 1 else "Real records only.",
        figure=_line(metric, values),
        head=("Day", metric.title, metric.counts[:1].upper() + metric.counts[1:]),
        rows=[
            (day_in_words(value.on), amounts_in_words(metric, value), f"{value.counted:,}")
            for value in (_changes(values) if known else [])
        ],
        source="Recorded each day from the facts on record, or rebuilt from their history.",
        csv=f"{page_address('research:trends_csv')}?metric={metric.key}",
    )


def _title(figure: MetricFigure, picture: Picture) -> str:
    value = figure.measured.value
    counted = f"n\u00a0=\u00a0{figure.measured.counted:,}"
    if not picture.dots or value is None:
        share = f" ({figure.basis})" if figure.basis else ""
        return f"{figure.metric.title}: {figure.words}{share}"
    across, up = (name[:1].lower() + name[1:] for name in picture.head[1:])
    rho = f"rho {figure.words}, {counted}"
    if value == 0:
        return f"{figure.metric.title}: neither goes with the other, {rho}"
    return f"With more {across}, {up} tends to be {'higher' if value > 0 else 'lower'}: {rho}"


def _sentence(figure: MetricFigure, picture: Picture) -> str:
    measured = figure.measured
    if picture.dots:
        drawn = f"Each dot is one {picture.head[0].lower()}. "
    elif len(picture.rows) == MAX_SUPPLIERS_IN_PICTURE:
        drawn = f"The {MAX_SUPPLIERS_IN_PICTURE} largest are drawn. "
    else:
        drawn = ""
    return f"{drawn}Counted: {measured.counted:,} {figure.metric.counts}."


def _source(figure: MetricFigure) -> str:
    return f"Records as at {day_in_words(figure.scope.on)}."


def _bars(picture: Picture) -> dict[str, Any]:
    labels, amounts = _columns(picture)
    # Whole numbers without their point: the page carries them as JSON
    plain = [int(amount) if float(amount).is_integer() else amount for amount in amounts]
    figure = sideways_bars(labels, {picture.head[1]: plain})
    if max(amounts) <= _MAX_AMOUNT_WITH_HALVES:
        figure["layout"]["xaxis"]["dtick"] = 1
    return figure


def _dots(picture: Picture) -> dict[str, Any]:
    labels, across, up = _columns(picture)
    trace = {
        "type": "scatter",
        "x": across,
        "y": up,
        "text": labels,
        "mode": "markers",
        "marker": {"size": 11, "color": PALETTE[0], "opacity": 0.75, "line": {"width": 1}},
        "hovertemplate": "%{text}: %{x:,}, %{y:.2f}<extra></extra>",
        "cliponaxis": False,
    }
    _, across_title, up_title = picture.head
    return build_figure(
        [trace],
        several=False,
        xaxis={"title": {"text": across_title}, "rangemode": "tozero"},
        yaxis={"title": {"text": up_title}, "rangemode": "tozero"},
    )


def _columns(picture: Picture) -> list[list[Any]]:
    """The labels, then each amount's values."""
    return [list(column) for column in zip(*picture.rows, strict=True)]


def _line(metric: Metric, values: Sequence[MetricValue]) -> dict[str, Any]:
    points = list(_points_with_gaps(values))
    trace = {
        "type": "scatter",
        "name": metric.title,
        "x": [day.isoformat() for day, _ in points],
        "y": [None if value is None else float(value) for _, value in points],
        "mode": "lines+markers",
        "line": {"color": PALETTE[0], "width": 2},
        "marker": {"size": 7},
        "connectgaps": False,
        "hovertemplate": "%{x|%-d %b %Y}: %{y:,}<extra></extra>",
        "cliponaxis": False,
    }
    days: dict[str, Any] = {"type": "date", "tickformat": "%-d %b<br>%Y", "nticks": 6}
    if values and values[-1].on - values[0].on < 14 * _DAY:
        # A few points would stretch over the whole width, and one has none
        around = (values[0].on - 7 * _DAY, values[-1].on + 7 * _DAY)
        days["range"] = [day.isoformat() for day in around]
    return build_figure([trace], several=False, xaxis=days, yaxis=_scale(metric.unit))


def _scale(unit: str) -> dict[str, Any]:
    if unit == Unit.RHO:
        return {"rangemode": "normal", "range": [-1.05, 1.05], "zeroline": True}
    if unit == Unit.PER_CENT:
        return {"rangemode": "tozero", "range": [0, 104], "ticksuffix": " %"}
    return {"rangemode": "tozero"}


def _points_with_gaps(
    values: Sequence[MetricValue],
) -> Iterator[tuple[datetime.date, Decimal | None]]:
    """The points, and an empty one wherever a day is missing between two."""
    for before, value in zip([None, *values], values, strict=False):
        if before is not None and value.on - before.on > _DAY:
            # Plotly breaks a line at a missing value only, not at a missing day
            yield before.on + _DAY, None
        yield value.on, value.value


def _trend_title(metric: Metric, values: Sequence[MetricValue]) -> str:
    known = [value for value in values if value.value is not None]
    if not known:
        return f"{metric.title}: nothing recorded yet that could be measured"
    first, last = known[0], known[-1]
    words, before = amounts_in_words(metric, last), amounts_in_words(metric, first)
    if len(known) == 1:
        return f"{metric.title}: {words} on {day_in_words(last.on)}, the only day recorded"
    span = f"from {day_in_words(first.on)} to {day_in_words(last.on)}"
    if words == before:
        same = all(amounts_in_words(metric, value) == words for value in known)
        return f"{metric.title}: {words} {'' if same else 'again, '}{span}"
    if last.value == first.value:  # the same share of other records
        return f"{metric.title}: {words}, after {before}, {span}"
    direction = "up" if (last.value or 0) > (first.value or 0) else "down"
    return f"{metric.title}: {direction} to {words} from {before}, {span}"


def _changes(values: Sequence[MetricValue]) -> list[MetricValue]:
    """Values that differ from the one before, and the last."""
    return [
        value
        for before, value in zip([None, *values], values, strict=False)
        if before is None
        or value is values[-1]
        or (before.value, before.counted) != (value.value, value.counted)
    ]


def _cell(amount: float) -> str:
    return f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.2f}"
