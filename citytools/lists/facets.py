"""How a filter set stands on a page: one group of inputs per filter, usable without JavaScript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django import forms
from django.db import connection
from django.db.models import F, Value

from citytools.history.data_version import cached_value, cached_values
from citytools.lists.facet_counts import ListNumbers, count_list
from citytools.lists.fields import MULTIPLE, NOT_KNOWN, RecordsField
from citytools.lists.filters import FactFilterSet
from citytools.lists.query_form import QueryForm

MAX_OPTIONS_UNFOLDED = 60
"""Options up to which a list is boxes to tick; a longer one is a drop-down, unless in groups."""
MAX_OPTIONS = 400
"""Options up to which a list is offered at all: beyond, a name is written as in its address."""


class Choice(NamedTuple):
    """One value that a filter knows, and what it is called.

    `aside` says that it is no part of "n of 33", `group` under what heading it stands, if any.
    """

    value: str
    label: str
    aside: bool = False
    group: str = ""


class Choices(NamedTuple):
    """The values that a filter knows; none where they are too many, or looked up."""

    number: int
    listed: Sequence[Choice]


@dataclass(frozen=True)
class Option:
    """One choice of a group."""

    value: str
    label: str
    selected: bool
    rows: int | None = None
    """How many rows it would leave, where they are counted."""
    aside: bool = False
    """Whether it is offered, but no part of "n of 33"."""


@dataclass(frozen=True)
class Facet:
    """One filter as inputs.

    `kind` is boxes, drop-down, lookup, slug, date, pounds or words. A lookup takes a name and lists
    no options. `multiple` says that it takes any number of values: those chosen of a drop-down,
    lookup or slug are `selected_options`, to be boxes, and one more can be added. `groups` are the
    options under their headings, where they have any.
    """

    name: str
    label: str
    kind: str
    value: str
    options: Sequence[Option]
    groups: Sequence[tuple[str, Sequence[Option]]]
    open: bool
    selected_options: Sequence[Option]
    multiple: bool
    present: int | None = None
    """How many of its values have rows, where they are counted."""
    distinct: int = 0
    """How many values there are for that."""

    @property
    def selected(self) -> int:
        """How many of its values are active."""
        return (
            sum(option.selected for option in self.options)
            or len(self.selected_options)
            or bool(self.value)
        )


def facets_for(query: FactFilterSet | QueryForm, numbers: ListNumbers | None = None) -> list[Facet]:
    """The inputs of a list in their order; with how many rows, if there are numbers."""
    choices = read_choices(query)
    return [_facet(query, name, choices[name], numbers) for name in choices]


def count_for_page(filterset: FactFilterSet) -> ListNumbers:
    """The numbers of a list's page; values that are too many to list are not counted."""
    choices = read_choices(filterset)
    looked_up = {
        name: choices[name].number <= MAX_OPTIONS
        for name in choices
        if _is_looked_up(filterset, name) and name in filterset.narrowings()
    }
    listed = {name for name in choices if choices[name].listed}
    if filterset.given or filterset.queryset.query.where:
        return count_list(filterset, listed, looked_up)
    # Of the whole list they change with the facts alone: 110 ms of the 170 that the page of 32,000
    # contracts took
    numbers: ListNumbers = cached_value(
        ("numbers", type(filterset)), lambda: count_list(filterset, listed, looked_up)
    )
    return numbers


def _facet(
    query: FactFilterSet | QueryForm, name: str, choices: Choices, numbers: ListNumbers | None
) -> Facet:
    field, texts = query.query_form.fields[name], query.data.getlist(name)
    rows = numbers.facets.get(name) if numbers else None
    options = [
        Option(key, label, key in texts, _count_for_value(rows, key), aside)
        for key, label, aside, _ in choices.listed
    ]
    counted = [option for option in options if not option.aside]
    kind = "lookup" if _is_looked_up(query, name) else _kind(field, choices)
    multiple = isinstance(field, MULTIPLE)
    selected: Sequence[Option] = []
    if multiple and kind != "boxes":
        known = {option.value: option for option in options} or _chosen_records(query, name, rows)
        selected = [known.get(text, Option(text, text, selected=True)) for text in texts]
    present = None if rows is None else sum(bool(option.rows) for option in counted)
    if numbers and kind == "lookup":
        present = numbers.present.get(name)
    return Facet(
        name=name,
        label=str(field.label),
        kind=kind,
        value=texts[0] if texts and not multiple else str(field.initial or ""),
        options=options,
        groups=_groups(choices.listed, options),
        open=name in query.primary_filters or bool(texts),
        selected_options=selected,
        multiple=multiple,
        present=present,
        distinct=choices.number if kind == "lookup" else len(counted),
    )


def _groups(choices: Sequence[Choice], options: Sequence[Option]) -> list[tuple[str, list[Option]]]:
    pairs = zip(choices, options, strict=True)
    groups = groupby(pairs, key=lambda pair: pair[0].group)
    return [(group, [option for _, option in members]) for group, members in groups if group]


def _chosen_records(
    query: FactFilterSet | QueryForm, name: str, rows: Mapping[str, int] | None
) -> dict[str, Option]:
    """The records chosen of a filter without a list, by slug."""
    of_records = isinstance(query.query_form.fields[name], RecordsField)
    records = (of_records and query.values.get(name)) or ()
    named = [*((record.slug, str(record)) for record in records), NOT_KNOWN]
    return {slug: Option(slug, label, True, _count_for_value(rows, slug)) for slug, label in named}


def _is_looked_up(query: FactFilterSet | QueryForm, name: str) -> bool:
    field = query.query_form.fields[name]
    if not isinstance(field, RecordsField) or not field.looked_up:
        return False
    return not (field.within and query.values.get(field.within))


def _kind(field: forms.Field, choices: Choices) -> str:
    if isinstance(field, forms.DateField):
        return "date"
    if isinstance(field, forms.DecimalField):
        return "pounds"
    if isinstance(field, MULTIPLE):
        if choices.number > MAX_OPTIONS:
            return "slug"
        grouped = any(choice.group for choice in choices.listed)
        return "boxes" if grouped or choices.number <= MAX_OPTIONS_UNFOLDED else "drop-down"
    return "drop-down" if isinstance(field, forms.ChoiceField) else "words"


def read_choices(query: FactFilterSet | QueryForm) -> dict[str, Choices]:
    """What each input of a list offers, in their order; those of records by one query at most."""
    fields = {
        name: field
        for name, field in query.query_form.fields.items()
        if name not in query.display_filters
        and (name not in query.quiet_filters or query.data.getlist(name))
    }
    of_records = {
        name: (MAX_OPTIONS, type(query), name, _is_looked_up(query, name))
        for name, field in fields.items()
        if isinstance(field, forms.ModelMultipleChoiceField)
    }
    stored = cached_values(
        of_records.values(),
        lambda keys: _read_records([(fields[name], looked_up) for *_, name, looked_up in keys]),
    )
    return {
        name: _choices_within(query, name, stored[of_records[name]])
        if name in of_records
        else _listed_choices(field)
        for name, field in fields.items()
    }


def _choices_within(query: FactFilterSet | QueryForm, name: str, choices: Choices) -> Choices:
    """Of a filter within another, the values in the groups chosen there, and those it has."""
    within = getattr(query.query_form.fields[name], "within", "")
    if not within or not choices.listed:
        return choices
    groups, texts = {str(record) for record in query.values[within]}, query.data.getlist(name)
    listed = [item for item in choices.listed if item.group in groups or item.value in texts]
    if NOT_KNOWN[0] in texts:
        listed.append(Choice(*NOT_KNOWN, aside=True, group=NOT_KNOWN[1]))
    return Choices(len(listed), listed)


def _listed_choices(field: forms.Field) -> Choices:
    if not isinstance(field, forms.ChoiceField):
        return Choices(0, [])
    pairs: Any = field.choices
    choices = [Choice(str(value), str(label)) for value, label in pairs]
    return Choices(len(choices), choices if len(choices) <= MAX_OPTIONS else [])


_NUMBER = "(SELECT json_build_array(count(*)) FROM ({}) AS records)"
_RECORDS = "(SELECT json_agg(records) FROM ({}) AS records)"


def _read_records(fields: Sequence[tuple[Any, bool]]) -> list[Choices]:
    """The records that fields know, in one query: words alone, since to build records takes longer.

    A queryset may annotate `label`, where a record is not called by its name alone, `aside`, and
    `group`. Of those that are looked up, or too many, only their number is told.
    """
    columns, parameters = [], list[Any]()
    for field, looked_up in fields:
        records = field.queryset
        if looked_up:
            sql, values = records.order_by().values("pk").query.sql_with_params()
            columns.append(_NUMBER.format(sql))
        else:
            sql, values = _words(records).query.sql_with_params()
            columns.append(_RECORDS.format(sql))
        parameters += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}", parameters)
        answers = cursor.fetchone()
    return [
        Choices(answer[0], []) if looked_up else _choices(answer or [])
        for (_, looked_up), answer in zip(fields, answers, strict=True)
    ]


def _words(records: Any) -> Any:
    """value, label, aside and group of the records, of very many one too many."""
    annotations = records.query.annotations
    words: dict[str, Any] = {
        "choice_label": F("label" if "label" in annotations else "name"),
        "choice_aside": F("aside") if "aside" in annotations else Value(False),
        "choice_group": F("group") if "group" in annotations else Value(""),
    }
    return records.annotate(**words).values("slug", *words)[: MAX_OPTIONS + 1]


def _choices(rows: Sequence[Mapping[str, Any]]) -> Choices:
    if len(rows) > MAX_OPTIONS:
        return Choices(len(rows), [])
    return Choices(len(rows), [Choice(*(row[name] for name in _COLUMNS)) for row in rows])


_COLUMNS = ("slug", "choice_label", "choice_aside", "choice_group")


def _count_for_value(rows: Mapping[str, int] | None, value: str) -> int | None:
    """None where nothing is counted; the empty value of a drop-down is no value."""
    return rows.get(value, 0) if rows is not None and value else None
