"""The contracts that run today with what makes groups of them, read in few, narrow queries.

A nation has twenty thousand: of each only what makes a window is read; who takes part and what
they have in common come as pairs of keys. The records themselves are read for a page alone.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Manager, Prefetch, Q, prefetch_related_objects

from boroughs.models import Borough
from citytools.facts.dates import first_day, last_day
from citytools.worlds.addresses import page_address
from contracts.joint_procurement.filters import TogetherFilter
from contracts.models import (
    Contract,
    ContractFunction,
    ContractPartner,
    ContractQuerySet,
    ContractSystem,
    must_start,
)
from contracts.models.act_by import less_months
from contracts.models.term import whole_day
from systems.models import Function, Product, Supplier, System

# Contracts read at most, those first that end first, before any extension.
MAX_CONTRACTS = 20_000
_COLUMNS = (
    "pk", "key", "lead_id", "supplier_id", "ends_on", "extension_until", "notice_months", "rolling",
    "annual_value", "includes_services", "source_kind",
)  # fmt: skip

Group = Function | Product | Supplier


@dataclass(frozen=True)
class ContractRow:
    """A contract that runs and has an act-by date. `ends_on` is the end that counts.

    Work on a successor must start by `must_start`. `record` is read for rows on a page alone.
    """

    pk: int
    key: str
    lead: Borough
    ends_on: datetime.date
    must_start: datetime.date
    act_by: datetime.date
    notice_months: int = 0
    notice_assumed: bool = False
    extension_until: str = ""
    annual_value: Decimal | None = None
    includes_services: bool = False
    partner_ids: Sequence[int] = ()
    groups: Sequence[Group] = ()
    record: Contract | None = None

    def get_absolute_url(self) -> str:
        return page_address("contracts:detail", self.key)

    @cached_property
    def latest_end(self) -> tuple[datetime.date, datetime.date] | None:
        """The first and last day that the end of all extensions may mean; None where unknown."""
        until = self.extension_until
        return (first_day(until), last_day(until)) if until else None


def read_contracts(
    query: TogetherFilter, today: datetime.date
) -> tuple[list[ContractRow], dict[str, int]]:
    """The selected contracts that run and have an act-by date, by primary key; six queries.

    With counts: `contracts` that run, of these `dateless` without an act-by date, and `cut`, which
    is 1 where more run than are read.
    """
    selection, records = _read_columns(query, today)
    running = sorted(
        record for record in records[:MAX_CONTRACTS] if not _ended_by(record, query, today)
    )
    leads = Borough.objects.in_bulk({record.lead_id for record in running})
    partners = _lists(_pairs(ContractPartner.objects, selection, "borough"))
    groups = _groups_by_contract(running, selection, query)
    rows = []
    for record in running:
        # The dates by themselves: to ask a ContractTerm for each took a third of the page's time
        assumed = record.notice_months is None
        notice = query.assumed_notice if assumed else record.notice_months
        end = whole_day(_end_that_counts(record, query))
        if end is None or notice is None:
            continue
        last_day_to_act = less_months(end, notice)
        rows.append(
            ContractRow(
                pk=record.pk,
                key=record.key,
                lead=leads[record.lead_id],
                ends_on=end,
                must_start=must_start(last_day_to_act, query.lead),
                act_by=last_day_to_act,
                notice_months=notice,
                notice_assumed=assumed,
                extension_until=record.extension_until,
                annual_value=record.annual_value,
                includes_services=record.includes_services,
                partner_ids=partners.get(record.pk, ()),
                groups=groups.get(record.pk, ()),
            )
        )
    dateless, cut = len(running) - len(rows), int(len(records) > MAX_CONTRACTS)
    return rows, {"contracts": len(running), "dateless": dateless, "cut": cut}


def _read_columns(
    query: TogetherFilter, today: datetime.date
) -> tuple[ContractQuerySet, list[Any]]:
    """What runs, first to end first, and its columns: one contract more than are compared."""
    running = query.rows.running_on(today, if_extended=query.extended).order_by("ends_last", "pk")
    selection = running[: MAX_CONTRACTS + 1]
    # Columns, not records: to build twenty thousand model instances takes far longer
    records = list(selection.values_list(*_COLUMNS, named=True))
    boroughs = query.values.get("borough")
    if boroughs and len(records) > MAX_CONTRACTS:
        # What can share a window with these boroughs is few enough, even of a nation
        selection = running.filter(_shares_group(query, boroughs))[: MAX_CONTRACTS + 1]
        records = list(selection.values_list(*_COLUMNS, named=True))
    return selection, records


def _shares_group(query: TogetherFilter, boroughs: Any) -> Q:
    """Has a function, product or supplier in common with a contract of these boroughs."""
    theirs = Contract.objects.of_boroughs(boroughs)
    if query.grouping == "supplier":
        return Q(supplier__in=theirs.values("supplier"))
    links: Any = ContractFunction if query.grouping == "function" else ContractSystem
    key = "function" if query.grouping == "function" else "system__product"
    shared = links.objects.filter(contract__in=theirs).values(key)
    return Q(pk__in=links.objects.filter(**{f"{key}__in": shared}).values("contract"))


def _end_that_counts(record: Any, query: TogetherFilter) -> str:
    """Its end as recorded, or that of all extensions where the query takes them."""
    return str((query.extended and record.extension_until) or record.ends_on)


def _ended_by(record: Any, query: TogetherFilter, today: datetime.date) -> bool:
    """Whether the end that counts has passed; what SQL selected without extensions has not."""
    if not query.extended:
        return False
    end = _end_that_counts(record, query)
    return bool(end) and not record.rolling and last_day(end) < today


def _groups_by_contract(
    records: Sequence[Any], selection: ContractQuerySet, query: TogetherFilter
) -> Mapping[int, Sequence[Group]]:
    """What each contract is grouped by, as far as the filters leave it."""
    groups: Mapping[int, Any]
    if query.grouping == "supplier":
        groups = Supplier.objects.in_bulk({record.supplier_id for record in records} - {None})
        return {record.pk: [groups[record.supplier_id]] for record in records if record.supplier_id}
    if query.grouping == "product":
        pairs = _pairs(ContractSystem.objects, selection, "system__product")
        groups = Product.objects.in_bulk({product for _, product in pairs})
    else:
        pairs = _pairs(ContractFunction.objects, selection, "function")
        groups = Function.objects.select_related("service_area").in_bulk()
    groups = {pk: group for pk, group in groups.items() if _passes_filters(group, query.values)}
    # A contract may pay for several systems of one product
    keys = _lists(sorted({(contract, key) for contract, key in pairs if key in groups}))
    return {
        contract: [groups[key] for key in of_contract] for contract, of_contract in keys.items()
    }


def _pairs(links: Manager[Any], selection: ContractQuerySet, field: str) -> list[tuple[int, int]]:
    """Each contract with a key that it links to; the query lists no contract: they are many."""
    rows = links.filter(contract__in=selection.values("pk")).order_by()
    return list(rows.values_list("contract", field))


def _lists(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    lists: dict[int, list[int]] = defaultdict(list)
    for contract, key in pairs:
        lists[contract].append(key)
    return lists


def _passes_filters(group: Function | Product, values: Mapping[str, Any]) -> bool:
    """Whether the filters leave this one of a contract's functions or products."""
    if isinstance(group, Product):
        return group in (values.get("product") or [group])
    area = group.service_area
    return (
        group in (values.get("function") or [group])
        and area in (values.get("service_area") or [area])
        and area.kind in (values.get("kind") or [area.kind])
    )


def fetch_records(rows: Iterable[ContractRow]) -> Mapping[int, Contract]:
    """Their records, with systems and suppliers; three queries for all of them."""
    systems = System.objects.select_related("product")
    contracts = Contract.objects.in_bulk({row.pk for row in rows})
    prefetch_related_objects([*contracts.values()], Prefetch("systems", systems), "supplier")
    return contracts
