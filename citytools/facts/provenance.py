"""Where a fact comes from: every fact has a source, a date and a confidence."""

from typing import ClassVar, Self

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from citytools.facts.confirmation import FieldEndsConfirmation
from citytools.facts.dates import PartialDateField, well_formed
from citytools.statement_dates import day_not_ahead, not_ahead, partial_date_not_ahead
from citytools.web_addresses import WEB_ADDRESS, is_web_address


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


class SourcedQuerySet(models.QuerySet):
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
            well_formed("as_of"),
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
