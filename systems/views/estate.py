"""Pages and files of systems, and the map of who runs what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from boroughs import coverage
from boroughs.models import Subject
from citytools.facts import dates
from citytools.lists.filterset import render_page
from citytools.lists.listing import Listing
from research.publications import about
from systems import charts, service_map
from systems.filters import SystemFilter
from systems.models import System
from systems.service_map import MapFilter


def system_list(request: HttpRequest) -> HttpResponse:
    """Systems as filtered, with where they are in the council's work."""
    filterset = SystemFilter(request.GET, System.objects.for_list())
    listing = Listing(
        filterset,
        "systems:list",
        "systems:csv",
        "Systems",
        "system",
        "systems",
        tabular=True,
        counted=True,
    )
    context = {
        "listing": listing,
        "coverage": coverage.coverage_for(
            Subject.SYSTEMS, filterset.rows.borough_count(), illustrative=filterset.illustrative
        ),
        "chart": charts.systems_by_area_chart(filterset.rows, listing.csv),
        "about": about.research_about_filter(filterset, dates.today()),
    }
    return render(request, "systems/list.html", context, status=listing.status)


def system(request: HttpRequest, pk: int) -> HttpResponse:
    """One system: what is known, its contracts, and who else runs the product."""
    found = get_object_or_404(System.objects.for_list(), pk=pk)
    context = {
        "system": found,
        "contracts": found.contracts.for_list()[:20],
        "others": found.elsewhere()[:20],
    }
    return render_page(request, "systems/detail.html", context)


def service_map_page(request: HttpRequest) -> HttpResponse:
    """Function by borough: who runs what."""
    filterset = MapFilter(request.GET, System.objects.in_use())
    listing = Listing(
        filterset, "systems:map", "systems:map_csv", "Service map", "answer", "answers"
    )
    made = service_map.service_map_for(filterset)
    reporting = coverage.coverage_for(
        Subject.SYSTEMS, len(made.boroughs), illustrative=filterset.illustrative
    )
    context = {"listing": listing, "map": made, "coverage": reporting}
    context["about"] = about.research_about_filter(filterset, dates.today())
    return render(request, "systems/map.html", context, status=listing.status)
