"""Contracts side by side: when they end, and what they cost for each 1,000 residents."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from boroughs.compare.answers import NOT_KNOWN, Answer, Item, Section, counted
from boroughs.models import Borough
from citytools.quarters import quarter_of, quarter_words, quarters_from
from contracts.models import Contract

QUARTERS = 8


def contracts_of(boroughs: Sequence[Borough], *, illustrative: bool) -> list[Contract]:
    """Contracts that any of them leads or shares."""
    wanted = Borough.objects.filter(pk__in=[one.pk for one in boroughs])
    contracts = Contract.objects.of_boroughs(wanted).prefetch_related("partners")
    found = contracts if illustrative else contracts.real()
    return list(found.order_by("pk")[:20_000])


def ending(
    boroughs: Sequence[Borough],
    contracts: Sequence[Contract],
    complete: set[int],
    today: datetime.date,
) -> Section:
    """Contracts led or shared, by the quarter in which they end."""
    counts: Counter[tuple[int, tuple[int, int]]] = Counter()
    for contract in contracts:
        if contract.ends_first and contract.ends_first >= today:
            counts.update((pk, _quarter(contract)) for pk in _bodies(contract))
    items = [
        Item(
            quarter_words(quarter),
            [counted(counts[one.pk, quarter], one.pk in complete) for one in boroughs],
            unit="contracts",
        )
        for quarter in quarters_from(today, QUARTERS)
    ]
    words = (
        "Contracts that each borough leads or shares, by the quarter in which they end before any "
        "extension. An end known only as a year is not counted."
    )
    return Section("contracts", "Contracts ending", "Quarter", words, items)


def _quarter(contract: Contract) -> tuple[int, int]:
    first, last = contract.ends_first, contract.ends_last
    same = quarter_of(first) == quarter_of(last)
    return quarter_of(first) if same else (0, 0)


def _bodies(contract: Contract) -> set[int]:
    return {contract.lead_id} | {partner.pk for partner in contract.partners.all()}


@dataclass(frozen=True)
class _Spend:
    """What one borough's running contracts cost a year, as far as it is known."""

    borough: Borough
    led: Sequence[Contract]
    complete: bool

    @property
    def priced(self) -> list[Decimal]:
        return [one.annual_value for one in self.led if one.annual_value is not None]

    @property
    def number(self) -> Answer:
        return counted(len(self.led), self.complete)

    @property
    def stated(self) -> Answer:
        return counted(len(self.priced), bool(self.priced))

    @property
    def total(self) -> Answer:
        return self._pounds(sum(self.priced, Decimal(0)))

    @property
    def each_thousand(self) -> Answer:
        if not self.borough.population:
            return NOT_KNOWN
        total = sum(self.priced, Decimal(0))
        return self._pounds(round(total * 1000 / self.borough.population, 2))

    def _pounds(self, amount: Decimal) -> Answer:
        if not self.priced:
            return NOT_KNOWN
        if self.complete and len(self.priced) == len(self.led):
            return Answer("known", amount, f"£{amount:,.0f}")
        return Answer("at least", amount, f"at least £{amount:,.0f}")


def cost(
    boroughs: Sequence[Borough],
    contracts: Sequence[Contract],
    complete: set[int],
    today: datetime.date,
) -> Section:
    """What running contracts cost a year, as far as it is known, for each 1,000 residents."""
    running = [contract for contract in contracts if contract.runs_on(today)]
    spends = [
        _Spend(one, [each for each in running if each.lead_id == one.pk], one.pk in complete)
        for one in boroughs
    ]
    rows = [
        ("Contracts running that it leads", "contracts", [one.number for one in spends]),
        ("Of these with a yearly value", "contracts", [one.stated for one in spends]),
        ("Yearly value", "pounds a year", [one.total for one in spends]),
        (
            "Yearly value for each 1,000 residents",
            "pounds a year",
            [one.each_thousand for one in spends],
        ),
    ]
    items = [Item(name, answers, unit=unit) for name, unit, answers in rows]
    return Section("cost", "Cost for each 1,000 residents", "Measure", _COST, items)


_COST = (
    "A shared contract counts once, with the borough that leads it. A sum is a lower bound unless "
    "the return is complete and every running contract states a value. VAT bases differ."
)
