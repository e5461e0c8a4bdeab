"""The query string of the page and the file of concentration, their rows and the chart."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from citytools.charts import PALETTE, Chart, build_figure
from citytools.facts.statistics import MIN_RECORDS_FOR_PERCENT
from citytools.lists.columns import Column
from citytools.lists.fields import YesNoField
from citytools.lists.listing import FileLinks
from citytools.lists.query_form import QueryForm
from contracts.concentration.bases import (
    MeasureBasis,
    read_concentration,
)

CONCENTRATION_COLUMNS = (
    Column(
        "basis",
        "text",
        "What suppliers are measured by; systems count for who makes the product.",
        allowed=("contracts", "yearly value", "total value", "systems"),
    ),
    Column("grouped", "yes or no", "Whether a supplier counts with its present owner."),
    Column(
        "rank",
        "integer",
        "Place by amount; equal amounts share the first of their places.",
        unit="place",
    ),
    Column("supplier", "text", "The supplier, or the last owner of its group."),
    Column("amount", "decimal", "What it holds, in the unit.", unit="as in the column unit"),
    Column(
        "unit",
        "text",
        "What the amount counts. Pounds mix VAT bases and are never ceilings.",
        allowed=("contracts", "pounds a year", "pounds", "systems"),
    ),
    Column(
        "share", "decimal", "The amount held, divided by the total of its basis.", unit="per cent"
    ),
    Column(
        "cumulative_share",
        "decimal",
        "Share of this supplier and all before it in the file, of its basis.",
        unit="per cent",
    ),
    Column(
        "total",
        "decimal",
        "What all suppliers of the basis hold, in the unit.",
        unit="as in the column unit",
    ),
    Column("counted", "integer", "Records behind the total: contracts or systems.", unit="records"),
    Column("boroughs", "integer", "Boroughs of the 33 behind the total.", unit="boroughs"),
)
MAX_PLACES = 30
_DASHES = ("solid", "dash", "dot", "dashdot")
_SIGNS = ("circle", "square", "diamond", "triangle-up")


def cumulative_chart(bases: Sequence[MeasureBasis], source: str, csv: str) -> Chart:
    """Lines of the cumulative share, in per cent, over the places of the largest suppliers."""
    bases = [basis for basis in bases if basis.total]
    lines = {
        basis.title: [round(float(row["cumulative"]), 1) for row in basis.ranked[:MAX_PLACES]]
        for basis in bases
        if basis.counted >= MIN_RECORDS_FOR_PERCENT
    }
    few = [basis.title.lower() for basis in bases if basis.title not in lines]
    longest = max((len(values) for values in lines.values()), default=0)
    return Chart(
        key="cumulative-share",
        title=_title(bases),
        sentence=f"How much the largest hold together, up to place {longest}. The marks at 10 and "
        f"15 are the places that the claims of 2019 and after speak of.{_not_drawn(few)}",
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


def _not_drawn(titles: Sequence[str]) -> str:
    few = f" Of fewer than {MIN_RECORDS_FOR_PERCENT} records, so not drawn:"
    return f"{few} {', '.join(titles)}." if titles else ""


def _title(bases: Sequence[MeasureBasis]) -> str:
    if not bases:
        return "Nothing is known of which shares could be taken"
    shares = [f"{basis.top_10.percent} by {basis.title.lower()}" for basis in bases]
    return f"The ten largest hold {', '.join(shares)}"


def _at(values: Sequence[float], place: int) -> float:
    """Beyond the last supplier the share stays what it is."""
    return values[min(place, len(values) - 1)]


def _figure(lines: dict[str, list[float]]) -> dict[str, object]:
    traces = [
        {
            "type": "scatter",
            "name": name,
            "x": list(range(1, len(values) + 1)),
            "y": values,
            "mode": "lines+markers",
            "line": {"color": PALETTE[number], "dash": _DASHES[number], "width": 2},
            "marker": {"symbol": _SIGNS[number], "size": 7},
            "hovertemplate": "%{x} largest: %{y:.1f} %<extra>" + name + "</extra>",
        }
        for number, (name, values) in enumerate(lines.items())
    ]
    line = {"width": 1.5, "dash": "dash", "color": "#0b0c0c"}
    upright = {"type": "line", "y0": 0, "y1": 1, "yref": "paper", "line": line}
    across = "Largest suppliers, counted together"
    return build_figure(
        traces,
        several=True,
        xaxis={"title": {"text": across}, "rangemode": "tozero"},
        yaxis={"range": [0, 104], "ticksuffix": " %"},
        shapes=[{"x0": place, "x1": place, **upright} for place in (10, 15)],
    )


class ConcentrationForm(QueryForm):
    """`group=yes` counts a supplier with its last owner; without it each counts by itself."""

    non_filter_names = frozenset({"columns"})
    columns = CONCENTRATION_COLUMNS

    group = YesNoField("Suppliers by group")

    @property
    def grouped(self) -> bool:
        return self.value("group", "no") == "yes"

    @cached_property
    def _concentration(self) -> tuple[list[MeasureBasis], dict[str, int]]:
        return read_concentration(grouped=self.grouped)

    @property
    def bases(self) -> list[MeasureBasis]:
        return self._concentration[0]

    @property
    def left_out(self) -> dict[str, int]:
        """How many contracts no basis holds, and why."""
        return self._concentration[1]

    @property
    def switched(self) -> str:
        """The query string with the other choice of groups."""
        return self.query_string(group=["no" if self.grouped else "yes"])

    @property
    def file_links(self) -> FileLinks:
        """The addresses of every supplier on every basis as files."""
        return FileLinks("contracts:concentration_csv", self.query_string())

    @property
    def total(self) -> int:
        return sum(len(basis.amounts) for basis in self.bases)

    def table(self) -> Iterator[dict[str, Any]]:
        """Every supplier on every basis as rows of a file, the largest first."""
        for basis in self.bases:
            for row in basis.ranked:
                yield {
                    "basis": basis.key,
                    "grouped": self.grouped,
                    "rank": row["rank"],
                    "supplier": row["supplier"].name,
                    "amount": row["amount"],
                    "unit": basis.unit,
                    "share": _round_percent(row["percent"]),
                    "cumulative_share": _round_percent(row["cumulative"]),
                    "total": basis.total,
                    "counted": basis.counted,
                    "boroughs": basis.boroughs,
                }


def _round_percent(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else round(percent, 4)
