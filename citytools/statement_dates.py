"""Dates on which something was said or seen: none lies ahead, in forms, in loads, in the database.

The database holds them by CHECK constraints that look at the clock. PostgreSQL takes a CHECK for
unchanging, and this one may look: time only goes on, so that what was once true stays true, and a
dump can be restored, unless onto a machine whose clock is behind. A trigger would hold the same,
but has no name for Django to explain a refusal by. The clock is read when the row is written, not
when its transaction began, and in London, whatever zone the session has.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from citytools import clock
from citytools.facts.dates import SQL_PATTERN, first_day

_REMEDY = "Write today or a date that has passed."


def not_ahead(value: str | datetime.date) -> None:
    """ValidationError if the earliest day that a date can mean is still to come."""
    try:
        day = first_day(value) if isinstance(value, str) and value else value
    except ValueError:
        return  # the field's own validator says it better
    if day and day > clock.today():
        raise ValidationError(
            "“%(value)s” lies ahead. " + _REMEDY, code="ahead", params={"value": value}
        )


class LondonDay(models.Func):
    """SQL: the day on London's clocks as the row is written."""

    template = "(clock_timestamp() AT TIME ZONE 'Europe/London')::date"
    output_field = models.DateField()
    arity = 0


class LondonDayAsPreciseAs(models.Func):
    """SQL: that day as text, cut to the precision of a partial date: a day, a month, a year."""

    template = (
        "left(to_char(clock_timestamp() AT TIME ZONE 'Europe/London', 'YYYY-MM-DD'), "
        "length(%(expressions)s))"
    )
    output_field = models.CharField()
    arity = 1


def day_not_ahead(field: str) -> models.CheckConstraint:
    """The database's own guard of a whole day."""
    return _guard(field, Q(**{f"{field}__lte": LondonDay()}))


def partial_date_not_ahead(field: str) -> models.CheckConstraint:
    """The database's own guard of a partial date; what is none is another guard's to refuse."""
    malformed = ~Q(**{f"{field}__regex": SQL_PATTERN})
    return _guard(field, malformed | Q(**{f"{field}__lte": LondonDayAsPreciseAs(field)}))


def _guard(field: str, condition: Q) -> models.CheckConstraint:
    name = field.replace("_", " ")
    return models.CheckConstraint(
        name=f"%(class)s_{field}_not_ahead",
        condition=condition,
        violation_error_message=f"The date in “{name}” lies ahead. {_REMEDY}",
    )
