"""Findings: claims that are held against today's rows."""

import datetime
import operator
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse

from boroughs.models import Borough
from citytools.facts.dates import PartialDateField, partial_dates_constraint
from citytools.facts.provenance import not_ahead, partial_date_not_ahead
from citytools.history import tracked
from research.models.publications import Publication, PublicationQuerySet, Source
from systems.models import Function, Product


class Comparison(models.TextChoices):
    """How a claim's metric stands to its threshold while the claim holds."""

    MORE_THAN = "more_than", "more than"
    AT_LEAST = "at_least", "at least"
    LESS_THAN = "less_than", "less than"
    AT_MOST = "at_most", "at most"
    EQUAL = "equal", "exactly"


_HOLDS = {
    Comparison.MORE_THAN: operator.gt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.LESS_THAN: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.EQUAL: operator.eq,
}


@tracked()
class Finding(Publication):
    """A claim with its value when it was made, and the metric that tests it today."""

    summary = models.TextField()
    as_of = PartialDateField(
        blank=True, validators=[not_ahead], help_text="When the claim was made."
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
            partial_date_not_ahead("as_of"),
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
        """The finding's page."""
        return reverse("research:finding", args=[self.slug])

    def holds(self, value: Decimal | None) -> bool | None:
        """Whether the claim holds for a value of its metric; None where that cannot be said."""
        if value is None or not self.comparison or self.threshold is None:
            return None
        return bool(_HOLDS[Comparison(self.comparison)](value, self.threshold))


class CaseStudyQuerySet(PublicationQuerySet):
    """Named questions about case studies."""

    def about(self, subject: Borough | Product | Function) -> Self:
        """Those that name a borough, a product or a function among what they are about."""
        return self.filter(**{_SUBJECTS[type(subject)]: subject})

    def for_list(self) -> Self:
        """With what a list shows of each: boroughs and claims."""
        return self.prefetch_related("boroughs", "claims")

    def for_page(self) -> Self:
        """With all that a page shows of each: whom and what it is about, claims, sources."""
        claims = models.Prefetch("claims", CaseClaim.objects.select_related("source"))
        return self.prefetch_related("sources", "boroughs", "products", "functions", claims)


_SUBJECTS: dict[type[models.Model], str] = {
    Borough: "boroughs",
    Product: "products",
    Function: "functions",
}


@tracked()
class CaseStudy(Publication):
    """What one or more boroughs did, and what came of it by whose account."""

    summary = models.TextField()
    happened_on = PartialDateField(blank=True, validators=[not_ahead])
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
            partial_date_not_ahead("happened_on"),
        ]

    def get_absolute_url(self) -> str:
        """The case study's page."""
        return reverse("research:case_study", args=[self.slug])


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
    """Named questions about recommendations."""

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
