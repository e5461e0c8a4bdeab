"""The kinds of filter that the query string knows, each with what it says to a wrong value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import (
    Count,
    Expression,
    F,
    Model,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, NullIf

from citytools.facts.provenance import SourceKind
from citytools.lists.word_search import check_number_of_words

YES_NO = [("yes", "Yes"), ("no", "No")]
Choices = Sequence[tuple[Any, Any]]
Method = Callable[[QuerySet[Any], Any], QuerySet[Any]]


def _apply_method(queryset: QuerySet[Any], method: Method, value: Any) -> QuerySet[Any]:
    return method(queryset, value) if value else queryset


class SlugsFilter(django_filters.ModelMultipleChoiceFilter):
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
        return _apply_method(qs, self.narrow, value)


class SlugFilter(django_filters.ModelChoiceFilter):
    """The slug of one other record, which says how to choose rows; by itself it leaves none out."""

    def __init__(self, label: str, queryset: QuerySet[Any]) -> None:
        super().__init__(label=label, queryset=queryset, to_field_name="slug")
        self.extra["error_messages"] = {
            "invalid_choice": f"“%(value)s” is not a {label.lower()} known here. "
            "Check the spelling or choose from the list."
        }

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """All rows."""
        return qs


class ValuesFilter(django_filters.MultipleChoiceFilter):
    """Values of a closed list; several mean any of them.

    A list that is kept in the database is given as a function, asked once for each filter set.
    """

    def __init__(
        self, label: str, choices: Choices | Callable[[], Choices], method: Method
    ) -> None:
        self.narrow, self.choices = method, choices
        super().__init__(label=label)
        self.extra["widget"] = forms.CheckboxSelectMultiple

    @property
    def field(self) -> forms.Field:
        """The form's field, with the choices as they are now."""
        if not hasattr(self, "_field"):
            choices = list(self.choices() if callable(self.choices) else self.choices)
            known = ", ".join(str(value) for value, _ in choices) or "none yet"
            wrong = f"“%(value)s” is not a {str(self.label).lower()}. Write one of: {known}."
            self.extra |= {"choices": choices, "error_messages": {"invalid_choice": wrong}}
        field: forms.Field = super().field
        return field

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows with any of the chosen values."""
        return _apply_method(qs, self.narrow, value)


class YesNoFilter(django_filters.ChoiceFilter):
    """Yes, no, or not asked."""

    def __init__(self, label: str, method: Callable[[QuerySet[Any], bool], QuerySet[Any]]) -> None:
        self.narrow = method
        super().__init__(label=label, choices=YES_NO, empty_label="Both")
        self.extra["error_messages"] = {"invalid_choice": "“%(value)s”: write yes or no."}

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows for which the answer is the one asked."""
        return self.narrow(qs, value == "yes") if value else qs


class PopulationFilter(django_filters.ChoiceFilter):
    """One of a few sets of rows that numbers of research are taken over, by name."""

    def __init__(self, label: str, sets: Mapping[str, tuple[str, Callable[[Any], Any]]]) -> None:
        self.sets = sets
        super().__init__(
            label=label,
            choices=[(name, words) for name, (words, _) in sets.items()],
            empty_label="All rows",
        )
        self.extra["error_messages"] = {
            "invalid_choice": f"“%(value)s” is not known here. Write one of: {', '.join(sets)}."
        }

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows of the set."""
        narrowed: QuerySet[Any] = self.sets[value][1](qs) if value else qs
        return narrowed


class ChoiceFilter(django_filters.ChoiceFilter):
    """A choice of how to show the rows; it leaves none out.

    `usual` is the choice that stands where none is made: the first, unless another is named.
    """

    def __init__(self, label: str, choices: Sequence[tuple[str, str]], usual: str = "") -> None:
        super().__init__(label=label, choices=choices, empty_label=None, initial=usual or None)
        known = ", ".join(value for value, _ in choices)
        self.extra["error_messages"] = {
            "invalid_choice": f"“%(value)s” is not known here. Write one of: {known}."
        }

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """All rows."""
        return qs


class WordsFilter(django_filters.CharFilter):
    """Words that rows hold, every one of them in any order (`citytools.lists.word_search`)."""

    def __init__(self, label: str, method: Callable[[QuerySet[Any], str], QuerySet[Any]]) -> None:
        self.narrow = method
        super().__init__(label=label, max_length=100, validators=[check_number_of_words])

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows that hold the words."""
        return _apply_method(qs, self.narrow, value)


class SearchWordsFilter(django_filters.CharFilter):
    """Words as somebody asks the search; they leave no row out."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, max_length=100)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """All rows."""
        return qs


class DayFilter(django_filters.DateFilter):
    """An ISO date, compared by a look-up such as `act_by__gte`."""

    def __init__(self, label: str, lookup: str) -> None:
        field, _, comparison = lookup.rpartition("__")
        super().__init__(field_name=field, lookup_expr=comparison, label=label)
        self.extra["input_formats"] = ["%Y-%m-%d"]
        self.extra["widget"] = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.extra["error_messages"] = {"invalid": "Write a date as 2026-11-30."}


class PoundsFilter(django_filters.NumberFilter):
    """An amount in pounds, compared by a look-up such as `annual_value__gte`."""

    def __init__(self, label: str, lookup: str) -> None:
        field, _, comparison = lookup.rpartition("__")
        super().__init__(field_name=field, lookup_expr=comparison, label=label)
        self.extra |= {"min_value": 0, "max_digits": 13, "decimal_places": 2}
        self.extra["error_messages"] = {"invalid": "Write pounds in digits, such as 250000."}


class SortFilter(django_filters.ChoiceFilter):
    """The column to sort by, `-` before it for descending; ties by primary key, unknown last."""

    def __init__(self, columns: Mapping[str, str | Expression]) -> None:
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
        expression = self.columns[value.removeprefix("-")]
        column = F(expression) if isinstance(expression, str) else expression
        down = value.startswith("-")
        return qs.order_by(
            column.desc(nulls_last=True) if down else column.asc(nulls_last=True), "pk"
        )


def nulls_last_text(field: str) -> Expression:
    """A text to sort by, where empty means not known and comes last."""
    return NullIf(F(field), Value(""))


Rows = QuerySet[Any]

YES = {"true": "yes", "false": "no"}
NOT_KNOWN = ("not_known", "Not known")
"""A closed list's value for rows where it is empty."""


@dataclass(frozen=True)
class Narrowing:
    """A filter's method, with the counts of what each of its values would leave.

    Counts of several tallies are summed by key. `called` says what a key is in the address, where
    it is not the same: by a mapping, or by a function of the key.
    """

    narrow: Callable[[Any, Any], Any]
    tallies: "tuple[CountByColumn | CountByLink, ...]" = ()
    called: Mapping[str, str] | Callable[[str], str] = field(default_factory=dict)

    def __call__(self, rows: Rows, value: Any) -> Rows:
        """The rows that the value leaves."""
        left: Rows = self.narrow(rows, value)
        return left

    def name(self, key: str) -> str:
        """A key of the tallies as it is written in the address."""
        return self.called(key) if callable(self.called) else self.called.get(key, key)


@dataclass(frozen=True)
class Keyed:
    """A tally in two steps: (key, n), and (facet_key, key), what each key is called.

    With `pairs` the first is (key, row), to be counted by key; without names the key is the value.
    """

    counted: Rows
    named: Rows | None
    pairs: bool = False


@dataclass(frozen=True)
class CountByColumn:
    """Count by a column, which may lie across foreign keys, or by an expression of few values.

    An expression that changes with the day is given as a function.
    """

    path: str | Callable[[], Expression]

    @property
    def value(self) -> Cast:
        """What a row is counted under, as text."""
        path = F(self.path) if isinstance(self.path, str) else self.path()
        return Cast(path, TextField())

    def by_key(self, rows: Rows) -> Keyed | None:
        """The same by the key first, where the column lies across a foreign key.

        To group by a number and then name the few groups is faster than to name every row.
        """
        first, _, rest = self.path.partition("__") if isinstance(self.path, str) else ("", "", "")
        if not rest:
            return None
        called: Any = rows.model._meta.get_field(first).related_model
        keyed = rows.select_related(None).prefetch_related(None).order_by().values(first)
        return Keyed(keyed.annotate(n=Count("*")).values_list(first, "n"), _names(called, rest))


@dataclass(frozen=True)
class CountByLink:
    """Count by what the rows are linked to: `model` holds the links, `owner` names the rows there.

    Each row counts once for each value, however many links lead there.
    """

    model: type[Model]
    owner: str
    path: str

    def by_key(self, rows: Rows, *, of_all: bool) -> Keyed:
        """The tally of rows by pairs of a key and a row, each once; by the value if it is no key.

        `of_all` says that the rows are all there are, so that all links are theirs: to look for
        the row of each takes half of the time.
        """
        path, _, column = self.path.rpartition("__")
        called: Any = self.model
        for step in path.split("__"):
            called = called._meta.get_field(step).related_model
        links = self.model._default_manager.order_by() if of_all else self._links(rows).order_by()
        if not called._meta.get_field(column).unique:
            valued = links.annotate(facet_key=Cast(F(self.path), TextField()))
            return Keyed(valued.values_list("facet_key", self.owner).distinct(), None, pairs=True)
        pairs = links.values_list(path, self.owner)
        once = {path, self.owner} in self._unique()
        return Keyed(pairs if once else pairs.distinct(), _names(called, column), pairs=True)

    def _links(self, rows: Rows) -> Rows:
        owners = rows.order_by().values("pk")
        links: Rows = self.model._default_manager.filter(**{f"{self.owner}__in": owners})
        return links

    def _unique(self) -> list[set[str]]:
        named = [constraint.fields for constraint in self.model._meta.total_unique_constraints]
        return [set(one) for one in (*self.model._meta.unique_together, *named)]


def _names(called: Any, column: str) -> Rows:
    named = called._base_manager.order_by().annotate(facet_key=Cast(F(column), TextField()))
    return cast("Rows", named.values_list("facet_key", "pk"))


def narrow_by_value(column: str) -> Narrowing:
    """A narrowing on a closed list, where not_known stands for empty."""

    def narrow(queryset: Rows, chosen: Iterable[str]) -> Rows:
        values = ["" if value == NOT_KNOWN[0] else value for value in chosen]
        return queryset.filter(**{f"{column}__in": values})

    return Narrowing(narrow, (CountByColumn(column),), {"": NOT_KNOWN[0]})


def narrow_by_slug(path: str) -> Narrowing:
    """A narrowing on a foreign key: rows whose `path` is among the chosen records."""

    def narrow(queryset: Rows, chosen: Iterable[Model]) -> Rows:
        return queryset.filter(**{f"{path}__in": chosen})

    return Narrowing(narrow, (CountByColumn(f"{path}__slug"),))


def narrow_by_answer(column: str) -> Narrowing:
    """A narrowing on yes or no, where nobody may have answered."""
    return Narrowing(lambda rows, yes: rows.filter(**{column: yes}), (CountByColumn(column),), YES)


def _filter_illustrative(rows: Any, yes: bool) -> Any:
    return rows.illustrative() if yes else rows.real()


narrow_by_illustrative = Narrowing(
    _filter_illustrative,
    (CountByColumn("source_kind"),),
    lambda kind: "yes" if kind == SourceKind.ILLUSTRATIVE else "no",
)
"""`illustrative=yes|no` on rows with provenance."""
