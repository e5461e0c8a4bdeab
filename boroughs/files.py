"""The files of boroughs and of their comparison."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from boroughs.compare.answers import comparison_rows
from boroughs.compare.choice import (
    MAX_BOROUGHS,
    MIN_BOROUGHS,
    CompareForm,
    ComparisonChoice,
    choose_boroughs,
)
from boroughs.compare.sections import comparison_sections
from boroughs.filters import BoroughFilter, boroughs_with_counts
from boroughs.models import Borough
from citytools.exports.export import Export
from citytools.lists.columns import Column


@dataclass(frozen=True)
class ComparisonQuery:
    """What the file of a comparison holds: it is refused where there is nothing to compare."""

    choice: ComparisonChoice

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        if self.choice.problems or self.choice.ready:
            return self.choice.problems
        limits = f"{MIN_BOROUGHS} to {MAX_BOROUGHS}"
        return [("borough", f"Name {limits} boroughs: borough=camden&borough=brent.")]

    @property
    def selected_columns(self) -> Sequence[Column]:
        return self.choice.form.selected_columns

    @property
    def in_words(self) -> str:
        """The boroughs by name, however they were chosen, and the other filters."""
        names = ", ".join(borough.name for borough in self.choice.boroughs)
        rest = self.choice.form.in_words
        return f"comparison of {names}; {rest}" if rest else f"comparison of {names}"

    def file_name(self, name: str) -> str:
        return name


def _comparison_query(request: HttpRequest, _: datetime.date) -> ComparisonQuery:
    return ComparisonQuery(choose_boroughs(CompareForm(request)))


def _answers(query: ComparisonQuery, today: datetime.date) -> Iterator[Mapping[str, Any]]:
    choice = query.choice
    sections = comparison_sections(choice.boroughs, today)
    return comparison_rows(sections, choice.boroughs, choice.all_rows)


BOROUGHS = Export(
    name="boroughs",
    title="Boroughs",
    row="One body: the 33, and regional bodies.",
    route="boroughs:csv",
    page="boroughs:list",
    filter=BoroughFilter,
    choose=lambda request, _: BoroughFilter(
        request.GET, boroughs_with_counts(Borough.objects.all())
    ),
)
COMPARE = Export(
    name="compare",
    title="Boroughs side by side",
    row="One borough’s answer for one thing compared.",
    route="boroughs:compare_csv",
    page="boroughs:compare",
    filter=CompareForm,
    choose=_comparison_query,
    compute_rows=_answers,
    whole=False,
    notes=(("Not known", "Empty value with the state “not known”: never none. See each state."),),
)
