"""Pages of research: findings, case studies and recommendations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from citytools import clock
from citytools.asked import page
from research import advice, bodies
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
            "findings": claims_tested(list(findings[:MOST]), asked.scope),
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
