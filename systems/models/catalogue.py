"""The catalogue: service areas, their functions, and the products made for them."""

from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Lower

from boroughs.models import Borough
from citytools.facts.dates import FirstDay, PartialDateField, partial_dates_constraint
from citytools.facts.keys import MakesKey
from citytools.facts.provenance import Confidence, Sourced, SourcedQuerySet
from citytools.facts.statistics import aggregate_row
from citytools.history import tracked
from citytools.lists.word_search import (
    Word,
    all_of,
    any_key,
    keys_by_word,
    split_words,
)
from citytools.models import SearchName
from citytools.worlds.addresses import page_address
from systems.models.suppliers import Supplier


@tracked()
class ServiceArea(models.Model):
    """A part of a council's work, facing residents (frontline) or the council (corporate)."""

    class Kind(models.TextChoices):
        FRONTLINE = "frontline", "Frontline"
        CORPORATE = "corporate", "Corporate"

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    position = models.PositiveSmallIntegerField(help_text="Order on the page.")
    also_called = models.CharField(
        max_length=200,
        blank=True,
        help_text="Other words by which it is looked for, a semicolon between them: GIS; mapping.",
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class FunctionQuerySet(models.QuerySet["Function"]):
    def grouped(self) -> Self:
        """In the order of their service areas, with `group`: the name of theirs."""
        rows = self.annotate(group=F("service_area__name"))
        return rows.order_by("service_area__position", "service_area", "position", "pk")

    def with_word(self, word: Word) -> Self:
        """Whose name, or whose service area's, holds the word."""
        # Not by the other words for it, which a list's box does not know
        functions = SearchName.objects.records_with_word(word, "function", own=True)
        areas = SearchName.objects.records_with_word(word, "service area", own=True)
        return self.filter(Q(pk__in=functions) | Q(service_area__in=areas))


@tracked()
class Function(models.Model):
    """A job that a system does, within one service area."""

    class Expectation(models.TextChoices):
        """Which authorities do the job, and so can be expected to run a system for it."""

        EVERY = "every", "Every authority"
        BOROUGHS = "boroughs", "Every borough, not the City of London"
        SOME = "some", "Some authorities only"

    service_area = models.ForeignKey(
        ServiceArea, on_delete=models.PROTECT, related_name="functions"
    )
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(help_text="Order on the page.")
    also_called = models.CharField(
        max_length=200,
        blank=True,
        help_text="Other words by which it is looked for, a semicolon between them: GIS; mapping.",
    )
    expected_of = models.CharField(
        max_length=10,
        choices=Expectation,
        blank=True,
        help_text="Who does this job, by our judgement. Empty: not judged.",
    )
    expected_why = models.CharField(
        "reason",
        max_length=300,
        blank=True,
        help_text="Why, in a sentence: a duty by law, or what some authorities do not have.",
    )

    objects = FunctionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="a_function_is_expected_of_known_authorities",
                condition=Q(expected_of__in=["", "every", "boroughs", "some"]),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return page_address("functions:detail", self.slug)


class ProductQuerySet(models.QuerySet["Product"]):
    def for_list(self) -> Self:
        return self.select_related("manufacturer").prefetch_related("functions", "aliases")

    def with_word(self, word: Word) -> Self:
        """Whose name, former name, or manufacturer under any name, holds the word."""
        return self.filter(_is_named(word))

    def word_condition(self, words: str) -> Q:
        """Every word is in its names or those of its manufacturer."""
        return all_of(map(_is_named, split_words(words)))


def _is_named(word: Word) -> Q:
    products = SearchName.objects.records_with_word(word, "product")
    makers = SearchName.objects.records_with_word(word, "supplier")
    return Q(pk__in=products) | Q(manufacturer__in=makers)


@tracked()
class Product(models.Model):
    """A piece of software, whoever sells it."""

    class Certainty(models.TextChoices):
        SOURCED = "sourced", "From a source"
        KNOWN = "known", "General knowledge"
        TO_VERIFY = "to_verify", "To be verified"

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    manufacturer = models.ForeignKey(
        Supplier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        help_text="Who makes it. Empty: not known or not settled.",
    )
    in_house_or_public = models.BooleanField(
        "in-house or public",
        default=False,
        help_text="Ticked: a council, a public body or an operator made it, which is no supplier.",
    )
    functions = models.ManyToManyField(Function, related_name="products", blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty, default=Certainty.SOURCED)
    source = models.CharField(max_length=500, blank=True)
    note = models.TextField(blank=True)
    illustrative = models.BooleanField("invented for demonstration", default=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="a_product_is_recorded_once_whatever_its_case",
                violation_error_message="A product of this name is already recorded.",
            ),
            models.CheckConstraint(
                name="a_product_in_house_or_public_has_no_manufacturer",
                condition=Q(in_house_or_public=False) | Q(manufacturer=None),
                violation_error_message="What a council or public body made has no manufacturer "
                "among the suppliers: empty one of the two.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return page_address("systems:product", self.slug)


@tracked()
class ProductAlias(models.Model):
    """A former name or other spelling of a product."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "product aliases"
        constraints = [
            models.UniqueConstraint(
                "product",
                Lower("name"),
                name="a_product_alias_is_recorded_once",
                violation_error_message="This product already has this other name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


# A proxy, since Django's own link table has no class on which history could be declared
@tracked()
class ProductFunction(Product.functions.through):  # type: ignore[misc,name-defined]
    """A function that a product is made for: Django's own link table, with history."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return str(self.function)


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


LAST_SEEN_THEN = 2019
"""What was last seen in this year or before is told as "seen then", and not counted as in use."""

# Partial dates are text, and as text in their order
SEEN_THEN = Q(as_of__gt="", as_of__lt=str(LAST_SEEN_THEN + 1), confirmed_on=None)
NOT_IN_USE = Q(status__in=[Status.RETIRED, Status.PLANNED]) | SEEN_THEN
USE = {
    "in_use": Count("pk", filter=~NOT_IN_USE),
    "newest": Max("as_of", filter=~Q(as_of="")),
}
"""How many systems are in use, and the newest date of their evidence; null where none has one."""
_SAME_PLACE = {"borough": OuterRef("borough"), "function": OuterRef("function")}


class SystemQuerySet(SourcedQuerySet):
    def for_list(self) -> Self:
        return self.select_related("borough", "function__service_area", "product__manufacturer")

    def word_condition(self, words: str) -> Q:
        """Every word is in product (under any name), function, service area or borough."""
        named = {
            "product": Product.objects.with_word,
            "function": Function.objects.with_word,
            "borough": Borough.objects.with_word,
        }
        return all_of(any_key(keys) for _, keys in keys_by_word(words, named))

    def in_use(self) -> Self:
        """Without systems known to be retired or only planned, and those last seen long ago."""
        return self.exclude(NOT_IN_USE)

    def not_in_use(self) -> Self:
        """Those retired, only planned, or last seen so long ago that nobody knows."""
        return self.filter(NOT_IN_USE)

    def standing(self) -> Self:
        """What is still thought to be there, or to come: nothing retired.

        What was last seen long ago stands only where its borough runs nothing newer for the job.
        """
        newer = self.model._default_manager.filter(companion=False, **_SAME_PLACE).exclude(
            NOT_IN_USE | Q(status=Status.IMPLEMENTING)
        )
        return self.exclude(Q(status=Status.RETIRED) | (SEEN_THEN & Exists(newer)))

    def distinctive(self) -> Self:
        """Without the services that most councils use alike, which tell nobody apart."""
        return self.filter(national_or_shared=False)

    def without_low_confidence(self) -> Self:
        """Without what its source carries least: for numbers that are quoted."""
        return self.exclude(confidence=Confidence.LOW)

    def of_the_33(self) -> Self:
        """Without systems of regional bodies."""
        return self.exclude(borough__kind=Borough.Kind.REGIONAL)

    def borough_count(self) -> int:
        """How many of the 33 have any of these systems."""
        return self.of_the_33().order_by().values("borough").distinct().count()

    def boroughs(self) -> models.QuerySet[Any]:
        """The same as a row of a query: `boroughs`."""
        return aggregate_row(self.of_the_33(), boroughs=Count("borough", distinct=True))

    def boroughs_by_area(self) -> models.QuerySet[Any]:
        """`area` (slug) and `boroughs`: how many of the 33 have any of these systems there.

        To count distinct boroughs all rows must be sorted, and those of the 33 are few.
        """
        areas = self.of_the_33().order_by().annotate(area=F("function__service_area__slug"))
        rows: Any = areas.values("area").annotate(boroughs=Count("borough", distinct=True))
        counts: models.QuerySet[Any] = rows
        return counts


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
    national_or_shared = models.BooleanField(
        "national or shared service",
        default=False,
        help_text="Ticked: a service that all or most councils use alike, which tells nobody "
        "apart, such as GOV.UK Pay.",
    )
    companion = models.BooleanField(
        "companion tool",
        default=False,
        help_text="Ticked: it does a part of the function beside the main product.",
    )
    live_since_first = models.GeneratedField(
        expression=FirstDay("live_since"), output_field=models.DateField(), db_persist=True
    )

    objects = SystemQuerySet.as_manager()

    class Meta(Sourced.Meta):
        ordering = ["borough__name", "function__position", "product__name", "pk"]
        triggers = [
            *Sourced.Meta.triggers,
            MakesKey("borough__slug", "function__slug", "product__slug"),
        ]
        # Of 80,900 systems a list counts these out of an index alone in 24 ms, of the table in 52;
        # with the source, since the world of evidence asks for it
        indexes = [
            models.Index(fields=["borough", "source_kind"], name="system_borough_counts"),
            models.Index(fields=["function", "source_kind"], name="system_function_counts"),
            models.Index(fields=["hosting", "status", "source_kind"], name="system_state_counts"),
        ]
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

    @property
    def seen_then(self) -> bool:
        """Whether it was last seen in 2019 or before, by the rule of `SEEN_THEN`."""
        ended = self.status in {Status.RETIRED, Status.PLANNED}
        return not ended and "" < self.as_of < str(LAST_SEEN_THEN + 1) and not self.confirmed_on

    def get_absolute_url(self) -> str:
        return page_address("systems:detail", self.key)
