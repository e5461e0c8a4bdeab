"""The report, its PDF, and the content that hashes are taken over."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from citytools.history.former_keys import record_or_moved
from citytools.http.file_response import bad_request_text
from citytools.lists.query_form import render_page
from citytools.worlds import world_file_name
from citytools.worlds.addresses import page_address
from research.models import Finding
from research.publications import citation, text
from research.publications.query import DayQueryForm
from research.report import contents, pdf, records


def report(request: HttpRequest) -> HttpResponse:
    """All of research as one document."""
    query = DayQueryForm(request)
    with query.moment():
        scope = query.scope
        report_records = records.read_report_records(scope, query.public)
        context = {
            "title": records.TITLE,
            "summary": contents.record_summary(report_records),
            "parts": contents.report_sections(report_records),
            "citation": _citation(request, report_records),
            "pdf": f"{page_address('research:report_pdf')}?{citation.scope_query(scope)}",
        }
        return render_page(request, "research/report.html", context, query)


def report_pdf(request: HttpRequest) -> HttpResponseBase:
    """The same as a tagged PDF; 503 where it cannot be printed now."""
    query = DayQueryForm(request)
    if query.problems:
        return bad_request_text(query.problems)
    with query.moment():
        report_records = records.read_report_records(query.scope, query.public)
        sections = contents.report_sections(report_records)
        summary = contents.record_summary(report_records)
        citation = _citation(request, report_records)
    # The server sets the event once the client has left; without such a server there is none
    disconnected = request.META.get("citytools.disconnected")
    site = request.build_absolute_uri("/")
    try:
        response = pdf.pdf_response(sections, summary, citation, site, disconnected)
    except pdf.PrintingError as fault:
        headers = {"Retry-After": str(fault.retry_after_seconds)}
        return HttpResponse(fault.words, status=503, content_type="text/plain", headers=headers)
    filename = f"{world_file_name(f'city-tools-research-{query.day.isoformat()}')}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def report_json(request: HttpRequest) -> HttpResponse:
    """The content of the report, of which its hash is taken."""
    query = DayQueryForm(request)
    if query.problems:
        return bad_request_text(query.problems)
    with query.moment():
        return _json(records.read_report_records(query.scope, query.public).content)


def finding_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The content of a finding, of which the hash on its page is taken."""
    query = DayQueryForm(request)
    if query.problems:
        return bad_request_text(query.problems)
    with query.moment():
        public = query.public(Finding).prefetch_related("sources")
        finding = record_or_moved(public, slug=slug)
        figures = text.own_figures(finding, text.measure_quoted([finding], query.scope))
        content = citation.finding_content(finding, figures, query.scope)
    return _json(content)


def _citation(request: HttpRequest, report: records.ReportRecords) -> citation.Citation:
    page, data = (
        request.build_absolute_uri(page_address(route))
        for route in ("research:report", "research:report_json")
    )
    return citation.cite_page(records.TITLE, page, data, report.scope, report.content)


def _json(content: citation.Content) -> HttpResponse:
    return HttpResponse(citation.canonical_json(content), content_type="application/json")
