"""Pages and files of skills."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from boroughs import coverage
from boroughs.models import LONDON, Borough, Subject
from boroughs.profile.peers import most_similar_boroughs
from citytools.facts import dates
from citytools.lists.filterset import RealOnlyQueryForm, render_page
from citytools.lists.listing import Listing
from skills import history, matrix, profile, summary
from skills import summary as summaries
from skills.filters import SkillLevelFilter
from skills.models import Level, Skill, SkillLevel


def skill_matrix(request: HttpRequest) -> HttpResponse:
    """Boroughs against skills, as filtered."""
    chosen = SkillLevelFilter(request.GET, SkillLevel.objects.for_list())
    noun = ("Skills", "skill level", "skill levels")
    listing = Listing(chosen, "skills:list", "skills:csv", *noun, tabular=True, counted=True)
    context = {
        "listing": listing,
        "matrix": matrix.matrix_for(chosen),
        "invented_levels": chosen.rows.illustrative().count(),
        "coverage": coverage.coverage_for(
            Subject.SKILLS, chosen.rows.borough_count(), illustrative=chosen.illustrative
        ),
        "chart": summary.strength_by_skill(chosen.rows, listing.csv, whole=chosen.whole),
    }
    return render(request, "skills/list.html", context, status=listing.status)


def skill(request: HttpRequest, slug: str) -> HttpResponse:
    """One skill: what it means, who is strong, who teaches, who wants help, what changed."""
    found = get_object_or_404(Skill.objects.select_related("group"), slug=slug)
    asked = RealOnlyQueryForm(request)
    levels = found.levels.all() if asked.illustrative else found.levels.real()
    summary, told = summaries.skill_summary(levels), history.level_courses(levels)
    csv = f"{reverse('skills:csv')}?{asked.query(skill=[found.slug])}"
    context = {
        "skill": found,
        "summary": summary,
        "changes": history.level_changes(told)[:50],
        "chart": history.quarterly_chart(found, told, dates.today(), csv),
        "asking": profile.skill_demand(found, illustrative=asked.illustrative),
        "csv": csv,
        "coverage": coverage.coverage_for(
            Subject.SKILLS, len(summary.london), illustrative=asked.illustrative
        ),
        "levels": Level,
    }
    return render_page(request, "skills/detail.html", context, asked)


def borough(request: HttpRequest, slug: str) -> HttpResponse:
    """One borough's skills: strengths, gaps, those that matter, offers, wishes; with its peers."""
    found, asked = get_object_or_404(Borough, slug=slug), RealOnlyQueryForm(request)
    real = not asked.illustrative
    peers = [peer.borough for peer in most_similar_boroughs(found, illustrative=not real)]
    context = {
        "borough": found,
        "profile": profile.skill_profile(found, peers, illustrative=not real),
        "coverage": coverage.coverage_for(Subject.SKILLS, LONDON, illustrative=not real),
        "levels": Level,
        "csv": f"{reverse('skills:csv')}?{asked.query(borough=[found.slug])}",
    }
    return render_page(request, "skills/borough.html", context, asked)
