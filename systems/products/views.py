"""Pages and files of products."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs import models
from boroughs.models import Subject
from citytools.facts import dates
from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import Listing
from citytools.lists.prepared_query import PreparedQuery
from citytools.lists.query_form import QueryForm, render_page
from research.publications import about
from systems.costs import product_costs
from systems.filters import ProductFilter, products_with_counts
from systems.models import Product, read_ownerships
from systems.moves import moves_involving
from systems.products.page import (
    alternatives_to,
    any_rated,
    cost_each_thousand,
    latest_contracts,
    product_use,
)


def product_list(request: HttpRequest) -> HttpResponse:
    """Products as filtered, with how many boroughs run each."""
    filterset = ProductFilter(request.GET, products_with_counts(Product.objects.for_list()))
    nouns = ("Products", "product", "products")
    listing = Listing(filterset, "systems:products", "systems:products_csv", *nouns, tabular=True)
    context = {"listing": listing}
    return render(request, "systems/products.html", context, status=listing.status)


def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product: who runs it, on which contracts, at what cost, and what else there is."""
    record = record_or_moved(Product.objects.for_list(), prepared=_product, slug=slug)
    query, today = QueryForm(request), dates.today()
    use, costs = product_use(record.pk), product_costs(record.pk, today)
    functions = use.functions or list(record.functions.all())
    alternatives = alternatives_to(functions, [record])
    context = {
        "product": record,
        "owners": read_ownerships().chain(record.manufacturer_id) if record.manufacturer_id else [],
        "use": use,
        "coverage": models.coverage_for(Subject.SYSTEMS, use.boroughs),
        "contracts": latest_contracts(record.pk, today),
        "contract_count": use.contracts,
        "costs": costs,
        "chart": cost_each_thousand(costs),
        "alternatives": alternatives,
        "rated": any_rated(alternatives),
        "moves": moves_involving(record),
        "about": about.research_about_product(record, today),
    }
    return render_page(request, "systems/product.html", context, query)


@PreparedQuery
def _product(slug: str) -> QuerySet[Product]:
    return Product.objects.for_list().order_by().filter(slug=slug)
