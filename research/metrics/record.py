"""The recorded past of metrics: measured, written, rebuilt from the event log, checked against it.

A value recorded while its day still ran may have changed before midnight: it is not settled. Once
the day is over, the event log knows all of it, and what is recorded then is final.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from citytools import worlds
from citytools.history import as_of_views
from research.metrics.base import Measurement, Metric, Scope
from research.metrics.definitions import METRICS, measure
from research.models import MetricValue

_FIELDS = ("value", "part", "whole", "counted", "boroughs", "left_out")
_DECIMAL_PLACES = 6
MAX_RECORDED_DAYS = 3660
"""Days that a trend holds: ten years."""


@dataclass(frozen=True)
class RecordCounts:
    """How recording one day changed its values; `settled` were right already and now are final."""

    new: int = 0
    changed: int = 0
    settled: int = 0
    same: int = 0


def record_day(
    day: datetime.date, today: datetime.date, keys: Collection[str] = METRICS
) -> RecordCounts:
    """Record some metrics for a day, all or none; what is recorded and the same stays as it is."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One run at a time: a second one waits here until the first transaction ends
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('research.recording'))")
        begun = timezone.now()  # before measuring: what comes later may not be in the values
        recorded = MetricValue.objects.filter(on=day, metric__in=list(keys))
        known = {value.metric: value for value in recorded}
        outcomes = [
            _write(known.get(key), day, measurement, begun, key)
            for key, measurement in measure_day(day, today, keys).items()
        ]
    return RecordCounts(*(outcomes.count(name) for name in ("new", "changed", "settled", "same")))


def measure_day(
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


def recorded_days(
    today: datetime.date, *, settled: bool
) -> list[tuple[datetime.date, list[MetricValue]]]:
    """Days that are over with their settled values, or those recorded while they ran; in order."""
    rows = MetricValue.objects.filter(on__lt=today, metric__in=list(METRICS))
    values = (
        value
        for value in rows.order_by("on", "metric", "pk").iterator()
        if value.settled == settled
    )
    return [(day, list(group)) for day, group in groupby(values, key=lambda value: value.on)]


def recorded_differences(
    day: datetime.date, values: list[MetricValue], today: datetime.date
) -> list[str]:
    """Where the values recorded for a day are not those that its event log gives, in words."""
    rebuilt = measure_day(day, today, [value.metric for value in values])
    return [
        f"{day} {value.metric}: {name} recorded as {_plain(getattr(value, name))}, {_plain(now)} "
        "by the event log"
        for value in values
        for name in _FIELDS
        if getattr(value, name) != (now := _round_value(getattr(rebuilt[value.metric], name)))
    ]


def _plain(number: Decimal | int | None) -> str:
    """Without zeros at the end; 'nothing' for None."""
    return "nothing" if number is None else f"{Decimal(number).normalize():f}"


def _write(
    known: MetricValue | None,
    day: datetime.date,
    measured: Measurement,
    begun: datetime.datetime,
    key: str,
) -> str:
    """Write one value where it differs or is not final: 'new', 'changed', 'settled' or 'same'."""
    values = {name: _round_value(getattr(measured, name)) for name in _FIELDS}
    if known is None:
        values["illustrative"] = worlds.in_demonstration()
        MetricValue.objects.create(metric=key, on=day, recorded_at=begun, **values)
        return "new"
    equal = all(getattr(known, name) == value for name, value in values.items())
    if equal and (known.settled or begun < as_of_views.end_of_day(day)):
        return "same"
    for name, value in values.items():
        setattr(known, name, value)
    known.recorded_at = begun
    known.save()
    return "settled" if equal else "changed"


def _round_value(value: Decimal | int | None) -> Decimal | int | None:
    return round(value, _DECIMAL_PLACES) if isinstance(value, Decimal) else value


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
            **{name: getattr(value, name) for name in _FIELDS},
            "settled": value.settled,
        }
