"""The files of research."""

from citytools.exports import Export
from research.metrics_pages import trends
from research.metrics_pages.asked import MetricsFile, TrendFile

METRICS = Export(
    name="metrics",
    title="Numbers of research",
    row="One metric with its value on a day.",
    route="research:metrics_csv",
    page="research:metrics",
    filter=MetricsFile,
    choose=lambda request, today: MetricsFile(request),
    made=lambda asked, today: asked.table(),
)
TRENDS = Export(
    name="trends",
    title="Metrics over time",
    row="One metric’s value on one day, real records only.",
    route="research:trends_csv",
    page="research:metrics",
    filter=TrendFile,
    choose=lambda request, today: TrendFile(request),
    made=lambda asked, today: trends.rows(asked.metrics, asked.day),
    paged=False,
)
