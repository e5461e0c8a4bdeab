"""The page of concentration."""

from django.http import HttpRequest, HttpResponse

from boroughs import models
from boroughs.models import Subject
from citytools.facts import dates
from citytools.lists.query_form import render_page
from contracts.concentration.bases import BOTH, CLAIMS, REMARK
from contracts.concentration.page import ConcentrationForm, cumulative_chart
from research.models import Finding


def concentration(request: HttpRequest) -> HttpResponse:
    """Shares of the ten and the fifteen largest suppliers, beside what was claimed."""
    form = ConcentrationForm(request)
    slugs = [*(claim.finding for claim in CLAIMS), BOTH]
    published = Finding.objects.published(dates.today()).filter(slug__in=slugs)
    findings = {finding.slug: finding for finding in published.order_by("pk")}
    source = "Contracts and systems on record, each with its own source and date."
    context = {
        "claims": [(claim, findings.get(claim.finding)) for claim in CLAIMS],
        "remark": REMARK,
        "both": findings.get(BOTH),
        "chart": cumulative_chart(form.bases, source, form.file_links.csv),
        "coverage": models.coverage_for(Subject.CONTRACTS, form.bases[0].boroughs),
    }
    return render_page(request, "contracts/concentration.html", context, form)
