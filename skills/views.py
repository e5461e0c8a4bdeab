"""Pages and files of skills."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from boroughs import coverage
from boroughs.models import Subject
from citytools.asked import page
from citytools.exports import csv_response
from citytools.listing import Listing
from skills import charts, matrix
from skills.filters import SkillLevelFilter
from skills.models import Level, Skill, SkillLevel


def skill_matrix(request: HttpRequest) -> HttpResponse:
    """Boroughs against skills, as filtered."""
    chosen = SkillLevelFilter(request.GET, SkillLevel.objects.for_list())
    listing = Listing(chosen, "skills:list", "skills:csv", "Skills", "skill level", "skill levels")
    context = {
        "listing": listing,
        "matrix": matrix.of_filter(chosen),
        "levels": Level,
        "invented_levels": chosen.rows.illustrative().count(),
        "coverage": coverage.of(
            Subject.SKILLS, chosen.rows.borough_count(), illustrative=chosen.illustrative
        ),
        "chart": charts.strength_by_skill(chosen.rows, listing.csv),
    }
    return render(request, "skills/list.html", context, status=listing.status)


def skill_csv(request: HttpRequest) -> HttpResponseBase:
    """The same levels as a file."""
    chosen = SkillLevelFilter(request.GET, SkillLevel.objects.all())
    return csv_response(chosen, "skills.csv")


def skill(request: HttpRequest, slug: str) -> HttpResponse:
    """One skill: what it means, who is strong, who teaches, who wants help."""
    found = get_object_or_404(Skill.objects.select_related("group"), slug=slug)
    levels = found.levels.for_list().order_by("-level", "borough__name", "pk")
    reporting = coverage.of(Subject.SKILLS, levels.borough_count(), illustrative=True)
    context = {"skill": found, "levels": levels[:100], "coverage": reporting}
    return page(request, "skills/detail.html", context)
