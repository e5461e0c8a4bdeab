"""How far one product has spread."""

from collections.abc import Callable
from decimal import Decimal

from django.db.models import Count

from research.measured import Measured, Picture, share
from research.scope import Scope
from systems.models import Function, Product


def boroughs_with(slug: str) -> Callable[[Scope], Measured]:
    """Boroughs that run a product, of those with a known product for its functions."""

    def compute(scope: Scope) -> Measured:
        functions = Function.objects.filter(products__slug=slug)
        rows = scope.systems.filter(function__in=functions).order_by()
        with_it = rows.filter(product__slug=slug)
        part, whole = with_it.borough_count(), rows.borough_count()
        spread = Product.objects.filter(systems__in=rows).order_by("name", "pk")
        counts = spread.annotate(boroughs=Count("systems__borough", distinct=True))
        drawn = sorted(counts, key=lambda one: -one.boroughs)
        return Measured(
            share(part, whole),
            counted=whole,
            boroughs=whole,
            left_out=scope.london.count() - whole,
            invented=rows.illustrative().borough_count(),
            part=Decimal(part),
            whole=Decimal(whole),
            picture=Picture(
                ("Product", "Boroughs"), [(one.name, float(one.boroughs)) for one in drawn]
            ),
        )

    return compute
