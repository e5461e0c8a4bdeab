"""The page of pipeline-notice drafts."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from boroughs import models
from boroughs.models import Subject
from citytools.lists.query_form import render_page
from contracts.pipeline.choice import PipelineForm
from contracts.pipeline.drafts import contracts_ending_after


def pipeline(request: HttpRequest) -> HttpResponse:
    """One borough's draft, or how many contracts each of the 33 would have in its own."""
    form = PipelineForm(request)
    context: dict[str, Any] = {"drafts": form.drafts, "period": form.period}
    if form.chosen:
        context["draft"] = form.drafts[0]
        context["later"] = contracts_ending_after(form.chosen, form.period)
        return render_page(request, "contracts/pipeline_borough.html", context, form)
    known = sum(bool(draft.counts["known"]) for draft in form.drafts)
    context["coverage"] = models.coverage_for(Subject.CONTRACTS, known)
    return render_page(request, "contracts/pipeline.html", context, form)
