"""What was recorded of a metric, for its chart and its file."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from research.metrics.definitions import METRICS, Metric
from research.models import MetricValue

MOST = 3660
"""Days that a trend holds: ten years."""


def recorded(metric: Metric, until: datetime.date) -> list[MetricValue]:
    """The values of the last ten years up to a day, the earliest first; one query."""
    found = MetricValue.objects.filter(metric=metric.key, on__lte=until)
    return list(found.order_by("-on", "-pk")[:MOST])[::-1]


def rows(keys: Sequence[str], until: datetime.date) -> Iterator[dict[str, Any]]:
    """The recorded values of some metrics as rows of a file, by metric and day; one query."""
    found = MetricValue.objects.filter(metric__in=keys, on__lte=until)
    for one in found.order_by("metric", "on", "pk")[: MOST * len(keys)]:
        yield {
            "metric": one.metric,
            "on": one.on,
            "unit": str(METRICS[one.metric].unit),
            "value": one.value,
            "part": one.part,
            "whole": one.whole,
            "counted": one.counted,
            "boroughs": one.boroughs,
            "left_out": one.left_out,
            "settled": one.settled,
        }
