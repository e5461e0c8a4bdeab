"""Pages and files of skills."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from boroughs import coverage
from boroughs.models import LONDON, Borough, Subject
from boroughs.profile.peers import most_similar_boroughs
from citytools.facts import dates
from citytools.lists.listing import Listing
from citytools.lists.query_form import RealOnlyQueryForm, render_page
from skills import history, matrix, profile, summary
from skills import summary as summaries
from skills.filters import SkillLevelFilter
from skills.models import Level, Skill, SkillLevel


def skill_matrix(request: HttpRequest) -> HttpResponse:
    """Boroughs against skills, as filtered."""
    filterset = SkillLevelFilter(request.GET, SkillLevel.objects.for_list())
    noun = ("Skills", "skill level", "skill levels")
    listing = Listing(
        filterset, "skills:list", "skills:csv", *noun, tabular=True, counts_facets=True
    )
    context = {
        "listing": listing,
        "matrix": matrix.matrix_for(filterset),
        "invented_levels": filterset.rows.illustrative().count(),
        "coverage": coverage.coverage_for(
            Subject.SKILLS,
            filterset.rows.borough_count(),
            illustrative=filterset.includes_illustrative,
        ),
        "chart": summary.strength_by_skill(filterset.rows, listing.csv, whole=filterset.whole),
    }
    return render(request, "skills/list.html", context, status=listing.status)


def skill(request: HttpRequest, slug: str) -> HttpResponse:
    """One skill: what it means, who is strong, who teaches, who wants help, what changed."""
    found = get_object_or_404(Skill.objects.select_related("group"), slug=slug)
    query = RealOnlyQueryForm(request)
    levels = found.levels.all() if query.includes_illustrative else found.levels.real()
    summary, courses = summaries.skill_summary(levels), history.level_courses(levels)
    csv = f"{reverse('skills:csv')}?{query.query_string(skill=[found.slug])}"
    context = {
        "skill": found,
        "summary": summary,
        "changes": history.level_changes(courses)[:50],
        "chart": history.quarterly_chart(found, courses, dates.today(), csv),
        "asking": profile.skill_demand(found, illustrative=query.includes_illustrative),
        "csv": csv,
        "coverage": coverage.coverage_for(
            Subject.SKILLS, len(summary.london), illustrative=query.includes_illustrative
        ),
        "levels": Level,
    }
    return render_page(request, "skills/detail.html", context, query)


def borough(request: HttpRequest, slug: str) -> HttpResponse:
    """One borough's skills: strengths, gaps, those that matter, offers, wishes; with its peers."""
    found, query = get_object_or_404(Borough, slug=slug), RealOnlyQueryForm(request)
    real = not query.includes_illustrative
    peers = [peer.borough for peer in most_similar_boroughs(found, illustrative=not real)]
    context = {
        "borough": found,
        "profile": profile.skill_profile(found, peers, illustrative=not real),
        "coverage": coverage.coverage_for(Subject.SKILLS, LONDON, illustrative=not real),
        "levels": Level,
        "csv": f"{reverse('skills:csv')}?{query.query_string(borough=[found.slug])}",
    }
    return render_page(request, "skills/borough.html", context, query)
