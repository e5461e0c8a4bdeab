"""The files of research."""

from citytools.exports import Export
from research.metrics_pages import trends
from research.metrics_pages.asked import TrendFile

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
