"""Pages and files of products."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from citytools.asked import page
from citytools.exports import csv_response
from citytools.listing import Listing
from systems.counts import products_with_counts
from systems.filters import ProductFilter
from systems.models import Product


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
