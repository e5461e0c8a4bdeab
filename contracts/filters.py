"""What a list of contracts can be narrowed by."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet

from boroughs.models import Borough
from citytools import clock
from citytools.facts.provenance import SourceKind
from citytools.lists.columns import Column
from citytools.lists.filters import Day, Population, Pounds, Slugs, Sort, Values, Words, YesNo
from citytools.lists.filterset import FactFilter
from citytools.narrowing import (
    NOT_KNOWN,
    Narrowing,
    along,
    by_slug,
    by_value,
    real_or_invented,
    through,
)
from contracts.columns import CONTRACT_COLUMNS
from contracts.models import Contract, ContractPartner, ContractSystem, Framework, Route, Standing
from contracts.models.questions import standing_on
from systems.models import Function, Product, ServiceArea, Supplier, System


def _holding(queryset: Any, words: str) -> Any:
    return queryset.matching(words)


def _of_boroughs(queryset: Any, boroughs: QuerySet[Borough]) -> Any:
    return queryset.of_boroughs(boroughs)


def _for_functions(queryset: Any, functions: QuerySet[Function]) -> Any:
    return queryset.for_functions(functions)


def _for_areas(queryset: Any, areas: QuerySet[ServiceArea]) -> Any:
    return queryset.for_functions(Function.objects.filter(service_area__in=areas))


def _of_kind(queryset: Any, kinds: list[str]) -> Any:
    return queryset.for_functions(Function.objects.filter(service_area__kind__in=kinds))


def _for_products(queryset: Any, products: QuerySet[Product]) -> Any:
    return queryset.for_systems(System.objects.filter(product__in=products))


def _standing_today(queryset: Any, keys: list[str]) -> Any:
    standings = [one for one in Standing if one.key in keys]
    return queryset.standing_as(standings, clock.today())


_FUNCTIONS = Contract.functions.through

of_boroughs = Narrowing(
    _of_boroughs,
    (along("lead__slug"), through(ContractPartner, "contract", "borough__slug")),
)
for_areas = Narrowing(
    _for_areas, (through(_FUNCTIONS, "contract", "function__service_area__slug"),)
)
of_kind = Narrowing(_of_kind, (through(_FUNCTIONS, "contract", "function__service_area__kind"),))
for_functions = Narrowing(_for_functions, (through(_FUNCTIONS, "contract", "function__slug"),))
for_products = Narrowing(
    _for_products, (through(ContractSystem, "contract", "system__product__slug"),)
)
standing_today = Narrowing(
    _standing_today,
    (along(lambda: standing_on(clock.today())),),
    {str(one.value): one.key for one in Standing},
)


def _where(**known: Any) -> Callable[[Any], Any]:
    """Contracts that one of the 33 leads or shares, of which something is known."""
    return lambda rows: rows.of_boroughs(Borough.objects.london()).filter(**known)


POPULATIONS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "of_the_33": ("Led or shared by one of the 33", _where()),
    "supplier_known": ("Of the 33, supplier known", _where(supplier__isnull=False)),
    "value_known": (
        "Of the 33, supplier and total value known",
        _where(supplier__isnull=False, total_value__isnull=False),
    ),
    "yearly_value_known": (
        "Of the 33, supplier and yearly value known",
        _where(supplier__isnull=False, annual_value__isnull=False),
    ),
    "act_by_known": ("Of the 33, act-by date known", _where(act_by__isnull=False)),
    "end_known": ("Of the 33, end known", _where(ends_last__isnull=False)),
}
"""Sets of rows that numbers of research are taken over, all of the 33."""


class ContractFilter(FactFilter):
    """Contracts: a shared contract is one row, found under each borough that shares it."""

    shown_first: ClassVar[tuple[str, ...]] = ("q", "borough", "service_area")
    columns: ClassVar[Sequence[Column]] = CONTRACT_COLUMNS

    q = Words("Words", _holding)
    borough = Slugs("Borough", Borough.objects.regional_aside(), of_boroughs)
    service_area = Slugs("Service area", ServiceArea.objects.all(), for_areas)
    kind = Values("Kind", ServiceArea.Kind.choices, of_kind)
    function = Slugs("Function", Function.objects.all(), for_functions)
    product = Slugs("Product", Product.objects.all(), for_products)
    supplier = Slugs("Supplier", Supplier.objects.all(), by_slug("supplier"))
    framework = Slugs("Framework", Framework.objects.labelled(), by_slug("framework"))
    route = Values("Route to market", [*Route.choices, NOT_KNOWN], by_value("route"))
    ends_after = Day("Ends on or after", "ends_last__gte")
    ends_before = Day("Ends on or before", "ends_first__lte")
    act_by_after = Day("Act by, on or after", "act_by__gte")
    act_by_before = Day("Act by, on or before", "act_by__lte")
    standing = Values(
        "Standing today", [(one.key, one.capitalize()) for one in Standing], standing_today
    )
    min_value = Pounds("Pounds a year, at least", "annual_value__gte")
    max_value = Pounds("Pounds a year, at most", "annual_value__lte")
    source = Values("Source", SourceKind.choices, by_value("source_kind"))
    illustrative = YesNo("Invented for demonstration", real_or_invented)
    counted = Population("Counted in research", POPULATIONS)
    sort: Sort | None = Sort(
        {
            "title": "title",
            "lead_borough": "lead__name",
            "supplier": "supplier__name",
            "starts_on": "starts_first",
            "ends_on": "ends_first",
            "act_by": "act_by",
            "annual_value": "annual_value",
            "total_value": "total_value",
            "as_of": "as_of",
        }
    )
