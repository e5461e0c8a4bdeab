"""A metric in pictures: what its number is made of, and how it went over time."""

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
from django.urls import reverse
from django.utils.dateformat import format as in_format

from citytools.charts import PALETTE, Chart, as_plain_json, laid_out, sideways_bars
from research.metrics.base import Picture, Unit
from research.metrics.compute_suppliers import DRAWN
from research.metrics.definitions import Metric
from research.metrics.figures import NOT_KNOWN, MetricFigure, value_in_words
from research.models import MetricValue

_DAY = datetime.timedelta(days=1)
_GAPS = (
    "Real records only. Days without a record, or on which nothing could be measured, are gaps in "
    "the line. The table holds the days on which the number changed, and the last."
)
_MAX_BARS = 5
"""Up to so many, Plotly would mark halves on the axis."""


def metric_chart(figure: MetricFigure) -> Chart | None:
    """What the number is made of, as bars or as dots; None where there is nothing to draw."""
    picture = figure.measured.picture
    if picture is None or not picture.rows:
        return None
    bars = len(picture.rows)
    return Chart(
        key=f"metric-{figure.metric.key}",
        title=_finding(figure, picture),
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
        title=_course(metric, values),
        sentence=_GAPS if known else "Real records only.",
        figure=_line(metric, values),
        head=("Day", metric.title, metric.counts[:1].upper() + metric.counts[1:]),
        rows=[
            (
                _day_in_words(value.on),
                value_in_words(metric.unit, value.value),
                f"{value.counted:,}",
            )
            for value in (_changes(values) if known else [])
        ],
        source="Recorded each day from the facts on record, or rebuilt from their history.",
        csv=f"{reverse('research:trends_csv')}?metric={metric.key}",
    )


def _finding(figure: MetricFigure, picture: Picture) -> str:
    value = figure.measured.value
    counted = f"n\u00a0=\u00a0{figure.measured.counted:,}"
    if not picture.dots or value is None:
        words = f"{figure.words} ({figure.of})" if figure.of != NOT_KNOWN else figure.words
        return f"{figure.metric.title}: {words}"
    across, up = (name[:1].lower() + name[1:] for name in picture.head[1:])
    rho = f"rho {figure.words}, {counted}"
    if value == 0:
        return f"{figure.metric.title}: neither goes with the other, {rho}"
    way = "higher" if value > 0 else "lower"
    return f"With more {across}, {up} tends to be {way}: {rho}"


def _sentence(figure: MetricFigure, picture: Picture) -> str:
    measured = figure.measured
    if picture.dots:
        shown = f"Each dot is one {picture.head[0].lower()}. "
    else:
        shown = f"The {DRAWN} largest are drawn. " if len(picture.rows) == DRAWN else ""
    invented = f", {measured.invented:,} of them invented" if measured.invented else ""
    return f"{shown}Counted: {measured.counted:,} {figure.metric.counts}{invented}."


def _source(figure: MetricFigure) -> str:
    kind = "Real and invented records" if figure.scope.illustrative else "Real records only"
    return f"{kind}, as at {_day_in_words(figure.scope.on)}."


def _bars(picture: Picture) -> dict[str, Any]:
    labels, amounts = _columns(picture)
    figure = sideways_bars(labels, {picture.head[1]: [_plain(amount) for amount in amounts]})
    if max(amounts) <= _MAX_BARS:
        figure["layout"]["xaxis"]["dtick"] = 1
    return figure


def _dots(picture: Picture) -> dict[str, Any]:
    labels, across, up = _columns(picture)
    trace = go.Scatter(
        x=across,
        y=up,
        text=labels,
        mode="markers",
        marker={"size": 11, "color": PALETTE[0], "opacity": 0.75, "line": {"width": 1}},
        hovertemplate="%{text}: %{x:,}, %{y:.2f}<extra></extra>",
        cliponaxis=False,
    )
    figure = laid_out([trace], several=False)
    _, across_title, up_title = picture.head
    figure.update_xaxes(title=across_title, rangemode="tozero")
    figure.update_yaxes(title=up_title, rangemode="tozero")
    return as_plain_json(figure)


def _columns(picture: Picture) -> list[list[Any]]:
    """The labels, then each amount's values."""
    return [list(column) for column in zip(*picture.rows, strict=True)]


def _line(metric: Metric, values: Sequence[MetricValue]) -> dict[str, Any]:
    points = list(_points_with_gaps(values))
    trace = go.Scatter(
        name=metric.title,
        x=[day.isoformat() for day, _ in points],
        y=[None if value is None else float(value) for _, value in points],
        mode="lines+markers",
        line={"color": PALETTE[0], "width": 2},
        marker={"size": 7},
        connectgaps=False,
        hovertemplate="%{x|%-d %b %Y}: %{y:,}<extra></extra>",
        cliponaxis=False,
    )
    figure = laid_out([trace], several=False)
    rho = metric.unit == Unit.RHO
    figure.update_yaxes(rangemode="normal" if rho else "tozero")
    if rho:
        figure.update_yaxes(range=[-1.05, 1.05], zeroline=True)
    if metric.unit == Unit.PER_CENT:
        figure.update_yaxes(range=[0, 104], ticksuffix=" %")
    figure.update_xaxes(type="date", tickformat="%-d %b<br>%Y", nticks=6)
    if values and values[-1].on - values[0].on < 14 * _DAY:
        # A few points would stretch over the whole width, and one has none
        around = (values[0].on - 7 * _DAY, values[-1].on + 7 * _DAY)
        figure.update_xaxes(range=[day.isoformat() for day in around])
    return as_plain_json(figure)


def _points_with_gaps(
    values: Sequence[MetricValue],
) -> Iterator[tuple[datetime.date, Decimal | None]]:
    """The points, and one of nothing wherever a day is missing between two."""
    before: datetime.date | None = None
    for value in values:
        if before is not None and value.on - before > _DAY:
            yield before + _DAY, None
        yield value.on, value.value
        before = value.on


def _course(metric: Metric, values: Sequence[MetricValue]) -> str:
    known = [(value.on, value.value) for value in values if value.value is not None]
    if not known:
        return f"{metric.title}: nothing recorded yet that could be measured"
    (first, then), (last, now) = known[0], known[-1]
    words, before = value_in_words(metric.unit, now), value_in_words(metric.unit, then)
    if len(known) == 1:
        return f"{metric.title}: {words} on {_day_in_words(last)}, the only day recorded"
    span = f"from {_day_in_words(first)} to {_day_in_words(last)}"
    if words == before:
        same = all(value_in_words(metric.unit, value) == words for _, value in known)
        return f"{metric.title}: {words} {'' if same else 'again, '}{span}"
    way = "up" if now > then else "down"
    return f"{metric.title}: {way} to {words} from {before}, {span}"


def _changes(values: Sequence[MetricValue]) -> list[MetricValue]:
    """Those that differ from the one before, and the last."""
    pairs = zip([None, *values], values, strict=False)
    metric_values = [
        value
        for before, value in pairs
        if before is None or (before.value, before.counted) != (value.value, value.counted)
    ]
    return (
        metric_values
        if not values or metric_values[-1] is values[-1]
        else [*metric_values, values[-1]]
    )


def _plain(amount: float) -> float:
    """A whole number without its point."""
    return int(amount) if float(amount).is_integer() else amount


def _cell(amount: float) -> str:
    return f"{amount:,.0f}" if float(amount).is_integer() else f"{amount:,.2f}"


def _day_in_words(day: datetime.date) -> str:
    return in_format(day, "j F Y")
