"""The page and the file of pipeline-notice drafts."""

from django.http import HttpRequest, HttpResponse

from boroughs import coverage
from boroughs.models import Subject
from citytools.lists.query_form import render_page
from contracts.pipeline.choice import PipelineAsked
from contracts.pipeline.drafts import contracts_ending_after


def pipeline(request: HttpRequest) -> HttpResponse:
    """One borough's draft, or how many contracts each of the 33 would have in its own."""
    pipeline_asked = PipelineAsked(request)
    context = {"drafts": pipeline_asked.drafts, "period": pipeline_asked.period}
    if pipeline_asked.chosen:
        later = contracts_ending_after(
            pipeline_asked.chosen,
            pipeline_asked.period,
            illustrative=pipeline_asked.includes_illustrative,
        )
        return render_page(
            request,
            "contracts/pipeline_borough.html",
            context | {"draft": pipeline_asked.drafts[0], "later": later},
            pipeline_asked,
        )
    known = sum(bool(draft.counts["known"]) for draft in pipeline_asked.drafts)
    told = coverage.coverage_for(
        Subject.CONTRACTS, known, illustrative=pipeline_asked.includes_illustrative
    )
    return render_page(
        request, "contracts/pipeline.html", context | {"coverage": told}, pipeline_asked
    )
