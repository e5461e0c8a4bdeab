"""Pages and files of products."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from boroughs import coverage
from boroughs.models import Subject
from citytools.facts import dates
from citytools.lists.filterset import RealOnlyQueryForm, render_page
from citytools.lists.listing import Listing
from contracts.models import Contract
from research.publications import about
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
    systems = known_systems(found, illustrative=query.illustrative)
    everything = System.objects.all() if query.illustrative else System.objects.real()
    used, paid = product_use(systems), costs.product_costs(found, systems, today)
    contracts = Contract.objects.for_systems(systems)
    functions = used.functions or list(found.functions.all())
    context = {
        "product": found,
        "owners": found.manufacturer.owners() if found.manufacturer else [],
        "use": used,
        "coverage": coverage.coverage_for(
            Subject.SYSTEMS, used.boroughs, illustrative=query.illustrative
        ),
        "contracts": contracts.for_list().soonest_first(today)[:10],
        "contract_count": contracts.count(),
        "costs": paid,
        "chart": charts.cost_each_thousand(paid),
        "alternatives": alternatives_to(functions, [found], illustrative=query.illustrative),
        "moves": moves_involving(found, everything),
        "about": about.research_about_product(found, today),
    }
    return render_page(request, "systems/product.html", context, query)
