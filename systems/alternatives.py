"""What else London runs for the same functions, and whom to ask about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from boroughs.models import Borough
from citytools.means import Answers
from systems.models import Function, Product, System, SystemQuerySet

SHOWN = 5
"""Products shown for one function."""
MOST = 1000
"""Pairs of function and product that are read."""


@dataclass(frozen=True)
class Alternative:
    """Another product for a function: which of the 33 run it, and how happy they are.

    `invented` counts the records among them that are invented for demonstration.
    """

    product: Product
    boroughs: Sequence[str]
    satisfaction: Answers
    invented: int


def of(
    functions: Iterable[Function],
    without: Iterable[Product],
    most: int = SHOWN,
    *,
    illustrative: bool = True,
) -> list[tuple[Function, list[Alternative], int]]:
    """(function, its most widely run other products, how many more there are); two queries.

    Functions stand in their order; one without any other product is left out.
    """
    told = _in_use(illustrative).filter(function__in=functions).exclude(product__in=without)
    rows = list(_counted(told)[:MOST])
    products = Product.objects.select_related("manufacturer").in_bulk(
        {row["product"] for row in rows}
    )
    names = {function.pk: function for function in functions}
    found = []
    for key, group in groupby(rows, lambda row: row["function"]):
        members = [_alternative(row, products) for row in group]
        found.append((names[key], members[:most], len(members[most:])))
    return found


def _in_use(illustrative: bool) -> SystemQuerySet:
    systems = System.objects.in_use().exclude(borough__kind=Borough.Kind.REGIONAL)
    return systems if illustrative else systems.real()


def _counted(systems: SystemQuerySet) -> SystemQuerySet:
    """A row for each function and product, most boroughs first."""
    answered = Q(satisfaction__isnull=False)
    return (
        systems.order_by()
        .values("function", "product")
        .annotate(
            running=Count("borough", distinct=True),
            boroughs=ArrayAgg("borough__name", order_by="borough__name"),
            given=ArrayAgg("satisfaction", filter=answered, default=[]),
            invented=Count("pk", filter=Q(source_kind="illustrative")),
        )
        .order_by("function__position", "function", "-running", "product__name", "product")
    )


def _alternative(row: dict[str, Any], products: dict[int, Product]) -> Alternative:
    key, names = row["product"], row["boroughs"]
    return Alternative(products[key], names, Answers(row["given"], len(names)), row["invented"])
