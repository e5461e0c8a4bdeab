"""What the record stands on: the facts that each kind of source bears, and where it is weak.

Inventions of the demonstration are no evidence, and are counted nowhere here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Q, QuerySet

from citytools.facts.provenance import Confidence, SourceKind
from citytools.lists.prepared_query import PreparedQuery
from citytools.worlds.addresses import page_address
from contracts.models import Contract
from systems.models import SEEN_THEN, Status, System

FIRST_RECENT_YEAR = "2022"
"""What a source of an earlier year calls live may well be live no longer."""
NO_EVIDENCE = Q(source_kind=SourceKind.ILLUSTRATIVE)


@dataclass(frozen=True)
class SourceCount:
    """How many systems and contracts one kind of source bears, and the newest day it speaks of."""

    kind: SourceKind
    systems: int
    contracts: int
    newest: str

    @property
    def systems_url(self) -> str:
        """The list of these systems."""
        return f"{page_address('systems:list')}?{urlencode({'source': self.kind.value})}"

    @property
    def contracts_url(self) -> str:
        """The list of these contracts."""
        return f"{page_address('contracts:list')}?{urlencode({'source': self.kind.value})}"


def count_sources() -> Sequence[SourceCount]:
    """Each kind of source that bears a fact, what carries furthest first; two queries."""
    systems = {kind: rest for kind, *rest in _systems_by_source()}
    contracts = {kind: rest for kind, *rest in _contracts_by_source()}
    counts = []
    for kind in SourceKind:
        many_systems, newest_system = systems.get(kind, (0, ""))
        many_contracts, newest_contract = contracts.get(kind, (0, ""))
        # Partial dates are text, and as text in their order
        newest = max(newest_system, newest_contract)
        counts.append(SourceCount(kind, many_systems, many_contracts, newest))
    return [count for count in counts if count.systems or count.contracts]


@PreparedQuery
def _systems_by_source() -> QuerySet[Any]:
    return _by_source(System.objects.all())


@PreparedQuery
def _contracts_by_source() -> QuerySet[Any]:
    return _by_source(Contract.objects.all())


def _by_source(facts: QuerySet[Any]) -> QuerySet[Any]:
    """Kind of source, how many facts it bears, and the newest day it speaks of."""
    rows: Any = facts.exclude(NO_EVIDENCE).order_by().values_list("source_kind")
    counted: QuerySet[Any] = rows.annotate(Count("pk"), Max("as_of"))
    return counted


def count_weak_systems() -> dict[str, int]:
    """How many systems bear each mark that a reader should know of, by its name; one query."""
    live = Q(status=Status.LIVE)
    # Of what is retired or planned nobody asks whether it is still in use
    seen_then = SEEN_THEN & ~Q(status__in=[Status.RETIRED, Status.PLANNED])
    counts: dict[str, int] = System.objects.exclude(NO_EVIDENCE).aggregate(
        all=Count("pk"),
        undated=Count("pk", filter=Q(as_of="")),
        seen_then=Count("pk", filter=seen_then),
        live_then=Count("pk", filter=SEEN_THEN & live),
        live_of_old=Count(
            "pk", filter=live & ~SEEN_THEN & Q(as_of__gt="", as_of__lt=FIRST_RECENT_YEAR)
        ),
        live_undated=Count("pk", filter=live & Q(as_of="")),
        low=Count("pk", filter=Q(confidence=Confidence.LOW)),
        national=Count("pk", filter=Q(national_or_shared=True)),
        companion=Count("pk", filter=Q(companion=True)),
    )
    return counts
