"""What was called off under each framework, each contract once."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
)

from boroughs.models import Borough
from citytools.counting import counted
from citytools.facts.dates import FirstDay, LastDay
from contracts.models import Contract, ContractPartner, ContractQuerySet, Framework


def frameworks_with_counts(contracts: ContractQuerySet) -> QuerySet[Any]:
    """Every framework with counts of these contracts.

    Adds ends_first, ends_last (days), contract_count, borough_count (of the 33, leading or
    sharing), supplier_count, value_count (contracts that state a total value), total_value (pounds,
    None where none states one; VAT bases mixed) and after_count (contracts that end later than it).
    """
    valued = contracts.filter(total_value__isnull=False)
    return Framework.objects.annotate(
        ends_first=FirstDay("ends_on"),
        ends_last=LastDay("ends_on"),
        contract_count=counted(contracts, "framework"),
        borough_count=_boroughs(contracts),
        supplier_count=counted(contracts.exclude(supplier=None), "framework", "supplier"),
        value_count=counted(valued, "framework"),
        total_value=_sum(valued),
        after_count=counted(outlasting(contracts), "framework"),
    ).order_by("name", "pk")


def outlasting(contracts: ContractQuerySet) -> ContractQuerySet:
    """Those that end, on whatever day their end means, after their framework does."""
    late = contracts.exclude(framework__ends_on="").annotate(over=LastDay("framework__ends_on"))
    found: ContractQuerySet = late.filter(ends_first__gt=F("over"))
    return found


def _boroughs(contracts: ContractQuerySet) -> Func:
    under = contracts.order_by().filter(framework=OuterRef(OuterRef("pk")))
    shared = ContractPartner.objects.filter(
        borough=OuterRef("pk"), contract__framework=OuterRef(OuterRef("pk")), contract__in=contracts
    )
    involved = Exists(under.filter(lead=OuterRef("pk"))) | Exists(shared)
    found = Borough.objects.london().order_by().filter(involved)
    return Func(
        ArraySubquery(found.values("pk")), function="cardinality", output_field=IntegerField()
    )


def _sum(contracts: ContractQuerySet) -> Subquery:
    own = contracts.filter(framework=OuterRef("pk")).order_by().values("framework")
    total = own.annotate(sum=Sum("total_value")).values("sum")
    return Subquery(total, output_field=DecimalField(max_digits=16, decimal_places=2))


def contracts_of(answer: str | None) -> ContractQuerySet:
    """Contracts as `illustrative` asks: none invented for no, only these for yes, else all."""
    contracts: ContractQuerySet = Contract.objects.all()
    chosen = {"no": contracts.real, "yes": contracts.illustrative}.get(answer or "")
    return chosen() if chosen else contracts
