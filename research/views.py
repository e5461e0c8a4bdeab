"""Pages of research: findings, case studies and recommendations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from citytools import clock
from citytools.asked import page
from research import advice, bodies
from research.asked import ResearchAsked
from research.models import CaseStudy, Finding, Recommendation

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


def finding(request: HttpRequest, slug: str) -> HttpResponse:
    """One finding: the claim, whose it is, and the rows behind it."""
    public = Finding.objects.published(clock.today())
    found = get_object_or_404(public.prefetch_related("sources"), slug=slug)
    resting = found.recommendations.published(clock.today())
    return page(
        request, "research/finding.html", {"finding": found, "recommendations": resting[:MOST]}
    )


def case_studies(request: HttpRequest) -> HttpResponse:
    """All case studies, with what came of each and what it is said to have cost or saved."""
    asked = ResearchAsked(request)
    with asked.moment():
        public = CaseStudy.objects.published(asked.day).for_list()
        context = {"case_studies": public[:MOST]}
        return page(request, "research/case_studies.html", context, asked)


def case_study(request: HttpRequest, slug: str) -> HttpResponse:
    """One case study: what was done, and what came of it by whose account."""
    asked = ResearchAsked(request)
    with asked.moment():
        public = CaseStudy.objects.published(asked.day).for_page()
        found = get_object_or_404(public, slug=slug)
        body = bodies.body(found, bodies.measured([found], asked.scope))
        return page(request, "research/case_study.html", {"case_study": found, "body": body}, asked)


def recommendations(request: HttpRequest) -> HttpResponse:
    """Recommendations by audience, each with the findings it rests on and whether they hold."""
    asked = ResearchAsked(request)
    with asked.moment():
        public = Recommendation.objects.published(asked.day).for_page(asked.day)
        audiences = advice.by_audience(list(public[:MOST]), asked.scope, clock.today())
        return page(request, "research/recommendations.html", {"audiences": audiences}, asked)
