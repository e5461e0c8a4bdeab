"""Frameworks, and the routes and stages by which contracts come about."""

from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat

from boroughs.models import Borough
from citytools.facts.dates import PartialDateField, partial_dates_constraint
from citytools.history import tracked
from citytools.worlds.addresses import page_address


class Vat(models.TextChoices):
    """Whether values hold value-added tax."""

    EXCLUDING = "excluding", "Excluding VAT"
    INCLUDING = "including", "Including VAT"


class Route(models.TextChoices):
    """The route to market."""

    OPEN = "open", "Open procedure"
    RESTRICTED = "restricted", "Restricted procedure"
    COMPETITIVE_FLEXIBLE = "competitive_flexible", "Competitive flexible procedure"
    NEGOTIATED = "negotiated", "Negotiated without a notice"
    FRAMEWORK_COMPETITION = "framework_competition", "Framework call-off with competition"
    FRAMEWORK_DIRECT = "framework_direct", "Framework call-off without competition"
    DIRECT_AWARD = "direct_award", "Direct award"
    QUOTE = "quote", "Below-threshold quote"
    EXTENSION = "extension", "Extension"
    MODIFICATION = "modification", "Modification"
    WAIVER = "waiver", "Waiver"


class Stage(models.TextChoices):
    """How far a purchase had come when its source was written."""

    PLANNED = "planned", "Planned"
    AWARDED = "awarded", "Awarded"


class FrameworkQuerySet(models.QuerySet["Framework"]):
    def labelled(self) -> Self:
        """With `label`: what a framework is called, as `str` says it."""
        both = Concat("name", Value(" ("), "reference", Value(")"))
        return self.annotate(label=Case(When(reference="", then=F("name")), default=both))


@tracked()
class Framework(models.Model):
    """An agreement under which contracts are called off. Its ceiling is nobody's value."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    reference = models.CharField(max_length=40, blank=True)
    provider = models.CharField(max_length=120, blank=True)
    starts_on = PartialDateField(blank=True)
    ends_on = PartialDateField(blank=True)
    source = models.CharField(max_length=500, blank=True)
    illustrative = models.BooleanField("invented for demonstration", default=False)

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [partial_dates_constraint("starts_on", "ends_on")]

    def __str__(self) -> str:
        return f"{self.name} ({self.reference})" if self.reference else self.name

    def get_absolute_url(self) -> str:
        return page_address("contracts:framework", self.slug)


_FIRST, _LAST = 2025, 2100


@tracked()
class PipelineDuty(models.Model):
    """A borough's own answer for one financial year; without a record it is not known.

    City Tools knows IT contracts alone, so no sum of ours can say what a borough spends in all.
    """

    borough = models.ForeignKey(
        Borough,
        on_delete=models.PROTECT,
        related_name="pipeline_duties",
        limit_choices_to=~Q(kind=Borough.Kind.REGIONAL),
    )
    year = models.PositiveSmallIntegerField(
        "financial year",
        validators=[MinValueValidator(_FIRST), MaxValueValidator(_LAST)],
        help_text="The calendar year in which it begins, on 1 April: 2027 for 2027/28.",
    )
    expects_over_100m = models.BooleanField(
        "expects to pay over £100 million",
        null=True,
        blank=True,
        help_text="Under all its contracts, not IT alone, in that year. Unknown: nobody has said.",
    )
    note = models.TextField(
        blank=True, help_text="Who in the borough said so, by office and not by name. Public."
    )

    class Meta:
        ordering = ["-year", "borough__name", "pk"]
        verbose_name_plural = "pipeline duties"
        constraints = [
            models.UniqueConstraint(
                fields=["borough", "year"],
                name="a_borough_answers_once_for_a_financial_year",
                violation_error_message="This borough's answer for the year is already recorded: "
                "change that record.",
            ),
            models.CheckConstraint(
                name="a_pipeline_duty_has_a_year_under_the_act",
                condition=Q(year__range=(_FIRST, _LAST)),
                violation_error_message="The duty began with the financial year 2025.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borough}, {self.year}"

    def clean(self) -> None:
        """Regional bodies are none of the 33, of which alone drafts are made."""
        if self.borough_id and self.borough.kind == Borough.Kind.REGIONAL:
            raise ValidationError({"borough": "A regional body is none of the 33: choose one."})
