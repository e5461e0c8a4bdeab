"""Pages of research: findings, case studies and recommendations."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import conditional_page

from citytools.facts import dates
from citytools.http.file_response import bad_request_text
from citytools.lists.listing import FileLinks
from citytools.lists.query_form import QueryForm, render_page
from research.models import CaseStudy, Finding, Publication, Recommendation
from research.publications import pages
from research.publications.feed import ResearchFeed
from research.publications.pages import FindingPage, test_claims
from research.publications.query import ResearchQueryForm
from research.publications.text import add_figures


def http_410(
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
        "asked": QueryForm(request),
    }
    return render(request, "research/withdrawn.html", context, status=410)


MAX_RECORDS = 200
"""Records of one kind that a page lists."""


def index(request: HttpRequest) -> HttpResponse:
    """All that is published, each claim with what the rows say of it today."""
    query = ResearchQueryForm(request)
    with query.moment():
        findings = query.public(Finding).prefetch_related("sources")
        studies = query.public(CaseStudy).prefetch_related("boroughs")
        context = {
            "findings": test_claims(list(findings[:MAX_RECORDS]), query.scope),
            "case_studies": studies[:MAX_RECORDS],
            "recommendations": query.public(Recommendation)[:MAX_RECORDS],
            "files": FileLinks("research:findings_csv", query.query_string()),
        }
        return render_page(request, "research/index.html", context, query)


@conditional_page
def atom(request: HttpRequest) -> HttpResponse:
    """The newest of what is published, for a feed reader."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    response = ResearchFeed(dates.today())(request)
    # What is withdrawn leaves with no later date: only the tag of the whole tells that it left
    del response["Last-Modified"]
    return response


def finding(request: HttpRequest, slug: str) -> HttpResponse:
    """One finding: the claim, what today's rows say of it, and where to see them."""
    if withdrawn := http_410(request, Finding, slug, dates.today()):
        return withdrawn
    query = ResearchQueryForm(request)
    with query.moment():
        public = query.public(Finding).prefetch_related("sources")
        page = FindingPage(get_object_or_404(public, slug=slug), query.scope)
        resting = query.public(Recommendation).filter(findings=page.finding)
        context = {
            "finding": page.finding,
            "shown": page,
            "recommendations": resting[:MAX_RECORDS],
            "citation": page.cited(request.build_absolute_uri),
        }
        return render_page(request, "research/finding.html", context, query)


def case_studies(request: HttpRequest) -> HttpResponse:
    """All case studies, with what came of each and what it is said to have cost or saved."""
    query = ResearchQueryForm(request)
    with query.moment():
        public = query.public(CaseStudy).for_list()
        files = FileLinks("research:case_studies_csv", query.query_string())
        context = {"case_studies": add_figures(public[:MAX_RECORDS], query.scope), "files": files}
        return render_page(request, "research/case_studies.html", context, query)


def case_study(request: HttpRequest, slug: str) -> HttpResponse:
    """One case study: what was done, and what came of it by whose account."""
    if withdrawn := http_410(request, CaseStudy, slug, dates.today()):
        return withdrawn
    query = ResearchQueryForm(request)
    with query.moment():
        found = get_object_or_404(query.public(CaseStudy).for_page(), slug=slug)
        add_figures([found], query.scope)
        return render_page(request, "research/case_study.html", {"case_study": found}, query)


def recommendations(request: HttpRequest) -> HttpResponse:
    """Recommendations by audience, each with the findings it rests on and whether they hold."""
    query, today = ResearchQueryForm(request), dates.today()
    withdrawn = Recommendation.objects.withdrawn(today).order_by("-withdrawn_on", "pk")
    gone_since = list(withdrawn[:MAX_RECORDS])
    with query.moment():
        public = query.public(Recommendation).for_page(query.day)
        audiences = pages.advice_by_audience(list(public[:MAX_RECORDS]), query.scope, today)
        files = FileLinks("research:recommendations_csv", query.query_string())
        context = {"audiences": audiences, "withdrawn": gone_since, "files": files}
        return render_page(request, "research/recommendations.html", context, query)
