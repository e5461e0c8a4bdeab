"""What of the service map is shown: filters choose its boroughs and functions, never hide answers.

`product` and `supplier` choose the functions for which a shown borough runs it, and mark it there;
what other boroughs run for these functions stays to be seen.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from boroughs.models import Borough
from citytools.lists.columns import Column
from citytools.lists.filters import Slugs, Values, YesNo
from citytools.lists.filterset import FactFilter
from citytools.narrowing import by_slug, by_value, real_or_invented
from systems.filters import of_partners
from systems.models import Function, Product, ServiceArea, Supplier
from systems.service_map.marks import Chosen, Mark, Use

MAP_COLUMNS = (
    Column("service_area", "text", "The part of the council's work."),
    Column("function", "text", "The job that a system does."),
    Column("gss_code", "text", "The borough's code at the Office for National Statistics."),
    Column("borough", "text", "The borough."),
    Column(
        "state",
        "text",
        "Whether a product in use is on record; none recorded where the borough's latest return "
        "on systems is complete and names none.",
        allowed=("known", "none recorded", "not known"),
    ),
    Column("products", "list", "The products in use, by name."),
)


class MapFilter(FactFilter):
    """Systems in use, by the axes of the map; see the module's text."""

    columns = MAP_COLUMNS

    service_area = Slugs(
        "Service area", ServiceArea.objects.all(), by_slug("function__service_area")
    )
    kind = Values("Kind", ServiceArea.Kind.choices, by_value("function__service_area__kind"))
    function = Slugs("Function", Function.objects.all(), by_slug("function"))
    borough = Slugs("Borough", Borough.objects.london(), by_slug("borough"))
    inner_or_outer = Values(
        "Inner or outer London", Borough.Ring.choices, by_value("borough__inner_or_outer")
    )
    partnership = Values("Partnership", Borough.objects.partnerships, of_partners)
    product = Slugs("Product", Product.objects.all(), by_slug("product"))
    supplier = Slugs("Manufacturer", Supplier.objects.all(), by_slug("product__manufacturer"))
    illustrative = YesNo("Invented for demonstration", real_or_invented)


def boroughs_of(chosen: MapFilter) -> QuerySet[Borough]:
    """The columns: those of the 33 that the query string names, by name."""
    named = chosen.named
    boroughs = Borough.objects.london()
    if named["borough"]:
        boroughs = boroughs.filter(pk__in=[one.pk for one in named["borough"]])
    if named["inner_or_outer"]:
        boroughs = boroughs.filter(inner_or_outer__in=named["inner_or_outer"])
    if named["partnership"]:
        boroughs = boroughs.partners(named["partnership"])
    return boroughs.order_by("name", "pk")


def functions_of(
    chosen: MapFilter, uses: Iterable[Use], boroughs: Sequence[Borough], marked: Iterable[Mark]
) -> QuerySet[Function]:
    """The rows, in the order of their service areas."""
    named = chosen.named
    functions = Function.objects.select_related("service_area")
    functions = functions.order_by("service_area__position", "service_area_id", "position", "pk")
    if named["service_area"]:
        functions = functions.filter(service_area__in=named["service_area"])
    if named["kind"]:
        functions = functions.filter(service_area__kind__in=named["kind"])
    if named["function"]:
        functions = functions.filter(pk__in=[one.pk for one in named["function"]])
    if named["product"] or named["supplier"]:
        functions = functions.filter(pk__in=_run_for(uses, boroughs, marked))
    return functions


def _run_for(uses: Iterable[Use], boroughs: Sequence[Borough], marked: Iterable[Mark]) -> set[int]:
    shown = {one.pk for one in boroughs}
    wanted = {mark.slug for mark in marked if mark.chosen}
    return {use.function for use in uses if use.borough in shown and use.slug in wanted}


def highlighted(chosen: MapFilter) -> Chosen:
    """The products and manufacturers that the query string names."""
    named: dict[str, Any] = chosen.named
    return Chosen(
        frozenset(one.pk for one in named["product"] or ()),
        frozenset(one.pk for one in named["supplier"] or ()),
    )
