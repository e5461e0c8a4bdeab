"""The query string: one grammar for every page, chart and file.

Slugs may repeat (OR within one name, AND across names). What is not understood is named, never
ignored: the page shows it with status 400, a file answers 400 with the reason.
"""

import copy
import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from citytools.facts import dates
from citytools.history.former_keys import QueryMovedError, present_keys
from citytools.lists.columns import Column
from citytools.lists.name_lookup import LinkedReason, find_by_name, perhaps_meant
from citytools.worlds.addresses import note_query_records

# Filters take them for their inputs, and a page's form takes them as they are.

Choices = Sequence[tuple[Any, Any]]
NOT_KNOWN = ("not_known", "Not known")
"""The value for rows of which it is not known, where they can be chosen."""


def _unknown_record(label: str, *, listed: bool = True) -> dict[str, str]:
    words = f"“%(value)s” is not a {label.lower()} known here. Check the spelling"
    return {"invalid_choice": words + (" or choose from the list." if listed else ".")}


def _present_slugs(field: forms.Field, slugs: Sequence[str]) -> list[str]:
    """The slugs, each former one (or a borough's GSS code) as its record is called now."""
    if not isinstance(field, RECORD_FIELDS):
        return list(slugs)
    model = field.queryset.model
    names = _without_nul(slugs)
    known = set(model._default_manager.filter(slug__in=names).values_list("slug", flat=True))
    unknown = [name for name in names if name not in known]
    present = present_keys(model, "slug", unknown)
    if hasattr(model, "gss_code"):
        codes = model._default_manager.filter(gss_code__in=unknown)
        present |= dict(codes.values_list("gss_code", "slug"))
    return [slug if slug in known else present.get(slug, slug) for slug in slugs]


def _without_nul(texts: Sequence[str]) -> list[str]:
    """PostgreSQL knows no text with one, so none of its names has one."""
    return [text for text in texts if "\0" not in text]


class _FlatCopyMixin:
    """A field that a form copies as it is: to copy all that hangs on it took 2 ms a list.

    Templates write the inputs themselves, so that nothing changes its widget.
    """

    error_messages: dict[str, Any]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        field = copy.copy(self)
        field.error_messages = dict(self.error_messages)
        return field


class _RowsMixin(_FlatCopyMixin):
    """A field of records: all that may be chosen."""

    queryset: Any

    @property
    def rows(self) -> QuerySet[Any]:
        """A fresh query, since the field itself outlives a request."""
        rows: QuerySet[Any] = self.queryset.all()
        return rows


class RecordField(_RowsMixin, forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """The slug of a record."""

    def __init__(self, label: str, queryset: QuerySet[Any]) -> None:
        super().__init__(
            queryset,
            label=label,
            required=False,
            to_field_name="slug",
            error_messages=_unknown_record(label),
        )


@dataclass(frozen=True)
class RecordsOrNone:
    """The records chosen of a filter, together with rows that have none."""

    records: QuerySet[Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records)


class RecordsField(_RowsMixin, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Slugs of any number of records, and `not_known` where it is `optional`.

    Those that are `looked_up` are too many to be listed; those `within` another filter are listed
    as far as they are in the groups chosen there, and otherwise looked up.
    """

    def __init__(
        self,
        label: str,
        queryset: QuerySet[Any],
        *,
        looked_up: bool = False,
        within: str = "",
        optional: bool = False,
    ) -> None:
        looked_up = looked_up or bool(within)
        self.looked_up, self.within, self.optional = looked_up, within, optional
        super().__init__(
            queryset,
            label=label,
            required=False,
            to_field_name="slug",
            widget=forms.CheckboxSelectMultiple,
            error_messages=_unknown_record(label, listed=not looked_up),
        )

    def clean(self, value: Any) -> Any:
        """The records, as `RecordsOrNone` where rows that have none are chosen too."""
        slugs = [slug for slug in value or () if not (self.optional and slug == NOT_KNOWN[0])]
        records: QuerySet[Any] = super().clean(slugs)
        if slugs:
            note_query_records(records)
        return records if len(slugs) == len(value or ()) else RecordsOrNone(records)


RECORD_FIELDS = (RecordField, RecordsField)


class OptionField(_FlatCopyMixin, forms.ChoiceField):
    """A value of a closed list; `wrong` says what to write, with {known} for the values."""

    def __init__(
        self,
        label: str,
        choices: Choices,
        wrong: str = "“%(value)s” is not known here. Write one of: {known}.",
        **options: Any,
    ) -> None:
        known = ", ".join(str(value) for value, _ in choices if value)
        messages = {"invalid_choice": wrong.format(known=known)}
        super().__init__(
            label=label, choices=choices, required=False, error_messages=messages, **options
        )


class YesNoField(OptionField):
    """Yes, no, or neither of them."""

    def __init__(self, label: str) -> None:
        choices = [("", "Both"), ("yes", "Yes"), ("no", "No")]
        super().__init__(label, choices, "“%(value)s”: write yes or no.")


class OptionsField(_FlatCopyMixin, forms.MultipleChoiceField):
    """Values of a closed list; one that is stored is a function, called once for each form."""

    _choices: list[tuple[Any, Any]] | None

    def __init__(self, label: str, choices: Choices | Callable[[], Choices]) -> None:
        self.source = choices
        super().__init__(label=label, required=False, widget=forms.CheckboxSelectMultiple)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        field = super().__deepcopy__(memo)
        field._choices = None  # those of another world, or of earlier data
        return field

    # Django would call the function again for each value that it checks
    @property
    def choices(self) -> Any:
        """The choices as they are now."""
        if self._choices is None:
            self._choices = list(self.source() if callable(self.source) else self.source)
        return self._choices

    @choices.setter
    def choices(self, value: Any) -> None:
        self._choices = None

    def validate(self, value: Any) -> None:
        """ValidationError that names the values there are."""
        known = ", ".join(str(value) for value, _ in self.choices) or "none yet"
        wrong = f"“%(value)s” is not a {str(self.label).lower()}. Write one of: {known}."
        self.error_messages["invalid_choice"] = wrong
        super().validate(value)


class DayField(_FlatCopyMixin, forms.DateField):
    """An ISO date."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": "Write a date as 2026-11-30."},
        )


class PastDayField(DayField):
    """An ISO date that has begun."""

    def clean(self, value: Any) -> datetime.date | None:
        """ValidationError for a day ahead."""
        day: datetime.date | None = super().clean(value)
        today = dates.today()
        if day and day > today:
            raise forms.ValidationError(f"{day} lies ahead: write {today} or an earlier day.")
        return day


class MonthsField(forms.IntegerField):
    """A whole number of months."""

    def __init__(self, label: str, max_months: int) -> None:
        wrong = f"Write whole months, 0 to {max_months}."
        super().__init__(
            label=label,
            required=False,
            min_value=0,
            max_value=max_months,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
        )


MULTIPLE = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
"""Fields that take any number of values."""


@dataclass(frozen=True)
class FilterChip:
    """One active value, and the query string that takes it away."""

    name: str
    label: str
    value: str
    without: str


def without_blanks(data: QueryDict) -> QueryDict:
    """A query string without values that are empty: forms send their empty inputs too."""
    filled = QueryDict(mutable=True)
    for name, values in data.lists():
        if texts := [value for value in values if value.strip()]:
            filled.setlist(name, texts)
    return filled


class QueryStringMixin:
    """What was understood of a query string, what not, in words, and with changes.

    Filter sets and forms share it: `query_form` is the form that reads the query string.
    """

    primary_filters: ClassVar[tuple[str, ...]] = ()
    """Filters that stand open on the page; the others are folded."""
    non_filter_names: ClassVar[frozenset[str]] = frozenset()
    """Names that belong to the list or the file, not to the rows chosen."""
    display_filters: ClassVar[frozenset[str]] = frozenset({"sort"})
    """Filters that say how rows are shown, not which: they are no inputs beside the list."""
    quiet_filters: ClassVar[frozenset[str]] = frozenset({"counted"})
    """Filters that a link brings: they are inputs only where they are given."""
    columns: ClassVar[Sequence[Column]] = ()
    """All columns of the list's file."""
    data: Any

    @property
    def query_form(self) -> forms.Form:
        """The form of these values."""
        raise NotImplementedError

    def accept_former_slugs(self) -> bool:
        """Put present slugs in place of former ones in the query string; whether there are any.

        A bookmark outlives a rename. Without a problem no query is made for this.
        """
        data = self.data.copy()
        for name in self.query_form.errors:
            if field := self.query_form.fields.get(name):
                data.setlist(name, _present_slugs(field, data.getlist(name)))
        changed = bool(data != self.data)
        self.data = data if changed else self.data
        if names := self._names_as_slugs():
            raise QueryMovedError(names)
        return changed

    def _names_as_slugs(self) -> dict[str, list[str]]:
        """{filter: slugs} where a value is the whole name of one record, whatever its slug."""
        changes = {}
        for name, field in self._fields_with_errors():
            values = self.data.getlist(name)
            known = set(field.rows.filter(slug__in=_without_nul(values)).values_list("slug"))
            unknown = [value for value in values if (value,) not in known]
            found = find_by_name(field.rows, unknown)
            slugs = {text: same[0].slug for text, same in found.items() if len(same) == 1}
            if getattr(field, "optional", False):
                slugs |= {text: NOT_KNOWN[0] for text in unknown if _means_not_known(text)}
            if slugs:
                changes[name] = list(dict.fromkeys(slugs.get(value, value) for value in values))
        return changes

    def _fields_with_errors(self) -> list[tuple[str, Any]]:
        fields = self.query_form.fields
        names = [name for name in self.query_form.errors if name in fields]
        return [(name, fields[name]) for name in names if isinstance(fields[name], RECORD_FIELDS)]

    def _nearest(self, name: str, error: ValidationError, reason: str) -> str:
        """The reason with links to the records that may have been meant."""
        field, wrong = self.query_form.fields.get(name), (error.params or {}).get("value")
        if not isinstance(field, RECORD_FIELDS) or not isinstance(wrong, str):
            return reason
        values = self.data.getlist(name)
        links = [
            (
                f"{record} ({record.slug})",
                self.query_string(**{name: [record.slug if v == wrong else v for v in values]}),
            )
            for record in perhaps_meant(field.rows, wrong)
        ]
        return LinkedReason(reason, links) if links else reason

    @cached_property
    def values(self) -> dict[str, Any]:
        """What was chosen, by name; without what was not understood."""
        self.query_form.is_valid()
        return dict(self.query_form.cleaned_data)

    @cached_property
    def problems(self) -> list[tuple[str, str]]:
        """(parameter, what is wrong with it and the remedy); empty when all is understood."""
        fields = self.query_form.fields
        known = set(fields) | self.non_filter_names
        unknown = [
            (name, f"“{name}” is not understood here. Take it out of the address.")
            for name in self.data
            if name not in known
        ]
        wrong = [
            (name, self._nearest(name, error, text))
            for name, errors in self.query_form.errors.as_data().items()
            for error in errors
            for text in error.messages
        ]
        multiple = {name for name, field in fields.items() if isinstance(field, MULTIPLE)}
        twice = [
            (name, f"“{name}” is given {len(values)} times: give it once.")
            for name, values in self.data.lists()
            if name in known - multiple - {"columns"} and len(values) > 1
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

    def query_string(self, **changes: Iterable[str]) -> str:
        """The query string of this choice with some names changed, without the page."""
        data = self.data.copy()
        data.pop("page", None)
        for name, values in changes.items():
            data.setlist(name, list(values))
        text: str = data.urlencode()
        return text

    @cached_property
    def chips(self) -> list[FilterChip]:
        """Every active value with its words."""
        if self.problems:
            return []
        names = [name for name in self.query_form.fields if name not in self.display_filters]
        return [chip for name in names for chip in self._chips_for(name)]

    def _chips_for(self, name: str) -> list[FilterChip]:
        field, values = self.query_form.fields[name], self.data.getlist(name)
        words = _labels(field, self.values.get(name))
        rest = {value: [other for other in values if other != value] for value in values}
        return [
            FilterChip(
                name,
                str(field.label),
                words.get(value, value),
                self.query_string(**{name: rest[value]}),
            )
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
    def hidden_values(self) -> list[tuple[str, str]]:
        """(name, value) of what is no input beside the list, for its form to carry on."""
        fields = self.query_form.fields
        names = [*(name for name in fields if name in self.display_filters), "columns"]
        return [(name, value) for name in names for value in self.data.getlist(name)]

    def file_name(self, name: str) -> str:
        """What a file of these rows is called, without the suffix."""
        return name


def _means_not_known(text: str) -> bool:
    return text.strip().casefold().replace("_", " ") in {"not known", "unknown"}


def _labels(field: forms.Field, cleaned: Any) -> dict[str, str]:
    """What the values of a field are called."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return dict([NOT_KNOWN]) | {record.slug: str(record) for record in cleaned or ()}
    if isinstance(field, forms.ChoiceField):
        choices: Iterable[Any] = field.choices  # type: ignore[assignment]  # stubs: maybe callable
        return {str(value): str(label) for value, label in choices}
    return {}


class QueryForm(QueryStringMixin, forms.Form):
    """The query string of a page without rows to narrow; subclasses name what it may hold.

    The page is shown all the same, as if what was not understood had not been asked.
    """

    remedy = "The page is shown without it."

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(without_blanks(request.GET))
        self.all = request.path
        if self.accept_former_slugs():
            self.full_clean()

    @property
    def query_form(self) -> forms.Form:
        """This form itself."""
        return self

    @classmethod
    def fields_by_name(cls) -> Mapping[str, forms.Field]:
        """What the query string may hold."""
        return cls.base_fields

    @property
    def status(self) -> int:
        """HTTP status: 400 where something was not understood."""
        return 400 if self.problems else 200

    def value(self, name: str, default: str) -> str:
        """What was chosen, or the default where it was not given or not understood."""
        return str(self.values.get(name) or default)


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], asked: QueryForm | None = None
) -> HttpResponse:
    """A page with what was asked of it; by default nothing may be."""
    asked = asked or QueryForm(request)
    return render(request, template, {**context, "asked": asked}, status=asked.status)
