"""Systems: one borough's use of one product for one function."""

from collections import Counter
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse

from boroughs.models import Borough
from citytools.facts.dates import FirstDay, PartialDateField, partial_dates_constraint
from citytools.facts.provenance import Sourced, SourcedQuerySet
from citytools.history import tracked
from citytools.lists.word_search import split_words
from systems.models.catalogue import Function, Product, ServiceArea


class Hosting(models.TextChoices):
    """Where a system runs, and who runs it."""

    ON_PREMISES = "on_premises", "On premises"
    COUNCIL_CLOUD = "council_cloud", "Council-run cloud"
    SUPPLIER_HOSTED = "supplier_hosted", "Supplier-hosted"
    SAAS = "saas", "Software as a service"
    SHARED = "shared", "Shared with another borough"
    OUTSOURCED = "outsourced", "Outsourced"


class Status(models.TextChoices):
    """Where a system is in its life."""

    LIVE = "live", "Live"
    IMPLEMENTING = "implementing", "Being put in"
    RETIRING = "retiring", "Being retired"
    RETIRED = "retired", "Retired"
    PLANNED = "planned", "Planned"


class Intention(models.TextChoices):
    """What the borough means to do with a system."""

    KEEP = "keep", "Keep"
    REVIEW = "review", "Review"
    REPLACE = "replace", "Replace"
    RETIRE = "retire", "Retire without a successor"


class SystemQuerySet(SourcedQuerySet):
    def for_list(self) -> Self:
        return self.select_related("borough", "function__service_area", "product__manufacturer")

    def matching(self, words: str) -> Self:
        """Of which every word is in product (under any name), function, service area or borough."""
        # By keys: names are few where systems are many, and each is then compared once
        rows = self
        for word in split_words(words):
            rows = rows.filter(
                Q(product__in=Product.objects.order_by().with_word(word).values("pk"))
                | Q(function__in=Function.objects.order_by().with_word(word).values("pk"))
                | Q(borough__in=Borough.objects.order_by().with_word(word).values("pk"))
            )
        return rows

    def in_use(self) -> Self:
        """Without systems known to be retired or only planned."""
        return self.exclude(status__in=[Status.RETIRED, Status.PLANNED])

    def of_the_33(self) -> Self:
        """Without systems of regional bodies."""
        return self.exclude(borough__kind=Borough.Kind.REGIONAL)

    def borough_count(self) -> int:
        """How many of the 33 have any of these systems."""
        return self.of_the_33().order_by().values("borough").distinct().count()

    def by_service_area(self) -> list[dict[str, Any]]:
        """Rows of area, systems and boroughs (of the 33), most systems first.

        Three queries: systems are counted by function out of its index; to count distinct boroughs
        all rows must be sorted, and those of the 33 are few.
        """
        distinct = Count("borough", distinct=True)
        boroughs = dict(self.of_the_33().order_by().values_list(_AREA).annotate(distinct))
        counts = dict(self.order_by().values_list("function").annotate(systems=Count("*")))
        systems: Counter[ServiceArea] = Counter()
        for function in Function.objects.filter(pk__in=counts).select_related("service_area"):
            systems[function.service_area] += counts[function.pk]
        return [
            {"area": area.name, "systems": count, "boroughs": boroughs.get(area.slug, 0)}
            for area, count in sorted(
                systems.items(), key=lambda pair: (-pair[1], pair[0].position, pair[0].pk)
            )
        ]


_AREA = F("function__service_area__slug")


@tracked(derived=["live_since_first"])
class System(Sourced):
    """One borough's use of one product for one function."""

    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="systems")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="systems")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="systems")
    hosting = models.CharField(
        max_length=20, choices=Hosting, blank=True, help_text="Empty: not known."
    )
    status = models.CharField(
        max_length=20, choices=Status, blank=True, help_text="Empty: not known."
    )
    live_since = PartialDateField(blank=True)
    users = models.PositiveIntegerField(null=True, blank=True, help_text="Named users.")
    satisfaction = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="The borough's own view, 1 (poor) to 5 (very good). Empty: not known.",
    )
    intention = models.CharField(
        max_length=20, choices=Intention, blank=True, help_text="Empty: not known."
    )
    live_since_first = models.GeneratedField(
        expression=FirstDay("live_since"), output_field=models.DateField(), db_persist=True
    )

    objects = SystemQuerySet.as_manager()

    class Meta(Sourced.Meta):
        ordering = ["borough__name", "function__position", "product__name", "pk"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(
                fields=["borough", "product", "function"],
                name="a_borough_uses_a_product_for_a_function_once",
                violation_error_message="This borough's use of this product for this function "
                "is already recorded: change that record instead.",
            ),
            models.CheckConstraint(
                name="satisfaction_is_one_to_five_or_not_known",
                condition=Q(satisfaction=None) | Q(satisfaction__range=(1, 5)),
                violation_error_message="Satisfaction is 1 to 5, or empty when not known.",
            ),
            partial_dates_constraint("live_since"),
            models.CheckConstraint(
                name="a_system_has_known_choices",
                condition=Q(hosting__in=["", *Hosting.values])
                & Q(status__in=["", *Status.values])
                & Q(intention__in=["", *Intention.values]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} in {self.borough} for {self.function}"

    def elsewhere(self) -> SystemQuerySet:
        """The same product in other bodies."""
        systems = System.objects.filter(product=self.product).exclude(borough=self.borough)
        return systems.for_list()

    def get_absolute_url(self) -> str:
        return reverse("systems:detail", args=[self.pk])
