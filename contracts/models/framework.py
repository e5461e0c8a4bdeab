"""Frameworks, and the routes by which contracts come about."""

from typing import Self

from django.db import models
from django.db.models import Case, F, Value, When
from django.db.models.functions import Concat
from django.urls import reverse

from citytools.facts.dates import PartialDateField, well_formed
from citytools.history import tracked


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


class FrameworkQuerySet(models.QuerySet["Framework"]):
    """Named questions about frameworks."""

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

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [well_formed("starts_on", "ends_on")]

    def __str__(self) -> str:
        return f"{self.name} ({self.reference})" if self.reference else self.name

    def get_absolute_url(self) -> str:
        """The framework's page."""
        return reverse("contracts:framework", args=[self.slug])
