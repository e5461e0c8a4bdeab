"""What the hand-written SQL answers, and whether a metric agrees with it."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from research.metrics.base import Scope
from research.metrics.definitions import METRICS
from tests.research.second import record, suppliers
from tests.research.second.tables import TABLES

SQL: dict[str, str] = suppliers.SQL | record.SQL
NAMES = ("value", "part", "whole", "counted", "boroughs", "left_out", "invented")
CLOSE = Decimal("0.000002")
"""Both round to six places, but not in the same way."""


def second(key: str, on: datetime.date, *, invented: bool) -> dict[str, Any]:
    """The one row of a metric's SQL, by name."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES + SQL[key], {"on": on, "invented": invented})
        (row,) = cursor.fetchall()
    return dict(zip(NAMES, row, strict=True))


def disagreements(on: datetime.date, *, invented: bool) -> list[str]:
    """Every metric that differs from its SQL, with both answers."""
    scope = Scope(on, illustrative=invented)
    found = []
    for key, metric in METRICS.items():
        measured = metric.compute(scope)
        for name, wanted in second(key, on, invented=invented).items():
            given = getattr(measured, name)
            if not _same(given, wanted):
                found.append(f"{key}: {name} is {given}, by SQL {wanted}")
    return found


def _same(given: Any, wanted: Any) -> bool:
    if given is None or wanted is None:
        return given is None and wanted is None
    return abs(Decimal(str(given)) - Decimal(str(wanted))) <= CLOSE
