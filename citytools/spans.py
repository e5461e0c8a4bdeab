"""Bars that run from one day to another, drawn on a time axis."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from citytools.charts import PALETTE, laid_out, plain

_DAY = 24 * 60 * 60 * 1000
"""Milliseconds: how plotly measures along a time axis."""


@dataclass(frozen=True)
class Stretch:
    """A bar from the morning of the first day to the evening of the last."""

    label: str
    first: datetime.date
    last: datetime.date


def spans(
    stretches: Sequence[Stretch],
    today: datetime.date,
    band: tuple[datetime.date, datetime.date] | None = None,
) -> dict[str, Any]:
    """A bar for each stretch, the first on top; a line at today, a shaded band from day to day."""
    trace = go.Bar(
        y=_apart([one.label for one in stretches]),
        base=[one.first.isoformat() for one in stretches],
        x=[((one.last - one.first).days + 1) * _DAY for one in stretches],
        orientation="h",
        marker={"color": PALETTE[0]},
        customdata=[[f"{one.first:%-d %b %Y}", f"{one.last:%-d %b %Y}"] for one in stretches],
        hovertemplate="%{y}: %{customdata[0]} to %{customdata[1]}<extra></extra>",
    )
    figure = laid_out([trace], several=False)
    figure.update_xaxes(type="date", tickformat="%b\n%Y")
    figure.update_yaxes(autorange="reversed", ticksuffix="  ")
    upright = {"yref": "paper", "y0": 0, "y1": 1}
    if band:
        evening = band[1] + datetime.timedelta(days=1)
        figure.add_shape(
            type="rect", x0=band[0].isoformat(), x1=evening.isoformat(), layer="below",
            fillcolor="#fff2b3", line={"width": 1, "dash": "dot"}, **upright,
        )  # fmt: skip
    line = {"width": 2, "dash": "dash", "color": "#0b0c0c"}
    figure.add_shape(type="line", x0=today.isoformat(), x1=today.isoformat(), line=line, **upright)
    return plain(figure)


def _apart(labels: Sequence[str]) -> list[str]:
    """Equal labels would share a bar: no-width spaces keep them apart, unseen."""
    seen: Counter[str] = Counter()
    names = []
    for label in labels:
        names.append(label + "\u200b" * seen[label])
        seen[label] += 1
    return names
