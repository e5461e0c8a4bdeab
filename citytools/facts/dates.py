"""Dates as sources give them: a day (2026-11-30), a month (2026-11) or a year (2026).

A partial date is kept as the text of the source and is never rounded to a day. Where days must be
compared, `FirstDay` and `LastDay` give the earliest and the latest day it can mean.
"""

import calendar
import datetime
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

PATTERN = re.compile(
    r"(?P<year>(?:19|20|21)\d\d)(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?", re.ASCII
)
SQL_PATTERN = r"^((19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?$"
DATE_REMEDY = "Write a day as 2026-11-30, a month as 2026-11 or a year as 2026 (1900 to 2199)."


def parse_partial_date(text: str) -> tuple[int, int | None, int | None]:
    """Year, month and day; None for what the source did not give. ValueError if not a date."""
    match = PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(DATE_REMEDY)
    year = int(match["year"])
    month, day = (int(part) if part else None for part in (match["month"], match["day"]))
    datetime.date(year, 1 if month is None else month, 1 if day is None else day)
    return year, month, day


def first_day(text: str) -> datetime.date:
    """The earliest day the text can mean."""
    year, month, day = parse_partial_date(text)
    return datetime.date(year, month or 1, day or 1)


def last_day(text: str) -> datetime.date:
    """The latest day the text can mean."""
    year, month, day = parse_partial_date(text)
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])


def partial_date_in_words(text: str, *, short: bool = False) -> str:
    """'30 November 2026', 'November 2026' or '2026', as precise as the source and no more.

    `short` cuts the month to three letters.
    """
    year, month, day = parse_partial_date(text)
    if month is None:
        return str(year)
    months = calendar.month_abbr if short else calendar.month_name
    name = f"{months[month]} {year}"
    return name if day is None else f"{day} {name}"


def validate_partial_date(text: str) -> None:
    """ValidationError, with the remedy, unless the text is a day, a month or a year."""
    try:
        parse_partial_date(text)
    except ValueError:
        raise ValidationError(
            "“%(value)s” is not a date. " + DATE_REMEDY, code="invalid", params={"value": text}
        ) from None


class PartialDateField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A partial date, kept as text; empty means not known."""

    default_validators = [*models.CharField.default_validators, validate_partial_date]

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", 10)
        help_text = "A day (2026-11-30), a month (2026-11) or a year (2026)."
        options.setdefault("help_text", help_text)
        super().__init__(*args, **options)
        # The pattern bounds the length as well, and says it better
        self.validators = [
            validator
            for validator in self.validators
            if not isinstance(validator, MaxLengthValidator)
        ]

    def formfield(self, *args: Any, **options: Any) -> Any:
        """A text box that takes what people paste, so that the message can name the remedy."""
        return super().formfield(*args, **{"max_length": 100} | options)


_MAKE_DATE = (
    "make_date(left(%(expressions)s, 4)::int,"
    " coalesce(nullif(substr(%(expressions)s, 6, 2), ''), '{month}')::int,"
    " coalesce(nullif(substr(%(expressions)s, 9, 2), ''), '01')::int)"
)


def partial_dates_constraint(*fields: str) -> models.CheckConstraint:
    """The database's own guard: each field is empty, a year, a month or a day."""
    condition = models.Q()
    for field in fields:
        condition &= models.Q(**{f"{field}__regex": SQL_PATTERN})
    name = fields[0] if len(fields) == 1 else "dates"
    return models.CheckConstraint(
        name=f"%(class)s_{name}_well_formed",
        condition=condition,
        violation_error_message=DATE_REMEDY,
    )


class _OnText(models.Func):
    """SQL over a partial date that its template names more than once."""

    template: str

    def as_sql(self, *args: Any, **options: Any) -> tuple[str, Any]:
        """As in Django, with the parameters once for each time that the text appears."""
        sql, params = super().as_sql(*args, **options)
        return sql, [*params] * self.template.count("%(expressions)s")


class FirstDay(_OnText):
    """SQL: the earliest day of a partial date; null where it is empty."""

    template = "CASE WHEN %(expressions)s <> '' THEN " + _MAKE_DATE.format(month="01") + " END"
    output_field = models.DateField()
    arity = 1


class LastDay(_OnText):
    """SQL: the latest day of a partial date; null where it is empty."""

    template = (
        "CASE length(%(expressions)s) WHEN 10 THEN "
        + _MAKE_DATE.format(month="12")
        + " WHEN 0 THEN NULL ELSE ("
        + _MAKE_DATE.format(month="12")
        + " + interval '1 month' - interval '1 day')::date END"
    )
    output_field = models.DateField()
    arity = 1


def today() -> datetime.date:
    """The date in London (the project's time zone). Tests replace this function's answer."""
    return timezone.localdate()


def now() -> datetime.datetime:
    """The time in London on that date."""
    return datetime.datetime.combine(today(), timezone.localtime().timetz())


Quarter = tuple[int, int]


def quarter_of(day: datetime.date) -> Quarter:
    """(year, 1 to 4) of a day, by calendar quarters."""
    return day.year, (day.month - 1) // 3 + 1


def quarters_from(day: datetime.date, count: int) -> list[Quarter]:
    """Consecutive calendar quarters, the first the one that holds the day."""
    year, quarter = quarter_of(day)
    first = year * 4 + quarter - 1
    return [(number // 4, number % 4 + 1) for number in range(first, first + count)]


def quarter_words(quarter: Quarter) -> str:
    """'Jan–Mar 2027'."""
    return f"{_MONTHS[quarter[1]]} {quarter[0]}"


_MONTHS = {1: "Jan–Mar", 2: "Apr–Jun", 3: "Jul–Sep", 4: "Oct–Dec"}


def last_day_of(quarter: Quarter) -> datetime.date:
    """The last day of a quarter."""
    year, number = quarter
    after = datetime.date(year + number // 4, number % 4 * 3 + 1, 1)
    return after - datetime.timedelta(days=1)
