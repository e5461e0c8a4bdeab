"""The overview: how complete it is, the figures, the map, and what to do next."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from boroughs import coverage
from boroughs.measures import MEASURES
from boroughs.models import LONDON, Subject
from boroughs.profile.tile_map import tile_map
from citytools import clock, overview
from citytools.asked import Asked, page
from citytools.lists.filters import OneOf
from citytools.pages.glossary import TERMS
from contracts import charts
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import widest
from contracts.models import Contract
from research.models import Finding


class HomeAsked(Asked):
    """What the map of the overview shows."""

    measure = OneOf("Map shows", [(key, one.words) for key, one in MEASURES.items()])


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    today, asked = clock.today(), HomeAsked(request)
    key = asked.value("measure", "systems")
    context = {
        "figures": overview.figures(today),
        "coverage": coverage.of(Subject.SYSTEMS, LONDON, illustrative=True),
        "measures": MEASURES,
        "tiles": tile_map(key, today),
        "chart": charts.decisions_ahead(Contract.objects.all(), today, reverse("contracts:csv")),
        "windows": widest(TogetherFilter(QueryDict(), Contract.objects.all()), today),
        "teaching": overview.teaching(),
        "changes": overview.latest_changes(),
        "findings": Finding.objects.published(today)[:3],
    }
    return page(request, "home.html", context, asked)


_WORDS = (
    "system",
    "product",
    "manufacturer",
    "not-known",
    "reporting",
    "act-by",
    "confidence",
    "illustrative",
)
"""Terms of the glossary without which the site cannot be read."""


def about(request: HttpRequest) -> HttpResponse:
    """What this is, where its facts come from, and what it does not know."""
    return page(request, "about.html", {"words": [TERMS[key] for key in _WORDS]})


def accessibility(request: HttpRequest) -> HttpResponse:
    """How far the site meets WCAG 2.2 AA, and what to do where it fails."""
    return page(request, "accessibility.html", {})
