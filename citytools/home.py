"""The overview: how complete it is, the figures, the map, and what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from boroughs import coverage
from boroughs.measures import MEASURES
from boroughs.models import LONDON, Subject
from boroughs.tiles import tile_map
from citytools import clock, overview
from contracts import charts, together
from contracts.models import Contract
from research.models import Finding


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    today = clock.today()
    key = request.GET.get("measure") or "systems"
    known = key in MEASURES
    context = {
        "problem": ""
        if known
        else f"“{key}” is not a measure. Write one of: {', '.join(MEASURES)}.",
        "figures": overview.figures(today),
        "coverage": coverage.of(Subject.SYSTEMS, LONDON, illustrative=True),
        "measures": MEASURES,
        "tiles": tile_map(key if known else "systems", today),
        "chart": charts.decisions_ahead(Contract.objects.all(), today, reverse("contracts:csv")),
        "chances": together.chances(Contract.objects.all(), today),
        "teaching": overview.teaching(),
        "changes": overview.latest_changes(),
        "findings": Finding.objects.published(today)[:3],
    }
    return render(request, "home.html", context, status=200 if known else 400)


def about(request: HttpRequest) -> HttpResponse:
    """What this is, where its facts come from, and what it does not know."""
    return render(request, "about.html")


def accessibility(request: HttpRequest) -> HttpResponse:
    """How far the site meets WCAG 2.2 AA, and what to do where it fails."""
    return render(request, "accessibility.html")
