"""Pages of research: findings, case studies and recommendations."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from citytools import clock
from citytools.asked import page
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
