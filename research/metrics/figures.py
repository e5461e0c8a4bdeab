"""Numbers as pages write them: today's beside that of the day of publication."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from research.metrics.base import Measurement, Scope, Unit
from research.metrics.definitions import METRICS, Metric, measure

NOT_KNOWN = "not known"
_SPACE = "\u00a0"


@dataclass(frozen=True)
class PublishedValue:
    """A metric's value as it was when a record was published; `value` in the metric's unit."""

    on: datetime.date
    value: Decimal | None
    part: Decimal | None
    whole: Decimal | None
    counted: int
    boroughs: int


@dataclass(frozen=True)
class MetricFigure:
    """One metric on a page: as measured, and as it was published, if it was."""

    metric: Metric
    measured: Measurement
    scope: Scope
    published: PublishedValue | None = None

    @property
    def words(self) -> str:
        """The value now: '45.5 %', '−0.42', '33', '14 months' or 'not known'."""
        return value_in_words(self.metric.unit, self.measured.value)

    @property
    def then(self) -> str:
        """The value at publication, in the same words."""
        return (
            value_in_words(self.metric.unit, self.published.value) if self.published else NOT_KNOWN
        )

    @property
    def of(self) -> str:
        """'33 of 33', or '£20 of £50', where the number is a part of a whole."""
        sign = "£" if self.metric.pounds else ""
        return part_of_whole(self.measured.part, self.measured.whole, sign)

    @property
    def rows(self) -> str:
        """The address of the rows behind it."""
        return self.metric.rows_of(self.scope)

    @property
    def csv(self) -> str:
        """The address of the same rows as CSV."""
        return self.metric.csv_of(self.scope)


def value_in_words(unit: Unit, value: Decimal | None) -> str:
    """A value with its unit, to the places that it bears; 'not known' for None."""
    if value is None:
        return NOT_KNOWN
    if unit == Unit.PER_CENT:
        return f"{value:.1f}{_SPACE}%"
    if unit == Unit.RHO:
        return f"{value:+.2f}".replace("-", "−")
    if unit == Unit.MONTHS:
        return f"{value:.0f}{_SPACE}month{'' if round(value) == 1 else 's'}"
    return f"{value:,.0f}"


def part_of_whole(part: Decimal | None, whole: Decimal | None, sign: str = "") -> str:
    """'33 of 33', or '£20 of £50'; 'not known' where there is no whole."""
    if part is None or not whole:
        return NOT_KNOWN
    return f"{sign}{part:,.0f} of {sign}{whole:,.0f}"


def figures_for(
    keys: Iterable[str], scope: Scope, published: Mapping[str, Any] | None = None
) -> dict[str, MetricFigure]:
    """The metrics of these keys by key, measured now; `published` as a record keeps its values."""
    return {
        key: add_published_value(MetricFigure(METRICS[key], measured, scope), published or {})
        for key, measured in measure(keys, scope).items()
    }


def add_published_value(figure: MetricFigure, published: Mapping[str, Any]) -> MetricFigure:
    """The figure beside its value among those that a record keeps, if it is there."""
    kept = published.get(figure.metric.key)
    return replace(figure, published=read_published_value(kept)) if kept else figure


def values_to_publish(
    measured: Mapping[str, Measurement], on: datetime.date
) -> dict[str, dict[str, Any]]:
    """Values for a record to keep when it is published; `read` reads them back."""
    return {
        key: {
            "on": on.isoformat(),
            "value": _text(measurement.value),
            "part": _text(measurement.part),
            "whole": _text(measurement.whole),
            "counted": measurement.counted,
            "boroughs": measurement.boroughs,
        }
        for key, measurement in measured.items()
    }


def read_published_value(mapping: Mapping[str, Any]) -> PublishedValue:
    """One value as a record keeps it."""
    return PublishedValue(
        datetime.date.fromisoformat(mapping["on"]),
        _decimal(mapping["value"]),
        _decimal(mapping["part"]),
        _decimal(mapping["whole"]),
        mapping["counted"],
        mapping["boroughs"],
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
