"""How much of London the record stands for."""

from collections.abc import Callable
from decimal import Decimal

from research.measured import Measured, Picture
from research.scope import Scope


def reporting(subject: str) -> Callable[[Scope], Measured]:
    """Boroughs with a return on a subject; four queries."""

    def compute(scope: Scope) -> Measured:
        london, invented = scope.london, scope.illustrative
        whole = london.count()
        returned = london.reporting(subject, illustrative=invented).count()
        complete = london.complete(subject, illustrative=invented).count()
        real = london.reporting(subject, illustrative=False).count() if invented else returned
        rows = [
            ("Complete return", float(complete)),
            ("Return, not complete", float(returned - complete)),
            ("No return", float(whole - returned)),
        ]
        return Measured(
            Decimal(returned),
            counted=whole,
            boroughs=whole,
            invented=returned - real,
            part=Decimal(returned),
            whole=Decimal(whole),
            picture=Picture(("Return", "Boroughs"), rows if whole else []),
        )

    return compute
