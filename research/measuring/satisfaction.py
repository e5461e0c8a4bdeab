"""Whether the number of suppliers goes together with satisfaction: Spearman's rank correlation.

A case is a borough, or a function, with a known maker and a satisfaction score among its systems
in use. rho is the correlation of ranks, ties sharing their mean rank (C. Spearman, American Journal
of Psychology 15 (1904), pages 72 to 101).
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from citytools.facts.provenance import SourceKind
from research.measured import Measured, Picture
from research.scope import Scope

FEWEST = 3
"""With two cases rho is always 1, -1 or undefined: it says nothing."""


def by_borough(scope: Scope) -> Measured:
    """Over boroughs; two queries."""
    cases = _cases(scope, "borough")
    names = [one["borough"] for one in cases]
    return _measured(cases, "borough", len(names), scope.london.count() - len(names))


def by_function(scope: Scope) -> Measured:
    """Over functions; three queries."""
    cases = _cases(scope, "function")
    used = scope.systems.order_by()
    functions = used.values("function").distinct().count()
    rated = used.filter(satisfaction__isnull=False, function__in=[one["function"] for one in cases])
    return _measured(cases, "function", rated.borough_count(), functions - len(cases))


def _cases(scope: Scope, thing: str) -> list[dict[str, Any]]:
    """A row a case, by name: its makers in use, and the sum and number of its scores."""
    rows = scope.systems.order_by().values(thing, f"{thing}__name")
    told = rows.annotate(
        makers=Count("product__manufacturer", distinct=True),
        rated=Count("satisfaction"),
        total=Sum("satisfaction"),
        invented=Count("pk", filter=Q(source_kind=SourceKind.ILLUSTRATIVE)),
    )
    return list(told.filter(makers__gt=0, rated__gt=0).order_by(f"{thing}__name", thing))


def _measured(
    cases: Sequence[dict[str, Any]], thing: str, boroughs: int, left_out: int
) -> Measured:
    # Equal quotients are equal floats: division is rounded correctly
    means = [one["total"] / one["rated"] for one in cases]
    makers = [one["makers"] for one in cases]
    dots = [
        (one[f"{thing}__name"], float(one["makers"]), mean)
        for one, mean in zip(cases, means, strict=True)
    ]
    return Measured(
        rho(makers, means),
        counted=len(cases),
        boroughs=boroughs,
        left_out=left_out,
        invented=sum(one["invented"] > 0 for one in cases),
        picture=Picture((thing.capitalize(), "Makers in use", "Mean satisfaction"), dots),
    )


def rho(one: Sequence[float], other: Sequence[float]) -> Decimal | None:
    """Spearman's rho to six places; None for fewer than three cases, or where one is constant."""
    if len(one) < FEWEST or len(set(one)) == 1 or len(set(other)) == 1:
        return None
    from scipy.stats import spearmanr  # it takes a second to load, which few pages need

    return round(Decimal(float(spearmanr(one, other).statistic)), 6)
