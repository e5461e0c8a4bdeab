"""Pages and files of suppliers."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from citytools.asked import page
from citytools.exports import csv_response
from citytools.listing import Listing
from systems.counts import products_with_counts, suppliers_with_counts
from systems.filters import SupplierFilter
from systems.models import Supplier


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
