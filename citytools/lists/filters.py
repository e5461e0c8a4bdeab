"""The kinds of filter that the query string knows, each with what it says to a wrong value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Expression, F, QuerySet, Value
from django.db.models.functions import NullIf

from citytools.lists.word_search import check_number_of_words

YES_NO = [("yes", "Yes"), ("no", "No")]
Choices = Sequence[tuple[Any, Any]]
Method = Callable[[QuerySet[Any], Any], QuerySet[Any]]


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


class Slug(django_filters.ModelChoiceFilter):
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


class Values(django_filters.MultipleChoiceFilter):
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


class Population(django_filters.ChoiceFilter):
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


class OneOf(django_filters.ChoiceFilter):
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


class Words(django_filters.CharFilter):
    """Words that rows hold, every one of them in any order (`citytools.lists.word_search`)."""

    def __init__(self, label: str, method: Callable[[QuerySet[Any], str], QuerySet[Any]]) -> None:
        self.narrow = method
        super().__init__(label=label, max_length=100, validators=[check_number_of_words])

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Rows that hold the words."""
        return _narrowed(qs, self.narrow, value)


class Question(django_filters.CharFilter):
    """Words as somebody asks the search; they leave no row out."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, max_length=100)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """All rows."""
        return qs


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
        asked = self.columns[value.removeprefix("-")]
        column = F(asked) if isinstance(asked, str) else asked
        down = value.startswith("-")
        return qs.order_by(
            column.desc(nulls_last=True) if down else column.asc(nulls_last=True), "pk"
        )


def filled(field: str) -> Expression:
    """A text to sort by, where empty means not known and comes last."""
    return NullIf(F(field), Value(""))
