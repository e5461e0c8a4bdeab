"""What the largest suppliers hold."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count

from citytools.shares import top_share
from research.measured import Measured, Picture, share
from research.scope import Scope
from systems.models import Supplier

DRAWN = 15
"""Suppliers that a picture names."""


def by_contracts(places: int) -> Callable[[Scope], Measured]:
    """The share of the largest by number of contracts; six queries."""

    def compute(scope: Scope) -> Measured:
        rows = scope.contracts.order_by()
        known = rows.filter(supplier__isnull=False)
        held = dict(known.values_list("supplier").annotate(held=Count("pk")))
        return _top(places, held, known, rows.count(), ("Supplier", "Contracts"))

    return compute


def _top(
    places: int, held: Mapping[int, Decimal | int], known: Any, all_: int, head: tuple[str, ...]
) -> Measured:
    """`held` by supplier; `known` are the records that name one, among `all_` of the population."""
    top, counted = top_share(list(held.values()), places), known.count()
    return Measured(
        share(top.held, top.total),
        counted=counted,
        boroughs=known.borough_count(),
        left_out=all_ - counted,
        invented=known.illustrative().count(),
        part=top.held,
        whole=top.total,
        picture=Picture(head, _largest(held)),
    )


def _largest(held: Mapping[int, Decimal | int]) -> list[tuple[str, float]]:
    names = Supplier.objects.in_bulk(held)
    largest = sorted(held, key=lambda pk: (-held[pk], names[pk].name))[:DRAWN]
    return [(names[pk].name, float(held[pk])) for pk in largest]
