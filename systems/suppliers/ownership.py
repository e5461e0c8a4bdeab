"""Who owns whom: today, and in the past as far as it is recorded.

A supplier belongs to the owner of its newest ownership; one without a date counts as oldest. What
it owns today, directly or through others, is its group. Circles, which only a wrong record can
make, end every walk: all in a circle own one another.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.utils.text import slugify

from citytools.facts.dates import FirstDay, first_day
from systems.models import Ownership, Supplier, SupplierAlias

MAX_OWNERSHIPS = 10_000
"""Ownerships, or other names, that are read."""


@dataclass(frozen=True)
class Event:
    """A supplier that came to another, and the owner it belongs to today where that is not it."""

    step: Ownership
    today: Supplier | None


@dataclass(frozen=True)
class Owners:
    """All ownerships, the newest of each supplier before its others."""

    steps: Sequence[Ownership]

    @cached_property
    def latest(self) -> Mapping[int, Ownership]:
        """The ownership that holds today, by the owned supplier's primary key."""
        return {step.supplier_id: step for step in reversed(self.steps)}

    @cached_property
    def _owned(self) -> Mapping[int, Sequence[Ownership]]:
        owned: dict[int, list[Ownership]] = defaultdict(list)
        for step in self.latest.values():
            owned[step.owner_id].append(step)
        return owned

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
        found: dict[int, Supplier] = {}
        ahead = [supplier]
        while ahead:
            for step in self._owned.get(ahead.pop(), ()):
                if step.supplier_id not in found and step.supplier_id != supplier:
                    found[step.supplier_id] = step.supplier
                    ahead.append(step.supplier_id)
        return found

    def history(self, supplier: int) -> list[Event]:
        """How it and its owners changed hands, and whom it and its group took in; by date.

        What has no date comes last.
        """
        sold = {supplier, *(step.owner_id for step in self.chain(supplier))}
        bought = {supplier, *self.group(supplier)}
        steps = [
            ownership
            for ownership in self.steps
            if ownership.supplier_id in sold or ownership.owner_id in bought
        ]
        steps.sort(key=lambda ownership: (_day(ownership), ownership.supplier.name, ownership.pk))
        return [Event(ownership, self._moved_on(ownership)) for ownership in steps]

    def _moved_on(self, step: Ownership) -> Supplier | None:
        latest = self.latest[step.supplier_id]
        return None if latest.owner_id == step.owner_id else latest.owner


def read_ownerships() -> Owners:
    """All ownerships as recorded; one query."""
    newest = (FirstDay("since").desc(nulls_last=True), "-pk")
    steps = Ownership.objects.select_related("supplier", "owner").order_by("supplier_id", *newest)
    return Owners(list(steps[:MAX_OWNERSHIPS]))


def _day(step: Ownership) -> datetime.date:
    return first_day(step.since) if step.since else datetime.date.max


@dataclass(frozen=True)
class SupplierGroup:
    """Who is counted on a supplier's page: itself and, where `whole`, all that it owns today."""

    supplier: Supplier
    owners: Owners
    whole: bool

    @cached_property
    def owned(self) -> list[Supplier]:
        """What it owns today, by name, whether it is counted or not."""
        return sorted(
            self.owners.group(self.supplier.pk).values(), key=lambda supplier: supplier.name
        )

    @cached_property
    def members(self) -> list[Supplier]:
        """The suppliers counted, itself first."""
        return [self.supplier, *(self.owned if self.whole else ())]

    @cached_property
    def keys(self) -> frozenset[int]:
        """Primary keys of the suppliers counted."""
        return frozenset(supplier.pk for supplier in self.members)

    @property
    def query(self) -> str:
        """The query string that narrows a list to them."""
        return urlencode({"supplier": [supplier.slug for supplier in self.members]}, doseq=True)

    @cached_property
    def chain(self) -> list[Ownership]:
        """Its owners, from the nearest to the last."""
        return self.owners.chain(self.supplier.pk)

    @property
    def today(self) -> Supplier:
        """Who owns it today, last in the chain; itself where nobody is known to."""
        return self.chain[-1].owner if self.chain else self.supplier

    @property
    def history(self) -> list[Event]:
        """How it, its owners and its group changed hands."""
        return self.owners.history(self.supplier.pk)

    def unit(self, supplier: int) -> int:
        """Whom a supplier counts with in a market: its last owner today or, alone, itself."""
        return self.owners.top(supplier) if self.whole else supplier


def supplier_group(supplier: Supplier, asked: str | None) -> SupplierGroup:
    """With what it owns where asked to (yes), not where not (no); by default if it owns any."""
    owners = read_ownerships()
    whole = asked == "yes" or (asked != "no" and bool(owners.group(supplier.pk)))
    return SupplierGroup(supplier, owners, whole)


def present_supplier(slug: str) -> Supplier | None:
    """The supplier that has another name which reads like this in an address; two queries."""
    names = SupplierAlias.objects.order_by("name", "pk")
    for name, key in names.values_list("name", "supplier")[:MAX_OWNERSHIPS]:
        if slugify(name) == slug:
            return Supplier.objects.get(pk=key)
    return None
