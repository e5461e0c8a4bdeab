"""Filters of a list: each narrows its rows by one name of the query string, and can be counted."""

import copy
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar, Self, cast

import django_filters
from django import forms
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Aggregate, Count, Expression, F, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, NullIf
from django.http import QueryDict

from citytools.lists.fields import (
    NOT_KNOWN,
    Choices,
    DayField,
    OptionField,
    OptionsField,
    RecordsField,
    RecordsOrNone,
    YesNoField,
)
from citytools.lists.query_form import QueryStringMixin, without_blanks
from citytools.lists.word_search import check_number_of_words

Rows = QuerySet[Any]
Method = Callable[[Rows, Any], Rows]


class FieldFilter(django_filters.Filter):  # type: ignore[misc]
    """A filter of rows by what a form field understood, unless that is nothing."""

    def __init__(self, form_field: forms.Field, narrow: Method) -> None:
        super().__init__(label=form_field.label)
        self.form_field, self.narrow = form_field, narrow

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # A filter set copies its filters for each request, and its form their fields once more
        return copy.copy(self)

    @property
    def field(self) -> forms.Field:
        """Its input."""
        return self.form_field

    def filter(self, qs: Rows, value: Any) -> Rows:
        """The rows that the value leaves."""
        return self.narrow(qs, value) if value else qs


class ParameterFilter(FieldFilter):
    """What a list is asked besides its rows, such as how they are grouped; it leaves none out."""

    def __init__(self, form_field: forms.Field) -> None:
        super().__init__(form_field, lambda rows, _: rows)


class SlugsFilter(FieldFilter):
    """Slugs of other records: rows that stand for any of them.

    Records that are many are looked up by name: the list's page offers no list of them. Of which
    rows it is not known `without` says, if that can be asked.
    """

    def __init__(
        self,
        label: str,
        queryset: Rows,
        method: Method,
        *,
        without: Q | None = None,
        **options: Any,
    ) -> None:
        field = RecordsField(label, queryset, optional=without is not None, **options)
        super().__init__(field, method)
        self.without = without

    def filter(self, qs: Rows, value: Any) -> Rows:
        """The rows of any of the records, or without one where that is chosen."""
        if not isinstance(value, RecordsOrNone) or self.without is None:
            return super().filter(qs, value)
        narrowed = self.narrow(qs.order_by(), value.records).values("pk")
        return qs.filter(Q(pk__in=narrowed) | self.without if value.records else self.without)


class ValuesFilter(FieldFilter):
    """Values of a closed list: rows with any of them."""

    def __init__(
        self, label: str, choices: Choices | Callable[[], Choices], method: Method
    ) -> None:
        super().__init__(OptionsField(label, choices), method)


class YesNoFilter(FieldFilter):
    """Yes or no: rows for which it is the answer."""

    def __init__(self, label: str, method: Callable[[Rows, bool], Rows]) -> None:
        super().__init__(YesNoField(label), method)

    def filter(self, qs: Rows, value: Any) -> Rows:
        """The method is given true or false."""
        return self.narrow(qs, value == "yes") if value else qs


class PopulationFilter(FieldFilter):
    """One of a few sets of rows that numbers of research are taken over, by name."""

    def __init__(self, label: str, sets: Mapping[str, tuple[str, Callable[[Any], Any]]]) -> None:
        choices = [("", "All rows"), *((name, words) for name, (words, _) in sets.items())]
        super().__init__(OptionField(label, choices), lambda rows, name: sets[name][1](rows))


class WordsFilter(FieldFilter):
    """Words that rows hold, every one of them in any order (`citytools.lists.word_search`).

    `condition` may look names up: it is asked once for each filter set, whose statements are many.
    """

    def __init__(self, label: str, condition: Callable[[str], Q]) -> None:
        validators = [check_number_of_words]
        words = forms.CharField(label=label, required=False, max_length=100, validators=validators)
        super().__init__(words, lambda rows, words: rows.filter(condition(words)))
        self.condition = condition

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        fresh = super().__deepcopy__(memo)
        condition = functools.cache(self.condition)
        fresh.narrow = lambda rows, words: rows.filter(condition(words))
        return fresh


class DayFilter(FieldFilter):
    """An ISO date, compared by a look-up such as `act_by__gte`."""

    def __init__(self, label: str, lookup: str) -> None:
        super().__init__(DayField(label), lambda rows, day: rows.filter(**{lookup: day}))


class PoundsFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """An amount in pounds, compared by a look-up such as `annual_value__gte`."""

    def __init__(self, label: str, lookup: str) -> None:
        field, _, comparison = lookup.rpartition("__")
        super().__init__(field_name=field, lookup_expr=comparison, label=label)
        self.extra |= {"min_value": 0, "max_digits": 13, "decimal_places": 2}
        self.extra["error_messages"] = {"invalid": "Write pounds in digits, such as 250000."}


class SortFilter(FieldFilter):
    """The column to sort by, `-` before it for descending; ties by primary key, unknown last."""

    def __init__(self, columns: Mapping[str, str | Expression]) -> None:
        self.columns = columns
        choices = [(name, name) for column in columns for name in (column, f"-{column}")]
        wrong = (
            f"“%(value)s” cannot be sorted by. Write one of: {', '.join(columns)}"
            " (with - before it for descending)."
        )
        super().__init__(
            OptionField("Sort", choices, wrong, widget=forms.HiddenInput), self._in_order
        )

    def _in_order(self, rows: Rows, value: str) -> Rows:
        expression = self.columns[value.removeprefix("-")]
        column = F(expression) if isinstance(expression, str) else expression
        down = value.startswith("-")
        return rows.order_by(
            column.desc(nulls_last=True) if down else column.asc(nulls_last=True), "pk"
        )


def nulls_last_text(field: str) -> Expression:
    """A text to sort by, where empty means not known and comes last."""
    return NullIf(F(field), Value(""))


YES = {"true": "yes", "false": "no"}


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
    names: Rows | None
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

    def by_key(self) -> Keyed:
        """The tally of all links by pairs of a key and a row, each once; of the value if no key."""
        path, _, column = self.path.rpartition("__")
        called: Any = self.model
        for step in path.split("__"):
            called = called._meta.get_field(step).related_model
        links = self.model._default_manager.order_by()
        if not called._meta.get_field(column).unique:
            valued = links.annotate(facet_key=Cast(F(self.path), TextField()))
            return Keyed(valued.values_list("facet_key", self.owner).distinct(), None, pairs=True)
        pairs = links.values_list(path, self.owner)
        once = {path, self.owner} in self._unique()
        return Keyed(pairs if once else pairs.distinct(), _names(called, column), pairs=True)

    def links_of(self, rows: Rows) -> Rows:
        """The links of some rows."""
        owners = rows.order_by().values("pk")
        links: Rows = self.model._default_manager.filter(**{f"{self.owner}__in": owners})
        return links.order_by()

    def _unique(self) -> list[set[str]]:
        meta = self.model._meta
        constraints = [constraint.fields for constraint in meta.total_unique_constraints]
        return [set(names) for names in (*meta.unique_together, *constraints)]


@dataclass(frozen=True)
class SumsByName:
    """Sums, counts and maxima over all rows, by name: what adds up over groups of rows."""

    aggregates: Mapping[str, Aggregate]


def _names(called: Any, column: str) -> Rows:
    rows = called._base_manager.order_by().annotate(facet_key=Cast(F(column), TextField()))
    return cast("Rows", rows.values_list("facet_key", "pk"))


Measure = CountByColumn | SumsByName | Callable[[Any], Rows]
"""What is taken of rows: a count, sums, or the rows of a query over them."""


def narrow_by_value(column: str) -> Narrowing:
    """A narrowing on a closed list, where not_known stands for empty."""

    def narrow(queryset: Rows, selected: Iterable[str]) -> Rows:
        values = ["" if value == NOT_KNOWN[0] else value for value in selected]
        return queryset.filter(**{f"{column}__in": values})

    return Narrowing(narrow, (CountByColumn(column),), {"": NOT_KNOWN[0]})


def narrow_by_slug(path: str) -> Narrowing:
    """A narrowing on a foreign key: rows whose `path` is among the chosen records."""

    def narrow(queryset: Rows, selected: Iterable[Model]) -> Rows:
        # By keys, which the form has read: as a subquery it would be compiled with each count
        return queryset.filter(**{f"{path}__in": [record.pk for record in selected]})

    return Narrowing(narrow, (CountByColumn(f"{path}__slug"),))


def narrow_by_answer(column: str) -> Narrowing:
    """A narrowing on yes or no, where nobody may have answered."""
    return Narrowing(lambda rows, yes: rows.filter(**{column: yes}), (CountByColumn(column),), YES)


class FactFilterSet(QueryStringMixin, django_filters.FilterSet):  # type: ignore[misc]
    """A filter set over one kind of fact row."""

    non_filter_names = frozenset({"page", "columns"})
    measures: ClassVar[Mapping[str, Measure]] = {}
    """What the list's page says of the chosen rows besides their number, by name."""

    def __init__(self, data: QueryDict, queryset: QuerySet[Any]) -> None:
        super().__init__(data=without_blanks(data), queryset=queryset)
        if self.accept_former_slugs():
            del self._form  # made again of the present slugs

    def get_form_class(self) -> type[forms.Form]:
        """The class of the form, which is the same for each filter set of a kind."""
        return _form_class(type(self))  # type: ignore[arg-type]  # a class can be hashed

    @property
    def query_form(self) -> forms.Form:
        """The form of the filters' inputs."""
        form: forms.Form = self.form
        return form

    @classmethod
    def fields_by_name(cls) -> Mapping[str, forms.Field]:
        """What the query string may hold."""
        return {name: item.field for name, item in cls.get_filters().items() if item}

    @property
    def rows(self) -> Any:
        """The chosen rows, as the model's own kind of queryset; none while there are problems."""
        return self.queryset.none() if self.problems else self.qs

    def narrowings(self) -> dict[str, Narrowing]:
        """The filters whose values can be counted."""
        methods = {name: getattr(item, "narrow", None) for name, item in self.filters.items()}
        return {
            name: method
            for name, method in methods.items()
            if isinstance(method, Narrowing) and method.tallies and name not in self.display_filters
        }

    @property
    def given(self) -> set[str]:
        """The filters that have a value, besides the order. An amount of 0 is one."""
        values = {name: value for name, value in self.values.items() if name != "sort"}
        return {name for name, value in values.items() if value or isinstance(value, Decimal)}

    def rows_without_filter(self, left_out: str) -> Any:
        """The rows as if one filter were not given, in no order."""
        rows = self.queryset.order_by()
        for name, value in self.values.items():
            if name not in {left_out, "sort"}:
                rows = self.filters[name].filter(rows, value)
        return rows

    def count_rows_without(self, names: Iterable[str]) -> dict[str, int]:
        """How many rows there were if each of the filters, alone, were not given; one query."""
        counts, parameters = {}, list[Any]()
        for name in names:
            try:
                sql, values = self.rows_without_filter(name).values("pk").query.sql_with_params()
            except EmptyResultSet:
                continue
            counts[name] = f"(SELECT count(*) FROM ({sql}) AS rows)"  # noqa: S608 (Django's)
            parameters += values
        if not counts:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(counts.values())}", parameters)
            return dict(zip(counts, cursor.fetchone(), strict=True))


# Django makes a class in 0.3 ms, and would for each request
@cache
def _form_class(kind: Any) -> type[forms.Form]:
    fields = {name: item.field for name, item in kind.base_filters.items()}
    return type(f"{kind.__name__}Form", (forms.Form,), fields)
