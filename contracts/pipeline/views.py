"""The page and the file of pipeline-notice drafts."""

from django.http import HttpRequest, HttpResponse

from boroughs import coverage
from boroughs.models import Subject
from citytools.lists.filterset import render_page
from contracts.pipeline.choice import PipelineAsked
from contracts.pipeline.drafts import contracts_ending_after


def pipeline(request: HttpRequest) -> HttpResponse:
    """One borough's draft, or how many contracts each of the 33 would have in its own."""
    asked = PipelineAsked(request)
    context = {"drafts": asked.drafts, "period": asked.period}
    if asked.chosen:
        later = contracts_ending_after(asked.chosen, asked.period, illustrative=asked.illustrative)
        return render_page(
            request,
            "contracts/pipeline_borough.html",
            context | {"draft": asked.drafts[0], "later": later},
            asked,
        )
    known = sum(bool(draft.counts["known"]) for draft in asked.drafts)
    told = coverage.coverage_for(Subject.CONTRACTS, known, illustrative=asked.illustrative)
    return render_page(request, "contracts/pipeline.html", context | {"coverage": told}, asked)
