"""Pages and the file of frameworks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools.lists.listing import Listing
from citytools.lists.query_form import RealOnlyQueryForm, render_page
from contracts.frameworks import filters as called_off
from contracts.frameworks.filters import FrameworkFilter


def framework_list(request: HttpRequest) -> HttpResponse:
    """Frameworks as filtered, with what was called off under each."""
    filterset = FrameworkFilter(request.GET)
    path, file = "contracts:frameworks", "contracts:frameworks_csv"
    listing = Listing(filterset, path, file, "Frameworks", "framework", "frameworks", tabular=True)
    context = {"listing": listing}
    return render(request, "contracts/frameworks.html", context, status=listing.status)


def framework(request: HttpRequest, slug: str) -> HttpResponse:
    """One framework: names, dates, source, and the contracts under it."""
    query = RealOnlyQueryForm(request)
    off = called_off.framework_page(slug, illustrative=query.includes_illustrative)
    context = {"framework": off.framework, "found": off}
    return render_page(request, "contracts/framework.html", context, query)
