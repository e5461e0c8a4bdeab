"""How far one product, or the products of one maker, have spread."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from citytools.facts.provenance import SourceKind
from research.measured import Measured, Picture, share
from research.scope import Scope


def boroughs_with(
    function: str, *, product: str = "", maker: str = ""
) -> Callable[[Scope], Measured]:
    """Boroughs with a product, or any of a maker, for a function, of those with any for it.

    All by slug; two queries.
    """

    def compute(scope: Scope) -> Measured:
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
        return Measured(
            share(len(with_it), len(known)),
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
