"""Pages of research: findings, case studies and recommendations."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import conditional_page

from citytools.facts import dates
from citytools.http.file_response import refusal
from citytools.lists.filterset import Asked, page
from citytools.lists.listing import FileLinks
from research.models import CaseStudy, Finding, Publication, Recommendation
from research.publications import pages
from research.publications.feed import ResearchFeed
from research.publications.pages import FindingPage, claims_tested
from research.publications.query import ResearchAsked
from research.publications.text import with_figures


def gone(
    request: HttpRequest, model: type[Publication], slug: str, today: datetime.date
) -> HttpResponse | None:
    """410 with the day and the reason and nothing of the text; None where it is not withdrawn.

    To be asked of today's tables before any earlier day is looked at: what is withdrawn today is
    not shown as it was, either.
    """
    record = model._default_manager.withdrawn(today).filter(slug=slug).first()
    if record is None:
        return None
    context = {
        "noun": str(model._meta.verbose_name),
        "day": record.withdrawn_on,
        "reason": record.withdrawal_reason,
        "asked": Asked(request),
    }
    return render(request, "research/withdrawn.html", context, status=410)


MOST = 200
"""Records of one kind that a page lists."""


def index(request: HttpRequest) -> HttpResponse:
    """All that is published, each claim with what the rows say of it today."""
    asked = ResearchAsked(request)
    with asked.moment():
        findings = asked.public(Finding).prefetch_related("sources")
        studies = asked.public(CaseStudy).prefetch_related("boroughs")
        context = {
            "findings": claims_tested(list(findings[:MOST]), asked.scope),
            "case_studies": studies[:MOST],
            "recommendations": asked.public(Recommendation)[:MOST],
            "files": FileLinks("research:findings_csv", asked.query()),
        }
        return page(request, "research/index.html", context, asked)


@conditional_page
def atom(request: HttpRequest) -> HttpResponse:
    """The newest of what is published, for a feed reader."""
    if problems := Asked(request).problems:
        return refusal(problems)
    response = ResearchFeed(dates.today())(request)
    # What is withdrawn leaves with no later date: only the tag of the whole tells that it left
    del response["Last-Modified"]
    return response


def finding(request: HttpRequest, slug: str) -> HttpResponse:
    """One finding: the claim, what today's rows say of it, and where to see them."""
    if withdrawn := gone(request, Finding, slug, dates.today()):
        return withdrawn
    asked = ResearchAsked(request)
    with asked.moment():
        public = asked.public(Finding).prefetch_related("sources")
        shown = FindingPage(get_object_or_404(public, slug=slug), asked.scope)
        resting = asked.public(Recommendation).filter(findings=shown.finding)
        context = {
            "finding": shown.finding,
            "shown": shown,
            "recommendations": resting[:MOST],
            "citation": shown.cited(request.build_absolute_uri),
        }
        return page(request, "research/finding.html", context, asked)


def case_studies(request: HttpRequest) -> HttpResponse:
    """All case studies, with what came of each and what it is said to have cost or saved."""
    asked = ResearchAsked(request)
    with asked.moment():
        public = asked.public(CaseStudy).for_list()
        files = FileLinks("research:case_studies_csv", asked.query())
        context = {"case_studies": with_figures(public[:MOST], asked.scope), "files": files}
        return page(request, "research/case_studies.html", context, asked)


def case_study(request: HttpRequest, slug: str) -> HttpResponse:
    """One case study: what was done, and what came of it by whose account."""
    if withdrawn := gone(request, CaseStudy, slug, dates.today()):
        return withdrawn
    asked = ResearchAsked(request)
    with asked.moment():
        found = get_object_or_404(asked.public(CaseStudy).for_page(), slug=slug)
        with_figures([found], asked.scope)
        return page(request, "research/case_study.html", {"case_study": found}, asked)


def recommendations(request: HttpRequest) -> HttpResponse:
    """Recommendations by audience, each with the findings it rests on and whether they hold."""
    asked, today = ResearchAsked(request), dates.today()
    withdrawn = Recommendation.objects.withdrawn(today).order_by("-withdrawn_on", "pk")
    gone_since = list(withdrawn[:MOST])
    with asked.moment():
        public = asked.public(Recommendation).for_page(asked.day)
        audiences = pages.by_audience(list(public[:MOST]), asked.scope, today)
        files = FileLinks("research:recommendations_csv", asked.query())
        context = {"audiences": audiences, "withdrawn": gone_since, "files": files}
        return page(request, "research/recommendations.html", context, asked)
