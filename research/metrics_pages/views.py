"""Pages and files of the metrics."""

from django.http import Http404, HttpRequest, HttpResponseBase

from citytools.exports import table_response
from research.metrics import METRICS, Metric
from research.metrics_pages import trends
from research.metrics_pages.asked import TrendFile


def trend_csv(request: HttpRequest, key: str) -> HttpResponseBase:
    """A metric's recorded values as a file."""
    metric, asked = _registered(key), TrendFile(request)
    rows = trends.rows(metric, trends.recorded(metric, asked.day))
    return table_response(asked, rows, f"{key}.csv")


def _registered(key: str) -> Metric:
    if key not in METRICS:
        raise Http404(f"There is no metric “{key}”.")
    return METRICS[key]
