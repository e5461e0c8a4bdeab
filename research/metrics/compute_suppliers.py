"""What the largest suppliers hold."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from citytools.facts.provenance import SourceKind
from citytools.shares import top_share
from contracts.models import Route
from research.measured import Measured, Picture, share
from research.scope import Scope
from systems.models import Function

DRAWN = 15
"""Suppliers that a picture names."""
INVENTED = Count("pk", filter=Q(source_kind=SourceKind.ILLUSTRATIVE))
COMPETITIVE = (
    Route.OPEN, Route.RESTRICTED, Route.COMPETITIVE_FLEXIBLE, Route.FRAMEWORK_COMPETITION,
)  # fmt: skip
"""Routes on which suppliers tender against each other. A quote is no tender."""


def by_contracts(places: int) -> Callable[[Scope], Measured]:
    """The share of the largest by number of contracts; three queries."""
    return lambda scope: _top(places, scope.contracts, "supplier", Count("pk"), "Contracts")


def by_systems(places: int) -> Callable[[Scope], Measured]:
    """The share of the largest makers by number of systems in use; three queries."""
    maker = "product__manufacturer"
    return lambda scope: _top(places, scope.systems, maker, Count("pk"), "Systems in use")


def by_value(places: int) -> Callable[[Scope], Measured]:
    """The share of the largest of the pounds over the whole term; three queries."""
    return _by_pounds(places, "total_value", "Pounds")


def by_yearly_value(places: int) -> Callable[[Scope], Measured]:
    """The share of the largest of the pounds a year; three queries."""
    return _by_pounds(places, "annual_value", "Pounds a year")


def in_competition(service_area: str, places: int) -> Callable[[Scope], Measured]:
    """The share of the largest of the contracts won in competition for a service area."""
    functions = Function.objects.filter(service_area__slug=service_area)

    def compute(scope: Scope) -> Measured:
        won = scope.contracts.for_functions(functions.all()).filter(route__in=COMPETITIVE)
        return _top(places, won, "supplier", Count("pk"), "Contracts")

    return compute


def _by_pounds(places: int, field: str, head: str) -> Callable[[Scope], Measured]:
    stated = {f"{field}__isnull": False}
    return lambda scope: _top(
        places, scope.contracts, "supplier", Sum(field), head, stated=Q(**stated)
    )


def _top(
    places: int, rows: Any, path: str, amount: Count | Sum, head: str, stated: Q | None = None
) -> Measured:
    """`path` leads to the supplier, `stated` says which rows have an amount (all, unless given)."""
    known = rows.filter(stated or Q(), **{f"{path}__isnull": False}).order_by()
    held = list(
        known.values(path, f"{path}__name").annotate(
            held=amount, records=Count("pk"), invented=INVENTED
        )
    )
    top = top_share([one["held"] for one in held], places)
    counted = sum(one["records"] for one in held)
    largest = sorted(held, key=lambda one: (-one["held"], one[f"{path}__name"], one[path]))
    drawn = [(one[f"{path}__name"], float(round(one["held"]))) for one in largest[:DRAWN]]
    return Measured(
        share(top.held, top.total),
        counted=counted,
        boroughs=known.borough_count(),
        left_out=rows.count() - counted,
        invented=sum(one["invented"] for one in held),
        part=Decimal(top.held),
        whole=Decimal(top.total),
        picture=Picture(("Supplier", head), drawn),
    )
