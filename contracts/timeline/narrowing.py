"""Ways to fewer rows: the values of a filter, each with the number of contracts it leaves."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from boroughs.models import Borough
from citytools.lists.filterset import FactFilter
from contracts.models import ContractPartner
from systems.models import ServiceArea


@dataclass(frozen=True)
class Way:
    """One value to narrow by, how many contracts it leaves, and its query string."""

    label: str
    count: int
    query: str


def ways(chosen: FactFilter) -> Iterator[tuple[str, list[Way]]]:
    """('service area', its values that leave fewer rows), and the same for boroughs.

    A filter that is in use already is not offered again. A contract of several areas, or of
    several boroughs, counts with each.
    """
    for name, counts in (("service_area", _by_area), ("borough", _by_borough)):
        if not chosen.data.getlist(name):
            found = [
                Way(label, count, chosen.query(**{name: [slug]}))
                for label, slug, count in counts(chosen.rows.order_by())
            ]
            yield str(chosen.filters[name].label).lower(), found


def _by_area(contracts: Any) -> list[tuple[str, str, int]]:
    areas = ServiceArea.objects.filter(functions__contracts__in=contracts.values("pk"))
    counted = areas.annotate(found=Count("functions__contracts", distinct=True))
    return list(counted.order_by("position", "pk").values_list("name", "slug", "found"))


def _by_borough(contracts: Any) -> list[tuple[str, str, int]]:
    shared = ContractPartner.objects.filter(contract__in=contracts.values("pk"))
    # A lead is never a partner of its own contract, so the two add up
    counts = Counter(dict(_counted(contracts, "lead")))
    counts.update(dict(_counted(shared, "borough")))
    boroughs = Borough.objects.filter(pk__in=counts).order_by("name", "pk")
    return [(one.name, one.slug, counts[one.pk]) for one in boroughs]


def _counted(rows: Any, field: str) -> Any:
    return rows.order_by().values_list(field).annotate(found=Count("pk"))
