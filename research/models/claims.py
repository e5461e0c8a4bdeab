"""Findings: claims that are held against today's rows."""

import operator
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse

from citytools.facts.dates import PartialDateField, well_formed
from citytools.history import tracked
from citytools.statement_dates import not_ahead, partial_date_not_ahead
from research.models.publications import Publication


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
            well_formed("as_of"),
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
