"""Pages and files of suppliers."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from boroughs import coverage
from boroughs.models import LONDON, Borough, Subject
from citytools.facts import dates
from citytools.lists.listing import Listing
from citytools.lists.query_form import render_page
from systems.costs import suppliers_with_counts
from systems.filters import SupplierFilter
from systems.models import Supplier
from systems.suppliers import failure, market, ownership
from systems.suppliers.page import (
    AskedGroup,
    AskedShare,
    contract_costs_today,
    contracts_at_stake,
    contracts_with_suppliers,
    paid_to_others,
    products_made_by,
    read_estate,
    skills_needed,
)

View = Callable[[HttpRequest, str], HttpResponse]


def supplier_list(request: HttpRequest) -> HttpResponse:
    """Suppliers as filtered, with their products, systems and contracts counted."""
    filterset = SupplierFilter(request.GET, suppliers_with_counts(Supplier.objects.all()))
    listing = Listing(
        filterset,
        "systems:suppliers",
        "systems:suppliers_csv",
        "Suppliers",
        "supplier",
        "suppliers",
        tabular=True,
    )
    context = {"listing": listing}
    return render(request, "systems/suppliers.html", context, status=listing.status)


def _redirect_former_names(view: Callable[[HttpRequest, Supplier], HttpResponse]) -> View:
    """The page of the supplier of this slug; another name of one leads on to its page."""

    def answered(request: HttpRequest, slug: str) -> HttpResponse:
        found = Supplier.objects.prefetch_related("aliases").filter(slug=slug).first()
        if found:
            return view(request, found)
        today = ownership.present_supplier(slug)
        if today is None or request.resolver_match is None:
            raise Http404("No supplier has this name.")
        place = reverse(request.resolver_match.view_name, args=[today.slug])
        query = request.GET.urlencode()
        return redirect(f"{place}?{query}" if query else place)

    return answered


@_redirect_former_names
def supplier(request: HttpRequest, found: Supplier) -> HttpResponse:
    """One supplier: its names and owners, who runs and buys what of it, and its share."""
    share, today = AskedShare(request), dates.today()
    filterset = share.includes_illustrative
    group = ownership.supplier_group(found, share.values.get("group"))
    estate = read_estate(group.keys, illustrative=filterset)
    paid = contracts_with_suppliers(group.keys, illustrative=filterset)
    shares = market.function_shares(
        market.market_entries(share.counted, estate, today, illustrative=filterset), group, estate
    )
    uses = estate.of_products(products_made_by(group.keys, illustrative=filterset))
    context = {
        "supplier": found,
        "group": group,
        "estate": estate,
        "products": uses,
        "contracts": paid.for_list().soonest_decision_first(today)[:50],
        "money": contract_costs_today(paid, today),
        "elsewhere": paid_to_others(group.keys, illustrative=filterset).count(),
        "coverage": coverage.coverage_for(Subject.SYSTEMS, LONDON, illustrative=filterset),
        "shares": shares,
        "denominator": market.DENOMINATORS[share.counted],
        "chart": market.share_by_function(shares, group, share.counted),
    }
    return render_page(request, "systems/supplier.html", context, share)


@_redirect_former_names
def failure_page(request: HttpRequest, found: Supplier) -> HttpResponse:
    """What London would lose if the supplier failed, and what it could turn to; to print."""
    asked_group, today = AskedGroup(request), dates.today()
    filterset = asked_group.includes_illustrative
    group = ownership.supplier_group(found, asked_group.values.get("group"))
    supplier_failure = failure.SupplierFailure(
        group, read_estate(group.keys, illustrative=filterset)
    )
    at_stake = contracts_at_stake(group.keys, illustrative=filterset).running_on(today)
    context = {
        "supplier": found,
        "today": today,
        "group": group,
        "failure": supplier_failure,
        "unknown": supplier_failure.unknown(Borough.objects.london().order_by("name", "pk")),
        "contracts": at_stake.for_list().soonest_first(today)[:100],
        "money": contract_costs_today(at_stake, today),
        "needs": skills_needed(illustrative=filterset),
        "coverage": coverage.coverage_for(Subject.SYSTEMS, LONDON, illustrative=filterset),
        "skilled": coverage.coverage_for(Subject.SKILLS, LONDON, illustrative=filterset),
    }
    return render_page(request, "systems/supplier_failure.html", context, asked_group)
