"""The list of boroughs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs.filters import BoroughFilter, boroughs_with_counts
from boroughs.models import Borough
from boroughs.profile.tile_map import tile_map
from citytools.facts import dates
from citytools.lists.listing import Listing


def borough_list(request: HttpRequest) -> HttpResponse:
    """The boroughs as a map of tiles and as a table."""
    filterset = BoroughFilter(request.GET, boroughs_with_counts(Borough.objects.all()))
    nouns = ("Boroughs", "body", "bodies")
    listing = Listing(filterset, "boroughs:list", "boroughs:csv", *nouns, tabular=True)
    key = "systems" if listing.problems else filterset.form.cleaned_data["measure"] or "systems"
    context = {"listing": listing, "tiles": tile_map(key, dates.today())}
    return render(request, "boroughs/list.html", context, status=listing.status)
