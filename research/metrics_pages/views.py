"""Pages and files of the metrics."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from citytools.asked import page
from citytools.exports import table_response
from research.asked import ResearchAsked
from research.metrics import METRICS, Metric
from research.metrics_pages import shown, trends
from research.metrics_pages.asked import MetricsFile, TrendFile


def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric by theme, with its value."""
    asked = ResearchAsked(request)
    with asked.moment():
        context = {"shown": shown.MetricsPage(asked.scope)}
        return page(request, "research/metrics.html", context, asked)


def metric(request: HttpRequest, key: str) -> HttpResponse:
    """One metric: its value, what it means, what it is made of, and how it went."""
    registered, asked = _registered(key), ResearchAsked(request)
    with asked.moment():
        context = {"shown": shown.MetricPage(registered, asked.scope)}
        return page(request, "research/metric.html", context, asked)


def metrics_csv(request: HttpRequest) -> HttpResponseBase:
    """Every metric with its value as a file."""
    asked = MetricsFile(request)
    with asked.moment():
        return table_response(asked, shown.rows(asked.scope), "metrics.csv")


def trend_csv(request: HttpRequest, key: str) -> HttpResponseBase:
    """A metric's recorded values as a file."""
    metric, asked = _registered(key), TrendFile(request)
    rows = trends.rows(metric, trends.recorded(metric, asked.day))
    return table_response(asked, rows, f"{key}.csv")


def _registered(key: str) -> Metric:
    if key not in METRICS:
        raise Http404(f"There is no metric “{key}”.")
    return METRICS[key]
