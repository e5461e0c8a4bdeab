"""Pages of frameworks."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import Listing
from citytools.lists.query_form import QueryForm, render_page
from contracts.frameworks.filters import (
    FrameworkFilter,
    contracts_outlasting_framework,
    frameworks_with_counts,
)
from contracts.models import Contract
from systems.models import Supplier

# Rows of each table of a framework's page; a link leads to all of them.
MAX_ROWS = 50


def framework_list(request: HttpRequest) -> HttpResponse:
    """Frameworks as filtered, with what was called off under each."""
    filterset = FrameworkFilter(request.GET)
    path, file = "contracts:frameworks", "contracts:frameworks_csv"
    listing = Listing(filterset, path, file, "Frameworks", "framework", "frameworks", tabular=True)
    context = {"listing": listing}
    return render(request, "contracts/frameworks.html", context, status=listing.status)


def framework(request: HttpRequest, slug: str) -> HttpResponse:
    """One framework: names, dates, source, its contracts soonest end first, and its suppliers."""
    query = QueryForm(request)
    contracts = Contract.objects.all()
    record = record_or_moved(frameworks_with_counts(contracts), slug=slug)
    own = contracts.filter(framework=record)
    suppliers = Supplier.objects.filter(contracts__in=own).annotate(calls=Count("contracts"))
    context = {
        "framework": record,
        "left_out": own.left_out_of_sums(),
        "rows": own.for_list().order_by("ends_first", "pk")[:MAX_ROWS],
        "outlasting": contracts_outlasting_framework(own).order_by("ends_first", "pk")[:MAX_ROWS],
        "suppliers": suppliers.order_by("-calls", "name", "pk")[:MAX_ROWS],
    }
    return render_page(request, "contracts/framework.html", context, query)
