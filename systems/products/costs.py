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

from citytools.charts import Chart, dot_plot
from citytools.facts.statistics import Range, median_range
from contracts.models import Contract, Vat
from systems.models import Product, SystemQuerySet

MAX_CONTRACTS = 2000


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
    def each_user(self) -> Decimal | None:
        """Pounds a year for each user."""
        return _share(self.value, self.users)


def _share(pounds: Decimal, people: int | None) -> Decimal | None:
    # With nobody to share it, a cost is neither zero nor infinite: nothing can be said
    return round(pounds / people, 2) if people else None


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


def product_costs(product: Product, systems: SystemQuerySet, today: datetime.date) -> Costs:
    """The yearly costs of one product in the contracts of these systems; four queries."""
    contracts = Contract.objects.for_systems(systems).running_on(today)
    rows = contracts.select_related("lead", "supplier").prefetch_related("partners", "systems")
    comparable, mixed, unpriced = [], 0, 0
    for contract in rows.order_by("lead__name", "pk")[:MAX_CONTRACTS]:
        covered = list(contract.systems.all())
        bodies = [contract.lead, *contract.partners.all()]
        if any(system.product_id != product.pk for system in covered):
            mixed += 1
        elif contract.annual_value is None:
            unpriced += 1
        else:
            residents = _total([body.population or None for body in bodies])
            users = _total([system.users for system in covered])
            comparable.append(Cost(contract, contract.annual_value, residents, users))
    return Costs(comparable, unpriced, mixed)


def _total(counts: Sequence[int | None]) -> int | None:
    """The sum; None where a part of it is not known."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def cost_each_thousand(costs: Costs) -> Chart | None:
    """What each compared contract costs for each 1,000 residents; None below 6 of them."""
    typical = costs.each_thousand
    if typical is None:
        return None
    return Chart(
        key="cost-each-thousand",
        title=f"Half of {typical.n} contracts cost £{typical.median:,.0f} a year or less for each "
        "1,000 residents",
        sentence=f"The typical cost lies between £{typical.low:,.0f} and £{typical.high:,.0f} with "
        f"95 % confidence: the values of rank {typical.first} and {typical.last} of {typical.n}, "
        "shown as a band. Each dot is a contract.",
        figure=dot_plot(costs.thousands, typical, "a year for each 1,000 residents"),
        head=("Contract", "A year", "Residents", "For each 1,000 residents"),
        rows=[
            (
                f"{cost.contract.title} ({cost.contract.lead})",
                f"£{cost.value:,.0f}",
                f"{cost.residents:,}",
                f"£{cost.each_thousand:,.2f}",
            )
            for cost in costs.rows
            if cost.each_thousand is not None
        ],
        source="Contracts that run today, state a yearly value and pay for this product alone, "
        "in the order of the boroughs that lead them. Residents: Census 2021.",
        height="short",
    )
