"""How much of London the record stands for, and how old it is."""

from collections.abc import Callable
from decimal import Decimal

from research.measured import Measured
from research.scope import Scope


def reporting(subject: str) -> Callable[[Scope], Measured]:
    """Boroughs with a return on a subject."""

    def compute(scope: Scope) -> Measured:
        returned = scope.london.reporting(subject, illustrative=scope.illustrative).count()
        real = scope.london.reporting(subject, illustrative=False).count()
        whole = scope.london.count()
        return Measured(
            Decimal(returned),
            counted=whole,
            boroughs=whole,
            invented=returned - real,
            part=Decimal(returned),
            whole=Decimal(whole),
        )

    return compute
