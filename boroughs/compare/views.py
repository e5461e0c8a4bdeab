"""The page and the files of a comparison."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from boroughs.compare.answers import Section, table
from boroughs.compare.choice import FEWEST, MOST, Choice, CompareFilter, choose
from boroughs.compare.sections import sections_of
from boroughs.models import Borough
from citytools import clock
from citytools.columns import Column
from citytools.exports import table_response
from citytools.workbooks import workbook_response


def compare(request: HttpRequest) -> HttpResponse:
    """Two to six boroughs side by side, or the way to choose them."""
    choice = _choice(request)
    context: dict[str, Any] = {"choice": choice, "listing": choice, "fewest": FEWEST, "most": MOST}
    if choice.ready:
        parts = [(one, one.groups(choice.all_rows)) for one in _sections(choice)]
        context |= {"parts": parts}
    return render(request, "boroughs/compare.html", context, status=400 if choice.problems else 200)


def compare_csv(request: HttpRequest) -> HttpResponseBase:
    """The same comparison as a file."""
    choice = _choice(request)
    return table_response(_Asked(choice), _rows(choice), "compare.csv")


def compare_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The same comparison as a workbook."""
    choice = _choice(request)
    about = [
        ("What this is", f"Comparison of {', '.join(one.name for one in choice.boroughs)}"),
        ("Chosen", choice.chosen.in_words or "as in the address"),
        ("As at", f"{clock.today():%-d %B %Y}"),
        ("Address", request.build_absolute_uri().replace("compare.xlsx", "compare/")),
        ("Not known", "Empty value with the state “not known”: never none. See the state of each."),
        ("Invented records", "left out" if not choice.chosen.illustrative else "may be among them"),
        ("Licence", "Open Government Licence v3.0, except where a source says otherwise"),
    ]
    return workbook_response(_Asked(choice), _rows(choice), "compare.xlsx", about)


@dataclass(frozen=True)
class _Asked:
    """What a file was asked: it is refused where there is nothing to compare."""

    choice: Choice

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        if self.choice.problems or self.choice.ready:
            return self.choice.problems
        return [("borough", f"Name {FEWEST} to {MOST} boroughs: borough=camden&borough=brent.")]

    @property
    def chosen_columns(self) -> Sequence[Column]:
        return self.choice.chosen.chosen_columns


def _choice(request: HttpRequest) -> Choice:
    return choose(CompareFilter(request.GET, Borough.objects.london()))


def _sections(choice: Choice) -> list[Section]:
    illustrative = choice.chosen.illustrative
    return sections_of(choice.boroughs, clock.today(), illustrative=illustrative)


def _rows(choice: Choice) -> Iterator[Mapping[str, Any]]:
    if not choice.ready:
        return iter(())
    return table(_sections(choice), choice.boroughs, choice.all_rows)
