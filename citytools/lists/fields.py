"""The inputs of filters and forms: what a name of the query string may hold, and records by the
names that somebody types into them: exactly, or the nearest, by the table of search names.
"""

import copy
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.html import format_html, format_html_join

from citytools.facts import dates
from citytools.worlds.addresses import note_query_records

Choices = Sequence[tuple[Any, Any]]
NOT_KNOWN = ("not_known", "Not known")
"""The value for rows of which it is not known, where they can be chosen."""


def _unknown_record(label: str, *, listed: bool = True) -> dict[str, str]:
    words = f"“%(value)s” is not a {label.lower()} known here. Check the spelling"
    return {"invalid_choice": words + (" or choose from the list." if listed else ".")}


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


MAX_NEAREST = 3
"""Records that are named where a value is none."""
MAX_NAMES = 20
"""Names looked up for one address: whoever sends more gets them named as not known."""
MAX_LETTERS = 200
"""More than any name has: each word is looked for, and 1,200 of them took 7 s."""
_TABLE = "citytools_searchname"
# Words of a description are no name
_NAMES = "name.kind = %s AND name.role <> 'text'"
_EXACT = f"""
SELECT asked.text, name.record, name.role = 'name'
FROM unnest(%s::text[]) AS asked (text)
JOIN {_TABLE} AS name ON name.words = search_words(asked.text) AND {_NAMES}
WHERE name.words <> ''
ORDER BY asked.text, name.record
"""  # noqa: S608 (our own table)
# First what begins so, then where a word does, then what is most like it: whole or in a part
_NEAR = f"""
WITH asked AS MATERIALIZED (
    SELECT words, replace(words, ' ', '') AS squashed FROM search_words(%s) AS words
)
SELECT record, term, is_own
FROM (
    SELECT DISTINCT ON (name.record) name.record, name.term, name.role = 'name' AS is_own,
        CASE WHEN starts_with(name.words, asked.words) THEN 2
             WHEN strpos(' ' || name.words, ' ' || asked.words) > 0 THEN 1 ELSE 0 END AS step,
        greatest(
            similarity(name.squashed, asked.squashed),
            0.9 * strict_word_similarity(asked.words, name.words)
        ) AS likeness
    FROM asked
    JOIN {_TABLE} AS name ON {_NAMES} AND (
        name.kind = 'borough'
        OR name.id IN (
            SELECT search_candidates(ARRAY[words], string_to_array(words, ' ')) FROM asked
        )
    )
    WHERE asked.words <> '' AND name.record = ANY(ARRAY({{rows}}))
    ORDER BY name.record, step DESC, likeness DESC, is_own DESC, name.term
) AS nearest
WHERE step > 0 OR likeness >= 0.25
ORDER BY step DESC, likeness DESC, length(term), term, record
LIMIT %s
"""  # noqa: S608 (our own table)


@dataclass(frozen=True)
class NamedRecord:
    """A record like what was typed; `also` is its other name that is, if it is not its own."""

    record: Any
    also: str = ""


def find_by_name(rows: QuerySet[Any], texts: Sequence[str]) -> Mapping[str, list[Any]]:
    """The records of each text that is a whole name of any; an own name goes before others'."""
    texts = [text for text in dict.fromkeys(texts) if _may_be_name(text)][:MAX_NAMES]
    if not texts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_EXACT, [texts, _kind(rows)])
        matches = cursor.fetchall()
    records = rows.in_bulk({record for _, record, _ in matches})
    found: dict[str, list[Any]] = {}
    for text in texts:
        ours = {key: own for name, key, own in matches if name == text and key in records}
        keys = [key for key, own in ours.items() if own] or list(ours)
        if keys:
            found[text] = [records[key] for key in keys]
    return found


def nearest_by_name(rows: QuerySet[Any], text: str, limit: int) -> list[NamedRecord]:
    """The records whose names are most like the text, best first; none for a text of signs."""
    if not _may_be_name(text):
        return []
    keys, parameters = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_NEAR.format(rows=keys), [text, _kind(rows), *parameters, limit])
        matches = cursor.fetchall()
    records = rows.in_bulk([record for record, _, _ in matches])
    return [
        NamedRecord(records[key], "" if is_own else term)
        for key, term, is_own in matches
        if key in records
    ]


def perhaps_meant(rows: QuerySet[Any], text: str) -> list[Any]:
    """The records of that name, where they are several, or else the nearest."""
    same = find_by_name(rows, [text]).get(text)
    return (same or [match.record for match in nearest_by_name(rows, text, MAX_NEAREST)])[
        :MAX_NEAREST
    ]


def _may_be_name(text: str) -> bool:
    return "\0" not in text and len(text) <= MAX_LETTERS


def _kind(rows: QuerySet[Any]) -> str:
    model: type[Model] = rows.model
    return str(model._meta.verbose_name)


class LinkedReason(str):
    """A reason with a sentence of links: in a file plain words, on a page links."""

    __slots__ = ("_links",)
    _links: Sequence[tuple[str, str]]

    def __new__(cls, reason: str, links: Sequence[tuple[str, str]]) -> Self:
        """With (what it leads to, query string) of each link."""
        words = ", ".join(label for label, _ in links)
        text = super().__new__(cls, f"{reason} The nearest: {words}.")
        text._links = links
        return text

    def __html__(self) -> str:
        links = format_html_join(", ", '<a href="?{1}">{0}</a>', self._links)
        words = ", ".join(label for label, _ in self._links)
        return format_html("{}{}.", self.removesuffix(f"{words}."), links)
