"""One framework: what was called off under it, and what outlasts it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.shortcuts import get_object_or_404

from contracts.frameworks.counts import contracts_of, frameworks_with_counts, outlasting
from contracts.models import Contract, ContractQuerySet
from systems.models import Supplier

MOST = 50
"""Rows of each table; a link leads to all of them."""


@dataclass(frozen=True)
class CalledOff:
    """A framework with its counts, its contracts soonest end first, and its suppliers."""

    framework: Any
    contracts: ContractQuerySet

    @property
    def rows(self) -> list[Contract]:
        """The first contracts."""
        ordered = self.contracts.for_list().order_by("ends_first", "pk")
        return list(ordered[:MOST])

    @property
    def outlasting(self) -> list[Contract]:
        """The first of those that end after it."""
        return list(outlasting(self.contracts).order_by("ends_first", "pk")[:MOST])

    @property
    def suppliers(self) -> QuerySet[Supplier]:
        """The suppliers with most contracts, each with `calls`, how many; then by name."""
        used = Supplier.objects.filter(contracts__in=self.contracts)
        return used.annotate(calls=Count("contracts")).order_by("-calls", "name", "pk")[:MOST]


def of(slug: str, *, illustrative: bool) -> CalledOff:
    """The page of one framework; 404 where there is none."""
    contracts = contracts_of(None if illustrative else "no")
    framework = get_object_or_404(frameworks_with_counts(contracts), slug=slug)
    return CalledOff(framework, contracts.filter(framework=framework))
