"""Charts: each is a figure, a title that states the finding, a sentence and a table that agree.

Figures are drawn by plotly.js' basic bundle, which knows bar, scatter and pie alone and draws
other types silently wrong. Everything reaches the page as plain lists in JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

PALETTE = ("#1d70b8", "#f47738", "#28a197", "#801650", "#a285d1", "#505a5f")
"""Six colours for categories that differ in lightness and survive colour-blindness."""
PATTERNS = ("", "/", ".", "x", "-", "\\")
"""A pattern for each colour, so that no meaning hangs on colour alone."""
SEQUENCE = ("#0b2e4f", "#2f77b5", "#9cc3e6", "#d6e6f5", "#ffffff")
"""Five shades for amounts in order, the most first."""
TRACE_TYPES = frozenset({"bar", "scatter", "pie"})


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
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.rows


def sideways_bars(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    colours: Sequence[str] = PALETTE,
) -> dict[str, Any]:
    """Stacked horizontal bars, the first label on top; values in one unit, from zero."""
    traces = [
        go.Bar(
            name=name,
            x=list(values),
            y=list(labels),
            orientation="h",
            marker=_marker(number, colours),
            text=[f"{value:,}" if value else "" for value in values],
            textposition="inside" if len(series) > 1 else "outside",
            textangle=0,
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,}<extra>" + name + "</extra>",
        )
        for number, (name, values) in enumerate(series.items())
    ]
    figure = _figure(traces, several=len(series) > 1)
    figure.update_yaxes(autorange="reversed", automargin=True, ticksuffix="  ")
    figure.update_xaxes(showgrid=True, gridcolor="#e5e6e7", rangemode="tozero", automargin=True)
    return plain(figure)


def upright_bars(labels: Sequence[str], series: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Stacked upright bars in the order given (time runs left to right), from zero."""
    traces = [
        go.Bar(
            name=name,
            x=list(labels),
            y=list(values),
            marker=_marker(number, PALETTE),
            text=[f"{value:,}" if value else "" for value in values],
            textposition="auto",
            textangle=0,
            hovertemplate="%{x}: %{y:,}<extra>" + name + "</extra>",
        )
        for number, (name, values) in enumerate(series.items())
    ]
    figure = _figure(traces, several=len(series) > 1)
    figure.update_yaxes(showgrid=True, gridcolor="#e5e6e7", rangemode="tozero", automargin=True)
    figure.update_xaxes(type="category", automargin=True)
    return plain(figure)


def plain(figure: go.Figure) -> dict[str, Any]:
    """The figure as JSON-ready lists; ValueError for a trace the page's bundle cannot draw."""
    drawn: dict[str, Any] = figure.to_dict()
    strange = {trace["type"] for trace in drawn["data"]} - TRACE_TYPES
    if strange:
        raise ValueError(f"The page's Plotly draws no {', '.join(sorted(strange))}.")
    return drawn


def _marker(number: int, colours: Sequence[str]) -> dict[str, Any]:
    pattern = {"shape": PATTERNS[number % len(PATTERNS)], "fillmode": "overlay"}
    return {
        "color": colours[number % len(colours)],
        "line": {"color": "#505a5f", "width": 0.5},
        "pattern": pattern | {"fgcolor": "rgba(120,130,140,0.5)", "size": 7, "solidity": 0.15},
    }


def _figure(traces: Sequence[go.Bar], *, several: bool) -> go.Figure:
    layout = go.Layout(
        template="none",
        barmode="stack",
        showlegend=several,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        margin={"l": 8, "r": 32, "t": 8, "b": 8},
        font={"family": "Arial, sans-serif", "size": 14, "color": "#0b0c0c"},
        bargap=0.25,
        dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return go.Figure(data=traces, layout=layout)
