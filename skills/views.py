"""Pages and files of skills."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from boroughs import coverage
from boroughs.models import Subject
from citytools.asked import page
from citytools.exports import csv_response
from citytools.listing import Listing
from citytools.workbooks import list_workbook
from skills import charts, matrix
from skills.filters import SkillLevelFilter
from skills.models import Skill, SkillLevel


def skill_matrix(request: HttpRequest) -> HttpResponse:
    """Boroughs against skills, as filtered."""
    chosen = SkillLevelFilter(request.GET, SkillLevel.objects.for_list())
    noun = ("Skills", "skill level", "skill levels")
    listing = Listing(chosen, "skills:list", "skills:csv", *noun, book="skills:xlsx")
    context = {
        "listing": listing,
        "matrix": matrix.of_filter(chosen),
        "invented_levels": chosen.rows.illustrative().count(),
        "coverage": coverage.of(
            Subject.SKILLS, chosen.rows.borough_count(), illustrative=chosen.illustrative
        ),
        "chart": charts.strength_by_skill(chosen.rows, listing.csv, whole=chosen.whole),
    }
    return render(request, "skills/list.html", context, status=listing.status)


def skill_csv(request: HttpRequest) -> HttpResponseBase:
    """The same levels as a file."""
    chosen = SkillLevelFilter(request.GET, SkillLevel.objects.all())
    return csv_response(chosen, "skills.csv")


def skill_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The same levels as a workbook."""
    chosen = SkillLevelFilter(request.GET, SkillLevel.objects.all())
    return list_workbook(request, chosen, "skills.xlsx", "Levels of skills of organisations")


def skill(request: HttpRequest, slug: str) -> HttpResponse:
    """One skill: what it means, who is strong, who teaches, who wants help."""
    found = get_object_or_404(Skill.objects.select_related("group"), slug=slug)
    levels = found.levels.for_list().order_by("-level", "borough__name", "pk")
    reporting = coverage.of(Subject.SKILLS, levels.borough_count(), illustrative=True)
    context = {"skill": found, "levels": levels[:100], "coverage": reporting}
    return page(request, "skills/detail.html", context)
