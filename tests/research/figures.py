"""Figures that tests make without measuring anything."""

import datetime
from decimal import Decimal

from research.metrics.base import Measurement, MetricFigure, PublishedValue, Scope
from research.metrics.definitions import METRICS

DAY = datetime.date(2026, 11, 30)


def figure(key: str) -> MetricFigure:
    """A metric that was 3 of 5 at publication and is 2 of 5 now."""
    then = PublishedValue(datetime.date(2026, 1, 1), Decimal(60), Decimal(3), Decimal(5), 5, 5)
    now = Measurement(Decimal(40), counted=5, boroughs=5, part=Decimal(2), whole=Decimal(5))
    return MetricFigure(METRICS[key], now, Scope(DAY), then)
