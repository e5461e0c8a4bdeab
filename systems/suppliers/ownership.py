"""A supplier with what it owns today, and how it and its owners changed hands."""

import datetime
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.utils.text import slugify

from citytools.facts.dates import first_day
from systems.models import Owners, Ownership, Supplier, SupplierAlias, read_ownerships

MAX_ALIASES = 10_000


@dataclass(frozen=True)
class SupplierGroup:
    """Who is counted on a supplier's page: itself and, where `whole`, all that it owns today."""

    supplier: Supplier
    owners: Owners
    whole: bool

    @cached_property
    def owned(self) -> list[Supplier]:
        """What it owns today, by name, whether it is counted or not."""
        owned = self.owners.group(self.supplier.pk).values()
        return sorted(owned, key=lambda supplier: supplier.name)

    @cached_property
    def members(self) -> list[Supplier]:
        return [self.supplier, *(self.owned if self.whole else ())]

    @cached_property
    def keys(self) -> frozenset[int]:
        return frozenset(supplier.pk for supplier in self.members)

    @property
    def query(self) -> str:
        """The query string that narrows a list to them."""
        return urlencode({"supplier": [supplier.slug for supplier in self.members]}, doseq=True)

    @cached_property
    def chain(self) -> list[Ownership]:
        return self.owners.chain(self.supplier.pk)

    @property
    def today(self) -> Supplier:
        """Who owns it today, last in the chain; itself where nobody is known to."""
        return self.chain[-1].owner if self.chain else self.supplier

    @property
    def history(self) -> list[tuple[Ownership, Supplier | None]]:
        """How it and its owners changed hands, and whom it and its group took in; by date.

        With each the owner today, where that is another. What has no date comes last.
        """
        sold = {self.supplier.pk, *(step.owner_id for step in self.chain)}
        bought = {self.supplier.pk, *self.owners.group(self.supplier.pk)}
        steps = [
            step
            for step in self.owners.steps
            if step.supplier_id in sold or step.owner_id in bought
        ]
        steps.sort(key=lambda step: (_day(step), step.supplier.name, step.pk))
        latest = [self.owners.latest[step.supplier_id] for step in steps]
        return [
            (step, None if newest.owner_id == step.owner_id else newest.owner)
            for step, newest in zip(steps, latest, strict=True)
        ]

    def unit(self, supplier: int) -> int:
        """Whom a supplier counts with in a market: its last owner today or, alone, itself."""
        return self.owners.top(supplier) if self.whole else supplier


def _day(step: Ownership) -> datetime.date:
    return first_day(step.since) if step.since else datetime.date.max


def supplier_group(supplier: Supplier, choice: str | None) -> SupplierGroup:
    """With what it owns for `yes`, without for `no`; by default with, if it owns any."""
    owners = read_ownerships()
    whole = choice == "yes" or (choice != "no" and bool(owners.group(supplier.pk)))
    return SupplierGroup(supplier, owners, whole)


def present_supplier(slug: str) -> Supplier | None:
    """The supplier that has another name which reads like this in an address; two queries."""
    names = SupplierAlias.objects.order_by("name", "pk").values_list("name", "supplier")
    keys = [key for name, key in names[:MAX_ALIASES] if slugify(name) == slug]
    return Supplier.objects.filter(pk__in=keys[:1]).first()
