"""The contracts of a supplier, and what they cost a year as far as that is known."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from citytools.facts.provenance import SourceKind
from contracts.models import Contract, ContractQuerySet, ContractSystem, Vat


@dataclass(frozen=True)
class Money:
    """What distinct contracts cost; each counts once, however many boroughs and functions it has.

    `running` of the `contracts` run today; `annual` pounds a year are stated by `priced` of the
    running, `total` pounds over their whole terms by `summed` of them. `vat` holds (basis, how many
    of the priced).
    """

    contracts: int
    running: int
    annual: Decimal | None
    priced: int
    total: Decimal | None
    summed: int
    vat: Sequence[tuple[str, int]]


def with_suppliers(suppliers: Collection[int], *, illustrative: bool) -> ContractQuerySet:
    """Contracts that pay any of the suppliers."""
    found = Contract.objects.filter(supplier__in=suppliers)
    return found if illustrative else found.real()


def paid_to_others(suppliers: Collection[int], *, illustrative: bool) -> ContractQuerySet:
    """Contracts for their products that pay somebody else, or nobody known."""
    links = ContractSystem.objects.filter(system__product__manufacturer__in=suppliers)
    if not illustrative:
        links = links.exclude(system__source_kind=SourceKind.ILLUSTRATIVE)
    # One look-up for all: asked of each contract in turn, PostgreSQL may take minutes
    found = Contract.objects.filter(pk__in=links.order_by().values("contract"))
    others = found.exclude(supplier__in=suppliers)
    return others if illustrative else others.real()


def contracts_at_stake(suppliers: Collection[int], *, illustrative: bool) -> ContractQuerySet:
    """Contracts that pay any of the suppliers, or pay others for their products."""
    theirs = with_suppliers(suppliers, illustrative=illustrative)
    others = paid_to_others(suppliers, illustrative=illustrative)
    either = Q(pk__in=theirs.order_by().values("pk")) | Q(pk__in=others.order_by().values("pk"))
    return Contract.objects.filter(either)


def money(contracts: ContractQuerySet, today: datetime.date) -> Money:
    """What the contracts that run today cost; two queries."""
    running = contracts.running_on(today).order_by().values("vat")
    rows = list(
        running.annotate(
            count=Count("pk"),
            priced=Count("annual_value"),
            annual=Sum("annual_value"),
            summed=Count("total_value"),
            total=Sum("total_value"),
        ).order_by("vat")
    )
    bases = [*Vat.choices, ("", "VAT basis not known")]
    priced = {row["vat"]: row["priced"] for row in rows}
    return Money(
        contracts.count(),
        sum(row["count"] for row in rows),
        _sum(row["annual"] for row in rows),
        sum(priced.values()),
        _sum(row["total"] for row in rows),
        sum(row["summed"] for row in rows),
        [(str(label), priced[value]) for value, label in bases if priced.get(value)],
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
