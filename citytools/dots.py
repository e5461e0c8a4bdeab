"""A row of dots, one a value, with the typical value and its range marked: no names, no ranking."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go

from citytools.charts import PALETTE, laid_out, plain
from citytools.facts.statistics import Range

_LANES = (0.0, 0.6, -0.6, 0.3, -0.3)
"""Heights that the dots take in turn, so that equal values stay apart."""


def dots(values: Sequence[Decimal], range_: Range, unit: str) -> dict[str, Any]:
    """Values in pounds from nought, a band from the range's low to its high, a line at its median.

    `unit` says what the pounds are for, as in '£120 a year for each 1,000 residents'.
    """
    ordered = sorted(values)
    trace = go.Scatter(
        x=[float(value) for value in ordered],
        y=[_LANES[place % len(_LANES)] for place in range(len(ordered))],
        mode="markers",
        marker={"size": 11, "color": PALETTE[0], "opacity": 0.75, "line": {"width": 1}},
        hovertemplate="£%{x:,.2f} " + unit + "<extra></extra>",
        cliponaxis=False,
    )
    figure = laid_out([trace], several=False)
    figure.update_xaxes(rangemode="tozero", tickprefix="£", tickformat=",.0f")
    figure.update_yaxes(visible=False, range=[-1.6, 2.2], fixedrange=True)
    band = {"yref": "paper", "y0": 0, "y1": 0.8, "layer": "below"}
    figure.add_shape(
        type="rect", x0=float(range_.low), x1=float(range_.high), fillcolor="#d6e6f5",
        line={"width": 1, "color": PALETTE[0], "dash": "dot"}, **band,
    )  # fmt: skip
    median = float(range_.median)
    figure.add_shape(type="line", x0=median, x1=median, line={"width": 3}, **band)
    figure.add_annotation(
        x=median, y=0.82, yref="paper", yanchor="bottom", showarrow=False,
        text=f"median £{range_.median:,.0f}",
        # Towards the wider side, so that the words stay within the picture
        xanchor="left" if median * 2 < float(ordered[-1]) else "right",
    )  # fmt: skip
    return plain(figure)
