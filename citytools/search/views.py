"""The page of the search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools.search.results import SearchResults


def search(request: HttpRequest) -> HttpResponse:
    """Every kind of record that fits the words, with the reason for each."""
    results = SearchResults(request)
    context = {
        "listing": results,
        "searched": request.GET.get("q", "")[:100],
        "examples": EXAMPLES,
    }
    return render(request, "search/page.html", context, status=results.status)


EXAMPLES = (
    ("mozaic", "a product, misspelt"),
    ("northgate", "a supplier’s former name"),
    ("adult social", "the beginning of a service area"),
    ("camden housing", "a borough and what it does"),
    ("RBKC", "a borough by its letters"),
    ("g-cloud", "a framework"),
    ("lock-in", "a subject of our research"),
)
