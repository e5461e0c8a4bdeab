"""What all research records share: their sources, and whether they are public."""

import datetime
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import F, Q

from citytools.facts.dates import PartialDateField, partial_dates_constraint
from citytools.facts.provenance import (
    WEB_ADDRESS,
    is_web_address,
    not_ahead,
    partial_date_not_ahead,
)
from citytools.history import as_of_views, tracked


@tracked()
class Source(models.Model):
    """A publication that a research record rests on."""

    key = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    publisher = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=500, blank=True, validators=[WEB_ADDRESS])
    published_on = PartialDateField(blank=True, validators=[not_ahead])

    class Meta:
        ordering = ["publisher", "title", "pk"]
        constraints = [
            partial_dates_constraint("published_on"),
            partial_date_not_ahead("published_on"),
            is_web_address("url"),
        ]

    def __str__(self) -> str:
        return f"{self.publisher}: {self.title}" if self.publisher else self.title


class State(StrEnum):
    """Where a record stands on a day."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class PublicationQuerySet(models.QuerySet):
    """Named questions about research records."""

    def published(self, on: datetime.date) -> Self:
        """Visible in public on a day; drafts have no date and are never visible."""
        still = Q(withdrawn_on=None) | Q(withdrawn_on__gt=on)
        return self.filter(still, published_on__lte=on)

    def withdrawn(self, on: datetime.date) -> Self:
        """Taken back by a day; before, they were public."""
        return self.filter(published_on__lte=on, withdrawn_on__lte=on)


class Publication(models.Model):
    """What all research records share; a draft until it has a date of publication."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=120, unique=True)
    body = models.TextField(
        help_text="Markdown: headings from ##, lists, links, tables. A number that is computed "
        "stands as {{ metric:key }}."
    )
    sources = models.ManyToManyField(Source, blank=True, related_name="+")
    published_on = models.DateField(
        null=True, blank=True, help_text="From this day it is public. Empty: a draft."
    )
    withdrawn_on = models.DateField(
        null=True, blank=True, help_text="From this day it is public no longer."
    )
    withdrawal_reason = models.CharField(max_length=300, blank=True, help_text="Shown in public.")
    published_values = models.JSONField(
        default=dict,
        blank=True,
        help_text="Each metric's value when it was published: {key: {value, part, whole, counted, "
        "boroughs, on}}.",
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-published_on", "title", "pk"]
        constraints = [
            models.CheckConstraint(
                name="%(class)s_withdrawn_says_why",
                condition=Q(withdrawn_on=None) | ~Q(withdrawal_reason=""),
                violation_error_message="Say why it is withdrawn.",
            ),
            models.CheckConstraint(
                name="%(class)s_withdrawn_after_published",
                condition=Q(withdrawn_on=None) | Q(published_on__lte=F("withdrawn_on")),
                violation_error_message="Only what was published can be withdrawn.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def state(self, on: datetime.date) -> State:
        """Whether the record is public on a day."""
        if self.published_on is None:
            return State.DRAFT
        if self.published_on > on:
            return State.SCHEDULED
        gone = self.withdrawn_on is not None and self.withdrawn_on <= on
        return State.WITHDRAWN if gone else State.PUBLISHED


class MetricValue(models.Model):
    """A metric's value on a day, real records only.

    Derived from the facts, so that it has no history of its own: it can be rebuilt from theirs.
    """

    metric = models.SlugField(max_length=80)
    on = models.DateField()
    value = models.DecimalField(
        max_digits=20, decimal_places=6, null=True, help_text="Empty: could not be measured."
    )
    part = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    whole = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    counted = models.PositiveIntegerField()
    boroughs = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["metric", "on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "on"], name="one_value_a_metric_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.metric}, {self.on}: {self.value}"

    @property
    def settled(self) -> bool:
        """Whether the day was over when it was recorded, so that its value can change no more."""
        return self.recorded_at >= as_of_views.end_of_day(self.on)
