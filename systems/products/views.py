"""Pages and files of products."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs import models
from boroughs.models import Subject
from citytools.facts import dates
from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import Listing
from citytools.lists.query_form import QueryForm, render_page
from contracts.models import Contract
from research.publications import about
from systems.filters import ProductFilter, products_with_counts
from systems.models import Product, System, read_ownerships
from systems.products.page import (
    alternatives_to,
    any_rated,
    cost_each_thousand,
    known_systems,
    moves_involving,
    product_costs,
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
    record = record_or_moved(Product.objects.for_list(), slug=slug)
    query, today = QueryForm(request), dates.today()
    systems = known_systems(record)
    everything = System.objects.all()
    use, costs = product_use(systems), product_costs(record, systems, today)
    contracts = Contract.objects.for_systems(systems)
    functions = use.functions or list(record.functions.all())
    alternatives = alternatives_to(functions, [record])
    context = {
        "product": record,
        "owners": read_ownerships().chain(record.manufacturer_id) if record.manufacturer_id else [],
        "use": use,
        "coverage": models.coverage_for(Subject.SYSTEMS, use.boroughs),
        "contracts": contracts.for_list().soonest_first(today)[:10],
        "contract_count": contracts.count(),
        "costs": costs,
        "chart": cost_each_thousand(costs),
        "alternatives": alternatives,
        "rated": any_rated(alternatives),
        "moves": moves_involving(record, everything),
        "about": about.research_about_product(record, today),
    }
    return render_page(request, "systems/product.html", context, query)
