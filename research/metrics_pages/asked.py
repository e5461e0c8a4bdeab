"""What is asked of the pages and files of metrics."""

from research.asked import ResearchAsked
from research.metrics_pages.columns import METRIC_COLUMNS, TREND_COLUMNS


class MetricsFile(ResearchAsked):
    """The file of all metrics: a day, with or without what is invented, and some columns."""

    beside = frozenset({"columns"})
    columns = METRIC_COLUMNS


class TrendFile(ResearchAsked):
    """The file of one metric's trend up to a day; it holds real records alone."""

    beside = frozenset({"columns"})
    columns = TREND_COLUMNS
    illustrative = None  # type: ignore[assignment]  # django-filter's way to take one away
