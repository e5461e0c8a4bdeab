"""The metrics, defined by theme."""

from collections.abc import Mapping, Sequence

from research.metrics.base import Metric
from research.registry import contracts, products, record, satisfaction, suppliers

THEMES: Mapping[str, Sequence[Metric]] = {
    "How much the largest suppliers hold": suppliers.SHARES,
    "How many suppliers there are to choose from": suppliers.CHOICE,
    "Suppliers and satisfaction": satisfaction.METRICS,
    "How far single products have spread": products.METRICS,
    "Contracts and their dates": contracts.METRICS,
    "What the record stands on": record.METRICS,
}
"""The metrics under their headings, in the order in which they are listed."""
