"""The page of a comparison."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs.compare.choice import (
    MAX_BOROUGHS,
    MIN_BOROUGHS,
    CompareForm,
    choose_boroughs,
)
from boroughs.compare.sections import comparison_sections
from citytools.facts import dates


def compare_boroughs(request: HttpRequest) -> HttpResponse:
    """Two to six boroughs side by side, or the way to choose them."""
    choice = choose_boroughs(CompareForm(request))
    context: dict[str, Any] = {
        "choice": choice,
        "listing": choice,
        "min_boroughs": MIN_BOROUGHS,
        "max_boroughs": MAX_BOROUGHS,
    }
    if choice.ready:
        sections = comparison_sections(choice.boroughs, dates.today())
        context["parts"] = [(section, section.groups(choice.all_rows)) for section in sections]
    return render(request, "boroughs/compare.html", context, status=400 if choice.problems else 200)
