"""What the largest suppliers hold."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from citytools.facts.provenance import SourceKind
from citytools.facts.statistics import top_share
from contracts.models import Route
from research.metrics.base import Measurement, Picture, Scope, percentage
from systems.models import Function

DRAWN = 15
"""Suppliers that a picture names."""
INVENTED = Count("pk", filter=Q(source_kind=SourceKind.ILLUSTRATIVE))
COMPETITIVE = (
    Route.OPEN, Route.RESTRICTED, Route.COMPETITIVE_FLEXIBLE, Route.FRAMEWORK_COMPETITION,
)  # fmt: skip
"""Routes on which suppliers tender against each other. A quote is no tender."""


def share_by_contracts(places: int) -> Callable[[Scope], Measurement]:
    """The share of the largest by number of contracts; three queries."""
    return lambda scope: _top(places, scope.contracts, "supplier", Count("pk"), "Contracts")


def share_by_systems(places: int) -> Callable[[Scope], Measurement]:
    """The share of the largest makers by number of systems in use; three queries."""
    maker = "product__manufacturer"
    return lambda scope: _top(places, scope.systems, maker, Count("pk"), "Systems in use")


def share_by_value(places: int) -> Callable[[Scope], Measurement]:
    """The share of the largest of the pounds over the whole term; three queries."""
    return _share_by_pounds(places, "total_value", "Pounds")


def share_by_yearly_value(places: int) -> Callable[[Scope], Measurement]:
    """The share of the largest of the pounds a year; three queries."""
    return _share_by_pounds(places, "annual_value", "Pounds a year")


def in_competition(service_area: str, places: int) -> Callable[[Scope], Measurement]:
    """The share of the largest of the contracts won in competition for a service area."""
    functions = Function.objects.filter(service_area__slug=service_area)

    def compute(scope: Scope) -> Measurement:
        won = scope.contracts.for_functions(functions.all()).filter(route__in=COMPETITIVE)
        return _top(places, won, "supplier", Count("pk"), "Contracts")

    return compute


def _share_by_pounds(places: int, field: str, head: str) -> Callable[[Scope], Measurement]:
    stated = {f"{field}__isnull": False}
    return lambda scope: _top(
        places, scope.contracts, "supplier", Sum(field), head, stated=Q(**stated)
    )


def _top(
    places: int, rows: Any, path: str, amount: Count | Sum, head: str, stated: Q | None = None
) -> Measurement:
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
    return Measurement(
        percentage(top.amount, top.total),
        counted=counted,
        boroughs=known.borough_count(),
        left_out=rows.count() - counted,
        invented=sum(one["invented"] for one in held),
        part=Decimal(top.amount),
        whole=Decimal(top.total),
        picture=Picture(("Supplier", head), drawn),
    )


_KNOWN = Q(product__manufacturer__isnull=False)
_MAKERS = Count("product__manufacturer", distinct=True)
_INVENTED_OF_KNOWN = Count("pk", filter=_KNOWN & Q(source_kind=SourceKind.ILLUSTRATIVE))


def functions_with_at_most(few: int) -> Callable[[Scope], Measurement]:
    """Functions with so many makers in use or fewer; two queries."""

    def compute(scope: Scope) -> Measurement:
        rows = scope.systems.order_by()
        every = rows.values("function").annotate(makers=_MAKERS, invented=_INVENTED_OF_KNOWN)
        known = [(one["makers"], one["invented"]) for one in every if one["makers"]]
        part = sum(makers <= few for makers, _ in known)
        return Measurement(
            percentage(part, len(known)),
            counted=len(known),
            boroughs=rows.filter(_KNOWN).borough_count(),
            left_out=len(every) - len(known),
            invented=sum(invented > 0 for _, invented in known),
            part=Decimal(part),
            whole=Decimal(len(known)),
            picture=_spread([makers for makers, _ in known]),
        )

    return compute


def makers_for(functions: Sequence[str]) -> Callable[[Scope], Measurement]:
    """Different makers in use for some functions, by slug; three queries."""

    def compute(scope: Scope) -> Measurement:
        rows = scope.systems.filter(function__slug__in=functions).order_by()
        known = rows.filter(_KNOWN)
        held = known.values("product__manufacturer__name").annotate(
            systems=Count("pk"), invented=INVENTED
        )
        makers = list(held.order_by("-systems", "product__manufacturer__name"))
        counted = sum(maker["systems"] for maker in makers)
        names = [
            (maker["product__manufacturer__name"], float(maker["systems"])) for maker in makers
        ]
        return Measurement(
            Decimal(len(makers)) if makers else None,
            counted=counted,
            boroughs=known.borough_count(),
            left_out=rows.count() - counted,
            invented=sum(maker["invented"] for maker in makers),
            picture=Picture(("Maker", "Systems in use"), names),
        )

    return compute


def _spread(makers: Sequence[int]) -> Picture:
    numbers = sorted(Counter(makers).items())
    return Picture(
        ("Makers in use", "Functions"),
        [(f"{many} maker{'' if many == 1 else 's'}", float(count)) for many, count in numbers],
    )


def boroughs_with(
    function: str, *, product: str = "", maker: str = ""
) -> Callable[[Scope], Measurement]:
    """Boroughs with a product, or any of a maker, for a function, of those with any for it.

    All by slug; two queries.
    """

    def compute(scope: Scope) -> Measurement:
        used = scope.systems.filter(function__slug=function).order_by().values_list(*_FIELDS)
        runs: dict[str, set[int]] = defaultdict(set)
        known, with_it, invented = set(), set(), set()
        for borough, name, slug, made_by, kind in used.distinct():
            known.add(borough)
            runs[name].add(borough)
            if (product and slug == product) or (maker and made_by == maker):
                with_it.add(borough)
            if kind == SourceKind.ILLUSTRATIVE:
                invented.add(borough)
        drawn = sorted(runs, key=lambda name: (-len(runs[name]), name))
        return Measurement(
            percentage(len(with_it), len(known)),
            counted=len(known),
            boroughs=len(known),
            left_out=scope.london.count() - len(known),
            invented=len(invented),
            part=Decimal(len(with_it)),
            whole=Decimal(len(known)),
            picture=Picture(
                ("Product", "Boroughs"), [(name, float(len(runs[name]))) for name in drawn]
            ),
        )

    return compute


_FIELDS = (
    "borough", "product__name", "product__slug", "product__manufacturer__slug", "source_kind",
)  # fmt: skip
