"""What the hand-written SQL answers, and whether a metric agrees with it."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from citytools.worlds import World, use_world
from research.metrics.base import Scope
from research.metrics.definitions import METRICS, measure
from tests.research.sql import record, suppliers
from tests.research.sql.tables import TABLES

SQL: dict[str, str] = suppliers.SQL | record.SQL
NAMES = ("value", "part", "whole", "counted", "boroughs", "left_out", "illustrative")
"""Columns of the SQL; metrics count nothing that is invented apart."""
TOLERANCE = Decimal("0.000002")
"""Both round to six places, but not in the same way."""


def second(key: str, on: datetime.date, *, illustrative: bool) -> dict[str, Any]:
    """The one row of a metric's SQL, by name."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES + SQL[key], {"on": on, "invented": illustrative})
        (row,) = cursor.fetchall()
    return dict(zip(NAMES, row, strict=True))


def disagreements(on: datetime.date, *, illustrative: bool) -> list[str]:
    """Every metric that differs from its SQL, with both answers.

    The SQL leaves out by itself what is invented; the metric reads what its world has.
    """
    differences = []
    with use_world(World.DEMONSTRATION if illustrative else World.EVIDENCE):
        measurements = measure(METRICS, Scope(on))
    for key, measured in measurements.items():
        expectations = second(key, on, illustrative=illustrative)
        for name in NAMES[:-1]:
            value, expected = getattr(measured, name), expectations[name]
            if not _same(value, expected):
                differences.append(f"{key}: {name} is {value}, by SQL {expected}")
    return differences


def _same(value: Any, expected: Any) -> bool:
    if value is None or expected is None:
        return value is None and expected is None
    return abs(Decimal(str(value)) - Decimal(str(expected))) <= TOLERANCE
