"""Pages of the metrics."""

from django.http import Http404, HttpRequest, HttpResponse

from citytools.lists.filterset import render_page
from citytools.lists.listing import FileLinks
from research.metrics import pages
from research.metrics.definitions import METRICS, Metric
from research.models import Finding
from research.publications.query import ResearchQueryForm


def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric by theme, with its value."""
    asked = ResearchQueryForm(request)
    with asked.moment():
        files = FileLinks("research:metrics_csv", asked.query())
        context = {"shown": pages.MetricsPage(asked.scope), "files": files}
        return render_page(request, "research/metrics.html", context, asked)


def metric(request: HttpRequest, key: str) -> HttpResponse:
    """One metric: its value, what it means, what it is made of, and how it went."""
    registered, asked = _registered(key), ResearchQueryForm(request)
    with asked.moment():
        context = {"shown": pages.MetricPage(registered, asked.scope, asked.public(Finding))}
        return render_page(request, "research/metric.html", context, asked)


def _registered(key: str) -> Metric:
    if key not in METRICS:
        raise Http404(f"There is no metric “{key}”.")
    return METRICS[key]
