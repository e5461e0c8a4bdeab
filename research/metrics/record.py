"""The recorded past of metrics: measured, written, rebuilt from the event log, held against it.

A value recorded while its day still ran may have changed before midnight: it is not settled. Once
the day is over, the event log knows all of it, and what is recorded then stands.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from citytools.history import as_of_views
from research.metrics.base import Measurement, Scope
from research.metrics.definitions import METRICS, Metric, measure
from research.models import MetricValue

_KEPT = ("value", "part", "whole", "counted", "boroughs", "left_out")
_PLACES = 6
"""Decimal places of a recorded value."""


@dataclass(frozen=True)
class RecordCounts:
    """What recording one day did to its values; `settled` were right already and now stand."""

    new: int = 0
    changed: int = 0
    settled: int = 0
    same: int = 0

    @property
    def written(self) -> int:
        """Values that were written."""
        return self.new + self.changed + self.settled


@dataclass(frozen=True)
class RecordedDifference:
    """A recorded value that the event log does not bear out."""

    metric: str
    on: datetime.date
    name: str
    recorded: Decimal | int | None
    rebuilt: Decimal | int | None

    def __str__(self) -> str:
        was, now = (_plain(one) for one in (self.recorded, self.rebuilt))
        return f"{self.on} {self.metric}: {self.name} recorded as {was}, {now} by the event log"


def _plain(number: Decimal | int | None) -> str:
    """Without noughts at the end; 'nothing' for None."""
    return "nothing" if number is None else f"{Decimal(number).normalize():f}"


def record_day(
    day: datetime.date, today: datetime.date, keys: Collection[str] = METRICS
) -> RecordCounts:
    """Record some metrics for a day, all or none; what is recorded and the same stays as it is."""
    with transaction.atomic():
        _one_at_a_time()
        begun = timezone.now()  # before measuring: what comes later may not be in the values
        known = {
            value.metric: value
            for value in MetricValue.objects.filter(on=day, metric__in=list(keys))
        }
        measured = measured_on(day, today, keys)
        before = [
            _written(known.get(key), day, measurement, begun, key)
            for key, measurement in measured.items()
        ]
    return RecordCounts(*(before.count(what) for what in ("new", "changed", "settled", "same")))


def measured_on(
    day: datetime.date, today: datetime.date, keys: Iterable[str]
) -> dict[str, Measurement]:
    """Metrics of a day, real records alone: from the tables today, from the event log before."""
    if day >= today:
        return measure(keys, Scope(day))
    with as_of_views.read_as_at(day):
        return measure(keys, Scope(day))


def missing_days(
    first: datetime.date, last: datetime.date
) -> Iterator[tuple[datetime.date, list[str]]]:
    """Each day with the metrics that are not recorded for it, or not settled; in order."""
    rows = MetricValue.objects.filter(on__range=(first, last)).order_by("on", "pk")
    settled = {(value.on, value.metric) for value in rows.iterator() if value.settled}
    for number in range((last - first).days + 1):
        day = first + datetime.timedelta(days=number)
        if keys := [key for key in METRICS if (day, key) not in settled]:
            yield day, keys


def unsettled_days(today: datetime.date) -> list[tuple[datetime.date, list[str]]]:
    """Days that are over with the metrics last recorded while they ran; in order."""
    found: dict[datetime.date, list[str]] = {}
    rows = MetricValue.objects.filter(on__lt=today, metric__in=list(METRICS))
    for value in rows.order_by("on", "metric", "pk").iterator():
        if not value.settled:
            found.setdefault(value.on, []).append(value.metric)
    return list(found.items())


def settled_days(today: datetime.date) -> list[tuple[datetime.date, list[MetricValue]]]:
    """Days that are over with their settled values; in order."""
    found: dict[datetime.date, list[MetricValue]] = {}
    rows = MetricValue.objects.filter(on__lt=today, metric__in=list(METRICS))
    for value in rows.order_by("on", "metric", "pk").iterator():
        if value.settled:
            found.setdefault(value.on, []).append(value)
    return list(found.items())


def recorded_differences(
    day: datetime.date, values: list[MetricValue], today: datetime.date
) -> list[RecordedDifference]:
    """Where the values recorded for a day are not those that its event log gives."""
    rebuilt = measured_on(day, today, [value.metric for value in values])
    return [
        RecordedDifference(value.metric, day, name, getattr(value, name), now)
        for value in values
        for name in _KEPT
        if getattr(value, name) != (now := _round_value(getattr(rebuilt[value.metric], name)))
    ]


def _written(
    known: MetricValue | None,
    day: datetime.date,
    measured: Measurement,
    begun: datetime.datetime,
    key: str,
) -> str:
    """Write one value where that is called for: new, changed, settled or same."""
    values = {name: _round_value(getattr(measured, name)) for name in _KEPT}
    if known is None:
        MetricValue.objects.create(metric=key, on=day, recorded_at=begun, **values)
        return "new"
    equal = all(getattr(known, name) == value for name, value in values.items())
    stands = known.settled or begun < as_of_views.end_of_day(day)
    if equal and stands:
        return "same"
    for name, value in values.items():
        setattr(known, name, value)
    known.recorded_at = begun
    known.save()
    return "settled" if equal else "changed"


def _round_value(value: Decimal | int | None) -> Decimal | int | None:
    return round(value, _PLACES) if isinstance(value, Decimal) else value


def _one_at_a_time() -> None:
    """Wait until no other run is writing; until the transaction ends, none does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('research.recording'))")


MAX_RECORDED_DAYS = 3660
"""Days that a trend holds: ten years."""


def recorded_values(metric: Metric, until: datetime.date) -> list[MetricValue]:
    """The values of the last ten years up to a day, the earliest first; one query."""
    values = MetricValue.objects.filter(metric=metric.key, on__lte=until)
    return list(values.order_by("-on", "-pk")[:MAX_RECORDED_DAYS])[::-1]


def trend_rows(keys: Sequence[str], until: datetime.date) -> Iterator[dict[str, Any]]:
    """The recorded values of some metrics as rows of a file, by metric and day; one query."""
    values = MetricValue.objects.filter(metric__in=keys, on__lte=until)
    for value in values.order_by("metric", "on", "pk")[: MAX_RECORDED_DAYS * len(keys)]:
        yield {
            "metric": value.metric,
            "on": value.on,
            "unit": str(METRICS[value.metric].unit),
            "value": value.value,
            "part": value.part,
            "whole": value.whole,
            "counted": value.counted,
            "boroughs": value.boroughs,
            "left_out": value.left_out,
            "settled": value.settled,
        }
