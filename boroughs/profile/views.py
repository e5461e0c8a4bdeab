"""Pages and files of boroughs."""

import datetime

from dateutil.relativedelta import relativedelta
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from boroughs import coverage
from boroughs.coverage import boroughs_with_counts
from boroughs.filters import BoroughFilter
from boroughs.models import LONDON, Borough, Subject
from boroughs.profile import chances
from boroughs.profile.page import (
    borough_facts,
    compare_with_london,
    decisions_ahead,
    profile_parts,
    skill_groups,
    systems_by_area,
)
from boroughs.profile.tile_map import tile_map
from citytools.facts import dates
from citytools.lists.filterset import RealOnlyQueryForm, render_page
from citytools.lists.listing import Listing
from contracts.joint_procurement.presentation import windows_for_borough
from research.publications import about

BRIEF_MONTHS = 18
"""Months that a brief looks ahead."""


def borough_list(request: HttpRequest) -> HttpResponse:
    """The boroughs as a map of tiles and as a table."""
    filterset = BoroughFilter(request.GET, boroughs_with_counts(Borough.objects.all()))
    listing = Listing(
        filterset,
        "boroughs:list",
        "boroughs:csv",
        "Boroughs",
        "body",
        "bodies",
        tabular=True,
    )
    key = "systems" if listing.problems else filterset.form.cleaned_data["measure"] or "systems"
    context = {"listing": listing, "tiles": tile_map(key, dates.today())}
    return render(request, "boroughs/list.html", context, status=listing.status)


def borough(request: HttpRequest, slug: str) -> HttpResponse:
    """One borough: what it runs, what it must decide, whom it resembles, what it can do."""
    found, query = get_object_or_404(Borough, slug=slug), RealOnlyQueryForm(request)
    real = not query.illustrative
    facts = borough_facts(found, illustrative=not real)
    today = dates.today()
    context = {
        "borough": found,
        "parts": profile_parts(facts, today),
        "decisions": decisions_ahead(facts.contracts, today, datetime.date.max, 20),
        "standing": compare_with_london(found, illustrative=not real),
        "coverage": coverage.coverage_for(Subject.SYSTEMS, LONDON, illustrative=not real),
        "estate": systems_by_area(facts.systems),
        "skill_groups": skill_groups(facts.levels),
        "about": about.research_about_borough(found, today),
    }
    return render_page(request, "boroughs/detail.html", context, query)


def brief(request: HttpRequest, slug: str) -> HttpResponse:
    """The same decisions on two pages of A4, for tomorrow's board."""
    found, query = (
        get_object_or_404(Borough.objects.london(), slug=slug),
        RealOnlyQueryForm(request),
    )
    real = not query.illustrative
    today = dates.today()
    facts = borough_facts(found, illustrative=not real)
    last = today + relativedelta(months=BRIEF_MONTHS)
    windows = windows_for_borough(found, today, BRIEF_MONTHS, illustrative=not real)
    context = {
        "borough": found,
        "today": today,
        "last": last,
        "parts": profile_parts(facts, today),
        "decisions": decisions_ahead(facts.contracts, today, last, 10),
        "chances": chances.best_chances(found, windows, illustrative=not real),
        "standing": compare_with_london(found, illustrative=not real),
        "coverage": coverage.coverage_for(Subject.SYSTEMS, LONDON, illustrative=not real),
    }
    return render_page(request, "boroughs/brief.html", context, query)
