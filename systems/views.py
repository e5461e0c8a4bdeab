"""Pages and files of systems, products and suppliers."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from boroughs import coverage
from boroughs.models import Subject
from citytools.asked import page
from citytools.exports import csv_response, table_response
from citytools.listing import Listing
from systems import charts, service_map
from systems.counts import products_with_counts, suppliers_with_counts
from systems.filters import ProductFilter, SupplierFilter, SystemFilter
from systems.models import Product, Supplier, System
from systems.service_map import MapFilter


def system_list(request: HttpRequest) -> HttpResponse:
    """Systems as filtered, with where they are in the council's work."""
    chosen = SystemFilter(request.GET, System.objects.for_list())
    listing = Listing(chosen, "systems:list", "systems:csv", "Systems", "system", "systems")
    context = {
        "listing": listing,
        "coverage": coverage.of(
            Subject.SYSTEMS, chosen.rows.borough_count(), illustrative=chosen.illustrative
        ),
        "chart": charts.by_service_area(chosen.rows, listing.csv),
    }
    return render(request, "systems/list.html", context, status=listing.status)


def system_csv(request: HttpRequest) -> HttpResponseBase:
    """The same systems as a file."""
    chosen = SystemFilter(request.GET, System.objects.all())
    return csv_response(chosen, "systems.csv")


def system(request: HttpRequest, pk: int) -> HttpResponse:
    """One system: what is known, its contracts, and who else runs the product."""
    found = get_object_or_404(System.objects.for_list(), pk=pk)
    context = {
        "system": found,
        "contracts": found.contracts.for_list()[:20],
        "others": found.elsewhere()[:20],
    }
    return page(request, "systems/detail.html", context)


def service_map_page(request: HttpRequest) -> HttpResponse:
    """Function by borough: who runs what."""
    chosen = MapFilter(request.GET, System.objects.in_use())
    listing = Listing(chosen, "systems:map", "systems:map_csv", "Service map", "answer", "answers")
    made = service_map.of_filter(chosen)
    reporting = coverage.of(Subject.SYSTEMS, len(made.boroughs), illustrative=chosen.illustrative)
    context = {"listing": listing, "map": made, "coverage": reporting}
    return render(request, "systems/map.html", context, status=listing.status)


def service_map_csv(request: HttpRequest) -> HttpResponseBase:
    """The same answers as a file."""
    chosen = MapFilter(request.GET, System.objects.in_use())
    return table_response(chosen, service_map.of_filter(chosen).table(), "map.csv")


def product_list(request: HttpRequest) -> HttpResponse:
    """Products as filtered, with how many boroughs run each."""
    chosen = ProductFilter(request.GET, products_with_counts(Product.objects.for_list()))
    listing = Listing(
        chosen, "systems:products", "systems:products_csv", "Products", "product", "products"
    )
    context = {"listing": listing}
    return render(request, "systems/products.html", context, status=listing.status)


def product_csv(request: HttpRequest) -> HttpResponseBase:
    """The same products as a file."""
    chosen = ProductFilter(request.GET, products_with_counts(Product.objects.all()))
    return csv_response(chosen, "products.csv")


def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product: its names, its maker, and who runs it."""
    found = get_object_or_404(Product.objects.for_list(), slug=slug)
    systems = found.systems.for_list()
    context = {
        "product": found,
        "owners": found.manufacturer.owners() if found.manufacturer else [],
        "systems": systems[:50],
        "system_count": systems.count(),
        "borough_count": systems.borough_count(),
    }
    return page(request, "systems/product.html", context)


def supplier_list(request: HttpRequest) -> HttpResponse:
    """Suppliers as filtered, with their products, systems and contracts counted."""
    chosen = SupplierFilter(request.GET, suppliers_with_counts(Supplier.objects.all()))
    listing = Listing(
        chosen, "systems:suppliers", "systems:suppliers_csv", "Suppliers", "supplier", "suppliers"
    )
    context = {"listing": listing}
    return render(request, "systems/suppliers.html", context, status=listing.status)


def supplier_csv(request: HttpRequest) -> HttpResponseBase:
    """The same suppliers as a file."""
    chosen = SupplierFilter(request.GET, suppliers_with_counts(Supplier.objects.all()))
    return csv_response(chosen, "suppliers.csv")


def supplier(request: HttpRequest, slug: str) -> HttpResponse:
    """One supplier: its names and owners, what it makes and whom it serves."""
    found = get_object_or_404(Supplier.objects.prefetch_related("aliases"), slug=slug)
    context = {
        "supplier": found,
        "owners": found.owners(),
        "subsidiaries": found.subsidiaries.select_related("supplier")[:50],
        "products": products_with_counts(found.products.for_list())[:50],
        "contracts": found.contracts.for_list()[:50],
    }
    return page(request, "systems/supplier.html", context)
