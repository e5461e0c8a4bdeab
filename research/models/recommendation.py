"""Recommendations: what someone should do, and the findings it rests on."""

import datetime
from typing import Self

from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse

from citytools.history import tracked
from research.models.claims import Finding
from research.models.publications import Publication, PublicationQuerySet


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
