"""Which group each supplier belongs to today, for all suppliers at once."""

from collections.abc import Mapping

from citytools.facts.dates import FirstDay
from systems.models import Ownership


def owners() -> dict[int, int]:
    """Each owned supplier's present owner, by primary key; one query.

    The newest ownership holds, and one without a date counts as oldest, as for a single supplier.
    """
    newest = Ownership.objects.order_by(
        "supplier", FirstDay("since").desc(nulls_last=True), "-pk"
    ).distinct("supplier")
    return dict(newest.values_list("supplier", "owner"))


def head(supplier: int, owned: Mapping[int, int]) -> int:
    """The last owner up the chain; where the chain is a circle, its first member by number."""
    seen: list[int] = []
    at = supplier
    while at in owned and at not in seen:
        seen.append(at)
        at = owned[at]
    return min(seen[seen.index(at) :]) if at in seen else at
