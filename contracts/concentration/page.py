"""What is asked of the page and the file of concentration, and the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from citytools.asked import AskedReal
from citytools.charts import Chart
from citytools.links import FileLinks
from citytools.lists.filters import YesNo
from contracts.concentration import bases, charts, words
from contracts.concentration.bases import Basis
from contracts.concentration.columns import CONCENTRATION_COLUMNS

SHOWN = 20
"""Suppliers of each basis on the page; the file has all."""


@dataclass(frozen=True)
class Line:
    """One basis as the page shows it."""

    basis: Basis
    denominator: str
    caution: str

    @property
    def largest(self) -> list[dict[str, Any]]:
        """The first suppliers, with whatever ties for the last place shown."""
        rows = self.basis.ranked
        return [row for row in rows if row["rank"] <= SHOWN][: 2 * SHOWN]


class ConcentrationAsked(AskedReal):
    """`group=yes` counts a supplier with its present owner; without it each counts by itself."""

    beside = frozenset({"columns"})
    columns = CONCENTRATION_COLUMNS

    group = YesNo("Suppliers by group", lambda rows, _: rows)

    @property
    def grouped(self) -> bool:
        """Whether suppliers count with their present owners."""
        return self.value("group", "no") == "yes"

    @cached_property
    def bases(self) -> list[Basis]:
        """The four ways to measure."""
        return bases.of(grouped=self.grouped, illustrative=self.illustrative)

    @cached_property
    def lines(self) -> list[Line]:
        """The four bases, in words."""
        return [Line(one, words.denominator(one), words.caution(one)) for one in self.bases]

    @property
    def switched(self) -> str:
        """The query string with the other choice of groups."""
        return self.query(group=["no" if self.grouped else "yes"])

    @property
    def files(self) -> FileLinks:
        """The addresses of every supplier on every basis as files."""
        return FileLinks("contracts:concentration_csv", self.query())

    @property
    def total(self) -> int:
        """Rows of the file."""
        return sum(len(one.amounts) for one in self.bases)

    @cached_property
    def chart(self) -> Chart:
        """The cumulative share by place."""
        source = "Contracts and systems on record, each with its own source and date."
        return charts.cumulative(self.bases, source, self.files.csv)

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
                    "share": _rounded(row["percent"]),
                    "cumulative_share": _rounded(row["cumulative"]),
                    "total": basis.total,
                    "counted": basis.counted,
                    "boroughs": basis.boroughs,
                }


def _rounded(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else round(percent, 4)
