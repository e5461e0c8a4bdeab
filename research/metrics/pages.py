"""What the pages of metrics show, measured once each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from citytools.charts import Chart
from research.metrics import charts, figures
from research.metrics.definitions import METRICS, THEMES, Metric
from research.metrics.figures import Figure
from research.metrics_pages import trends
from research.models import Finding
from research.scope import Scope

AT_THE_HEAD = (
    "systems_on_record",
    "contracts_on_record",
    "boroughs_reporting_systems",
    "boroughs_reporting_contracts",
    "boroughs_reporting_skills",
    "median_age_of_facts",
)
"""Metrics that the first sentences of the list state: what all the others stand on."""
MOST = 50
"""Findings that a page names."""


@dataclass(frozen=True)
class MetricsPage:
    """Every metric, measured over a scope."""

    scope: Scope

    @cached_property
    def head(self) -> Mapping[str, Figure]:
        """What all others stand on, by key."""
        return {key: self._figures[key] for key in AT_THE_HEAD}

    @property
    def themes(self) -> list[tuple[str, list[Figure]]]:
        """The figures under their headings."""
        return [
            (theme, [self._figures[metric.key] for metric in metrics])
            for theme, metrics in THEMES.items()
        ]

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        return figures.figures(METRICS, self.scope)


@dataclass(frozen=True)
class MetricPage:
    """One metric, measured over a scope, with its recorded past up to the day."""

    metric: Metric
    scope: Scope
    public: QuerySet[Finding]

    @cached_property
    def figure(self) -> Figure:
        """The number as asked for."""
        return self._over(self.scope)

    @cached_property
    def with_invented(self) -> Figure:
        """The number with what is invented counted in."""
        return self._over(self.scope.with_invented)

    @property
    def basis(self) -> str:
        """What stands behind the number and what does not, in a sentence."""
        return basis(self.figure)

    @property
    def picture(self) -> Chart | None:
        """What the number is made of."""
        return charts.picture_of(self.figure)

    @cached_property
    def trend(self) -> Chart | None:
        """The recorded past; None where nothing was recorded."""
        recorded = trends.recorded(self.metric, self.scope.on)
        return charts.trend(self.metric, recorded) if recorded else None

    @property
    def findings(self) -> QuerySet[Finding]:
        """Published findings that are tested by it or speak of it."""
        token = rf"metric:{self.metric.key}\s*[|}}]"
        spoken_of = Q(body__regex=token) | Q(summary__regex=token)
        return self.public.filter(spoken_of | Q(metric=self.metric.key))[:MOST]

    def _over(self, scope: Scope) -> Figure:
        return figures.figures([self.metric.key], scope)[self.metric.key]


def basis(figure: Figure) -> str:
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


def rows(scope: Scope) -> Iterator[dict[str, Any]]:
    """Every metric as a row of a file."""
    for figure in figures.figures(METRICS, scope).values():
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
