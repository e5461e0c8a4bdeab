"""Research: what was found, what boroughs did, and what follows from it."""

import datetime
from typing import Self

from django.db import models
from django.urls import reverse

from boroughs.models import Borough
from citytools.history import tracked
from citytools.partial_dates import PartialDateField, well_formed
from systems.models import Function, Product


@tracked()
class Source(models.Model):
    """A publication that a research record rests on."""

    key = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    publisher = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=500, blank=True)
    published_on = PartialDateField(blank=True)

    class Meta:
        ordering = ["publisher", "title", "pk"]
        constraints = [well_formed("published_on")]

    def __str__(self) -> str:
        return f"{self.publisher}: {self.title}" if self.publisher else self.title


class PublicationQuerySet(models.QuerySet):
    """Named questions about research records."""

    def published(self, on: datetime.date) -> Self:
        """Visible in public on a day; drafts have no date and are never visible."""
        return self.filter(published_on__lte=on)


class Publication(models.Model):
    """What all research records share; a draft until it has a date of publication."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=120, unique=True)
    body = models.TextField(help_text="Plain text; an empty line begins a new paragraph.")
    sources = models.ManyToManyField(Source, blank=True, related_name="+")
    published_on = models.DateField(
        null=True, blank=True, help_text="From this day it is public. Empty: a draft."
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-published_on", "title", "pk"]

    def __str__(self) -> str:
        return self.title


@tracked()
class Finding(Publication):
    """A claim with its value when it was made, and where to see today's rows."""

    summary = models.TextField()
    as_of = PartialDateField(blank=True, help_text="When the claim was made.")
    value_at_publication = models.CharField(max_length=80, blank=True)
    rows = models.CharField(
        max_length=300,
        blank=True,
        help_text="The page of this site that lists the rows behind it, beginning with /.",
    )

    class Meta(Publication.Meta):
        constraints = [well_formed("as_of")]

    def get_absolute_url(self) -> str:
        """The finding's page."""
        return reverse("research:finding", args=[self.slug])


@tracked()
class CaseStudy(Publication):
    """What one or more boroughs did, and what came of it by whose account."""

    summary = models.TextField()
    happened_on = PartialDateField(blank=True)
    boroughs = models.ManyToManyField(Borough, blank=True, related_name="case_studies")
    products = models.ManyToManyField(Product, blank=True, related_name="case_studies")
    functions = models.ManyToManyField(Function, blank=True, related_name="case_studies")

    class Meta(Publication.Meta):
        verbose_name_plural = "case studies"
        constraints = [well_formed("happened_on")]

    def get_absolute_url(self) -> str:
        """The case study's page."""
        return reverse("research:case_study", args=[self.slug])


@tracked()
class Recommendation(Publication):
    """What someone should do, and the findings it rests on."""

    class Audience(models.TextChoices):
        LOCAL = "local", "Local: each borough"
        MUNICIPAL = "municipal", "Municipal: London together"
        NATIONAL = "national", "National: central government"

    audience = models.CharField(max_length=10, choices=Audience)
    findings = models.ManyToManyField(Finding, blank=True, related_name="recommendations")

    class Meta(Publication.Meta):
        pass

    def get_absolute_url(self) -> str:
        """Its place among the recommendations."""
        return reverse("research:recommendations") + f"#{self.slug}"


@tracked()
class FindingSource(Finding.sources.through):  # type: ignore[name-defined]
    """A source of a finding: Django's own link table, with history, as are those below."""

    class Meta:
        proxy = True


@tracked()
class CaseStudySource(CaseStudy.sources.through):  # type: ignore[name-defined]
    """A source of a case study."""

    class Meta:
        proxy = True


@tracked()
class CaseStudyBorough(CaseStudy.boroughs.through):  # type: ignore[name-defined]
    """A borough that a case study is about."""

    class Meta:
        proxy = True


@tracked()
class CaseStudyProduct(CaseStudy.products.through):  # type: ignore[name-defined]
    """A product that a case study is about."""

    class Meta:
        proxy = True


@tracked()
class CaseStudyFunction(CaseStudy.functions.through):  # type: ignore[name-defined]
    """A function that a case study is about."""

    class Meta:
        proxy = True


@tracked()
class RecommendationSource(Recommendation.sources.through):  # type: ignore[name-defined]
    """A source of a recommendation."""

    class Meta:
        proxy = True


@tracked()
class RecommendationFinding(Recommendation.findings.through):  # type: ignore[name-defined]
    """A finding that a recommendation rests on."""

    class Meta:
        proxy = True
