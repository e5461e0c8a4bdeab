"""The files of systems, the service map, functions, products and suppliers."""

from citytools.exports.export import Export
from systems.filters import (
    ProductFilter,
    SupplierFilter,
    SystemFilter,
    products_with_counts,
    suppliers_with_counts,
)
from systems.functions.overview import FunctionFilter, function_table
from systems.models import Function, Product, Supplier, System
from systems.service_map.map import MapFilter, service_map_for

SYSTEMS = Export(
    name="systems",
    version=2,
    title="Systems",
    row="One borough's use of one product for one function.",
    route="systems:csv",
    page="systems:list",
    filter=SystemFilter,
    choose=lambda request, _: SystemFilter(request.GET, System.objects.all()),
)
MAP = Export(
    name="map",
    title="Service map",
    row="One borough’s answer for one function.",
    route="systems:map_csv",
    page="systems:map",
    filter=MapFilter,
    choose=lambda request, _: MapFilter(request.GET, System.objects.in_use()),
    compute_rows=lambda filterset, _: service_map_for(filterset).table(),
)
FUNCTIONS = Export(
    name="functions",
    title="Functions",
    row="One job that a system does.",
    route="functions:csv",
    page="functions:list",
    filter=FunctionFilter,
    choose=lambda request, _: FunctionFilter(request.GET, Function.objects.grouped()),
    compute_rows=function_table,
)
PRODUCTS = Export(
    name="products",
    version=2,
    title="Products",
    row="One piece of software.",
    route="systems:products_csv",
    page="systems:products",
    filter=ProductFilter,
    choose=lambda request, _: ProductFilter(
        request.GET, products_with_counts(Product.objects.all())
    ),
)
SUPPLIERS = Export(
    name="suppliers",
    title="Suppliers",
    row="One company.",
    route="systems:suppliers_csv",
    page="systems:suppliers",
    filter=SupplierFilter,
    choose=lambda request, _: SupplierFilter(
        request.GET, suppliers_with_counts(Supplier.objects.all())
    ),
)
