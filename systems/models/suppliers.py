"""Suppliers, the names they went by, and who owns them."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse

from citytools.facts.dates import FirstDay, PartialDateField, partial_dates_constraint
from citytools.history import tracked
from citytools.lists.word_search import SqlSearchText, Word, split_words


class SupplierQuerySet(models.QuerySet["Supplier"]):
    """Named questions about suppliers."""

    def named(self, word: Word) -> Self:
        """Whose name or any other name holds the word."""
        aliases = SupplierAlias.objects.order_by().filter(word.in_any(SqlSearchText("name")))
        return self.filter(word.in_any("search_name") | Q(pk__in=aliases.values("supplier")))

    def matching(self, words: str) -> Self:
        """Whose names hold every word."""
        rows = self
        for word in split_words(words):
            rows = rows.named(word)
        return rows


@tracked(derived=["search_name"])
class Supplier(models.Model):
    """A company that makes products or holds contracts."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    company_number = models.CharField(
        max_length=10, blank=True, help_text="As registered at Companies House."
    )
    sme = models.BooleanField("small or medium-sized", null=True, blank=True)
    vcse = models.BooleanField("voluntary or social enterprise", null=True, blank=True)
    note = models.TextField(blank=True)
    illustrative = models.BooleanField("invented for demonstration", default=False)
    search_name = models.GeneratedField(
        expression=SqlSearchText("name"), output_field=models.TextField(), db_persist=True
    )

    objects = SupplierQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="a_supplier_is_recorded_once_whatever_its_case",
                violation_error_message="A supplier of this name is already recorded.",
            ),
            models.UniqueConstraint(
                fields=["company_number"],
                condition=~Q(company_number=""),
                name="a_company_number_names_one_supplier",
                violation_error_message="Another supplier already has this company number.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The supplier's page."""
        return reverse("systems:supplier", args=[self.slug])

    def owners(self) -> list["Ownership"]:
        """From the nearest owner to the last, as known today; a circle ends it."""
        chain: list[Ownership] = []
        seen, at = {self.pk}, self.pk
        while (step := Ownership.objects.latest_of(at)) and step.owner_id not in seen:
            chain.append(step)
            at = step.owner_id
            seen.add(at)
        return chain


@tracked()
class SupplierAlias(models.Model):
    """Another name of a supplier, so that a 2019 name finds today's."""

    class Kind(models.TextChoices):
        FORMER = "former_name", "Formerly"
        ALSO = "also_known_as", "Also known as"

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.ALSO)
    source = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "supplier aliases"
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="an_alias_names_one_supplier",
                violation_error_message="This name is already an alias of a supplier.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class OwnershipQuerySet(models.QuerySet["Ownership"]):
    """Named questions about who owns whom."""

    def latest_of(self, supplier_id: int) -> "Ownership | None":
        """The newest ownership of one supplier; one without a date counts as oldest."""
        latest = self.filter(supplier_id=supplier_id).select_related("owner")
        return latest.order_by(FirstDay("since").desc(nulls_last=True), "-pk").first()


@tracked()
class Ownership(models.Model):
    """From a date, one supplier belongs to another; earlier rows stay as history."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="ownerships")
    owner = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="subsidiaries")
    since = PartialDateField(blank=True)
    source = models.CharField(max_length=500, blank=True)

    objects = OwnershipQuerySet.as_manager()

    class Meta:
        ordering = ["supplier__name", "since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "owner", "since"], name="an_ownership_is_recorded_once"
            ),
            models.CheckConstraint(
                name="no_supplier_owns_itself", condition=~Q(supplier=F("owner"))
            ),
            partial_dates_constraint("since"),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} belongs to {self.owner}"

    def clean(self) -> None:
        """Say beside the field what the database would refuse."""
        if self.supplier_id and self.supplier_id == self.owner_id:
            raise ValidationError({"owner": "A supplier cannot own itself: choose another."})
