"""The page of the service map."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs import coverage
from boroughs.models import Subject
from citytools.facts import dates
from citytools.lists.listing import Listing
from research.publications import about
from systems.models import System
from systems.service_map.map import MapFilter, service_map_for


def service_map(request: HttpRequest) -> HttpResponse:
    """Function by borough: who runs what."""
    filterset = MapFilter(request.GET, System.objects.in_use())
    listing = Listing(
        filterset, "systems:map", "systems:map_csv", "Service map", "answer", "answers"
    )
    who_runs_what = service_map_for(filterset)
    context = {
        "listing": listing,
        "map": who_runs_what,
        "coverage": coverage.coverage_for(
            Subject.SYSTEMS,
            len(who_runs_what.boroughs),
            illustrative=filterset.includes_illustrative,
        ),
        "about": about.research_about_filter(filterset, dates.today()),
    }
    return render(request, "systems/map.html", context, status=listing.status)
