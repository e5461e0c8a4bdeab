"""The page of the glossary."""

from django.http import HttpRequest, HttpResponse

from citytools.asked import page
from citytools.glossary import TERMS, by_letter


def glossary(request: HttpRequest) -> HttpResponse:
    """Every term with its definition, by name."""
    return page(request, "about/glossary.html", {"letters": by_letter(), "number": len(TERMS)})
