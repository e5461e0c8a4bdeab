"""The page of contracts over time."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs import models
from boroughs.models import Subject
from citytools.facts import dates
from contracts.feeds import entries
from contracts.models import Contract
from contracts.timeline.bars import MAX_BARS, TimelineFilter, TimelineListing, narrowing_links
from contracts.timeline.charts import timeline_chart


def timeline(request: HttpRequest) -> HttpResponse:
    """When each of the filtered contracts ends and by when to act; at most 100 at a time."""
    today = dates.today()
    filterset = TimelineFilter(request.GET, Contract.objects.for_list().soonest_first(today))
    nouns = ("Contracts over time", "contract", "contracts")
    listing = TimelineListing(
        filterset,
        "contracts:timeline",
        "contracts:csv",
        *nouns,
        page_size=MAX_BARS,
        counts_facets=True,
    )
    rows = list(listing.page.object_list)
    context: dict[str, Any] = {
        "listing": listing,
        "coverage": models.coverage_for(Subject.CONTRACTS, listing.boroughs),
        "picture": timeline_chart(rows, filterset, today) if rows else None,
        "narrowing": list(narrowing_links(filterset)) if listing.total > MAX_BARS else [],
    }
    if not listing.problems:
        context["follow"] = entries.follow_links_for_list(request, filterset.query_of_list)
    return render(request, "contracts/timeline.html", context, status=listing.status)
