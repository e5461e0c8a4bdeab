"""Pages about the site as a whole."""

from django.http import HttpRequest, HttpResponse

from citytools.asked import page
from citytools.pages.glossary import TERMS, terms_by_letter
from citytools.pages.method import GROUPS, METHODS
from research.metrics.definitions import METRICS


def glossary(request: HttpRequest) -> HttpResponse:
    """Every term with its definition, by name."""
    context = {"letters": terms_by_letter(), "number": len(TERMS)}
    return page(request, "about/glossary.html", context)


def method(request: HttpRequest) -> HttpResponse:
    """Every computation: what it answers, how, from where, its limits."""
    context = {
        "groups": [
            (group, [(each, each.terms) for each in methods]) for group, methods in GROUPS.items()
        ],
        "number": len(METHODS),
        "metrics": METRICS.values(),
    }
    return page(request, "about/method.html", context)
