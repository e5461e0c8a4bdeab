"""Every number that research speaks of, each registered once."""

from collections.abc import Iterable, Mapping

from research.measured import Measured
from research.metrics.base import Metric
from research.registry import THEMES
from research.scope import Scope

__all__ = ["METRICS", "THEMES", "Metric", "measure"]

METRICS: Mapping[str, Metric] = {
    metric.key: metric for metrics in THEMES.values() for metric in metrics
}
"""By key, in the order in which they are listed."""


def measure(keys: Iterable[str], scope: Scope) -> dict[str, Measured]:
    """The metrics of these keys as the tables stand; KeyError for a key that is not registered."""
    return {key: METRICS[key].compute(scope) for key in dict.fromkeys(keys)}
