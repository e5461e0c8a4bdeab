"""What was recorded of a metric, for its chart and its file."""

import datetime
from collections.abc import Iterator
from typing import Any

from research.metrics import Metric
from research.models import MetricValue

MOST = 3660
"""Days that a trend holds: ten years."""


def recorded(metric: Metric, until: datetime.date) -> list[MetricValue]:
    """The values of the last ten years up to a day, the earliest first; one query."""
    found = MetricValue.objects.filter(metric=metric.key, on__lte=until)
    return list(found.order_by("-on", "-pk")[:MOST])[::-1]


def rows(metric: Metric, values: list[MetricValue]) -> Iterator[dict[str, Any]]:
    """The values as rows of a file."""
    for one in values:
        yield {
            "metric": metric.key,
            "on": one.on,
            "unit": str(metric.unit),
            "value": one.value,
            "part": one.part,
            "whole": one.whole,
            "counted": one.counted,
            "boroughs": one.boroughs,
            "left_out": one.left_out,
            "settled": one.settled,
        }
