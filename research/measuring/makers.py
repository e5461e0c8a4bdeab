"""How many makers there are to choose from."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.db.models import Count, Q

from citytools.facts.provenance import SourceKind
from research.measured import Measured, Picture, share
from research.metrics.compute_suppliers import INVENTED
from research.scope import Scope

_KNOWN = Q(product__manufacturer__isnull=False)
_MAKERS = Count("product__manufacturer", distinct=True)
_INVENTED_OF_KNOWN = Count("pk", filter=_KNOWN & Q(source_kind=SourceKind.ILLUSTRATIVE))


def functions_with_at_most(few: int) -> Callable[[Scope], Measured]:
    """Functions with so many makers in use or fewer; two queries."""

    def compute(scope: Scope) -> Measured:
        rows = scope.systems.order_by()
        every = rows.values("function").annotate(makers=_MAKERS, invented=_INVENTED_OF_KNOWN)
        known = [(one["makers"], one["invented"]) for one in every if one["makers"]]
        part = sum(makers <= few for makers, _ in known)
        return Measured(
            share(part, len(known)),
            counted=len(known),
            boroughs=rows.filter(_KNOWN).borough_count(),
            left_out=len(every) - len(known),
            invented=sum(invented > 0 for _, invented in known),
            part=Decimal(part),
            whole=Decimal(len(known)),
            picture=_spread([makers for makers, _ in known]),
        )

    return compute


def makers_for(functions: Sequence[str]) -> Callable[[Scope], Measured]:
    """Different makers in use for some functions, by slug; three queries."""

    def compute(scope: Scope) -> Measured:
        rows = scope.systems.filter(function__slug__in=functions).order_by()
        known = rows.filter(_KNOWN)
        held = known.values("product__manufacturer__name").annotate(
            systems=Count("pk"), invented=INVENTED
        )
        makers = list(held.order_by("-systems", "product__manufacturer__name"))
        counted = sum(one["systems"] for one in makers)
        names = [(one["product__manufacturer__name"], float(one["systems"])) for one in makers]
        return Measured(
            Decimal(len(makers)) if makers else None,
            counted=counted,
            boroughs=known.borough_count(),
            left_out=rows.count() - counted,
            invented=sum(one["invented"] for one in makers),
            picture=Picture(("Maker", "Systems in use"), names),
        )

    return compute


def _spread(makers: Sequence[int]) -> Picture:
    numbers = sorted(Counter(makers).items())
    return Picture(
        ("Makers in use", "Functions"),
        [(f"{many} maker{'' if many == 1 else 's'}", float(count)) for many, count in numbers],
    )
