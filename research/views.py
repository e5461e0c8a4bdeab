"""Pages of research: findings, case studies and recommendations."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import conditional_page

from citytools import clock
from citytools.asked import Asked, page
from citytools.exports import refusal
from research.feed import ResearchFeed
from research.models import CaseStudy, Finding, Recommendation
from research.quoting import with_figures
from research.scope import Scope
from research.withdrawn import gone

MOST = 200
"""Records of one kind that a page lists."""


def index(request: HttpRequest) -> HttpResponse:
    """All that is published."""
    today = clock.today()
    context = {
        "findings": Finding.objects.published(today)[:MOST],
        "case_studies": CaseStudy.objects.published(today).prefetch_related("boroughs")[:MOST],
        "recommendations": Recommendation.objects.published(today)[:MOST],
    }
    return page(request, "research/index.html", context)


@conditional_page
def atom(request: HttpRequest) -> HttpResponse:
    """The newest of what is published, for a feed reader."""
    if problems := Asked(request).problems:
        return refusal(problems)
    response = ResearchFeed(clock.today())(request)
    # What is withdrawn leaves with no later date: only the tag of the whole tells that it left
    del response["Last-Modified"]
    return response


def finding(request: HttpRequest, slug: str) -> HttpResponse:
    """One finding: the claim, whose it is, and the rows behind it."""
    if withdrawn := gone(request, Finding, slug, clock.today()):
        return withdrawn
    public = Finding.objects.published(clock.today())
    found = get_object_or_404(public.prefetch_related("sources"), slug=slug)
    resting = found.recommendations.published(clock.today())
    return page(
        request, "research/finding.html", {"finding": found, "recommendations": resting[:MOST]}
    )


def case_study(request: HttpRequest, slug: str) -> HttpResponse:
    """One case study: what was done, and what came of it by whose account."""
    today = clock.today()
    if withdrawn := gone(request, CaseStudy, slug, today):
        return withdrawn
    public = CaseStudy.objects.published(today)
    linked = public.prefetch_related("sources", "boroughs", "products", "functions")
    found = get_object_or_404(linked, slug=slug)
    with_figures([found], Scope(today))
    return page(request, "research/case_study.html", {"case_study": found})


def recommendations(request: HttpRequest) -> HttpResponse:
    """Recommendations by audience, each with the findings it rests on."""
    today = clock.today()
    public = Recommendation.objects.published(today)
    findings = Prefetch("findings", Finding.objects.published(today))
    linked = public.prefetch_related("sources", findings).order_by("title", "pk")[:MOST]
    told = with_figures(linked, Scope(today))
    audiences = [
        (audience.label, [one for one in told if one.audience == audience])
        for audience in Recommendation.Audience
    ]
    withdrawn = Recommendation.objects.withdrawn(today).order_by("-withdrawn_on", "pk")[:MOST]
    context = {"audiences": audiences, "withdrawn": withdrawn}
    return page(request, "research/recommendations.html", context)
