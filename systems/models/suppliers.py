"""Suppliers, the names they went by, and who owns them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from citytools.facts.dates import FirstDay, PartialDateField, partial_dates_constraint
from citytools.history import tracked
from citytools.lists.word_search import Word, all_of, split_words
from citytools.models import SearchName
from citytools.worlds.addresses import page_address

# Ownerships that are read, more than London's suppliers have.
MAX_OWNERSHIPS = 10_000


class SupplierQuerySet(models.QuerySet["Supplier"]):
    def with_word(self, word: Word) -> Self:
        """Whose name or any other name holds the word."""
        return self.filter(_is_named(word))

    def word_condition(self, words: str) -> Q:
        """Its names hold every word."""
        return all_of(map(_is_named, split_words(words)))


def _is_named(word: Word) -> Q:
    return Q(pk__in=SearchName.objects.records_with_word(word, "supplier"))


@tracked()
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
        return page_address("systems:supplier", self.slug)


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


@tracked()
class Ownership(models.Model):
    """From a date, one supplier belongs to another; earlier rows stay as history."""

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="ownerships")
    owner = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="subsidiaries")
    since = PartialDateField(blank=True)
    source = models.CharField(max_length=500, blank=True)

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


@dataclass(frozen=True)
class Owners:
    """All ownerships, the newest of each supplier before its others.

    A supplier belongs to the owner of its newest ownership; one without a date counts as oldest.
    Circles, which only a wrong record can make, end every walk: all in a circle own one another.
    """

    steps: Sequence[Ownership]

    @cached_property
    def latest(self) -> Mapping[int, Ownership]:
        """The ownership in force today, by the owned supplier's primary key."""
        return {step.supplier_id: step for step in reversed(self.steps)}

    @cached_property
    def _subsidiaries(self) -> Mapping[int, Sequence[Ownership]]:
        steps: dict[int, list[Ownership]] = defaultdict(list)
        for step in self.latest.values():
            steps[step.owner_id].append(step)
        return steps

    def chain(self, supplier: int) -> list[Ownership]:
        """From the nearest owner to the last; a circle ends it."""
        steps: list[Ownership] = []
        seen, at = {supplier}, supplier
        while (step := self.latest.get(at)) and step.owner_id not in seen:
            steps.append(step)
            at = step.owner_id
            seen.add(at)
        return steps

    def top(self, supplier: int) -> int:
        """The last owner, or the supplier itself; of a circle, the one with the lowest key."""
        path = [supplier, *(step.owner_id for step in self.chain(supplier))]
        onward = self.latest.get(path[-1])
        return min(path[path.index(onward.owner_id) :]) if onward else path[-1]

    def group(self, supplier: int) -> dict[int, Supplier]:
        """What it owns today, directly or through others, by primary key; without itself."""
        members: dict[int, Supplier] = {}
        ahead = [supplier]
        while ahead:
            for step in self._subsidiaries.get(ahead.pop(), ()):
                if step.supplier_id not in members and step.supplier_id != supplier:
                    members[step.supplier_id] = step.supplier
                    ahead.append(step.supplier_id)
        return members


def read_ownerships() -> Owners:
    """All ownerships as recorded; one query."""
    newest = (FirstDay("since").desc(nulls_last=True), "-pk")
    steps = Ownership.objects.select_related("supplier", "owner").order_by("supplier_id", *newest)
    return Owners(list(steps[:MAX_OWNERSHIPS]))
