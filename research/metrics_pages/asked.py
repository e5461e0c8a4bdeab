"""What is asked of the pages and files of metrics."""

from collections.abc import Sequence
from typing import Any

from citytools.lists.filters import Values
from research.metrics import pages
from research.metrics.definitions import METRICS
from research.metrics_pages.columns import METRIC_COLUMNS, TREND_COLUMNS
from research.publications.query import DayAsked, ResearchAsked


class MetricsFile(ResearchAsked):
    """The file of all metrics: a day, with or without what is invented, and some columns."""

    beside = frozenset({"columns"})
    columns = METRIC_COLUMNS

    def table(self) -> list[dict[str, Any]]:
        """The rows, read within the day that they are of."""
        with self.moment():
            return list(pages.rows(self.scope))


class TrendFile(DayAsked):
    """The file of what was recorded, up to a day; it holds real records alone."""

    beside = frozenset({"columns"})
    columns = TREND_COLUMNS
    metric = Values("Metric", [(key, one.title) for key, one in METRICS.items()], lambda q, _: q)

    @property
    def metrics(self) -> Sequence[str]:
        """The metrics asked for; all where none is named."""
        return self.named.get("metric") or list(METRICS)
