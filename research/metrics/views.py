"""Pages of the metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from citytools.charts import Chart
from citytools.lists.filterset import render_page
from citytools.lists.listing import FileLinks
from research.metrics import charts, record
from research.metrics.base import Metric, MetricFigure, Scope
from research.metrics.definitions import METRICS, THEMES, figures_for
from research.models import Finding
from research.publications.query import ResearchQueryForm

RECORD_METRIC_KEYS = (
    "systems_on_record",
    "contracts_on_record",
    "boroughs_reporting_systems",
    "boroughs_reporting_contracts",
    "boroughs_reporting_skills",
    "median_age_of_facts",
)
"""Metrics that the first sentences of the list name: the record that all others are taken over."""
MAX_FINDINGS = 50


@dataclass(frozen=True)
class MetricsPage:
    """Every metric, measured over a scope."""

    scope: Scope

    @cached_property
    def head(self) -> Mapping[str, MetricFigure]:
        """The metrics of the first sentences, by key."""
        return {key: self._figures[key] for key in RECORD_METRIC_KEYS}

    @property
    def themes(self) -> list[tuple[str, list[MetricFigure]]]:
        """The figures under their headings."""
        return [
            (theme, [self._figures[metric.key] for metric in metrics])
            for theme, metrics in THEMES.items()
        ]

    @cached_property
    def _figures(self) -> dict[str, MetricFigure]:
        return figures_for(METRICS, self.scope)


@dataclass(frozen=True)
class MetricPage:
    """One metric, measured over a scope, with its recorded past up to the day."""

    metric: Metric
    scope: Scope
    public: QuerySet[Finding]

    @cached_property
    def figure(self) -> MetricFigure:
        """The number over the scope."""
        return self._measure(self.scope)

    @cached_property
    def with_illustrative(self) -> MetricFigure:
        """The number with illustrative records counted in."""
        return self._measure(Scope(self.scope.on, illustrative=True))

    @property
    def basis(self) -> str:
        """What the number rests on, in a sentence."""
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
        """Published findings that are tested by it or quote it."""
        token = rf"metric:{self.metric.key}\s*[|}}]"
        quoted = Q(body__regex=token) | Q(summary__regex=token)
        return self.public.filter(quoted | Q(metric=self.metric.key))[:MAX_FINDINGS]

    def _measure(self, scope: Scope) -> MetricFigure:
        return figures_for([self.metric.key], scope)[self.metric.key]


def basis_sentence(figure: MetricFigure) -> str:
    """'n = 25 contracts with a known supplier, of 20 of the 33 boroughs; 13 more left out …'."""
    measured = figure.measured
    words = f"n\u00a0=\u00a0{measured.counted:,} {figure.metric.counts}"
    if not figure.metric.counts.startswith("boroughs"):
        words += f", of {measured.boroughs} of the 33 boroughs"
    if measured.left_out:
        words += f"; {measured.left_out:,} more left out, for what would be measured is not known"
    if not figure.scope.illustrative:
        return f"{words}. Real records alone, invented ones left out."
    return f"{words}. Invented records counted in: {measured.illustrative:,} of these rest on them."


def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric by theme, with its value."""
    query = ResearchQueryForm(request)
    with query.moment():
        files = FileLinks("research:metrics_csv", query.query())
        context = {"shown": MetricsPage(query.scope), "files": files}
        return render_page(request, "research/metrics.html", context, query)


def metric(request: HttpRequest, key: str) -> HttpResponse:
    """One metric: its value, what it means, what it is made of, and how it went."""
    if key not in METRICS:
        raise Http404(f"There is no metric “{key}”.")
    query = ResearchQueryForm(request)
    with query.moment():
        context = {"shown": MetricPage(METRICS[key], query.scope, query.public(Finding))}
        return render_page(request, "research/metric.html", context, query)
