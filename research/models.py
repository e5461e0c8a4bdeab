"""Research: findings, case studies and recommendations, their sources, and recorded metrics."""

import datetime
import operator
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from django.db import models
from django.db.models import F, Prefetch, Q

from boroughs.models import Borough
from citytools.facts import provenance
from citytools.facts.dates import PartialDateField, partial_dates_constraint
from citytools.history import as_of_views, tracked
from citytools.worlds.addresses import page_address
from systems.models import Function, Product


@tracked()
class Source(models.Model):
    """A publication elsewhere that a research record rests on."""

    key = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    publisher = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=500, blank=True, validators=[provenance.WEB_ADDRESS])
    published_on = PartialDateField(blank=True, validators=[provenance.not_ahead])

    class Meta:
        ordering = ["publisher", "title", "pk"]
        constraints = [
            partial_dates_constraint("published_on"),
            provenance.partial_date_not_ahead("published_on"),
            provenance.is_web_address("url"),
        ]

    def __str__(self) -> str:
        return f"{self.publisher}: {self.title}" if self.publisher else self.title


class State(StrEnum):
    """A record's state on a day."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class PublicationQuerySet(models.QuerySet[Any]):
    """Named questions about research records."""

    def published(self, on: datetime.date) -> Self:
        """Visible in public on a day; drafts have no date and are never visible."""
        not_withdrawn = Q(withdrawn_on=None) | Q(withdrawn_on__gt=on)
        return self.filter(not_withdrawn, published_on__lte=on)

    def withdrawn(self, on: datetime.date) -> Self:
        """Public once, and withdrawn by a day."""
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
        withdrawn = self.withdrawn_on is not None and self.withdrawn_on <= on
        return State.WITHDRAWN if withdrawn else State.PUBLISHED


class Comparison(models.TextChoices):
    """How a claim's metric compares to its threshold while the claim holds."""

    MORE_THAN = "more_than", "more than"
    AT_LEAST = "at_least", "at least"
    LESS_THAN = "less_than", "less than"
    AT_MOST = "at_most", "at most"
    EQUAL = "equal", "exactly"


_OPERATORS = (operator.gt, operator.ge, operator.lt, operator.le, operator.eq)
_HOLDS = dict(zip(Comparison, _OPERATORS, strict=True))


@tracked()
class Finding(Publication):
    """A claim with its value when it was made, and the metric that tests it today."""

    summary = models.TextField()
    as_of = PartialDateField(
        blank=True, validators=[provenance.not_ahead], help_text="When the claim was made."
    )
    claimed_value = models.CharField(
        max_length=80, blank=True, help_text="What was claimed, in the words of who claimed it."
    )
    metric = models.SlugField(
        max_length=80, blank=True, help_text="The metric that tests the claim, by its key."
    )
    comparison = models.CharField(
        max_length=10,
        choices=Comparison,
        blank=True,
        help_text="The claim holds while the metric is … the threshold.",
    )
    threshold = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="In the metric's unit: 50 for 50 %.",
    )
    rows = models.CharField(
        max_length=300,
        blank=True,
        help_text="The page of this site that lists the rows behind it, beginning with /. "
        "Empty: the metric's.",
    )

    class Meta(Publication.Meta):
        constraints = [
            *Publication.Meta.constraints,
            partial_dates_constraint("as_of"),
            provenance.partial_date_not_ahead("as_of"),
            models.CheckConstraint(
                name="a_finding_links_to_rows_of_this_site",
                condition=Q(rows="") | Q(rows__regex=r"^/($|[^/\\])"),
                violation_error_message="Write the rows' page from its / on: /systems/?q=uniform.",
            ),
            models.CheckConstraint(
                name="a_tested_claim_has_metric_comparison_and_threshold",
                condition=Q(comparison="", threshold=None)
                | (~Q(comparison="") & Q(threshold__isnull=False) & ~Q(metric="")),
                violation_error_message="Give metric, comparison and threshold, or neither of the "
                "last two.",
            ),
            models.CheckConstraint(
                name="a_claim_has_a_known_comparison",
                condition=Q(comparison__in=["", *Comparison.values]),
            ),
        ]

    def get_absolute_url(self) -> str:
        return page_address("research:finding", self.slug)

    def holds(self, value: Decimal | None) -> bool | None:
        """Whether the claim holds for a value of its metric; None where that cannot be said."""
        if value is None or not self.comparison or self.threshold is None:
            return None
        return bool(_HOLDS[Comparison(self.comparison)](value, self.threshold))


class CaseStudyQuerySet(PublicationQuerySet):
    def for_page(self) -> Self:
        """With all that a page shows: boroughs, products, functions, claims, sources."""
        claims = Prefetch("claims", CaseClaim.objects.select_related("source"))
        return self.prefetch_related("sources", "boroughs", "products", "functions", claims)


@tracked()
class CaseStudy(Publication):
    """What one or more boroughs did, and what came of it by whose account."""

    summary = models.TextField()
    happened_on = PartialDateField(blank=True, validators=[provenance.not_ahead])
    outcome = models.TextField(
        blank=True, help_text="What came of it, in a sentence or two. Empty: not known."
    )
    boroughs = models.ManyToManyField(Borough, blank=True, related_name="case_studies")
    products = models.ManyToManyField(Product, blank=True, related_name="case_studies")
    functions = models.ManyToManyField(Function, blank=True, related_name="case_studies")

    objects = CaseStudyQuerySet.as_manager()  # type: ignore[misc]  # stubs: no narrower manager

    class Meta(Publication.Meta):
        verbose_name_plural = "case studies"
        constraints = [
            *Publication.Meta.constraints,
            partial_dates_constraint("happened_on"),
            provenance.partial_date_not_ahead("happened_on"),
        ]

    def get_absolute_url(self) -> str:
        return page_address("research:case_study", self.slug)


@tracked()
class CaseClaim(models.Model):
    """A cost or a saving as somebody claimed it; two accounts are two rows."""

    class Kind(models.TextChoices):
        COST = "cost", "Cost"
        SAVING = "saving", "Saving"

    case_study = models.ForeignKey(CaseStudy, on_delete=models.CASCADE, related_name="claims")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.DecimalField(max_digits=13, decimal_places=2, help_text="Pounds.")
    period = models.CharField(
        max_length=80, blank=True, help_text="Over what: four years from 2025. Empty: not known."
    )
    claimed_by = models.CharField(max_length=120, help_text="Who says so: an organisation.")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(
        max_length=200, blank=True, help_text="A forecast, a ceiling, one council's share …"
    )

    class Meta:
        ordering = ["case_study", "kind", "-amount", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_study", "kind", "amount", "claimed_by"],
                name="a_claim_of_a_case_study_stands_once",
                violation_error_message="This claim is already recorded.",
            ),
            models.CheckConstraint(
                name="a_claim_is_a_cost_or_a_saving_of_some_pounds",
                condition=Q(kind__in=["cost", "saving"], amount__gt=0),
                violation_error_message="Write pounds above nought.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of £{self.amount:,.0f}, according to {self.claimed_by}"


class RecommendationQuerySet(PublicationQuerySet):
    def for_page(self, on: datetime.date) -> Self:
        """With sources, and with the findings they rest on that were ever public by a day."""
        findings = Prefetch("findings", Finding.objects.filter(published_on__lte=on))
        return self.prefetch_related("sources", findings).order_by("title", "pk")


@tracked()
class Recommendation(Publication):
    """What someone should do, and the findings it rests on."""

    class Audience(models.TextChoices):
        LOCAL = "local", "Local: each borough"
        MUNICIPAL = "municipal", "Municipal: London together"
        NATIONAL = "national", "National: central government"

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        ACCEPTED = "accepted", "Accepted"
        UNDER_WAY = "under_way", "Under way"
        DONE = "done", "Done"
        NOT_TAKEN_UP = "not_taken_up", "Not taken up"

    audience = models.CharField(max_length=10, choices=Audience)
    status = models.CharField(max_length=12, choices=Status, default=Status.PROPOSED)
    owner = models.CharField(
        max_length=120,
        blank=True,
        help_text="The organisation or role that answers for it, never a person's name. "
        "Empty: nobody yet.",
    )
    findings = models.ManyToManyField(Finding, blank=True, related_name="recommendations")

    objects = RecommendationQuerySet.as_manager()  # type: ignore[misc]  # stubs: no narrower manager

    class Meta(Publication.Meta):
        constraints = [
            *Publication.Meta.constraints,
            models.CheckConstraint(
                name="a_recommendation_has_a_known_audience_and_status",
                condition=Q(
                    audience__in=["local", "municipal", "national"],
                    status__in=["proposed", "accepted", "under_way", "done", "not_taken_up"],
                ),
            ),
        ]

    def get_absolute_url(self) -> str:
        return page_address("research:recommendations") + f"#{self.slug}"


# Django's own link tables, tracked: what a record rests on has a history too
@tracked()
class FindingSource(Finding.sources.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True


@tracked()
class CaseStudySource(CaseStudy.sources.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True


@tracked()
class CaseStudyBorough(CaseStudy.boroughs.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True


@tracked()
class CaseStudyProduct(CaseStudy.products.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True


@tracked()
class CaseStudyFunction(CaseStudy.functions.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True


@tracked()
class RecommendationSource(Recommendation.sources.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True


@tracked()
class RecommendationFinding(Recommendation.findings.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True


class MetricValue(models.Model):
    """A metric's value on a day, in the evidence or in the demonstration.

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
    illustrative = models.BooleanField(
        default=False, help_text="Ticked: measured over the demonstration."
    )

    class Meta:
        ordering = ["metric", "on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "on", "illustrative"], name="one_value_a_metric_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric}, {self.on}: {self.value}"

    @property
    def settled(self) -> bool:
        """Whether the day was over when it was recorded, so that its value can change no more."""
        return self.recorded_at >= as_of_views.end_of_day(self.on)
