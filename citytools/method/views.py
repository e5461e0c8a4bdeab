"""The page of methods."""

from django.http import HttpRequest, HttpResponse

from citytools.asked import page
from citytools.glossary import BY_KEY as TERMS
from citytools.method import GROUPS, METHODS
from citytools.pages.glossary import Term
from citytools.pages.method import Method
from research.metrics import METRICS


def method(request: HttpRequest) -> HttpResponse:
    """Every computation: what it answers, how, from where, its limits."""
    context = {
        "groups": [(group, [(one, _terms(one)) for one in group.methods]) for group in GROUPS],
        "number": len(METHODS),
        "metrics": METRICS.values(),
    }
    return page(request, "about/method.html", context)


def _terms(one: Method) -> list[Term]:
    return [TERMS[key] for key in one.terms]
