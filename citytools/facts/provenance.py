"""Where a fact comes from: every fact has a source, a date and a confidence."""

import datetime
from typing import Any, ClassVar, Self

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from citytools.facts import dates
from citytools.facts.confirmation import FieldEndsConfirmation
from citytools.facts.dates import SQL_PATTERN, PartialDateField, first_day, partial_dates_constraint

WEB_ADDRESS = URLValidator(schemes=["http", "https"])


def is_web_address(field: str) -> models.CheckConstraint:
    """The database's own guard, for what reaches it by another way than a form."""
    return models.CheckConstraint(
        name=f"%(class)s_{field}_is_of_the_web",
        condition=Q(**{field: ""}) | Q(**{f"{field}__iregex": "^https?://"}),
        violation_error_message="The address must begin with https:// or http://.",
    )


# The database holds them by CHECK constraints that look at the clock. PostgreSQL takes a CHECK
# for unchanging, and this one may look: time only goes on, so that what was once true stays true,
# and a dump can be restored, unless onto a machine whose clock is behind. A trigger would hold
# the same, but has no name for Django to explain a refusal by. The clock is read when the row is
# written, not when its transaction began, and in London, whatever zone the session has.

_REMEDY = "Write today or a date that has passed."


def not_ahead(value: str | datetime.date) -> None:
    """ValidationError if the earliest day that a date can mean is still to come."""
    try:
        day = first_day(value) if isinstance(value, str) and value else value
    except ValueError:
        return  # the field's own validator says it better
    if day and day > dates.today():
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


class SourceKind(models.TextChoices):
    """How a fact reached us; the last kind is no fact at all."""

    RETURN = "return", "Borough's return"
    NOTICE = "notice", "Procurement notice"
    DECISION = "decision", "Council decision"
    PUBLIC_CODE = "public_code", "Public code"
    FOI = "foi", "Freedom of information answer"
    PRESS = "press", "Press report"
    ILLUSTRATIVE = "illustrative", "Invented for demonstration"


class Confidence(models.TextChoices):
    """How far the source carries the fact."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


class SourcedQuerySet(models.QuerySet[Any]):
    """Rows that say where they come from."""

    def real(self) -> Self:
        """Without the rows invented for demonstration."""
        return self.exclude(source_kind=SourceKind.ILLUSTRATIVE)

    def real_unless(self, illustrative: bool) -> Self:
        """All rows where illustrative ones may be shown, otherwise the real ones alone."""
        return self if illustrative else self.real()

    def illustrative(self) -> Self:
        """Only the rows invented for demonstration."""
        return self.filter(source_kind=SourceKind.ILLUSTRATIVE)


class Sourced(models.Model):
    """A fact with its provenance. A real fact that is no return names an address or a note."""

    former: ClassVar[bool] = False
    """Whether its rows are the past of others, shown only beside a present one of their kind."""

    source_kind = models.CharField(
        "source", max_length=20, choices=SourceKind, help_text="How this fact reached us."
    )
    source_url = models.URLField(
        "source address",
        max_length=500,
        blank=True,
        validators=[WEB_ADDRESS],
        help_text="The page or file that shows it. Without an address, say in the note where.",
    )
    as_of = PartialDateField(
        "as of",
        validators=[not_ahead],
        help_text="When the source was true: 2026-11-30, 2026-11 or 2026.",
    )
    confidence = models.CharField(max_length=10, choices=Confidence)
    confirmed_on = models.DateField(
        null=True,
        blank=True,
        validators=[not_ahead],
        help_text="When the borough last confirmed it as it is. A change ends that. Empty: never.",
    )
    note = models.TextField(blank=True, help_text="Anything a reader should know. Shown in public.")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_has_a_known_kind_of_source",
                condition=Q(source_kind__in=SourceKind.values),
                violation_error_message="Choose how this fact reached us (source).",
            ),
            models.CheckConstraint(
                name="%(class)s_has_a_known_confidence",
                condition=Q(confidence__in=Confidence.values),
                violation_error_message="Choose a confidence: high, medium or low.",
            ),
            models.CheckConstraint(
                name="%(class)s_says_as_of_when",
                condition=~Q(as_of=""),
                violation_error_message="Say as of when this was true: a day, a month or a year.",
            ),
            models.CheckConstraint(
                name="%(class)s_names_its_source",
                condition=Q(source_kind__in=[SourceKind.RETURN, SourceKind.ILLUSTRATIVE])
                | ~Q(source_url="")
                | ~Q(note=""),
                violation_error_message="Give the source's address, or say in the note where.",
            ),
            partial_dates_constraint("as_of"),
            partial_date_not_ahead("as_of"),
            day_not_ahead("confirmed_on"),
            is_web_address("source_url"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [FieldEndsConfirmation()]

    @property
    def illustrative(self) -> bool:
        """Whether the row is invented for demonstration."""
        return self.source_kind == SourceKind.ILLUSTRATIVE

    def clean(self) -> None:
        """The rule on naming a source, said beside the field it concerns."""
        super().clean()
        unsourced = {SourceKind.RETURN.value, SourceKind.ILLUSTRATIVE.value, ""}
        if self.source_kind not in unsourced and not self.source_url and not self.note:
            raise ValidationError(
                {"source_url": "Give the source's address, or say in the note where it is."}
            )
