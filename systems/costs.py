"""What a product costs a year, for each 1,000 residents and each user, with an honest range.

Only what can be compared is: contracts that run today, state a yearly value, and pay for this
product alone. A shared contract counts once, over the residents of every borough that shares it.
A cost for each user needs the users of every system that the contract pays for; who uses two
functions is counted in both. Values are as stated, whatever their VAT basis, which is said.
"""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from boroughs.models import Borough
from citytools.facts import statistics
from citytools.facts.statistics import Range, count_related_rows
from contracts.models import Contract, Vat
from systems.models import Product, Supplier, System, SystemQuerySet

MAX_CONTRACTS = 2000
"""Contracts read for one product."""


@dataclass(frozen=True)
class Cost:
    """One contract's yearly pounds for each 1,000 residents and each user; None: not known."""

    contract: Contract
    value: Decimal
    residents: int | None
    users: int | None

    @property
    def each_thousand(self) -> Decimal | None:
        """Pounds a year for each 1,000 residents."""
        return self._each(self.residents, 1000)

    @property
    def each_user(self) -> Decimal | None:
        """Pounds a year for each user."""
        return self._each(self.users, 1)

    def _each(self, people: int | None, size: int) -> Decimal | None:
        # Nobody to share the cost leaves nothing to say: not nought, not infinity
        return round(self.value * size / people, 2) if people else None


@dataclass(frozen=True)
class Costs:
    """The costs that can be compared, by lead borough, and how many cannot and why.

    `unpriced` running contracts state no yearly value; `mixed` pay for other products too.
    """

    rows: Sequence[Cost]
    unpriced: int
    mixed: int

    @property
    def thousands(self) -> list[Decimal]:
        """Every known cost for each 1,000 residents."""
        return [cost.each_thousand for cost in self.rows if cost.each_thousand is not None]

    @property
    def users(self) -> list[Decimal]:
        """Every known cost for each user."""
        return [cost.each_user for cost in self.rows if cost.each_user is not None]

    @property
    def each_thousand(self) -> Range | None:
        """The typical cost for each 1,000 residents; None below 6 contracts."""
        return statistics.median_range(self.thousands)

    @property
    def each_user(self) -> Range | None:
        """The typical cost for each user; None below 6 contracts."""
        return statistics.median_range(self.users)

    @property
    def vat(self) -> list[str]:
        """'5 excluding VAT', '2 with the VAT basis not known': what the compared values hold."""
        counts = Counter(cost.contract.vat for cost in self.rows)
        words = {Vat.EXCLUDING: "excluding VAT", Vat.INCLUDING: "including VAT"}
        known = [f"{counts[basis]} {said}" for basis, said in words.items() if counts[basis]]
        return known + ([f"{counts['']} with the VAT basis not known"] if counts[""] else [])


def product_costs(product: Product, systems: SystemQuerySet, today: datetime.date) -> Costs:
    """The yearly costs of one product in the contracts of these systems; four queries."""
    contracts = Contract.objects.for_systems(systems).running_on(today)
    wanted = contracts.select_related("lead", "supplier").prefetch_related("partners", "systems")
    priced, mixed, unpriced = [], 0, 0
    for contract in wanted.order_by("lead__name", "pk")[:MAX_CONTRACTS]:
        covered = list(contract.systems.all())
        alone = all(system.product_id == product.pk for system in covered)
        if not alone:
            mixed += 1
        elif contract.annual_value is None:
            unpriced += 1
        else:
            priced.append(
                Cost(contract, contract.annual_value, _residents(contract), _users(covered))
            )
    return Costs(priced, unpriced, mixed)


def _residents(contract: Contract) -> int | None:
    """Residents of all who share it; None where those of one are not known."""
    bodies = [contract.lead, *contract.partners.all()]
    counts = [body.population for body in bodies if body.population]
    return sum(counts) if len(counts) == len(bodies) else None


def _users(systems: Sequence[System]) -> int | None:
    """Users of all the systems; None where those of one are not known."""
    counts = [system.users for system in systems if system.users is not None]
    return sum(counts) if len(counts) == len(systems) else None


def products_with_counts(products: QuerySet[Product]) -> QuerySet[Any]:
    """Adds system_count and borough_count (of the 33 alone)."""
    london = System.objects.exclude(borough__kind=Borough.Kind.REGIONAL)
    return products.annotate(
        system_count=count_related_rows(System.objects.all(), "product"),
        borough_count=count_related_rows(london, "product", "borough"),
    )


def suppliers_with_counts(suppliers: QuerySet[Supplier]) -> QuerySet[Any]:
    """Adds product_count, system_count (of its products) and contract_count."""
    return suppliers.annotate(
        product_count=count_related_rows(Product.objects.all(), "manufacturer"),
        system_count=count_related_rows(System.objects.all(), "product__manufacturer"),
        contract_count=count_related_rows(Contract.objects.all(), "supplier"),
    )
