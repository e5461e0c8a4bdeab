"""The files of boroughs and of their comparison."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from boroughs.compare.answers import comparison_rows
from boroughs.compare.choice import FEWEST, MOST, CompareForm, ComparisonChoice, choose_boroughs
from boroughs.compare.sections import comparison_sections
from boroughs.coverage import boroughs_with_counts
from boroughs.filters import BoroughFilter
from boroughs.models import Borough
from citytools.exports.export import Export
from citytools.lists.columns import Column


@dataclass(frozen=True)
class _Compared:
    """What a comparison's file was asked: it is refused where there is nothing to compare."""

    choice: ComparisonChoice

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        if self.choice.problems or self.choice.ready:
            return self.choice.problems
        return [("borough", f"Name {FEWEST} to {MOST} boroughs: borough=camden&borough=brent.")]

    @property
    def selected_columns(self) -> Sequence[Column]:
        return self.choice.form.selected_columns

    @property
    def in_words(self) -> str:
        """The boroughs by name, however they were found, and what else was chosen."""
        names = ", ".join(borough.name for borough in self.choice.boroughs)
        rest = self.choice.form.in_words
        return f"comparison of {names}; {rest}" if rest else f"comparison of {names}"

    @property
    def includes_illustrative(self) -> bool:
        return self.choice.form.includes_illustrative

    def file_name(self, name: str) -> str:
        return name


def _comparison_table(request: HttpRequest, _: datetime.date) -> _Compared:
    return _Compared(choose_boroughs(CompareForm(request)))


def _answers(asked: _Compared, today: datetime.date) -> Iterator[Mapping[str, Any]]:
    choice = asked.choice
    sections = comparison_sections(
        choice.boroughs, today, illustrative=choice.form.includes_illustrative
    )
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
    choose=_comparison_table,
    compute_rows=_answers,
    whole=False,
    notes=(("Not known", "Empty value with the state “not known”: never none. See each state."),),
)
