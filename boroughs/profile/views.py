"""Pages of boroughs."""

import datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs.filters import BoroughFilter, boroughs_with_counts
from boroughs.models import LONDON, Borough, Coverage, Subject
from boroughs.profile.page import (
    BoroughFacts,
    best_chances,
    borough_facts,
    compare_with_london,
    profile_parts,
    skill_groups,
    systems_by_area,
)
from boroughs.profile.tile_map import tile_map
from citytools.facts import dates
from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import Listing
from citytools.lists.query_form import QueryForm, render_page
from contracts.decisions import decisions_ahead
from contracts.joint_procurement.presentation import windows_for_borough
from research.publications import about

# Months that a brief looks ahead
BRIEF_MONTHS = 18


def borough_list(request: HttpRequest) -> HttpResponse:
    """The boroughs as a map of tiles and as a table."""
    filterset = BoroughFilter(request.GET, boroughs_with_counts(Borough.objects.all()))
    nouns = ("Boroughs", "body", "bodies")
    listing = Listing(filterset, "boroughs:list", "boroughs:csv", *nouns, tabular=True)
    key = "systems" if listing.problems else filterset.form.cleaned_data["measure"] or "systems"
    context = {"listing": listing, "tiles": tile_map(key, dates.today())}
    return render(request, "boroughs/list.html", context, status=listing.status)


def borough(request: HttpRequest, slug: str) -> HttpResponse:
    """One borough: what it runs, what it must decide, whom it resembles, what it can do."""
    record, query = record_or_moved(Borough.objects.all(), slug=slug), QueryForm(request)
    facts = borough_facts(record)
    today = dates.today()
    context = {
        **_common_context(record, facts, today, datetime.date.max, max_decisions=20),
        "estate": systems_by_area(facts.systems),
        "skill_groups": skill_groups(facts.levels),
        "about": about.research_about_borough(record, today),
    }
    return render_page(request, "boroughs/detail.html", context, query)


def brief(request: HttpRequest, slug: str) -> HttpResponse:
    """The same decisions on two pages of A4, for tomorrow's board."""
    record = record_or_moved(Borough.objects.london(), slug=slug)
    query, today = QueryForm(request), dates.today()
    facts = borough_facts(record)
    last = today + relativedelta(months=BRIEF_MONTHS)
    windows = windows_for_borough(record, today, BRIEF_MONTHS)
    context = {
        **_common_context(record, facts, today, last, max_decisions=10),
        "today": today,
        "last": last,
        "chances": best_chances(record, windows),
    }
    return render_page(request, "boroughs/brief.html", context, query)


def _common_context(
    borough: Borough,
    facts: BoroughFacts,
    today: datetime.date,
    last: datetime.date,
    max_decisions: int,
) -> dict[str, Any]:
    comparison = compare_with_london(borough)
    parts = profile_parts(facts, today)
    complete = any(part.subject == Subject.CONTRACTS and part.complete for part in parts)
    return {
        "borough": borough,
        "parts": parts,
        "decisions": decisions_ahead(borough.pk, today, last, max_decisions, complete=complete),
        "comparison": comparison,
        "coverage": Coverage(LONDON, comparison.reporting),
    }
