"""The query string: one grammar for every page, chart and file.

A filter set stands on one kind of fact row. Slugs may repeat (OR within one name, AND across
names). What is not understood is named, never ignored: the page shows it with status 400, a file
answers 400 with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from citytools.lists.columns import Column
from citytools.lists.filters import SlugsFilter, ValuesFilter, YesNoFilter, narrow_by_illustrative


@dataclass(frozen=True)
class FilterChip:
    """One active filter value, and the query string that takes it away."""

    name: str
    label: str
    value: str
    without: str


class FactFilterSet(django_filters.FilterSet):
    """A filter set over one kind of fact row; see the module's text."""

    primary_filters: ClassVar[tuple[str, ...]] = ()
    """Filters that stand open on the page; the others are folded."""
    non_filter_names: ClassVar[frozenset[str]] = frozenset({"page", "columns"})
    """Names that belong to the list or the file, not to the rows chosen."""
    display_filters: ClassVar[frozenset[str]] = frozenset({"sort"})
    """Filters that say how rows are shown, not which: they are no inputs beside the list."""
    columns: ClassVar[Sequence[Column]] = ()
    """All columns of the list's file."""

    def __init__(self, data: QueryDict, queryset: QuerySet[Any]) -> None:
        kept = QueryDict(mutable=True)
        for name, values in data.lists():
            if given := [value for value in values if value.strip()]:
                kept.setlist(name, given)
        super().__init__(data=kept, queryset=queryset)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What was chosen, by name; without what was not understood."""
        self.form.is_valid()
        return dict(self.form.cleaned_data)

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """(parameter, what is wrong with it and the remedy); empty when all is understood."""
        known = set(self.filters) | self.non_filter_names
        unknown = [
            (name, f"“{name}” is not understood here. Take it out of the address.")
            for name in self.data
            if name not in known
        ]
        wrong = [
            (name, str(error)) for name, errors in self.form.errors.items() for error in errors
        ]
        several = {
            name
            for name, one in self.filters.items()
            if isinstance(one, SlugsFilter | ValuesFilter)
        }
        twice = [
            (name, f"“{name}” is given {len(values)} times: give it once.")
            for name, values in self.data.lists()
            if name in known - several - {"columns"} and len(values) > 1
        ]
        return unknown + wrong + twice + self._unknown_columns()

    def _unknown_columns(self) -> list[tuple[str, str]]:
        known = [column.name for column in self.columns]
        return [
            ("columns", f"“{name}” is not a column. Write any of: {', '.join(known)}.")
            for name in self.data.getlist("columns")
            if name not in known
        ]

    @property
    def selected_columns(self) -> Sequence[Column]:
        """The columns of the file, in the order asked; all of them where none is named."""
        by_name = {column.name: column for column in self.columns}
        names = dict.fromkeys(self.data.getlist("columns"))
        return [by_name[name] for name in names] or self.columns

    @property
    def rows(self) -> Any:
        """The chosen rows, as the model's own kind of queryset; none while there are problems."""
        return self.queryset.none() if self.problems else self.qs

    def rows_without_filter(self, left_out: str) -> Any:
        """The rows as if one filter were not given, in no order."""
        rows = self.queryset.order_by()
        for name, value in self.values.items():
            if name not in {left_out, "sort"}:
                rows = self.filters[name].filter(rows, value)
        return rows

    def query_string(self, **changes: Iterable[str]) -> str:
        """The query string of this choice with some names changed, without the page."""
        data = self.data.copy()
        data.pop("page", None)
        for name, values in changes.items():
            data.setlist(name, list(values))
        return data.urlencode()

    @cached_property
    def chips(self) -> list[FilterChip]:
        """Every active value with its words."""
        if self.problems:
            return []
        names = [name for name in self.filters if name not in self.display_filters]
        return [chip for name in names for chip in self._chips_of(name)]

    def _chips_of(self, name: str) -> list[FilterChip]:
        values = self.data.getlist(name)
        words = _words(self.form.fields[name], self.form.cleaned_data.get(name))
        label = str(self.filters[name].label)
        return [
            FilterChip(
                name,
                label,
                words.get(value, value),
                self.query_string(**{name: _less(values, value)}),
            )
            for value in values
        ]

    @property
    def hidden_values(self) -> list[tuple[str, str]]:
        """(name, value) of what is shown apart, for the form of the filters to carry on."""
        names = [*(name for name in self.filters if name in self.display_filters), "columns"]
        return [(name, value) for name in names for value in self.data.getlist(name)]

    @property
    def in_words(self) -> str:
        """'borough Camden or Barnet; hosting SaaS', or nothing when nothing is chosen."""
        words: dict[str, list[str]] = {}
        for chip in self.chips:
            words.setdefault(chip.label.lower(), []).append(chip.value)
        return "; ".join(f"{label} {' or '.join(values)}" for label, values in words.items())

    def file_name(self, name: str) -> str:
        """What a file of these rows is called, without the suffix."""
        return name

    @property
    def includes_illustrative(self) -> bool:
        """Whether rows invented for demonstration may be among the chosen."""
        return self.data.get("illustrative") != "no"


def _less(values: list[str], value: str) -> list[str]:
    return [other for other in values if other != value]


def _words(field: forms.Field, cleaned: Any) -> dict[str, str]:
    """What a chosen value is called."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return {record.slug: str(record) for record in cleaned or ()}
    if isinstance(field, forms.ChoiceField):
        pairs: Iterable[Any] = field.choices  # type: ignore[assignment]  # stubs: maybe callable
        return {str(value): str(label) for value, label in pairs}
    return {}


# The same grammar as on lists: what is not understood is named with status 400. The page is shown
# all the same, as if that part had not been asked.


class QueryForm(FactFilterSet):
    """The query string of one page; subclasses name what it may hold. By itself: nothing."""

    non_filter_names = frozenset()
    remedy = "The page is shown without it."

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.GET, QuerySet())
        self.all = request.path

    @property
    def status(self) -> int:
        """HTTP status: 400 where something was not understood."""
        return 400 if self.problems else 200

    def value(self, name: str, default: str) -> str:
        """What was chosen, or the default where it was not given or not understood."""
        return str(self.values.get(name) or default)


class RealOnlyQueryForm(QueryForm):
    """A page that can leave out what is invented for demonstration."""

    illustrative = YesNoFilter("Invented for demonstration", narrow_by_illustrative)


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], asked: QueryForm | None = None
) -> HttpResponse:
    """A page with what was asked of it; by default nothing may be."""
    asked = asked or QueryForm(request)
    return render(request, template, {**context, "asked": asked}, status=asked.status)
