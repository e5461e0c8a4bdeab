"""Pages of the metrics."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from citytools.lists.listing import FileLinks
from citytools.lists.query_form import render_page
from research.metrics import charts, record
from research.metrics.base import MetricFigure
from research.metrics.definitions import METRICS, THEMES, figures_for
from research.models import Finding
from research.publications.query import DayQueryForm
from research.publications.verdicts import run_claim_test

MAX_FINDINGS = 50


def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric by theme, with its value."""
    query = DayQueryForm(request)
    with query.moment():
        figures = figures_for(METRICS, query.scope)
        themes = [
            (theme, [figures[metric.key] for metric in metrics])
            for theme, metrics in THEMES.items()
        ]
        files = FileLinks("research:metrics_csv", query.query_string())
        context = {"figures": figures, "themes": themes, "files": files}
        return render_page(request, "research/metrics.html", context, query)


def metric(request: HttpRequest, key: str) -> HttpResponse:
    """One metric: its value, what it means, what it is made of, and how it went."""
    if key not in METRICS:
        raise Http404(f"There is no metric “{key}”.")
    query, token = DayQueryForm(request), rf"metric:{key}\s*[|}}]"
    with query.moment():
        figure = figures_for([key], query.scope)[key]
        recorded = record.recorded_values(METRICS[key], query.day)
        quoted = Q(body__regex=token) | Q(summary__regex=token) | Q(metric=key)
        findings = query.public(Finding).filter(quoted)[:MAX_FINDINGS]
        context = {
            "figure": figure,
            "basis": basis_sentence(figure),
            "chart": charts.metric_chart(figure),
            "trend": charts.trend_chart(METRICS[key], recorded) if recorded else None,
            "findings": [run_claim_test(finding, {key: figure}) for finding in findings],
        }
        return render_page(request, "research/metric.html", context, query)


def basis_sentence(figure: MetricFigure) -> str:
    """'n = 25 contracts with a known supplier, of 20 of the 33 boroughs; 13 more left out …'."""
    measured = figure.measured
    words = f"n\u00a0=\u00a0{measured.counted:,} {figure.metric.counts}"
    if not figure.metric.counts.startswith("boroughs"):
        words += f", of {measured.boroughs} of the 33 boroughs"
    if measured.left_out:
        words += f"; {measured.left_out:,} more left out, for what would be measured is not known"
    return f"{words}."
