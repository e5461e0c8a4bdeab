"""The query string: one grammar for every page, chart and file.

A filter set stands on one kind of fact row. Slugs may repeat (OR within one name, AND across
names). What is not understood is named, never ignored: the page shows it with status 400, a file
answers 400 with the reason.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import F, Model, QuerySet
from django.http import QueryDict

YES_NO = [("yes", "Yes"), ("no", "No")]
BESIDE_FILTERS = frozenset({"page", "columns"})
"""Names that belong to the list or the file, not to the rows chosen."""

Method = Callable[[QuerySet[Any], Any], QuerySet[Any]]


@dataclass(frozen=True)
class Chip:
    """One active filter value, and the query string that takes it away."""

    name: str
    label: str
    value: str
    without: str


def _narrowed(queryset: QuerySet[Any], method: Method, value: Any) -> QuerySet[Any]:
    return method(queryset, value) if value else queryset


class Slugs(django_filters.ModelMultipleChoiceFilter):
    """Slugs of other records; several mean any of them."""

    def __init__(self, label: str, queryset: QuerySet[Any], method: Method) -> None:
        self.narrow = method
        super().__init__(label=label, queryset=queryset, to_field_name="slug")
        self.extra["widget"] = forms.CheckboxSelectMultiple
        self.extra["error_messages"] = {
            "invalid_choice": f"“%(value)s” is not a {label.lower()} known here. "
            "Check the spelling or choose from the list."
        }

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows that stand for any of the chosen records."""
        return _narrowed(qs, self.narrow, value)


class Values(django_filters.MultipleChoiceFilter):
    """Values of a closed list; several mean any of them."""

    def __init__(self, label: str, choices: Sequence[tuple[Any, Any]], method: Method) -> None:
        self.narrow = method
        super().__init__(label=label, choices=choices)
        self.extra["widget"] = forms.CheckboxSelectMultiple
        known = ", ".join(str(value) for value, _ in choices)
        self.extra["error_messages"] = {
            "invalid_choice": f"“%(value)s” is not a {label.lower()}. Write one of: {known}."
        }

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows with any of the chosen values."""
        return _narrowed(qs, self.narrow, value)


class YesNo(django_filters.ChoiceFilter):
    """Yes, no, or not asked."""

    def __init__(self, label: str, method: Callable[[QuerySet[Any], bool], QuerySet[Any]]) -> None:
        self.narrow = method
        super().__init__(label=label, choices=YES_NO, empty_label="Both")
        self.extra["error_messages"] = {"invalid_choice": "“%(value)s”: write yes or no."}

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows for which the answer is the one asked."""
        return self.narrow(qs, value == "yes") if value else qs


class OneOf(django_filters.ChoiceFilter):
    """A choice of how to show the rows; it leaves none out."""

    def __init__(self, label: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(label=label, choices=choices, empty_label=None)
        known = ", ".join(value for value, _ in choices)
        self.extra["error_messages"] = {
            "invalid_choice": f"“%(value)s” is not known here. Write one of: {known}."
        }

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """All rows."""
        return qs


class Words(django_filters.CharFilter):
    """Free words."""

    def __init__(self, label: str, method: Callable[[QuerySet[Any], str], QuerySet[Any]]) -> None:
        self.narrow = method
        super().__init__(label=label, max_length=100)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows that hold the words."""
        return _narrowed(qs, self.narrow, value)


class Day(django_filters.DateFilter):
    """An ISO date, compared by a look-up such as `act_by__gte`."""

    def __init__(self, label: str, lookup: str) -> None:
        field, _, comparison = lookup.rpartition("__")
        super().__init__(field_name=field, lookup_expr=comparison, label=label)
        self.extra["input_formats"] = ["%Y-%m-%d"]
        self.extra["widget"] = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.extra["error_messages"] = {"invalid": "Write a date as 2026-11-30."}


class Pounds(django_filters.NumberFilter):
    """An amount in pounds, compared by a look-up such as `annual_value__gte`."""

    def __init__(self, label: str, lookup: str) -> None:
        field, _, comparison = lookup.rpartition("__")
        super().__init__(field_name=field, lookup_expr=comparison, label=label)
        self.extra |= {"min_value": 0, "max_digits": 13, "decimal_places": 2}
        self.extra["error_messages"] = {"invalid": "Write pounds in digits, such as 250000."}


class Sort(django_filters.ChoiceFilter):
    """The column to sort by, `-` before it for descending; ties by primary key, unknown last."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns
        names = [name for column in columns for name in (column, f"-{column}")]
        super().__init__(label="Sort", choices=[(name, name) for name in names])
        self.extra["widget"] = forms.HiddenInput
        self.extra["error_messages"] = {
            "invalid_choice": f"“%(value)s” cannot be sorted by. Write one of: {', '.join(columns)}"
            " (with - before it for descending)."
        }

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows in the order asked, or in their own."""
        if not value:
            return qs
        column = F(self.columns[value.removeprefix("-")])
        down = value.startswith("-")
        return qs.order_by(
            column.desc(nulls_last=True) if down else column.asc(nulls_last=True), "pk"
        )


def real_or_invented(queryset: Any, yes: bool) -> Any:
    """`illustrative=yes|no` on rows with provenance."""
    return queryset.illustrative() if yes else queryset.real()


class FactFilter(django_filters.FilterSet):
    """A filter set over one kind of fact row; see the module's text."""

    shown_first: ClassVar[tuple[str, ...]] = ()
    """Filters that stand open on the page; the others are folded."""

    def __init__(self, data: QueryDict, queryset: QuerySet[Any]) -> None:
        kept = QueryDict(mutable=True)
        for name, values in data.lists():
            if given := [value for value in values if value.strip()]:
                kept.setlist(name, given)
        super().__init__(data=kept, queryset=queryset)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(parameter, what is wrong with it and the remedy); empty when all is understood."""
        known = set(self.filters) | BESIDE_FILTERS
        unknown = [
            (name, f"“{name}” is not a filter of this list. Take it out of the address.")
            for name in self.data
            if name not in known
        ]
        wrong = [
            (name, str(error)) for name, errors in self.form.errors.items() for error in errors
        ]
        twice = [
            (name, f"“{name}” is given {len(self.data.getlist(name))} times: give it once.")
            for name, one in self.filters.items()
            if not isinstance(one, Slugs | Values) and len(self.data.getlist(name)) > 1
        ]
        return unknown + wrong + twice

    @property
    def rows(self) -> Any:
        """The chosen rows, as the model's own kind of queryset; none while there are problems."""
        return self.queryset.none() if self.problems else self.qs

    def query(self, **changes: Iterable[str]) -> str:
        """The query string of this choice with some names changed, without the page."""
        data = self.data.copy()
        data.pop("page", None)
        for name, values in changes.items():
            data.setlist(name, list(values))
        return data.urlencode()

    @property
    def chips(self) -> list[Chip]:
        """Every active value with its words."""
        if self.problems:
            return []
        return [chip for name in self.filters if name != "sort" for chip in self._chips_of(name)]

    def _chips_of(self, name: str) -> list[Chip]:
        values = self.data.getlist(name)
        words = _words(self.form.fields[name], self.form.cleaned_data.get(name))
        label = str(self.filters[name].label)
        return [
            Chip(name, label, words.get(value, value), self.query(**{name: _less(values, value)}))
            for value in values
        ]

    @property
    def in_words(self) -> str:
        """'borough Camden or Barnet; hosting SaaS', or nothing when nothing is chosen."""
        words: dict[str, list[str]] = {}
        for chip in self.chips:
            words.setdefault(chip.label.lower(), []).append(chip.value)
        return "; ".join(f"{label} {' or '.join(values)}" for label, values in words.items())

    @property
    def illustrative(self) -> bool:
        """Whether rows invented for demonstration may be among the chosen."""
        return self.data.get("illustrative") != "no"


def _less(values: list[str], value: str) -> list[str]:
    return [other for other in values if other != value]


def _words(field: forms.Field, cleaned: Any) -> dict[str, str]:
    """What a chosen value is called."""
    if isinstance(cleaned, QuerySet):
        return {record.slug: str(record) for record in cleaned}
    if isinstance(field, forms.ChoiceField):
        pairs: Iterable[Any] = field.choices  # type: ignore[assignment]  # stubs: maybe callable
        return {str(value): str(label) for value, label in pairs}
    return {}


NOT_KNOWN = ("not_known", "Not known")
"""A closed list's value for rows where it is empty."""


def by_value(field: str) -> Method:
    """A narrowing on a closed list, where not_known stands for empty."""

    def narrow(queryset: QuerySet[Any], chosen: Iterable[str]) -> QuerySet[Any]:
        values = ["" if value == NOT_KNOWN[0] else value for value in chosen]
        return queryset.filter(**{f"{field}__in": values})

    return narrow


def by_slug(path: str) -> Method:
    """A narrowing on a foreign key: rows whose `path` is among the chosen records."""

    def narrow(queryset: QuerySet[Any], chosen: Iterable[Model]) -> QuerySet[Any]:
        return queryset.filter(**{f"{path}__in": chosen})

    return narrow
