"""A picture of concentration: how much the largest hold together, place by place."""

from collections.abc import Sequence

import plotly.graph_objects as go

from citytools.charts import PALETTE, Chart, laid_out, plain
from contracts.concentration.bases import Basis

PLACES = 30
_DASHES = ("solid", "dash", "dot", "dashdot")
_SIGNS = ("circle", "square", "diamond", "triangle-up")


def cumulative(bases: Sequence[Basis], source: str, csv: str) -> Chart:
    """Lines of the cumulative share, in per cent, over the places of the largest suppliers."""
    shown = [basis for basis in bases if basis.total]
    lines = {basis.title: _percents(basis) for basis in shown}
    longest = max((len(values) for values in lines.values()), default=0)
    return Chart(
        key="cumulative-share",
        title=_finding(shown),
        sentence=f"How much the largest hold together, up to place {longest}. The marks at 10 and "
        "15 are the places that the claims of 2019 and after speak of.",
        figure=_figure(lines),
        head=("Largest suppliers", *lines),
        rows=[
            (place + 1, *(f"{_at(values, place):.1f} %" for values in lines.values()))
            for place in range(longest)
        ],
        source=source,
        csv=csv,
        height="tall",
    )


def _finding(bases: Sequence[Basis]) -> str:
    if not bases:
        return "Nothing is known of which shares could be taken"
    shares = [f"{basis.top_10.percent} by {basis.title.lower()}" for basis in bases]
    return f"The ten largest hold {', '.join(shares)}"


def _percents(basis: Basis) -> list[float]:
    return [round(float(row["cumulative"]), 1) for row in basis.ranked[:PLACES]]


def _at(values: Sequence[float], place: int) -> float:
    """Beyond the last supplier the share stays what it is."""
    return values[min(place, len(values) - 1)]


def _figure(lines: dict[str, list[float]]) -> dict[str, object]:
    traces = [
        go.Scatter(
            name=name,
            x=list(range(1, len(values) + 1)),
            y=values,
            mode="lines+markers",
            line={"color": PALETTE[number], "dash": _DASHES[number], "width": 2},
            marker={"symbol": _SIGNS[number], "size": 7},
            hovertemplate="%{x} largest: %{y:.1f} %<extra>" + name + "</extra>",
        )
        for number, (name, values) in enumerate(lines.items())
    ]
    figure = laid_out(traces, several=True)
    figure.update_yaxes(range=[0, 104], ticksuffix=" %")
    figure.update_xaxes(title="Largest suppliers, counted together", rangemode="tozero")
    for place in (10, 15):
        line = {"width": 1.5, "dash": "dash", "color": "#0b0c0c"}
        figure.add_shape(type="line", x0=place, x1=place, y0=0, y1=1, yref="paper", line=line)
    return plain(figure)
