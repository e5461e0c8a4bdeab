"""The Transparency Code's file, and the page of what is missing from it."""

from django.http import HttpRequest, HttpResponse

from boroughs import coverage
from boroughs.models import Subject
from citytools.asked import AskedReal, page
from contracts.transparency.gaps import gaps
from contracts.transparency.wanted import WANTED


def transparency(request: HttpRequest) -> HttpResponse:
    """What the Code asks for and is not known yet, borough by borough."""
    asked = AskedReal(request)
    found = gaps(illustrative=asked.illustrative)
    reporting = coverage.of(Subject.CONTRACTS, found.boroughs, illustrative=asked.illustrative)
    context = {"gaps": found, "wanted": WANTED, "coverage": reporting}
    return page(request, "contracts/transparency.html", context, asked)
