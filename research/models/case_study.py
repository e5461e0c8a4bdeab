"""Case studies: what boroughs did, and what came of it by whose account."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from boroughs.models import Borough
from citytools.facts.dates import PartialDateField, well_formed
from citytools.history import tracked
from citytools.statement_dates import not_ahead, partial_date_not_ahead
from research.models.publications import Publication, PublicationQuerySet, Source
from systems.models import Function, Product


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
            well_formed("happened_on"),
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
