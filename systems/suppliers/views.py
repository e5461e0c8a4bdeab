"""Pages of suppliers."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs.models import LONDON, Coverage, Subject, coverage_for
from citytools.facts import dates
from citytools.history.former_keys import RecordMovedError, present_keys
from citytools.lists.listing import Listing
from citytools.lists.query_form import render_page
from systems.filters import SupplierFilter, suppliers_with_counts
from systems.models import Supplier
from systems.suppliers import market
from systems.suppliers.failure import SupplierFailure
from systems.suppliers.market import supplier_group, supplier_with_alias
from systems.suppliers.page import (
    ShareForm,
    SupplierForm,
    contract_costs_today,
    contracts_at_stake,
    contracts_for_their_products,
    contracts_with_suppliers,
    products_made_by,
    read_estate,
    skills_needed,
)

View = Callable[[HttpRequest, str], HttpResponse]


def supplier_list(request: HttpRequest) -> HttpResponse:
    """Suppliers as filtered, with their products, systems and contracts counted."""
    filterset = SupplierFilter(request.GET, suppliers_with_counts(Supplier.objects.all()))
    nouns = ("Suppliers", "supplier", "suppliers")
    listing = Listing(filterset, "systems:suppliers", "systems:suppliers_csv", *nouns, tabular=True)
    context = {"listing": listing}
    return render(request, "systems/suppliers.html", context, status=listing.status)


def _redirect_former_names(view: Callable[[HttpRequest, Supplier], HttpResponse]) -> View:
    """The page of the supplier of this slug; a former slug or another name leads on to it."""

    def view_by_slug(request: HttpRequest, slug: str) -> HttpResponse:
        supplier = Supplier.objects.prefetch_related("aliases").filter(slug=slug).first()
        if supplier:
            return view(request, supplier)
        present = present_keys(Supplier, "slug", [slug]).get(slug) or supplier_with_alias(slug)
        if present is None:
            raise Http404("No supplier has this name.")
        raise RecordMovedError("slug", present)

    return view_by_slug


@_redirect_former_names
def supplier_page(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """One supplier: its names and owners, who runs and buys what of it, and its share."""
    form, today = ShareForm(request), dates.today()
    group = supplier_group(supplier, form.values.get("group"))
    estate = read_estate(group.keys)
    contracts = contracts_with_suppliers(group.keys)
    elsewhere = contracts_for_their_products(group.keys)
    products = products_made_by(group.keys)
    entries = market.market_entries(form.basis, estate, today)
    shares = market.function_shares(entries, group, estate)
    context = {
        "supplier": supplier,
        "group": group,
        "estate": estate,
        "products": estate.by_product(products),
        "rated": any(system.satisfaction for system in estate.own),
        "contracts": contracts.for_list().soonest_decision_first(today)[:50],
        "money": contract_costs_today(contracts, today),
        "elsewhere": elsewhere.count(),
        "coverage": Coverage(LONDON, estate.reporting),
        "shares": shares,
        "denominator": market.DENOMINATORS[form.basis],
        "chart": market.share_by_function(shares, group, form.basis),
    }
    return render_page(request, "systems/supplier.html", context, form)


@_redirect_former_names
def failure_page(request: HttpRequest, supplier: Supplier) -> HttpResponse:
    """What London would lose if the supplier failed, and what it could turn to; to print."""
    form, today = SupplierForm(request), dates.today()
    group = supplier_group(supplier, form.values.get("group"))
    failure = SupplierFailure(group, read_estate(group.keys))
    at_stake = contracts_at_stake(group.keys).running_on(today)
    context = {
        "supplier": supplier,
        "today": today,
        "group": group,
        "failure": failure,
        "unknown": failure.unknown,
        "contracts": at_stake.for_list().soonest_first(today)[:100],
        "money": contract_costs_today(at_stake, today),
        "needs": skills_needed(),
        "coverage": Coverage(LONDON, failure.estate.reporting),
        "skilled": coverage_for(Subject.SKILLS, LONDON),
    }
    return render_page(request, "systems/supplier_failure.html", context, form)
