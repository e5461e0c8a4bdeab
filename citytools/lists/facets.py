"""How a filter set stands on a page: one group of inputs per filter, usable without JavaScript."""

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import connection
from django.db.models import Count, Expression, F, Model, QuerySet, Value

from citytools.lists.filters import CountByColumn, CountByLink, Keyed, Narrowing
from citytools.lists.filterset import FactFilterSet
from citytools.lists.query_form import MULTIPLE, QueryForm

_COUNTED_PAIRS = "SELECT key, count(*) FROM ({pairs}) AS pairs (key, owner) GROUP BY key"
_VALUES = (
    "SELECT %s::text AS facet, {value} AS facet_key, sum(n)::bigint AS facet_n FROM {counted} "
    "GROUP BY 2"
)
_KEYS = "SELECT %s::text AS facet, key AS facet_key, n AS facet_n FROM {counted}"
_NAMED_KEYS = (
    "SELECT %s::text AS facet, named.facet_key, sum(counted.n)::bigint AS facet_n "
    "FROM ({named}) AS named (facet_key, key) JOIN {counted} AS counted USING (key) GROUP BY 2"
)


@dataclass
class _Valued:
    """Tallies of the same rows by columns of their own: counted once by all of the columns.

    They are closed lists, so that few combinations occur.
    """

    rows: QuerySet[Any]
    shared: bool
    names: dict[Expression, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Of the tallies, by what they count."""

    def counted(self) -> QuerySet[Any]:
        """How many rows there are of each combination of value_0, value_1, …"""
        values = {f"value_{at}": value for at, value in enumerate(self.names)}
        bare = self.rows.select_related(None).prefetch_related(None).order_by()
        return bare.annotate(**values).values(*values).annotate(n=Count("*"))


@dataclass
class Tallies:
    """A union of (name, key, rows); `model` is what the rows are.

    Tallies marked as shared read the rows that `ask` is given, found once as `chosen`, in place
    of the model's table: under the table's own name, so that nothing is joined to find them.
    """

    model: type[Model]
    _valued: dict[str, _Valued] = field(default_factory=dict)
    _counted: dict[str, tuple[str, tuple[str, Sequence[Any]]]] = field(default_factory=dict)
    _union: list[tuple[str, Sequence[Any]]] = field(default_factory=list)
    _shared: list[str] = field(default_factory=list)

    def add(
        self, name: str, tally: CountByColumn | CountByLink, rows: QuerySet[Any], *, shared: bool
    ) -> None:
        """One more tally of rows; where it goes by a key, by the key first."""
        if isinstance(tally, CountByLink):
            of_all = not shared and not rows.query.where
            self._add_keyed(name, tally.by_key(rows, of_all=of_all), shared=shared)
        elif keyed := tally.by_key(rows):
            self._add_keyed(name, keyed, shared=shared)
        else:
            sql, values = rows.order_by().values("pk").query.sql_with_params()
            same = self._valued.setdefault(f"{shared} {sql} {values}", _Valued(rows, shared))
            same.names[tally.value].append(name)

    def _add_keyed(self, name: str, keyed: Keyed, *, shared: bool) -> None:
        counted, values = self._written(keyed.counted, shared=shared)
        if keyed.pairs:
            counted = _COUNTED_PAIRS.format(pairs=counted)
        place = f"counted_{len(self._counted)}"
        # The same keys of the same rows may serve several tallies
        known, _ = self._counted.setdefault(f"{counted} {values}", (place, (counted, values)))
        if keyed.named is None:
            self._union.append((_KEYS.format(counted=known), [name]))
            return
        named, called = keyed.named.query.sql_with_params()
        self._union.append((_NAMED_KEYS.format(named=named, counted=known), [name, *called]))

    def ask(self, chosen: QuerySet[Any]) -> list[tuple[str, str, int]]:
        """(name, key, rows) of all tallies.

        Written as a SELECT around all: a statement that begins with WITH or a bracket is taken for
        a write by the middleware of the history, which then adds its context to it.
        """
        valued = [
            self._counted_by_value(at, _valued) for at, _valued in enumerate(self._valued.values())
        ]
        if not self._union:
            return []
        first = [self._found_once(chosen)] if self._shared else []
        first += valued
        for place, (counted, values) in self._counted.values():
            first.append((f"{place} (key, n) AS MATERIALIZED ({counted})", values))
        before = f"WITH {', '.join(sql for sql, _ in first)} " if first else ""
        union = " UNION ALL ".join(f"({sql})" for sql, _ in self._union)
        values = [value for _, several in [*first, *self._union] for value in several]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({before}{union}) AS counted", values)  # noqa: S608 (Django's)
            return list(cursor.fetchall())

    def _counted_by_value(self, number: int, valued: _Valued) -> tuple[str, Sequence[Any]]:
        """The part of the statement in which they are counted; adds the tallies to the union."""
        place = f"valued_{number}"
        for at, names in enumerate(valued.names.values()):
            told = _VALUES.format(value=f"value_{at}", counted=place)
            self._union += [(told, [name]) for name in names]
        sql, values = self._written(valued.counted(), shared=valued.shared)
        columns = ", ".join(f"value_{at}" for at in range(len(valued.names)))
        return f"{place} ({columns}, n) AS MATERIALIZED ({sql})", values

    def _written(self, rows: QuerySet[Any], *, shared: bool) -> tuple[str, Sequence[Any]]:
        sql, values = rows.query.sql_with_params()
        if shared:
            self._shared.append(sql)
            table = re.escape(connection.ops.quote_name(self.model._meta.db_table))
            sql = re.sub(rf"FROM ({table})( [A-Z]+\d+)?", _chosen_instead, sql)
        return sql, values

    def _found_once(self, chosen: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
        """The chosen rows as a first part, with the columns that the tallies name."""
        named = [
            concrete_field
            for concrete_field in self.model._meta.concrete_fields
            if any(f'."{concrete_field.column}"' in sql for sql in self._shared)
        ]
        rows = chosen.values(*(one.attname for one in named))
        sql, values = rows.query.sql_with_params()
        columns = ", ".join(connection.ops.quote_name(str(one.column)) for one in named)
        return f"chosen ({columns}) AS MATERIALIZED ({sql})", values


def _chosen_instead(found: re.Match[str]) -> str:
    return f"FROM chosen AS{found[2] or ' ' + found[1]}"


Counts = dict[str, dict[str, int]]


def count_facets(chosen: FactFilterSet, among: Container[str] | None = None) -> Counts:
    """{filter: {value: rows}} of the filters that can be counted, asked in one statement.

    All of them, or those `among` the named ones.

    A filter's own choice is left out of its counts: they say what choosing another, or one more,
    would bring. A value without rows is not among them.
    """
    narrowings = {
        name: narrowing
        for name, narrowing in _narrowings(chosen).items()
        if among is None or name in among
    }
    counts: Counts = {name: {} for name in narrowings}
    for name, key, rows in _grouped_counts(chosen, narrowings):
        if key is not None:
            value = narrowings[name].name(key)
            counts[name][value] = counts[name].get(value, 0) + rows
    return counts


def _narrowings(chosen: FactFilterSet) -> dict[str, Narrowing]:
    methods = {name: getattr(one, "narrow", None) for name, one in chosen.filters.items()}
    return {
        name: method
        for name, method in methods.items()
        if isinstance(method, Narrowing) and method.tallies and name not in chosen.display_filters
    }


def _grouped_counts(
    chosen: FactFilterSet, narrowings: dict[str, Narrowing]
) -> list[tuple[str, str, int]]:
    """(filter, key, rows)."""
    statement = Tallies(chosen.queryset.model)
    for name, narrowing in narrowings.items():
        others = {other for other, value in chosen.values.items() if value and other != name}
        shared = not chosen.values.get(name) and bool(others - {"sort"})
        rows = chosen.queryset.order_by() if shared else chosen.rows_without_filter(name)
        for tally in narrowing.tallies:
            statement.add(name, tally, rows, shared=shared)
    return statement.ask(chosen.rows_without_filter(""))


_Choice = tuple[str, str, bool]
MAX_OPTIONS_UNFOLDED = 60
"""Options up to which a list is boxes to tick; a longer one is a drop-down."""
MAX_OPTIONS = 400
"""Options up to which a list is offered at all: beyond, a name is written as in its address."""


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

    `kind` is boxes, drop-down, slug, date, pounds or words. `any` says that it takes any number of
    values: those chosen of a drop-down or slug are `held` as boxes, and one more can be added.
    """

    name: str
    label: str
    kind: str
    value: str
    options: Sequence[Option]
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


def facets_for(query: FactFilterSet | QueryForm, *, counted: bool = False) -> list[Facet]:
    """The inputs of a list in their order; with how many rows, if counted.

    Values that are too many to list are not counted either.
    """
    fields = {
        name: field
        for name, field in query.query_form.fields.items()
        if name not in query.display_filters
    }
    choices = {name: _choices(field) for name, field in fields.items()}
    listed = {name for name, pairs in choices.items() if len(pairs) <= MAX_OPTIONS}
    counts = count_facets(query, listed) if counted and isinstance(query, FactFilterSet) else {}
    return [_facet(query, name, choices[name], counts.get(name)) for name in fields]


def _facet(
    query: FactFilterSet | QueryForm,
    name: str,
    choices: Sequence[_Choice],
    rows: Mapping[str, int] | None,
) -> Facet:
    field, texts = query.query_form.fields[name], query.data.getlist(name)
    options = [
        Option(key, label, key in texts, _count_for_value(rows, key), aside)
        for key, label, aside in choices
    ]
    counted = [option for option in options if not option.aside]
    kind = _kind(field, len(options))
    multiple = isinstance(field, MULTIPLE)
    known = {option.value: option for option in options}
    selected = [known.get(text, Option(text, text, selected=True)) for text in texts]
    return Facet(
        name=name,
        label=str(field.label),
        kind=kind,
        value=texts[0] if texts and not multiple else str(field.initial or ""),
        options=[] if kind == "slug" else options,
        open=name in query.primary_filters or bool(texts),
        selected_options=selected if multiple and kind != "boxes" else [],
        multiple=multiple,
        present=None if rows is None else sum(bool(option.rows) for option in counted),
        distinct=len(counted),
    )


def _kind(field: forms.Field, options: int) -> str:
    if isinstance(field, forms.DateField):
        return "date"
    if isinstance(field, forms.DecimalField):
        return "pounds"
    if isinstance(field, MULTIPLE):
        if options > MAX_OPTIONS:
            return "slug"
        return "boxes" if options <= MAX_OPTIONS_UNFOLDED else "drop-down"
    return "drop-down" if isinstance(field, forms.ChoiceField) else "words"


def _choices(field: forms.Field) -> list[_Choice]:
    """Each choice, what it is called, and whether it stands aside; of very many one too many.

    A queryset may annotate `label`, where a record is not called by its name alone, and `aside`.
    """
    if isinstance(field, forms.ModelMultipleChoiceField):
        records: Any = field.queryset
        # Words alone: to build some hundred records takes longer than to ask for them
        told = records.query.annotations
        label = "label" if "label" in told else "name"
        aside = F("aside") if "aside" in told else Value(False)
        return list(records.values_list("slug", label, aside)[: MAX_OPTIONS + 1])
    if isinstance(field, forms.ChoiceField):
        return [(str(value), str(label), False) for value, label in field.choices]  # type: ignore[misc, union-attr]
    return []


def _count_for_value(rows: Mapping[str, int] | None, value: str) -> int | None:
    """None where nothing is counted; the empty value of a drop-down is no value."""
    return rows.get(value, 0) if rows is not None and value else None
