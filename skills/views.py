"""Pages of skills."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs.models import LONDON, Borough, Subject, coverage_for
from boroughs.profile.peers import most_similar_boroughs
from citytools.facts import dates
from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import Listing
from citytools.lists.query_form import QueryForm, render_page
from citytools.worlds.addresses import page_address
from skills.demand import skill_demand
from skills.filters import SkillLevelFilter
from skills.level_history import level_changes, level_histories, quarterly_chart
from skills.matrix import Matrix, read_matrix
from skills.models import Level, Skill, SkillLevel
from skills.profile import skill_profile
from skills.summary import skill_summary, strength_by_skill


def skill_matrix(request: HttpRequest) -> HttpResponse:
    """Boroughs against skills, as filtered."""
    filterset = SkillLevelFilter(request.GET, SkillLevel.objects.for_list())
    display = filterset.display
    matrix = Matrix([], [], display)
    if not filterset.problems:
        values = filterset.values
        matrix = read_matrix(filterset.rows, values, display)
    nouns = ("Skills", "skill level", "skill levels")
    listing = Listing(
        filterset, "skills:list", "skills:csv", *nouns, tabular=True, counts_facets=True
    )
    context = {
        "listing": listing,
        "nothing_known": not (filterset.problems or listing.total or SkillLevel.objects.exists()),
        "matrix": matrix,
        "coverage": coverage_for(Subject.SKILLS, listing.boroughs),
        "chart": strength_by_skill(filterset.rows, listing.csv, whole=filterset.whole),
    }
    return render(request, "skills/list.html", context, status=listing.status)


def skill(request: HttpRequest, slug: str) -> HttpResponse:
    """One skill: what it means, who is strong, who teaches, who wants help, what changed."""
    record = record_or_moved(Skill.objects.select_related("group"), slug=slug)
    query = QueryForm(request)
    levels = record.levels.all()
    summary, histories = skill_summary(levels), level_histories(levels)
    csv = f"{page_address('skills:csv')}?{query.query_string(skill=[record.slug])}"
    context = {
        "skill": record,
        "summary": summary,
        "changes": level_changes(histories)[:50],
        "chart": quarterly_chart(record, histories, dates.today(), csv),
        "demands": skill_demand(record),
        "csv": csv,
        "coverage": coverage_for(Subject.SKILLS, len(summary.london)),
        "levels": Level,
    }
    return render_page(request, "skills/detail.html", context, query)


def borough(request: HttpRequest, slug: str) -> HttpResponse:
    """One borough's skills: strengths, gaps, those that matter, offers, wishes; with its peers."""
    record, query = record_or_moved(Borough.objects.all(), slug=slug), QueryForm(request)
    peers = [peer.borough for peer in most_similar_boroughs(record)]
    context = {
        "borough": record,
        "profile": skill_profile(record, peers),
        "coverage": coverage_for(Subject.SKILLS, LONDON),
        "levels": Level,
        "csv": f"{page_address('skills:csv')}?{query.query_string(borough=[record.slug])}",
    }
    return render_page(request, "skills/borough.html", context, query)
