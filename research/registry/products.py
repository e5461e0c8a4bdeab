"""Metrics of single products and makers: in how many boroughs they are in use for one function."""

from collections.abc import Callable

from research.measured import Measured, Unit
from research.measuring import products
from research.metrics.base import Metric
from research.scope import Scope


def _spread(
    key: str, name: str, what: str, function: str, compute: Callable[[Scope], Measured], more: str
) -> Metric:
    """`name` is what they run, `what` the kind of system that must be known."""
    return Metric(
        key=key,
        title=f"Boroughs that run {name}",
        definition=f"How many of the boroughs whose {what} is known run {name}. {more}",
        unit=Unit.PER_CENT,
        counts=f"boroughs whose {what} is known",
        population=f"Systems in use of the 33 for {function.replace('-', ' ')}.",
        formula="100 × boroughs with it in use for this / boroughs with any system in use for this",
        compute=compute,
        rows=f"/systems/?function={function}&counted=in_use",
    )


METRICS = (
    _spread(
        "modern_gov_boroughs",
        "modern.gov",
        "committee system",
        "committee-management",
        products.boroughs_with("committee-management", product="modern-gov"),
        "The evidence is the public pages of committees.",
    ),
    _spread(
        "xpress_boroughs",
        "Xpress for elections",
        "electoral system",
        "electoral-management",
        products.boroughs_with("electoral-management", product="xpress"),
        "The evidence is the format of polling-station files.",
    ),
    _spread(
        "sirsidynix_boroughs",
        "SirsiDynix in libraries",
        "library system",
        "library-management",
        products.boroughs_with("library-management", maker="sirsidynix"),
        "Any product of this maker counts. The evidence is the public catalogue, which may hide "
        "another system behind it.",
    ),
    _spread(
        "idox_boroughs",
        "Idox for the planning register",
        "planning register",
        "planning-public-register",
        products.boroughs_with("planning-public-register", maker="idox"),
        "Any product of this maker counts. Until boroughs return it, the evidence is a public list "
        "of February 2019, which has no row for the City of London.",
    ),
)
