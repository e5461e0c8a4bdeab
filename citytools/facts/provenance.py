"""Where a fact comes from: every fact has a source, a date and a confidence."""

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar, Self

import pghistory
import pgtrigger
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import connection, models, transaction
from django.db.models import OuterRef, Q, Subquery

from citytools.facts import dates
from citytools.facts.dates import (
    SQL_PATTERN,
    PartialDateField,
    first_day,
    partial_date_in_words,
    partial_dates_constraint,
)
from citytools.worlds import check_one_world, hides_inventions

# A change of the note, of the source or of the date itself does not. A write that sets another
# `confirmed_on` confirms what it writes. Triggers hold this, whatever way a record is written.

_SETTING = "citytools.confirmations"
_NOT_STATED = f"current_setting('{_SETTING}', true) IS DISTINCT FROM 'stated'"
_NOT_OF_THE_FACT = {
    "source_kind", "source_url", "as_of", "read_on", "confidence", "confirmed_on", "note", "key",
    "national_or_shared", "companion", "includes_services",  # our judgement, no part of the fact
}  # fmt: skip


class FieldEndsConfirmation(pgtrigger.Trigger):
    """Empties `confirmed_on` when a field of the fact changes and the date is left as it was."""

    name = "field_ends_confirmation"
    when = pgtrigger.Before
    operation = pgtrigger.Update
    func = "NEW.confirmed_on := NULL; RETURN NEW;"

    def get_condition(self, model: Any) -> pgtrigger.Condition:
        """That any column differs which is part of the fact."""
        fields = [field for field in model._meta.concrete_fields if is_of_the_fact(field)]
        quoted = [connection.ops.quote_name(field.column) for field in fields]
        changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in quoted)
        return pgtrigger.Condition(
            f"OLD.confirmed_on = NEW.confirmed_on AND {_NOT_STATED} AND ({changed})"
        )


def is_of_the_fact(field: Any) -> bool:
    """Whether a change of the field ends a confirmation of the record."""
    # A generated column follows from the others, and is not there yet before a row is written
    return not (field.primary_key or field.generated or field.name in _NOT_OF_THE_FACT)


class LinkEndsConfirmation(pgtrigger.Trigger):
    """Empties the date of the record that a link row belongs to, at the end of the transaction.

    Not before: a form that confirms a record and links it again writes the record first, and a
    record that is deleted with its links should leave its history as it stood. The event log knows
    whether the same transaction has confirmed the record.
    """

    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    timing = pgtrigger.Deferred

    def __init__(self, name: str, *, table: str, column: str) -> None:
        self.table, self.column = table, column
        events = table + "event"
        names = {"table": table, "events": events, "column": column}
        super().__init__(name=name, func=_LINK.format(not_stated=_NOT_STATED, **names))
        self.table, self.column = table, column

    def is_of(self, model: type[models.Model]) -> bool:
        """Whether the links belong to records of the model."""
        return bool(self.table == model._meta.db_table)


_LINK = """
IF {not_stated} THEN
    UPDATE {table} AS record SET confirmed_on = NULL
    WHERE record.id IN (OLD.{column}, NEW.{column}) AND record.confirmed_on IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM {events} AS event
        WHERE event.pgh_obj_id = record.id AND event.pgh_created_at = now()
        AND event.confirmed_on = record.confirmed_on
        AND (event.pgh_label = 'insert' OR event.confirmed_on IS DISTINCT FROM (
            SELECT earlier.confirmed_on FROM {events} AS earlier
            WHERE earlier.pgh_obj_id = record.id AND earlier.pgh_id < event.pgh_id
            ORDER BY earlier.pgh_id DESC LIMIT 1
        ))
    );
END IF;
RETURN NULL;
"""


@contextmanager
def confirmation_stated() -> Iterator[None]:
    """What is written within says itself when it was confirmed: a file, or a version restored."""
    with transaction.atomic():
        _set("stated")
        yield
        apply_confirmations_now()
        _set("")


def apply_confirmations_now() -> None:
    """Let links that were written end confirmations now, not when the transaction ends."""
    triggers = [
        connection.ops.quote_name(trigger.get_pgid(model))
        for model, trigger in pgtrigger.registered()
        if isinstance(trigger, LinkEndsConfirmation)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {', '.join(triggers)} IMMEDIATE")
        cursor.execute(f"SET CONSTRAINTS {', '.join(triggers)} DEFERRED")


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [_SETTING, value])


def confirmations_ended_in_request() -> Sequence[Any]:
    """Events of the present context of history that ended a confirmation, with its date `was`."""
    with pghistory.context() as present:
        events: list[Any] = []
        for kind in apps.get_models():
            if issubclass(kind, pghistory.models.Event) and hasattr(kind, "confirmed_on"):
                events += _record_ended_confirmation(kind, present.id)
    return events


def _record_ended_confirmation(kind: Any, context: Any) -> Any:
    earlier = kind.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    was = Subquery(earlier.order_by("-pgh_id").values("confirmed_on")[:1])
    ended = kind.objects.filter(pgh_context_id=context, pgh_label="update", confirmed_on=None)
    return ended.annotate(was=was).exclude(was=None).order_by("pgh_id")


WEB_ADDRESS = URLValidator(schemes=["http", "https"])


def as_of_required(name: str) -> models.CheckConstraint:
    """For facts that follow one another in time, which nobody could order without a day."""
    return models.CheckConstraint(
        name=name,
        condition=~Q(as_of=""),
        violation_error_message="Say as of when this was true: a day, a month or a year.",
    )


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
    """How a fact reached us, what carries furthest first; the last kind is no fact at all."""

    RETURN = "return", "Borough's return"
    FOI = "foi", "Freedom of information answer"
    DECISION = "decision", "Council decision"
    NOTICE = "notice", "Procurement notice"
    WEBSITE = "website", "Public website"
    PUBLIC_CODE = "public_code", "Public code"
    PRESS = "press", "Press report"
    ILLUSTRATIVE = "illustrative", "Invented for demonstration"


def source_kinds() -> list[tuple[str, str]]:
    """The kinds of source in the present world: among the evidence nothing is invented."""
    kinds = [
        kind for kind in SourceKind if kind != SourceKind.ILLUSTRATIVE or not hides_inventions()
    ]
    return [(kind.value, str(kind.label)) for kind in kinds]


class Confidence(models.TextChoices):
    """How far the source carries the fact."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"


@cache
def _labels(field: Any) -> dict[Any, str]:
    return {value: str(label) for value, label in field.flatchoices}


class SourcedQuerySet(models.QuerySet[Any]):
    """Rows that say where they come from."""

    def real(self) -> Self:
        """Without the rows invented for demonstration."""
        return self.exclude(source_kind=SourceKind.ILLUSTRATIVE)

    def illustrative(self) -> Self:
        """Only the rows invented for demonstration."""
        return self.filter(source_kind=SourceKind.ILLUSTRATIVE)


class Sourced(models.Model):
    """A fact with its provenance. A real fact that is no return names an address or a note."""

    former: ClassVar[bool] = False
    """Whether its rows are the past of others, shown only beside a present one of their kind."""

    key = models.SlugField(
        max_length=255,
        unique=True,
        db_default="",  # a trigger of each fact makes it (`citytools.facts.keys`)
        editable=False,
        help_text="The record's name in addresses and files. It never changes.",
    )
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
        blank=True,
        validators=[not_ahead],
        help_text="When the source was true: 2026-11-30, 2026-11 or 2026. Empty: it bears no day.",
    )
    read_on = models.DateField(
        null=True,
        blank=True,
        validators=[not_ahead],
        help_text="When we read the source. Needed where it bears no day.",
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
                condition=~Q(as_of="") | Q(read_on__isnull=False),
                violation_error_message="Say as of when this was true (a day, a month or a year), "
                "or when you read a source that bears no day.",
            ),
            models.CheckConstraint(
                name="%(class)s_undated_is_medium_at_most",
                condition=~Q(as_of="") | ~Q(confidence=Confidence.HIGH),
                violation_error_message="A source that bears no day carries a fact with medium "
                "confidence at most: choose medium or low.",
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
            day_not_ahead("read_on"),
            is_web_address("source_url"),
        ]
        triggers: ClassVar[list[pgtrigger.Trigger]] = [FieldEndsConfirmation()]

    def _get_FIELD_display(self, field: Any) -> Any:  # noqa: N802 (Django's name)
        """The label of a choice; Django's own makes the dictionary anew for each value."""
        value = getattr(self, field.attname)
        return _labels(field).get(value, value)

    @property
    def source_day(self) -> datetime.date:
        """The first day that "as of" can mean; of a source that bears none, when we read it."""
        return first_day(self.as_of or str(self.read_on))

    @property
    def source_day_in_words(self) -> str:
        """The same in a sentence: as of March 2026; undated, read in November 2026."""
        if self.as_of:
            return f"as of {partial_date_in_words(self.as_of)}"
        return f"undated, read in {self.read_on:%B %Y}"

    @property
    def illustrative(self) -> bool:
        """Whether the row is invented for demonstration."""
        return self.source_kind == SourceKind.ILLUSTRATIVE

    def clean(self) -> None:
        """The rules on naming a source and on worlds, said beside the fields they concern."""
        super().clean()
        unsourced = {SourceKind.RETURN.value, SourceKind.ILLUSTRATIVE.value, ""}
        if self.source_kind not in unsourced and not self.source_url and not self.note:
            raise ValidationError(
                {"source_url": "Give the source's address, or say in the note where it is."}
            )
        check_one_world(self)


def holds_illustrative_records() -> bool:
    """Whether any fact in the database is invented for demonstration."""
    kinds = [
        model for model in apps.get_models() if issubclass(model, Sourced) and not model.former
    ]
    return any(model.objects.illustrative().exists() for model in kinds)  # type: ignore[attr-defined]
