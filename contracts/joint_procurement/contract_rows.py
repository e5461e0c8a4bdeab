"""The contracts that run today with what makes groups of them, read in few, narrow queries.

A nation has twenty thousand: of each only what makes a window is read; who takes part and what
they have in common come as pairs of keys. The contracts themselves are read where they are shown.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Manager, Prefetch, Q, prefetch_related_objects
from django.urls import reverse

from boroughs.models import Borough
from contracts.joint_procurement.filters import TogetherFilter
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractQuerySet,
    ContractSystem,
    ContractTerm,
)
from systems.models import Function, Product, Supplier, System

MAX_CONTRACTS = 20_000
"""Contracts read at the most, those first that end first, before any extension."""
GroupKey = Function | Product | Supplier


class ContractRow(NamedTuple):
    """What makes windows of a contract: its columns of the same names."""

    pk: int
    lead_id: int
    supplier_id: int | None
    ends_on: str
    extension_until: str
    notice_months: int | None
    rolling: bool
    annual_value: Decimal | None
    source_kind: str

    def get_absolute_url(self) -> str:
        """The contract's page."""
        return reverse("contracts:detail", args=[self.pk])


@dataclass(frozen=True)
class RunningContracts:
    """Contracts and their leads; `keys` are what each is grouped by, `partners` who shares it."""

    contracts: Sequence[ContractRow]
    leads: Mapping[int, Borough]
    keys: Mapping[int, Sequence[GroupKey]]
    partners: Mapping[int, Sequence[int]]
    cut: bool
    """Whether there are more than were read."""


def read_contracts(chosen: TogetherFilter, today: datetime.date) -> RunningContracts:
    """The chosen contracts that run on a day, by primary key; at most six queries."""
    every = _lasting(chosen.rows, today, chosen)
    lasting = every[: MAX_CONTRACTS + 1]
    found = _contract_rows(lasting)
    boroughs = chosen.values.get("borough")
    if boroughs and len(found) > MAX_CONTRACTS:
        lasting = every.filter(_near(chosen, boroughs))[: MAX_CONTRACTS + 1]
        found = _contract_rows(lasting)
    contracts = sorted(one for one in found[:MAX_CONTRACTS] if not _over(one, today, chosen))
    leads = Borough.objects.in_bulk({contract.lead_id for contract in contracts})
    shared = _pairs(ContractPartner.objects, lasting, "borough")
    keys = _keys(contracts, lasting, chosen)
    return RunningContracts(contracts, leads, keys, _lists(shared), len(found) > MAX_CONTRACTS)


def _contract_rows(contracts: ContractQuerySet) -> list[ContractRow]:
    return list(map(ContractRow._make, contracts.values_list(*ContractRow._fields)))


def _near(chosen: TogetherFilter, boroughs: Any) -> Q:
    """What shares a key with these boroughs' contracts: all that a window of theirs can hold."""
    theirs = Contract.objects.of_boroughs(boroughs)
    if chosen.grouping == "supplier":
        return Q(supplier__in=theirs.values("supplier"))
    links: Any = ContractFunction if chosen.grouping == "function" else ContractSystem
    key = "function" if chosen.grouping == "function" else "system__product"
    shared = links.objects.filter(contract__in=theirs).values(key)
    return Q(pk__in=links.objects.filter(**{f"{key}__in": shared}).values("contract"))


def fetch_contracts(held: Iterable[ContractRow]) -> Mapping[int, Contract]:
    """The contracts themselves, with their systems and suppliers; three queries for all of them."""
    systems = System.objects.select_related("product")
    contracts = Contract.objects.in_bulk({one.pk for one in held})
    prefetch_related_objects([*contracts.values()], Prefetch("systems", systems), "supplier")
    return contracts


def counted_end(contract: ContractRow, chosen: TogetherFilter) -> str:
    """The end that counts."""
    return (chosen.extended and contract.extension_until) or contract.ends_on


def _lasting(
    contracts: ContractQuerySet, today: datetime.date, chosen: TogetherFilter
) -> ContractQuerySet:
    """Started as far as known, and not ended by the end that counts; led by any body."""
    started = Q(starts_first=None) | Q(starts_first__lte=today)
    lasting = Q(ends_last=None) | Q(ends_last__gte=today)
    if chosen.extended:
        lasting |= ~Q(extension_until="")
    return contracts.filter(started, lasting).order_by("ends_last", "pk")


def _over(contract: ContractRow, today: datetime.date, chosen: TogetherFilter) -> bool:
    term = ContractTerm(ends_on=counted_end(contract, chosen), rolling=contract.rolling)
    return term.standing(today) == "ended"


def _keys(
    contracts: Sequence[ContractRow], lasting: ContractQuerySet, chosen: TogetherFilter
) -> Mapping[int, Sequence[GroupKey]]:
    """What each contract is grouped by, as far as the filters want it."""
    if chosen.grouping == "supplier":
        suppliers = Supplier.objects.in_bulk(
            {contract.supplier_id for contract in contracts} - {None}
        )
        return {
            contract.pk: [suppliers[contract.supplier_id]]
            for contract in contracts
            if contract.supplier_id
        }
    if chosen.grouping == "product":
        pairs = _pairs(ContractSystem.objects, lasting, "system__product")
        return _group_by_key(
            pairs, Product.objects.in_bulk({product for _, product in pairs}), chosen
        )
    pairs = _pairs(ContractFunction.objects, lasting, "function")
    functions = Function.objects.select_related("service_area").in_bulk()
    return _group_by_key(pairs, functions, chosen)


def _pairs(rows: Manager[Any], lasting: ContractQuerySet, other: str) -> list[tuple[int, int]]:
    """Each contract with the keys of what it holds; the query names no contract: they are many."""
    of_these = rows.filter(contract__in=lasting.values("pk"))
    return list(of_these.order_by().values_list("contract", other))


def _group_by_key(
    pairs: Iterable[tuple[int, int]], keys: Mapping[int, Any], chosen: TogetherFilter
) -> Mapping[int, Sequence[GroupKey]]:
    wanted = {pk: one for pk, one in keys.items() if _is_wanted(one, chosen.values)}
    # A contract may pay for several systems of one product
    kept = _lists(sorted({(contract, key) for contract, key in pairs if key in wanted}))
    return {contract: [wanted[key] for key in found] for contract, found in kept.items()}


def _lists(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    lists: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        lists[one].append(other)
    return lists


def _is_wanted(key: Function | Product, named: Mapping[str, Any]) -> bool:
    """Whether the filters want this one of a contract's functions or products."""
    if isinstance(key, Product):
        products = {one.pk for one in named.get("product") or ()}
        return not products or key.pk in products
    functions = {one.pk for one in named.get("function") or ()}
    areas = {one.pk for one in named.get("service_area") or ()}
    kinds = set(named.get("kind") or ())
    return (
        (not functions or key.pk in functions)
        and (not areas or key.service_area_id in areas)
        and (not kinds or key.service_area.kind in kinds)
    )
