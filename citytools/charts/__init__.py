"""Charts: each is a figure, a title that states the finding, a sentence and a table that agree.

Figures are drawn by plotly.js' basic bundle, which knows bar, scatter and pie alone and draws
other types silently wrong. Everything reaches the page as plain lists in JSON; the look that all
share (letters, margins, edges of bars) is a template in static/js/charts.js.

A figure is a plain dict: Plotly's own classes check each attribute, which takes 3 to 5 ms a chart
and 18 MB a process. Tests check instead, each chart that a page shows them (tests/conftest.py).
"""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import json_script

from citytools.facts.statistics import Range

PALETTE = ("#1d70b8", "#f47738", "#28a197", "#801650", "#a285d1", "#505a5f")
"""Six colours for categories that differ in lightness and survive colour-blindness."""
PATTERNS = ("", "/", ".", "x", "-", "\\")
"""A pattern for each colour, so that no meaning hangs on colour alone."""
SEQUENCE = ("#0b2e4f", "#2f77b5", "#9cc3e6", "#d6e6f5", "#ffffff")
"""Five shades for amounts in order, the most first."""
TRACE_TYPES = frozenset({"bar", "scatter", "pie"})
Trace = dict[str, Any]
"""What a figure draws: its attributes under Plotly's names, `type` among them."""


@dataclass(frozen=True)
class Chart:
    """One chart as the page's partial draws it."""

    key: str
    title: str
    sentence: str
    figure: dict[str, Any]
    head: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    source: str
    csv: str = ""
    height: str = field(default="medium")

    @property
    def figure_id(self) -> str:
        """The id under which the page holds the figure."""
        return f"{self.key}-figure"

    @property
    def script(self) -> str:
        """The figure as the script element that the page's script reads."""
        return json_script(self.figure, self.figure_id, _Compact)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows

    @property
    def drawn(self) -> bool:
        """Whether there is more to see than a single bar or point, which a sentence says better."""
        return not self.empty and sum(map(_visible_marks, self.figure["data"])) > 1

    @property
    def only_row(self) -> str:
        """'Camden: systems 5, boroughs 1', where the table would have this row alone."""
        if len(self.rows) != 1:
            return ""
        label, *cells = self.rows[0]
        names = (name[:1].lower() + name[1:] for name in self.head[1:])
        said = (f"{name} {cell}" for name, cell in zip(names, cells, strict=True))
        return f"{label}: {', '.join(said)}"


def _visible_marks(trace: Trace) -> int:
    """How many bars that are not zero, or points, a trace has; of a pie its slices."""
    if trace["type"] == "pie":
        return len(trace["values"])
    points = zip(trace["x"], trace["y"], strict=True)
    if trace["type"] == "scatter":
        return sum(x is not None and y is not None for x, y in points)
    sideways = trace.get("orientation") == "h"
    return sum(bool(x if sideways else y) for x, y in points)


class _Compact(DjangoJSONEncoder):
    """JSON without a space between its parts."""

    item_separator, key_separator = ",", ":"


def sideways_bars(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    colours: Sequence[str] = PALETTE,
) -> dict[str, Any]:
    """Stacked horizontal bars, the first label on top; values in one unit, from zero."""
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(values),
            "y": list(labels),
            "orientation": "h",
            "marker": _marker(number, colours),
            "textposition": "inside" if len(series) > 1 else "outside",
            **_amounts(values, "x"),
            "hovertemplate": "%{y}: %{x:,}",
        }
        for number, (name, values) in enumerate(series.items())
    ]
    return build_figure(
        traces,
        several=len(series) > 1,
        xaxis={"rangemode": "tozero"},
        yaxis={"autorange": "reversed", "ticksuffix": "  "},
    )


def upright_bars(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    colours: Sequence[str] = PALETTE,
    hatched: str = "",
) -> dict[str, Any]:
    """Stacked upright bars in the order given (time runs left to right), from zero.

    `hatched` names a series that is drawn as the second is, even where it stands alone.
    """
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": list(labels),
            "y": list(values),
            "marker": _marker(1 if name == hatched else number, colours),
            "textposition": "auto",
            **_amounts(values, "y"),
            "hovertemplate": "%{x}: %{y:,}",
        }
        for number, (name, values) in enumerate(series.items())
    ]
    return build_figure(
        traces,
        several=len(series) > 1,
        xaxis={"type": "category"},
        yaxis={"rangemode": "tozero"},
    )


def small_multiples(
    labels: Sequence[str], panels: Mapping[str, Sequence[float] | None], across: int = 3
) -> dict[str, Any]:
    """Upright bars in one panel a name, all from zero on the same axes; None reads 'not known'.

    On a phone the page's script stacks the panels, which `meta` counts.
    """
    top = max((value for values in panels.values() for value in values or ()), default=0) or 1
    traces: list[Trace] = []
    layout: dict[str, Any] = {}
    down = -(-len(panels) // across)
    for number, (name, values) in enumerate(panels.items()):
        axis = "" if number == 0 else str(number + 1)
        left, low = number % across / across, 1 - (number // across + 1) / down
        x_domain = [left + 0.02, left + 1 / across - 0.02]
        layout[f"xaxis{axis}"] = _panel_labels(labels, x_domain, axis)
        y_domain = [low + 0.3 / down, low + 0.88 / down]
        layout[f"yaxis{axis}"] = _panel_scale(top, y_domain, axis)
        heights = list(values or [0 for _ in labels])
        traces.append(_panel_bars(name, labels, heights, axis, known=values is not None))
    titles = [_panel_title(n, *panel) for n, panel in enumerate(panels.items())]
    meta = {"panels": len(panels)}
    return build_figure(traces, several=False, **layout, meta=meta, annotations=titles)


def _panel_bars(
    name: str, labels: Sequence[str], values: list[float], axis: str, *, known: bool
) -> Trace:
    return {
        "type": "bar",
        "name": name,
        "x": list(labels),
        "y": values,
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "marker": _marker(0, PALETTE),
        "text": [f"{value:,.0f}" if value else "" for value in values],
        "textposition": "outside",
        "hovertemplate": "%{x}: %{y:,}" if known else "not known",
    }


def _panel_labels(labels: Sequence[str], domain: list[float], axis: str) -> dict[str, Any]:
    return {
        "type": "category",
        "domain": domain,
        "anchor": f"y{axis}",
        "automargin": False,
        "tickangle": -60,
        "tickfont": {"size": 10},
        "tickvals": list(labels),
        "ticktext": [label if len(label) < 15 else f"{label[:13]}…" for label in labels],
    }


def _panel_scale(top: float, domain: list[float], axis: str) -> dict[str, Any]:
    return {
        "range": [0, top * 1.15],
        "domain": domain,
        "anchor": f"x{axis}",
        "automargin": False,
        "nticks": 4,
        "tickfont": {"size": 10},
    }


def _panel_title(number: int, name: str, values: Sequence[float] | None) -> dict[str, Any]:
    axis = "" if number == 0 else str(number + 1)
    return {
        # Bold by the font: a tag would become an inline style, which the policy blocks
        "text": name if values is not None else f"{name}: not known",
        "font": {"weight": 700},
        "xref": f"x{axis} domain",
        "yref": f"y{axis} domain",
        "x": 0,
        "y": 1.04,
        "yanchor": "bottom",
        "xanchor": "left",
        "showarrow": False,
        "align": "left",
    }


def build_figure(traces: Sequence[Trace], *, several: bool, **layout: Any) -> dict[str, Any]:
    """The figure of some traces; `layout` has Plotly's names, `several` asks for a legend.

    ValueError for a trace that the page's bundle cannot draw.
    """
    strange = {trace["type"] for trace in traces} - TRACE_TYPES
    if strange:
        raise ValueError(f"The page's Plotly draws no {', '.join(sorted(strange))}.")
    shared = {"showlegend": several} | ({"barmode": "stack"} if several else {})
    return {"data": list(traces), "layout": shared | layout}


def _amounts(values: Sequence[float], axis: str) -> dict[str, Any]:
    """Each bar's amount beside it; of zero nothing."""
    if all(values):
        return {"texttemplate": f"%{{{axis}:,}}"}
    return {"text": [f"{value:,}" if value else "" for value in values]}


def _marker(number: int, colours: Sequence[str]) -> dict[str, Any]:
    colour, shape = colours[number % len(colours)], PATTERNS[number % len(PATTERNS)]
    return {"color": colour, "pattern": {"shape": shape}} if shape else {"color": colour}


_LANES = (0.0, 0.6, -0.6, 0.3, -0.3)
"""Heights that the dots take in turn, so that equal values stay apart."""


def dot_plot(values: Sequence[Decimal], range_: Range, unit: str) -> dict[str, Any]:
    """Values in pounds from zero, a band from the range's low to its high, a line at its median.

    `unit` says what the pounds are for, as in '£120 a year for each 1,000 residents'.
    """
    ordered = sorted(values)
    trace = {
        "type": "scatter",
        "x": [float(value) for value in ordered],
        "y": [_LANES[place % len(_LANES)] for place in range(len(ordered))],
        "mode": "markers",
        "marker": {"size": 11, "color": PALETTE[0], "opacity": 0.75, "line": {"width": 1}},
        "hovertemplate": "£%{x:,.2f} " + unit + "<extra></extra>",
        "cliponaxis": False,
    }
    low, median, high = float(range_.low), float(range_.median), float(range_.high)
    upright = {"yref": "paper", "y0": 0, "y1": 0.8, "layer": "below"}
    edge = {"width": 1, "color": PALETTE[0], "dash": "dot"}
    band = {"type": "rect", "x0": low, "x1": high, "fillcolor": "#d6e6f5", "line": edge}
    line = {"type": "line", "x0": median, "x1": median, "line": {"width": 3}}
    words = {
        "x": median,
        "y": 0.82,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "text": f"median £{range_.median:,.0f}",
        # Towards the wider side, so that the words stay within the picture
        "xanchor": "left" if median * 2 < float(ordered[-1]) else "right",
    }
    return build_figure(
        [trace],
        several=False,
        xaxis={"rangemode": "tozero", "tickprefix": "£", "tickformat": ",.0f"},
        yaxis={"visible": False, "range": [-1.6, 2.2], "fixedrange": True},
        shapes=[band | upright, line | upright],
        annotations=[words],
    )


_DAY = 24 * 60 * 60 * 1000
"""Milliseconds: how plotly measures along a time axis."""


@dataclass(frozen=True)
class GanttBar:
    """A bar from the morning of the first day to the evening of the last, and days marked."""

    label: str
    first: datetime.date
    last: datetime.date
    marks: Sequence[datetime.date] = ()


_MARKS = ("circle", "diamond")
_HATCHED = {"pattern": {"shape": "/", "fgcolor": PALETTE[0], "bgcolor": "#ffffff", "size": 9}}


def gantt(
    bars: Sequence[GanttBar],
    today: datetime.date,
    names: Sequence[str],
    band: tuple[datetime.date, datetime.date] | None = None,
    *,
    hatched: bool = False,
) -> dict[str, Any]:
    """The first bar on top; a line at today, a shaded band from day to day.

    `names` say what the bars are and what each mark is; bars that are no more than possible are
    `hatched`.
    """
    labels = _distinct_labels([bar.label for bar in bars])
    stretches = {
        "type": "bar",
        "name": names[0],
        "y": labels,
        "base": [bar.first.isoformat() for bar in bars],
        "x": [((bar.last - bar.first).days + 1) * _DAY for bar in bars],
        "orientation": "h",
        "marker": {"color": PALETTE[0]} | (_HATCHED if hatched else {}),
        "customdata": [[f"{bar.first:%-d %b %Y}", f"{bar.last:%-d %b %Y}"] for bar in bars],
        "hovertemplate": "%{y}: %{customdata[0]} to %{customdata[1]}<extra></extra>",
    }
    marks = [
        {
            "type": "scatter",
            "name": name,
            "mode": "markers",
            "y": labels,
            "x": [bar.marks[place].isoformat() for bar in bars],
            "marker": {"symbol": _MARKS[place], "size": 12, "color": "#0b0c0c"},
            "hovertemplate": "%{y}: %{x|%-d %b %Y}<extra></extra>",
        }
        for place, name in enumerate(names[1:])
    ]
    return build_figure(
        [stretches, *marks],
        several=True,
        xaxis={"type": "date", "tickformat": "%b\n%Y"},
        yaxis={"autorange": "reversed", "ticksuffix": "  "},
        shapes=_day_shapes(today, band),
    )


def _day_shapes(
    today: datetime.date, band: tuple[datetime.date, datetime.date] | None
) -> list[dict[str, Any]]:
    """A shaded band from day to day, if any, and a line at today, both over the whole height."""
    upright = {"yref": "paper", "y0": 0, "y1": 1}
    shapes = []
    if band:
        evening = band[1] + datetime.timedelta(days=1)
        days = {"x0": band[0].isoformat(), "x1": evening.isoformat()}
        look = {"layer": "below", "fillcolor": "#fff2b3", "line": {"width": 1, "dash": "dot"}}
        shapes.append({"type": "rect", **days, **look, **upright})
    line = {"width": 2, "dash": "dash", "color": "#0b0c0c"}
    now = {"x0": today.isoformat(), "x1": today.isoformat()}
    return [*shapes, {"type": "line", **now, "line": line, **upright}]


def _distinct_labels(labels: Sequence[str]) -> list[str]:
    """Equal labels would share a bar: no-width spaces keep them apart, unseen."""
    seen: Counter[str] = Counter()
    names = []
    for label in labels:
        names.append(label + "\u200b" * seen[label])
        seen[label] += 1
    return names
