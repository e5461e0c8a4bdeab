"""What contracts for a product, or for a function, cost a year for each resident and each user.

Only what can be compared is: contracts that run today, state what they cost, and pay for this
product, or function, alone. A shared contract counts once, over the residents of every borough that
shares it. A cost for each user needs the users of every system that the contract pays for; who uses
two functions is counted in both. Values are as stated, whatever their VAT basis, which is said.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from citytools.facts.statistics import Range, median_range
from citytools.lists.prepared_query import PreparedQuery
from contracts.models import Contract, Vat
from systems.models import System

MAX_CONTRACTS = 2000
# Below it, a year costs less than a whole value that is spread would say.
MIN_MONTHS_TO_SPREAD = 12


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
        return _share(self.value * 1000, self.residents)

    @property
    def each_resident(self) -> Decimal | None:
        """Pounds a year for each resident."""
        return _share(self.value, self.residents)

    @property
    def is_spread(self) -> bool:
        """Whether it is a part of the value of the whole term."""
        return self.contract.annual_value is None

    @property
    def few_residents(self) -> bool:
        """Whether the City of London pays it alone: no rate of its residents is like others’."""
        bodies = [self.contract.lead, *self.contract.partners.all()]
        return all(body.has_few_residents for body in bodies)

    @property
    def each_user(self) -> Decimal | None:
        """Pounds a year for each user."""
        return _share(self.value, self.users)


def _share(pounds: Decimal, people: int | None) -> Decimal | None:
    # With nobody to share it, a cost is neither zero nor infinite: nothing can be said
    return round(pounds / people, 2) if people else None


@dataclass(frozen=True)
class Costs:
    """The costs that can be compared, by lead borough, and how many cannot and why.

    `unpriced` running contracts state no yearly value; `mixed` pay for other products too,
    `services` for services beside IT.
    """

    rows: Sequence[Cost]
    unpriced: int
    mixed: int
    services: int = 0

    @property
    def thousands(self) -> list[Decimal]:
        """Every known cost for each 1,000 residents, without the City's own."""
        return [
            cost.each_thousand
            for cost in self.rows
            if cost.each_thousand is not None and not cost.few_residents
        ]

    @property
    def city(self) -> list[Cost]:
        """What the City of London pays alone, and no range holds."""
        return [cost for cost in self.rows if cost.few_residents and cost.each_thousand is not None]

    @property
    def users(self) -> list[Decimal]:
        """Every known cost for each user."""
        return [cost.each_user for cost in self.rows if cost.each_user is not None]

    @property
    def each_thousand(self) -> Range | None:
        """The typical cost for each 1,000 residents; None below 6 contracts."""
        return median_range(self.thousands)

    @property
    def each_user(self) -> Range | None:
        """The typical cost for each user; None below 6 contracts."""
        return median_range(self.users)

    @property
    def vat(self) -> list[str]:
        """'5 excluding VAT', '2 with the VAT basis not known': what the compared values hold."""
        counts = Counter(cost.contract.vat for cost in self.rows)
        words = {
            Vat.EXCLUDING: "excluding VAT",
            Vat.INCLUDING: "including VAT",
            "": "with the VAT basis not known",
        }
        return [f"{counts[basis]} {label}" for basis, label in words.items() if counts[basis]]


@PreparedQuery
def _contracts_for_product(product: int, today: datetime.date) -> QuerySet[Contract]:
    contracts = Contract.objects.for_systems(System.objects.filter(product=product))
    rows = contracts.running_on(today).select_related("lead", "supplier")
    ordered = rows.prefetch_related("partners", "systems").order_by("lead__name", "pk")
    return ordered[:MAX_CONTRACTS]


@PreparedQuery
def _contracts_for_function(function: int, today: datetime.date) -> QuerySet[Contract]:
    rows = Contract.objects.for_functions([function]).running_on(today)
    rows = rows.select_related("lead", "supplier").prefetch_related("partners", "functions")
    return rows.order_by("lead__name", "pk")[:MAX_CONTRACTS]


def product_costs(product: int, today: datetime.date) -> Costs:
    """The yearly costs of one product in the contracts of its systems; three queries."""

    def pays_for_others(contract: Contract) -> bool:
        return any(system.product_id != product for system in contract.systems.all())

    contracts = _contracts_for_product(product, today)
    return _compare(contracts, pays_for_others, lambda contract: contract.annual_value, _users)


def function_costs(function: int, today: datetime.date) -> Costs:
    """The same of one function, whatever the product; three queries.

    A value over a whole term of a year or more is spread evenly over its months.
    """

    def pays_for_others(contract: Contract) -> bool:
        return len(contract.functions.all()) > 1

    contracts = _contracts_for_function(function, today)
    return _compare(contracts, pays_for_others, yearly_value, lambda contract: None)


def yearly_value(contract: Contract) -> Decimal | None:
    """Pounds a year: as stated, else the whole value spread over the months of the term."""
    months = contract.term.months
    if contract.annual_value is not None or contract.total_value is None or not months:
        return contract.annual_value
    return contract.total_value * 12 / months if months >= MIN_MONTHS_TO_SPREAD else None


def _users(contract: Contract) -> int | None:
    return _total([system.users for system in contract.systems.all()])


def _compare(
    contracts: Iterable[Contract],
    pays_for_others: Callable[[Contract], bool],
    value: Callable[[Contract], Decimal | None],
    users: Callable[[Contract], int | None],
) -> Costs:
    comparable, mixed, unpriced, services = [], 0, 0, 0
    for contract in contracts:
        pounds = value(contract)
        if contract.includes_services:
            services += 1
        elif pays_for_others(contract):
            mixed += 1
        elif pounds is None:
            unpriced += 1
        else:
            bodies = [contract.lead, *contract.partners.all()]
            residents = _total([body.population or None for body in bodies])
            comparable.append(Cost(contract, pounds, residents, users(contract)))
    return Costs(comparable, unpriced, mixed, services)


def _total(counts: Sequence[int | None]) -> int | None:
    """The sum; None where a part of it is not known."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
