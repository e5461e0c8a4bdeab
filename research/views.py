"""Pages of research: findings, case studies and recommendations."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from citytools import clock
from citytools.asked import page
from research.asked import ResearchAsked
from research.finding_page import FindingPage, claims_tested
from research.models import CaseStudy, Finding, Recommendation

MOST = 200
"""Records of one kind that a page lists."""


def index(request: HttpRequest) -> HttpResponse:
    """All that is published, each claim with what the rows say of it today."""
    asked = ResearchAsked(request)
    with asked.moment():
        findings = Finding.objects.published(asked.day).prefetch_related("sources")
        studies = CaseStudy.objects.published(asked.day).prefetch_related("boroughs")
        context = {
            "findings": claims_tested(findings[:MOST], asked.scope),
            "case_studies": studies[:MOST],
            "recommendations": Recommendation.objects.published(asked.day)[:MOST],
        }
        return page(request, "research/index.html", context, asked)


def finding(request: HttpRequest, slug: str) -> HttpResponse:
    """One finding: the claim, what today's rows say of it, and where to see them."""
    asked = ResearchAsked(request)
    with asked.moment():
        public = Finding.objects.published(asked.day).prefetch_related("sources")
        shown = FindingPage(get_object_or_404(public, slug=slug), asked.scope)
        resting = shown.finding.recommendations.published(asked.day)
        context = {"finding": shown.finding, "shown": shown, "recommendations": resting[:MOST]}
        return page(request, "research/finding.html", context, asked)


def case_study(request: HttpRequest, slug: str) -> HttpResponse:
    """One case study: what was done, and what came of it by whose account."""
    public = CaseStudy.objects.published(clock.today())
    linked = public.prefetch_related("sources", "boroughs", "products", "functions")
    found = get_object_or_404(linked, slug=slug)
    return page(request, "research/case_study.html", {"case_study": found})


def recommendations(request: HttpRequest) -> HttpResponse:
    """Recommendations by audience, each with the findings it rests on."""
    today = clock.today()
    public = Recommendation.objects.published(today)
    findings = Prefetch("findings", Finding.objects.published(today))
    linked = public.prefetch_related("sources", findings).order_by("title", "pk")[:MOST]
    audiences = [
        (audience.label, [one for one in linked if one.audience == audience])
        for audience in Recommendation.Audience
    ]
    return page(request, "research/recommendations.html", {"audiences": audiences})
