"""How the timeline lies on the page: headings, names, axes and sizes, of a phone as well."""

import datetime
from collections.abc import Sequence
from html import escape
from typing import Any

from contracts.timeline.bars import Bar

_ROW, _PHONE_ROW = 24, 36
"""Pixels for a row; a phone has the name above its bar."""
_WASH = "#e9eef3"


def heading(row: int, name: str) -> dict[str, Any]:
    """The name of a group, on a row of its own."""
    return {
        "text": escape(name, quote=False),
        "font": {"weight": 700},
        "bgcolor": _WASH,
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "y": row,
        "showarrow": False,
        "align": "left",
    }


def _name_above(row: int, bar: Bar) -> dict[str, Any]:
    place = {"xref": "paper", "x": 0, "xanchor": "left", "y": row - 0.25, "yanchor": "bottom"}
    return place | {"text": _name(bar, 38), "showarrow": False, "borderpad": 0}


def band(row: int) -> dict[str, Any]:
    """The wash behind a heading."""
    return {
        "type": "rect",
        "layer": "below",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": row - 0.45,
        "y1": row + 0.45,
        "fillcolor": _WASH,
        "line": {"width": 0},
    }


def sizes(
    placed: Sequence[tuple[int, Bar]],
    headings: Sequence[dict[str, Any]],
    days: Sequence[datetime.date],
    traces: int,
) -> dict[str, Any]:
    """Axes, margins and height; under `meta` those of a phone, which the page's script takes."""
    rows = len(placed) + len(headings)
    ticks = [row for row, _ in placed]
    beside = {
        "tickvals": ticks,
        "ticktext": [_name(bar, 44) for _, bar in placed],
        "ticks": "outside",
        "ticklen": 6,
        "tickcolor": "rgba(0,0,0,0)",
    }
    down = {"range": [rows - 0.5, -0.5], "tickmode": "array", "fixedrange": True, "zeroline": False}
    legend = {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0}
    phone = {
        "yaxis": down | {"showticklabels": False},
        # Names stand on their bars; as tick labels inside the picture they would hide the years
        "annotations": [*headings, *(_name_above(row, bar) for row, bar in placed)],
        "height": max(320, rows * _PHONE_ROW + 180),
        "margin": {"l": 4, "r": 8, "t": 40 + 18 * traces, "b": 30},
    }
    return {
        "yaxis": down | beside,
        "height": max(320, rows * _ROW + 110),
        "margin": {"l": 8, "r": 16, "t": 68, "b": 30},
        "legend": legend,
        "meta": {"phone": _days_axes(days, most=5) | phone},
    } | _days_axes(days, most=9)


def _days_axes(days: Sequence[datetime.date], most: int) -> dict[str, Any]:
    """The same days above and below the bars, with a label for at most so many years."""
    first, last = days
    across = {
        "type": "date",
        "range": [first.isoformat(), last.isoformat()],
        "tick0": first.isoformat(),
        "dtick": f"M{12 * -(-(last.year - first.year) // most)}",
        "tickformat": "%Y",
        "tickangle": 0,
        "showgrid": True,
        "automargin": False,
        "fixedrange": True,
    }
    below = {"overlaying": "x", "side": "bottom", "anchor": "y"}
    return {"xaxis": across | {"side": "top"}, "xaxis2": across | below}


def _name(bar: Bar, longest: int) -> str:
    """Who and what, cut to a length; a star where it is invented."""
    contract = bar.contract
    words = f"{contract.lead.name}: {contract.title}"
    short = words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
    return escape(short, quote=False) + (" *" if contract.illustrative else "")
