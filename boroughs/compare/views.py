"""The page and the files of a comparison."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs.compare.answers import ComparisonSection
from boroughs.compare.choice import FEWEST, MOST, CompareForm, ComparisonChoice, choose_boroughs
from boroughs.compare.sections import comparison_sections
from citytools.facts import dates


def compare_boroughs(request: HttpRequest) -> HttpResponse:
    """Two to six boroughs side by side, or the way to choose them."""
    choice = _choice(request)
    context: dict[str, Any] = {"choice": choice, "listing": choice, "fewest": FEWEST, "most": MOST}
    if choice.ready:
        parts = [(section, section.groups(choice.all_rows)) for section in _sections(choice)]
        context |= {"parts": parts}
    return render(request, "boroughs/compare.html", context, status=400 if choice.problems else 200)


def _choice(request: HttpRequest) -> ComparisonChoice:
    return choose_boroughs(CompareForm(request))


def _sections(choice: ComparisonChoice) -> list[ComparisonSection]:
    illustrative = choice.form.includes_illustrative
    return comparison_sections(choice.boroughs, dates.today(), illustrative=illustrative)
