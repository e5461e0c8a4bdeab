"""What the largest suppliers hold, and how far products have spread.

Each function returns one that takes a scope and measures it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from citytools.facts.statistics import top_share
from contracts.models import Route
from research.metrics.base import Measurement, Picture, Scope, share
from systems.models import Function

Compute = Callable[[Scope], Measurement]
MAX_SUPPLIERS_IN_PICTURE = 15
COMPETITIVE = (
    Route.OPEN, Route.RESTRICTED, Route.COMPETITIVE_FLEXIBLE, Route.FRAMEWORK_COMPETITION,
)  # fmt: skip
"""Routes on which suppliers tender against each other. A quote is no tender."""
MAKER = "product__manufacturer"
_MAKER_KNOWN = Q(product__manufacturer__isnull=False)


def share_by_contracts(places: int) -> Compute:
    """The share of the largest by number of contracts; three queries."""
    return lambda scope: _top(places, scope.contracts_in_sums, "supplier", Count("pk"), "Contracts")


def share_by_systems(places: int) -> Compute:
    """The share of the largest makers by number of systems in use; three queries."""
    return lambda scope: _top(
        places, scope.systems.distinctive(), MAKER, Count("pk"), "Systems in use"
    )


def share_by_pounds(field: str, head: str) -> Callable[[int], Compute]:
    """The share of the largest of the pounds in a field, for a number of places; three queries."""

    def for_places(places: int) -> Compute:
        return lambda scope: _top(
            places,
            scope.contracts_in_sums.filter(**{f"{field}__isnull": False}),
            "supplier",
            Sum(field),
            head,
            population=scope.contracts_in_sums,
        )

    return for_places


def share_in_competition(service_area: str, places: int) -> Compute:
    """The share of the largest of the contracts won in competition for a service area."""
    functions = Function.objects.filter(service_area__slug=service_area)

    def compute(scope: Scope) -> Measurement:
        covering = scope.contracts_in_sums.for_functions(functions.all())
        won = covering.filter(route__in=COMPETITIVE)
        return _top(places, won, "supplier", Count("pk"), "Contracts")

    return compute


def _top(
    places: int, rows: Any, path: str, amount: Count | Sum, head: str, population: Any = None
) -> Measurement:
    """`path` leads to the supplier; rows of the `population` without one are left out."""
    known = rows.filter(**{f"{path}__isnull": False}).order_by()
    holdings = known.values(path, f"{path}__name").annotate(holding=amount, records=Count("pk"))
    suppliers = sorted(holdings, key=lambda row: (-row["holding"], row[f"{path}__name"], row[path]))
    top = top_share([row["holding"] for row in suppliers], places)
    counted = sum(row["records"] for row in suppliers)
    bars = [
        (row[f"{path}__name"], float(round(row["holding"])))
        for row in suppliers[:MAX_SUPPLIERS_IN_PICTURE]
    ]
    return share(
        top.amount,
        top.total,
        counted=counted,
        boroughs=known.borough_count(),
        left_out=(rows if population is None else population).count() - counted,
        picture=Picture(("Supplier", head), bars),
    )


def functions_with_few_makers(max_makers: int) -> Compute:
    """Functions with so many makers in use or fewer; two queries."""

    def compute(scope: Scope) -> Measurement:
        rows = scope.systems.distinctive().order_by()
        functions = rows.values("function").annotate(
            makers=Count(MAKER, distinct=True),
        )
        known = [row for row in functions if row["makers"]]
        numbers = sorted(Counter(row["makers"] for row in known).items())
        bars = [(f"{many} maker{'' if many == 1 else 's'}", float(n)) for many, n in numbers]
        return share(
            sum(row["makers"] <= max_makers for row in known),
            len(known),
            counted=len(known),
            boroughs=rows.filter(_MAKER_KNOWN).borough_count(),
            left_out=len(functions) - len(known),
            picture=Picture(("Makers in use", "Functions"), bars),
        )

    return compute


def makers_for(functions: Sequence[str]) -> Compute:
    """Different makers in use for some functions, by slug; three queries."""

    def compute(scope: Scope) -> Measurement:
        rows = scope.systems.distinctive().filter(function__slug__in=functions).order_by()
        known = rows.filter(_MAKER_KNOWN)
        makers = (
            known.values(f"{MAKER}__name")
            .annotate(systems=Count("pk"))
            .order_by("-systems", f"{MAKER}__name")
        )
        counted = sum(row["systems"] for row in makers)
        bars = [(row[f"{MAKER}__name"], float(row["systems"])) for row in makers]
        return Measurement(
            Decimal(len(makers)) if makers else None,
            counted=counted,
            boroughs=known.borough_count(),
            left_out=rows.count() - counted,
            picture=Picture(("Maker", "Systems in use"), bars),
        )

    return compute


def boroughs_with(function: str, *, product: str = "", maker: str = "") -> Compute:
    """Boroughs with a product, or any of a maker, for a function, of those with any for it.

    All by slug; two queries.
    """

    def compute(scope: Scope) -> Measurement:
        used = scope.systems.filter(function__slug=function).order_by()
        boroughs_by_product: dict[str, set[int]] = defaultdict(set)
        known, with_it = set(), set()
        for borough, name, slug, manufacturer in used.values_list(
            "borough", "product__name", "product__slug", f"{MAKER}__slug"
        ).distinct():
            known.add(borough)
            boroughs_by_product[name].add(borough)
            if (product and slug == product) or (maker and manufacturer == maker):
                with_it.add(borough)
        products = sorted(boroughs_by_product.items(), key=lambda item: (-len(item[1]), item[0]))
        bars = [(name, float(len(boroughs))) for name, boroughs in products]
        return share(
            len(with_it),
            len(known),
            counted=len(known),
            boroughs=len(known),
            left_out=scope.london.count() - len(known),
            picture=Picture(("Product", "Boroughs"), bars),
        )

    return compute
