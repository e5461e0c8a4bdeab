"""Pages and files of boroughs."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from boroughs import profile
from boroughs.counts import boroughs_with_counts
from boroughs.filters import BoroughFilter
from boroughs.models import Borough
from boroughs.tiles import tile_map
from citytools import clock
from citytools.asked import page
from citytools.exports import csv_response
from citytools.listing import Listing


def borough_list(request: HttpRequest) -> HttpResponse:
    """The boroughs as a map of tiles and as a table."""
    chosen = BoroughFilter(request.GET, boroughs_with_counts(Borough.objects.all()))
    listing = Listing(chosen, "boroughs:list", "boroughs:csv", "Boroughs", "body", "bodies")
    key = "systems" if listing.problems else chosen.form.cleaned_data["measure"] or "systems"
    context = {"listing": listing, "tiles": tile_map(key, clock.today())}
    return render(request, "boroughs/list.html", context, status=listing.status)


def borough_csv(request: HttpRequest) -> HttpResponseBase:
    """The same boroughs as a file."""
    chosen = BoroughFilter(request.GET, boroughs_with_counts(Borough.objects.all()))
    return csv_response(chosen, "boroughs.csv")


def borough(request: HttpRequest, slug: str) -> HttpResponse:
    """One borough: what it runs, what it must decide, what it can do."""
    found = get_object_or_404(boroughs_with_counts(Borough.objects.all()), slug=slug)
    context = {
        "borough": found,
        "parts": profile.parts(found),
        "estate": profile.estate(found),
        "decisions": profile.decisions(found, clock.today()),
        "skill_groups": profile.skill_groups(found),
    }
    return page(request, "boroughs/detail.html", context)
