"""All functions in a row each: how many of the 33 are known, what leads, by when to act."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Min, Q

from citytools.lists.columns import Column
from citytools.lists.filters import FactFilterSet, SlugsFilter, narrow_by_slug
from contracts.models import Contract
from contracts.models.term import decision_between
from systems.models import Function, ServiceArea, System

MAX_FUNCTIONS = 1000

FUNCTION_COLUMNS = (
    Column("function_id", "text", "Its key: its slug, in its page's address."),
    Column("function", "text", "A job that a system does, within one service area."),
    Column("service_area", "text", "A part of the council's work, made up of functions."),
    Column("service_area_slug", "text", "The service area's name in addresses and filters."),
    Column(
        "boroughs",
        "integer",
        "How many of the 33 are known to have a product for it that is not retired; of what was "
        "last seen in 2019 or before, only where the borough runs nothing newer for it.",
        unit="boroughs",
    ),
    Column("products", "integer", "How many products these have.", unit="products"),
    Column(
        "leading_product",
        "text",
        "The product that most of them have; by name the first where several do.",
    ),
    Column("leading_product_boroughs", "integer", "How many of the 33 have it.", unit="boroughs"),
    Column("contracts", "integer", "Contracts known that name the function.", unit="contracts"),
    Column(
        "contracts_ahead",
        "integer",
        "Those of which the end, which may be known as a month or year alone, is not past.",
        unit="contracts",
    ),
    Column(
        "contracts_due_now",
        "integer",
        "Those of them on which a decision may be due today.",
        unit="contracts",
    ),
    Column(
        "act_by_earliest",
        "date",
        "The first day that may be the one by which to act on any of them that still can be.",
    ),
    Column("next_end", "partial date", "The first end of them; as precise as the source."),
)


class FunctionFilter(FactFilterSet):
    """Functions, by their service area."""

    primary_filters = ("service_area",)
    columns = FUNCTION_COLUMNS

    service_area = SlugsFilter(
        "Service area", ServiceArea.objects.all(), narrow_by_slug("service_area")
    )


class LeadingProduct(NamedTuple):
    """A product that most of the known boroughs have, and how many do."""

    name: str
    boroughs: int


@dataclass(frozen=True)
class FunctionSummary:
    """What is known of one function; `leading` is None where no product is known."""

    function: Function
    boroughs: int = 0
    products: int = 0
    leading: LeadingProduct | None = None
    contracts: int = 0
    contracts_ahead: int = 0
    contracts_due_now: int = 0
    act_by_earliest: datetime.date | None = None
    next_end: str | None = None


def summarise_functions(filterset: FunctionFilter, today: datetime.date) -> list[FunctionSummary]:
    """A summary of each chosen function, in the order of their service areas; three queries."""
    functions = filterset.rows.select_related("service_area")[:MAX_FUNCTIONS]
    uses, contracts = _uses_by_function(), _contracts_by_function(today)
    return [
        FunctionSummary(
            function,
            **_product_numbers(uses[function.pk]),
            **contracts.get(function.pk, {}),
        )
        for function in functions
    ]


def _uses_by_function() -> Mapping[int, Sequence[tuple[str, list[int]]]]:
    """(product, keys of the boroughs that have it), by function."""
    systems = System.objects.standing().of_the_33().order_by()
    rows: Any = systems.values_list("function", "product__name")
    uses: dict[int, list[tuple[str, list[int]]]] = defaultdict(list)
    for function, product, boroughs in rows.annotate(boroughs=ArrayAgg("borough", distinct=True)):
        uses[function].append((product, boroughs))
    return uses


def _product_numbers(uses: Sequence[tuple[str, list[int]]]) -> dict[str, Any]:
    if not uses:
        return {}
    product, boroughs = min(uses, key=lambda use: (-len(use[1]), use[0]))
    return {
        "boroughs": len(set().union(*(keys for _, keys in uses))),
        "products": len(uses),
        "leading": LeadingProduct(product, len(boroughs)),
    }


def _contracts_by_function(today: datetime.date) -> Mapping[int, dict[str, Any]]:
    ahead, still = Q(ends_last__gte=today), decision_between(today, datetime.date.max)
    links: Any = Contract.objects.order_by().exclude(functions=None).values("functions")
    rows = links.annotate(
        contracts=Count("pk"),
        contracts_ahead=Count("pk", filter=ahead),
        contracts_due_now=Count("pk", filter=decision_between(today, today)),
        act_by_earliest=Min("act_by_earliest", filter=still),
        next_end=Min("ends_on", filter=ahead),
    )
    return {row.pop("functions"): row for row in rows}


def function_table(filterset: FunctionFilter, today: datetime.date) -> Iterator[Mapping[str, Any]]:
    """The rows of `FUNCTION_COLUMNS`."""
    for summary in summarise_functions(filterset, today):
        function, leading = summary.function, summary.leading
        yield {
            "function_id": function.slug,
            "function": function.name,
            "service_area": function.service_area.name,
            "service_area_slug": function.service_area.slug,
            "boroughs": summary.boroughs,
            "products": summary.products,
            "leading_product": leading.name if leading else None,
            "leading_product_boroughs": leading.boroughs if leading else None,
            "contracts": summary.contracts,
            "contracts_ahead": summary.contracts_ahead,
            "contracts_due_now": summary.contracts_due_now,
            "act_by_earliest": summary.act_by_earliest,
            "next_end": summary.next_end,
        }
