"""Pages of the metrics."""

from django.http import Http404, HttpRequest, HttpResponse

from citytools.lists.listing import FileLinks
from citytools.lists.query_form import render_page
from research.metrics import pages
from research.metrics.definitions import METRICS, Metric
from research.models import Finding
from research.publications.query import ResearchQueryForm


def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric by theme, with its value."""
    query = ResearchQueryForm(request)
    with query.moment():
        files = FileLinks("research:metrics_csv", query.query_string())
        context = {"shown": pages.MetricsPage(query.scope), "files": files}
        return render_page(request, "research/metrics.html", context, query)


def metric(request: HttpRequest, key: str) -> HttpResponse:
    """One metric: its value, what it means, what it is made of, and how it went."""
    registered, query = _registered(key), ResearchQueryForm(request)
    with query.moment():
        context = {"shown": pages.MetricPage(registered, query.scope, query.public(Finding))}
        return render_page(request, "research/metric.html", context, query)


def _registered(key: str) -> Metric:
    if key not in METRICS:
        raise Http404(f"There is no metric “{key}”.")
    return METRICS[key]
