"""The report, its PDF, and the content that hashes are taken over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from citytools.exports import refusal
from research import citing
from research.asked import ResearchAsked
from research.figures import figures
from research.models import Finding


def finding_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The content of a finding, of which the hash on its page is taken."""
    asked = ResearchAsked(request)
    if asked.problems:
        return refusal(asked.problems)
    with asked.moment():
        public = Finding.objects.published(asked.day).prefetch_related("sources")
        found = get_object_or_404(public, slug=slug)
        measured = figures(citing.keys_of(found), asked.scope, found.published_values)
        content = citing.of_finding(found, measured, asked.scope)
    return _json(content)


def _json(content: citing.Content) -> HttpResponse:
    return HttpResponse(citing.written(content), content_type="application/json")
