"""The catalogue: service areas, their functions, and the products made for them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from citytools.history import tracked
from citytools.lists.word_search import SqlSearchText, Word, split_words
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
    def with_word(self, word: Word) -> Self:
        """Whose name, or whose service area's, holds the word."""
        return self.filter(word.in_any(SqlSearchText("name"), SqlSearchText("service_area__name")))


@tracked()
class Function(models.Model):
    """A job that a system does, within one service area."""

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

    objects = FunctionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(models.QuerySet["Product"]):
    def for_list(self) -> Self:
        return self.select_related("manufacturer").prefetch_related("functions", "aliases")

    def with_word(self, word: Word) -> Self:
        """Whose name, former name, or manufacturer under any name, holds the word."""
        aliases = ProductAlias.objects.order_by().filter(word.in_any(SqlSearchText("name")))
        makers = Supplier.objects.order_by().with_word(word)
        return self.filter(
            word.in_any("search_name")
            | Q(pk__in=aliases.values("product"))
            | Q(manufacturer__in=makers.values("pk"))
        )

    def matching(self, words: str) -> Self:
        """Of which every word is in its names or those of its manufacturer."""
        rows = self
        for word in split_words(words):
            rows = rows.with_word(word)
        return rows


@tracked(derived=["search_name"])
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
    functions = models.ManyToManyField(Function, related_name="products", blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty, default=Certainty.SOURCED)
    source = models.CharField(max_length=500, blank=True)
    note = models.TextField(blank=True)
    illustrative = models.BooleanField("invented for demonstration", default=False)
    search_name = models.GeneratedField(
        expression=SqlSearchText("name"), output_field=models.TextField(), db_persist=True
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="a_product_is_recorded_once_whatever_its_case",
                violation_error_message="A product of this name is already recorded.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("systems:product", args=[self.slug])


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
class ProductFunction(Product.functions.through):  # type: ignore[name-defined]
    """A function that a product is made for: Django's own link table, with history."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return str(self.function)
