"""A supplier's share of each function, and how concentrated the function is.

Shares are of the systems in use, of the contracts that run today, or of their yearly value; always
of those whose supplier is known. A contract that covers several functions counts whole in each, so
functions must not be added up. Of a system the supplier is who makes the product; of a contract it
is who is paid, perhaps a reseller.
"""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.text import slugify

from boroughs.models import Borough
from citytools.charts import Chart, sideways_bars
from citytools.facts.dates import first_day
from citytools.facts.statistics import (
    MIN_RECORDS_FOR_PERCENT,
    Concentration,
    market_concentration,
)
from contracts.models import Contract, ContractFunction
from systems.models import Function, Owners, Ownership, Supplier, SupplierAlias, read_ownerships
from systems.suppliers.page import BASES, CONTRACTS, SYSTEMS, VALUE, Estate

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


def supplier_with_alias(slug: str) -> str | None:
    """The slug of the supplier that has another name which reads like this in an address."""
    names = SupplierAlias.objects.order_by("name", "pk").values_list("name", "supplier__slug")
    return next((key for name, key in names[:MAX_ALIASES] if slugify(name) == slug), None)


# What a share is a share of.
DENOMINATORS = {
    SYSTEMS: "systems in use whose maker is known",
    CONTRACTS: "running contracts whose supplier is known",
    VALUE: "pounds a year, in running contracts whose supplier and yearly value are known",
}
# Contracts, once for each function they cover, that are read.
MAX_ENTRIES = 50_000


class MarketEntry(NamedTuple):
    """Something that counts in one function; `supplier` or `amount` None where not known."""

    function: Function
    supplier: int | None
    amount: Decimal | None


@dataclass(frozen=True)
class Share:
    """What the supplier holds of one function.

    `own` and `whole` are amounts, over the `own_count` and `counted` entries whose supplier and
    amount are known; `left_out` are the others, `own_left_out` of them its own.
    """

    function: Function
    own: Decimal
    own_count: int
    whole: Decimal
    counted: int
    left_out: int
    own_left_out: int
    concentration: Concentration | None

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where nothing is known to be shared out, or nothing of its own."""
        own_not_known = self.own_left_out and not self.own_count
        return float(self.own / self.whole) if self.whole and not own_not_known else None

    @property
    def per_cent(self) -> float | None:
        """The share in per cent, to one decimal place; None of fewer than 6 records."""
        few = self.counted < MIN_RECORDS_FOR_PERCENT
        return None if self.share is None or few else round(100 * self.share, 1)


def market_entries(basis: str, estate: Estate, today: datetime.date) -> list[MarketEntry]:
    """What is counted: systems in use, running contracts of the 33, or their yearly value.

    A contract has an entry for each function that it covers; what includes services has none. At
    most one query.
    """
    if basis == SYSTEMS:
        return [
            MarketEntry(system.function, system.product.manufacturer_id, Decimal(1))
            for system in (*estate.own, *estate.competing)
            if not system.national_or_shared
        ]
    contracts = Contract.objects.of_boroughs(Borough.objects.london()).running_on(today).for_sums()
    links = ContractFunction.objects.filter(contract__in=contracts.order_by().values("pk"))
    rows = links.select_related("function__service_area", "contract").order_by("pk")
    return [
        MarketEntry(
            link.function,
            link.contract.supplier_id,
            link.contract.annual_value if basis == VALUE else Decimal(1),
        )
        for link in rows[:MAX_ENTRIES]
    ]


def function_shares(
    entries: Sequence[MarketEntry], group: SupplierGroup, estate: Estate
) -> list[Share]:
    """The share of each function for which its products run or which entries of its own name."""
    by_function: dict[Function, list[MarketEntry]] = defaultdict(list)
    for entry in entries:
        by_function[entry.function].append(entry)
    functions = {entry.function for entry in entries if entry.supplier in group.keys}
    functions |= {use.function for use in estate.functions}
    return [
        _share(function, by_function[function], group) for function in sorted(functions, key=_place)
    ]


def _share(function: Function, entries: Sequence[MarketEntry], group: SupplierGroup) -> Share:
    counted = [
        (entry.supplier, entry.amount)
        for entry in entries
        if entry.supplier is not None and entry.amount is not None
    ]
    own = [amount for supplier, amount in counted if supplier in group.keys]
    # Where groups count as one, suppliers of one owner are one holder
    holdings: dict[int, Decimal] = defaultdict(Decimal)
    for supplier, amount in counted:
        holdings[group.unit(supplier)] += amount
    return Share(
        function,
        own=sum(own, Decimal(0)),
        own_count=len(own),
        whole=sum(holdings.values(), Decimal(0)),
        counted=len(counted),
        left_out=len(entries) - len(counted),
        own_left_out=sum(entry.supplier in group.keys for entry in entries) - len(own),
        concentration=market_concentration(holdings.values()),
    )


def _place(function: Function) -> tuple[int, int, int, int]:
    area = function.service_area
    return area.position, area.pk, function.position, function.pk


def share_by_function(shares: Sequence[Share], group: SupplierGroup, basis: str) -> Chart:
    """The share of each function in per cent, the largest first.

    What is not known, or rests on few records, is not drawn.
    """
    known = [share for share in shares if share.share is not None]
    drawn = [share for share in known if share.per_cent is not None]
    drawn.sort(key=lambda share: (-(share.share or 0), share.function.name))
    names = [share.function.name for share in drawn]
    values = [share.per_cent or 0.0 for share in drawn]
    head = f"Share of {dict(BASES)[basis]}, per cent"
    return Chart(
        key="share-by-function",
        title=_finding(known, drawn, group, basis),
        sentence=_sentence(shares, known, drawn, dict(BASES)[basis]),
        figure=sideways_bars(names, {head: values}),
        head=("Function", head, "Held by it", "Of all known"),
        rows=[
            (name, value, _amount(share.own, basis), _amount(share.whole, basis))
            for name, value, share in zip(names, values, drawn, strict=True)
        ],
        source=f"Share of the {DENOMINATORS[basis]}; each with its own source and date.",
        height="medium" if len(drawn) < 9 else "tall",
    )


def _finding(
    known: Sequence[Share], drawn: Sequence[Share], group: SupplierGroup, basis: str
) -> str:
    name, counted = group.supplier.name, dict(BASES)[basis]
    if not known:
        return f"No share of {counted} is known for {name}"
    if not any(share.own for share in known):
        return f"{name} is known to hold none of the {DENOMINATORS[basis]}"
    if not drawn or not drawn[0].own:
        return f"What {name} holds of {counted} is of too few to draw shares"
    share = drawn[0]
    if len(drawn) > 1 and drawn[1].per_cent == share.per_cent:
        return f"{name}’s share of {counted} is at most {share.per_cent:g} % of a function"
    return (
        f"{name}’s largest share of {counted}: {share.per_cent:g} % for {share.function.name} "
        f"({_amount(share.own, basis)} of {_amount(share.whole, basis)})"
    )


def _sentence(
    shares: Sequence[Share], known: Sequence[Share], drawn: Sequence[Share], counted: str
) -> str:
    if not known:
        return f"For none of its functions is a share of {counted} known."
    half = sum((share.share or 0) >= 0.5 for share in known)
    functions = "1 function" if len(shares) == 1 else f"{len(shares)} functions"
    few = len(known) - len(drawn)
    return (
        f"The share is known for {len(known)} of {functions}; "
        f"it is half or more in {half or 'none'} of them."
        + (f" {few} of fewer than {MIN_RECORDS_FOR_PERCENT} records: not drawn." if few else "")
    )


def _amount(amount: Decimal, basis: str) -> str:
    return f"£{amount:,.0f}" if basis == VALUE else f"{amount:,.0f}"
