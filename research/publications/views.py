"""Pages of research: findings, case studies and recommendations."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools.charts import Chart
from citytools.facts import dates
from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import FileLinks
from citytools.lists.query_form import QueryForm, render_page
from research.metrics import charts
from research.metrics.base import Metric
from research.models import CaseStudy, Finding, MetricValue, Publication, Recommendation
from research.publications import text
from research.publications.citation import cite_finding
from research.publications.query import DayQueryForm
from research.publications.text import add_figures
from research.publications.verdicts import advice_by_audience, run_claim_test, run_claim_tests

MAX_RECORDS = 200
"""Records of one kind that a page lists."""
MAX_TREND_DAYS = 2000


def http_410(
    request: HttpRequest, model: type[Publication], slug: str, today: datetime.date
) -> HttpResponse | None:
    """410 with the day and the reason and nothing of the text; None where it is not withdrawn.

    Call it on today's tables, before any earlier day is read: what is withdrawn today is not shown
    as it was, either.
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


def index(request: HttpRequest) -> HttpResponse:
    """All that is published, each claim with what the rows say of it today."""
    query = DayQueryForm(request)
    with query.moment():
        findings = query.public(Finding).prefetch_related("sources")
        studies = query.public(CaseStudy).prefetch_related("boroughs")
        context = {
            "findings": run_claim_tests(list(findings[:MAX_RECORDS]), query.scope),
            "case_studies": studies[:MAX_RECORDS],
            "recommendations": query.public(Recommendation)[:MAX_RECORDS],
            "files": FileLinks("research:findings_csv", query.query_string()),
        }
        return render_page(request, "research/index.html", context, query)


def finding(request: HttpRequest, slug: str) -> HttpResponse:
    """One finding: the claim, what today's rows say of it, and where to see them."""
    if withdrawn := http_410(request, Finding, slug, dates.today()):
        return withdrawn
    query = DayQueryForm(request)
    with query.moment():
        public = query.public(Finding).prefetch_related("sources")
        finding: Finding = record_or_moved(public, slug=slug)
        figures = text.own_figures(finding, text.measure_quoted([finding], query.scope))
        test = run_claim_test(finding, figures)
        advice = query.public(Recommendation).filter(findings=finding)
        absolute = request.build_absolute_uri
        context = {
            "finding": finding,
            "figures": figures,
            "test": test,
            "rows": finding.rows or (test.figure.rows if test.figure else ""),
            "chart": charts.metric_chart(test.figure) if test.figure else None,
            "trend": _trend(test.figure.metric, query.day) if test.figure else None,
            "recommendations": advice[:MAX_RECORDS],
            "citation": cite_finding(finding, figures, query.scope, absolute),
        }
        return render_page(request, "research/finding.html", context, query)


def _trend(metric: Metric, until: datetime.date) -> Chart | None:
    """The recorded past of a metric, up to the day; real records only."""
    recorded = MetricValue.objects.filter(metric=metric.key, on__lte=until)
    newest = list(recorded.order_by("-on", "-pk")[:MAX_TREND_DAYS])
    return charts.trend_chart(metric, newest[::-1]) if newest else None


def case_studies(request: HttpRequest) -> HttpResponse:
    """All case studies, with what came of each and what it is said to have cost or saved."""
    query = DayQueryForm(request)
    with query.moment():
        public = query.public(CaseStudy).prefetch_related("boroughs", "claims")
        files = FileLinks("research:case_studies_csv", query.query_string())
        context = {"case_studies": add_figures(public[:MAX_RECORDS], query.scope), "files": files}
        return render_page(request, "research/case_studies.html", context, query)


def case_study(request: HttpRequest, slug: str) -> HttpResponse:
    """One case study: what was done, and what came of it by whose account."""
    if withdrawn := http_410(request, CaseStudy, slug, dates.today()):
        return withdrawn
    query = DayQueryForm(request)
    with query.moment():
        study = record_or_moved(query.public(CaseStudy).for_page(), slug=slug)
        add_figures([study], query.scope)
        return render_page(request, "research/case_study.html", {"case_study": study}, query)


def recommendations(request: HttpRequest) -> HttpResponse:
    """Recommendations by audience, each with the findings it rests on and whether they hold."""
    query, today = DayQueryForm(request), dates.today()
    withdrawn = Recommendation.objects.withdrawn(today).order_by("-withdrawn_on", "pk")
    withdrawn_today = list(withdrawn[:MAX_RECORDS])  # read before the tables are those of the day
    with query.moment():
        public = query.public(Recommendation).for_page(query.day)
        audiences = advice_by_audience(list(public[:MAX_RECORDS]), query.scope, today)
        files = FileLinks("research:recommendations_csv", query.query_string())
        context = {"audiences": audiences, "withdrawn": withdrawn_today, "files": files}
        return render_page(request, "research/recommendations.html", context, query)
