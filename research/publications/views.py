"""Pages of research: findings, case studies and recommendations, and their feed."""

import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import conditional_page

from citytools.charts import Chart
from citytools.exports.atom import MAX_FEED_ENTRIES, AtomFeed, permanent_feed_id
from citytools.facts import dates
from citytools.facts.markdown import replace_control_characters, single_line
from citytools.history.former_keys import record_or_moved
from citytools.http.file_response import bad_request_text
from citytools.lists.listing import FileLinks
from citytools.lists.query_form import QueryForm, render_page
from citytools.worlds import world_title
from research.metrics import charts
from research.metrics.base import Metric, Scope
from research.models import CaseStudy, Finding, MetricValue, Publication, Recommendation
from research.publications import text
from research.publications.citation import cite_finding
from research.publications.query import PUBLISHED, DayQueryForm
from research.publications.text import add_figures, plain_text, quoted_by_summary
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


class ResearchFeed(AtomFeed):
    """What is published, the newest change first; what is withdrawn drops out."""

    subtitle = "Findings, case studies and recommendations on the boroughs' technology."

    def __init__(self, today: datetime.date) -> None:
        self.today = today
        self.title = world_title("City Tools: research")
        self.feed_guid = permanent_feed_id("/research/research.atom")
        self.link, self.feed_url = reverse("research:list"), reverse("research:atom")

    def items(self) -> list[Any]:
        """Public records, each with `updated` and `figures`; at most 100."""
        newest = [record for model in PUBLISHED for record in _newest(model, self.today)]
        newest.sort(key=lambda record: (record.updated, record.pk), reverse=True)
        return add_figures(newest[:MAX_FEED_ENTRIES], Scope(self.today), quoted_by_summary)

    def item_title(self, item: Any) -> str:
        return single_line(f"{str(item._meta.verbose_name).capitalize()}: {item.title}")

    def item_description(self, item: Any) -> SafeString:
        words = plain_text(getattr(item, "summary", "") or item.body, item.figures)
        return format_html("<p>{}</p>", replace_control_characters(words.partition("\n")[0]))

    def item_link(self, item: Any) -> str:
        return str(item.get_absolute_url())

    def item_guid(self, item: Any) -> str:
        return permanent_feed_id(f"{item._meta.model_name}-{item.pk}")

    def item_pubdate(self, item: Any) -> datetime.datetime:
        return _beginning(item)

    def item_updateddate(self, item: Any) -> Any:
        return item.updated


def _newest(model: Any, today: datetime.date) -> list[Any]:
    """Public records of one kind by their last write, each with `updated`."""
    events = model.pgh_event_model.objects.filter(pgh_obj=OuterRef("pk"))
    last = Subquery(events.order_by("-pgh_id").values("pgh_created_at")[:1])
    rows = model.objects.published(today).annotate(written=last)
    records = list(rows.order_by("-written", "-pk")[:MAX_FEED_ENTRIES])
    for record in records:
        begun = _beginning(record)
        record.updated = max(record.written, begun) if record.written else begun
    return records


def _beginning(record: Any) -> datetime.datetime:
    """The first moment of its first public day."""
    return timezone.make_aware(datetime.datetime.combine(record.published_on, datetime.time()))


@conditional_page
def atom(request: HttpRequest) -> HttpResponse:
    """The newest of what is published, for a feed reader."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    response = ResearchFeed(dates.today())(request)
    # What is withdrawn leaves with no later date: only the tag of the whole tells that it left
    del response["Last-Modified"]
    return response
