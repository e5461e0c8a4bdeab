"""The query string: one grammar for every page, chart and file.

Slugs may repeat (OR within one name, AND across names). What is not understood is named, never
ignored: the page shows it with status 400, a file answers 400 with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from citytools.history.former_keys import QueryMovedError, present_keys
from citytools.lists.columns import Column
from citytools.lists.fields import (
    MULTIPLE,
    NOT_KNOWN,
    RECORD_FIELDS,
    LinkedReason,
    find_by_name,
    perhaps_meant,
)


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
