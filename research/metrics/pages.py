"""What the pages of metrics show, measured once each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from citytools.charts import Chart
from citytools.lists.columns import Column
from citytools.lists.fields import OptionsField
from research.metrics import charts, figures, record
from research.metrics.base import Scope, Unit
from research.metrics.definitions import METRICS, THEMES, Metric
from research.metrics.figures import MetricFigure
from research.models import Finding
from research.publications.query import DayQueryForm, ResearchQueryForm

AT_THE_HEAD = (
    "systems_on_record",
    "contracts_on_record",
    "boroughs_reporting_systems",
    "boroughs_reporting_contracts",
    "boroughs_reporting_skills",
    "median_age_of_facts",
)
"""Metrics that the first sentences of the list state: what all the others stand on."""
MAX_METRICS = 50
"""Findings that a page names."""


@dataclass(frozen=True)
class MetricsPage:
    """Every metric, measured over a scope."""

    scope: Scope

    @cached_property
    def head(self) -> Mapping[str, MetricFigure]:
        """What all others stand on, by key."""
        return {key: self._figures[key] for key in AT_THE_HEAD}

    @property
    def themes(self) -> list[tuple[str, list[MetricFigure]]]:
        """The figures under their headings."""
        return [
            (theme, [self._figures[metric.key] for metric in metrics])
            for theme, metrics in THEMES.items()
        ]

    @cached_property
    def _figures(self) -> dict[str, MetricFigure]:
        return figures.figures_for(METRICS, self.scope)


@dataclass(frozen=True)
class MetricPage:
    """One metric, measured over a scope, with its recorded past up to the day."""

    metric: Metric
    scope: Scope
    public: QuerySet[Finding]

    @cached_property
    def figure(self) -> MetricFigure:
        """The number as asked for."""
        return self._over(self.scope)

    @cached_property
    def with_invented(self) -> MetricFigure:
        """The number with what is invented counted in."""
        return self._over(self.scope.with_invented)

    @property
    def basis(self) -> str:
        """What stands behind the number and what does not, in a sentence."""
        return basis_sentence(self.figure)

    @property
    def picture(self) -> Chart | None:
        """What the number is made of."""
        return charts.metric_chart(self.figure)

    @cached_property
    def trend(self) -> Chart | None:
        """The recorded past; None where nothing was recorded."""
        recorded = record.recorded_values(self.metric, self.scope.on)
        return charts.trend_chart(self.metric, recorded) if recorded else None

    @property
    def findings(self) -> QuerySet[Finding]:
        """Published findings that are tested by it or speak of it."""
        token = rf"metric:{self.metric.key}\s*[|}}]"
        spoken_of = Q(body__regex=token) | Q(summary__regex=token)
        return self.public.filter(spoken_of | Q(metric=self.metric.key))[:MAX_METRICS]

    def _over(self, scope: Scope) -> MetricFigure:
        return figures.figures_for([self.metric.key], scope)[self.metric.key]


def basis_sentence(figure: MetricFigure) -> str:
    """'n = 25 contracts with a known supplier, of 20 of the 33 boroughs; 13 more left out …'."""
    measured, real = figure.measured, not figure.scope.illustrative
    words = f"n\u00a0=\u00a0{measured.counted:,} {figure.metric.counts}"
    if not figure.metric.counts.startswith("boroughs"):
        words += f", of {measured.boroughs} of the 33 boroughs"
    if measured.left_out:
        words += f"; {measured.left_out:,} more left out, for what would be measured is not known"
    if real:
        return f"{words}. Real records alone, invented ones left out."
    return f"{words}. Invented records counted in: {measured.invented:,} of these rest on them."


def metric_rows(scope: Scope) -> Iterator[dict[str, Any]]:
    """Every metric as a row of a file."""
    for figure in figures.figures_for(METRICS, scope).values():
        metric, measured = figure.metric, figure.measured
        yield {
            "metric": metric.key,
            "title": metric.title,
            "definition": metric.definition,
            "unit": str(metric.unit),
            "counts": metric.counts,
            "population": metric.population,
            "formula": metric.formula,
            "as_at": scope.on,
            "value": measured.value,
            "part": measured.part,
            "whole": measured.whole,
            "counted": measured.counted,
            "boroughs": measured.boroughs,
            "left_out": measured.left_out,
            "invented": measured.invented,
            "rows": figure.rows,
            "rows_note": metric.rows_note,
        }


_UNITS = tuple(Unit)
_METRIC = Column("metric", "text", "The metric's key, which never changes.")
_UNIT = Column("unit", "text", "What the value counts.", allowed=_UNITS)
_MEASURED = (
    Column(
        "value", "decimal", "The number. Empty: nothing to measure.", unit="as in the column unit"
    ),
    Column("part", "decimal", "Of a share: what is above the line.", unit="what is counted"),
    Column("whole", "decimal", "Of a share: what is below the line.", unit="what is counted"),
    Column("counted", "integer", "Records behind the number (n).", unit="records"),
    Column("boroughs", "integer", "Boroughs of the 33 behind the number.", unit="boroughs"),
    Column(
        "left_out",
        "integer",
        "Records looked at that lack what would be measured.",
        unit="records",
    ),
)

METRIC_COLUMNS = (
    _METRIC,
    Column("title", "text", "What it is called on pages."),
    Column("definition", "text", "What it means, in a sentence or two."),
    _UNIT,
    Column("counts", "text", "What is counted, in the plural: the denominator of a share."),
    Column("population", "text", "Which records are looked at."),
    Column("formula", "text", "How it is computed."),
    Column("as_at", "date", "The day of the value."),
    *_MEASURED,
    Column("invented", "integer", "Records among those counted that are invented.", unit="records"),
    Column("rows", "text", "The page of this site that lists the records behind it."),
    Column("rows_note", "text", "How that page differs from exactly those. Empty: not at all."),
)
"""metrics.csv: one metric a row."""

TREND_COLUMNS = (
    _METRIC,
    Column("on", "date", "The day of the value."),
    _UNIT,
    *_MEASURED,
    Column(
        "settled", "yes or no", "Whether the day was over when it was recorded, so that it stands."
    ),
)
"""trend.csv of one metric: one day a row, real records only."""


class MetricsFile(ResearchQueryForm):
    """The file of all metrics: a day, with or without what is invented, and some columns."""

    non_filter_names = frozenset({"columns"})
    columns = METRIC_COLUMNS

    def table(self) -> list[dict[str, Any]]:
        """The rows, read within the day that they are of."""
        with self.moment():
            return list(metric_rows(self.scope))


class TrendFile(DayQueryForm):
    """The file of what was recorded, up to a day; it holds real records alone."""

    non_filter_names = frozenset({"columns"})
    columns = TREND_COLUMNS
    metric = OptionsField("Metric", [(key, metric.title) for key, metric in METRICS.items()])

    @property
    def metrics(self) -> Sequence[str]:
        """The metrics asked for; all where none is named."""
        return self.values.get("metric") or list(METRICS)
