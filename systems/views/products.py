"""Pages and files of products."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from boroughs import coverage
from boroughs.models import Subject
from citytools.facts import dates
from citytools.lists.listing import Listing
from citytools.lists.query_form import RealOnlyQueryForm, render_page
from contracts.models import Contract
from research.publications import pages
from systems import charts, costs
from systems.costs import products_with_counts
from systems.filters import ProductFilter
from systems.models import Product, System
from systems.products.page import alternatives_to, known_systems, moves_involving, product_use


def product_list(request: HttpRequest) -> HttpResponse:
    """Products as filtered, with how many boroughs run each."""
    filterset = ProductFilter(request.GET, products_with_counts(Product.objects.for_list()))
    listing = Listing(
        filterset,
        "systems:products",
        "systems:products_csv",
        "Products",
        "product",
        "products",
        tabular=True,
    )
    context = {"listing": listing}
    return render(request, "systems/products.html", context, status=listing.status)


def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product: who runs it, on which contracts, at what cost, and what else there is."""
    found = get_object_or_404(Product.objects.for_list(), slug=slug)
    query, today = RealOnlyQueryForm(request), dates.today()
    systems = known_systems(found, illustrative=query.includes_illustrative)
    everything = System.objects.all() if query.includes_illustrative else System.objects.real()
    used, paid = product_use(systems), costs.product_costs(found, systems, today)
    contracts = Contract.objects.for_systems(systems)
    functions = used.functions or list(found.functions.all())
    context = {
        "product": found,
        "owners": found.manufacturer.owners() if found.manufacturer else [],
        "use": used,
        "coverage": coverage.coverage_for(
            Subject.SYSTEMS, used.boroughs, illustrative=query.includes_illustrative
        ),
        "contracts": contracts.for_list().soonest_first(today)[:10],
        "contract_count": contracts.count(),
        "costs": paid,
        "chart": charts.cost_each_thousand(paid),
        "alternatives": alternatives_to(
            functions, [found], illustrative=query.includes_illustrative
        ),
        "moves": moves_involving(found, everything),
        "about": pages.research_about_product(found, today),
    }
    return render_page(request, "systems/product.html", context, query)
