"""How a filter set stands on a page: one group of inputs per filter, usable without JavaScript."""

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import connection
from django.db.models import Count, Expression, F, Model, QuerySet, Value

from citytools.lists.filters import CountByColumn, CountByLink, FactFilterSet, Keyed, Narrowing
from citytools.lists.query_form import MULTIPLE, QueryForm

_COUNTED_PAIRS = "SELECT key, count(*) FROM ({pairs}) AS pairs (key, owner) GROUP BY key"
_VALUES = (
    "SELECT %s::text AS facet, {value} AS facet_key, sum(n)::bigint AS facet_n FROM {counted} "
    "GROUP BY 2"
)
_KEYS = "SELECT %s::text AS facet, key AS facet_key, n AS facet_n FROM {counted}"
_NAMED_KEYS = (
    "SELECT %s::text AS facet, named.facet_key, sum(counted.n)::bigint AS facet_n "
    "FROM ({names}) AS named (facet_key, key) JOIN {counted} AS counted USING (key) GROUP BY 2"
)
_Sql = tuple[str, Sequence[Any]]
"""A statement or a part of one, and its parameters."""


@dataclass
class _ColumnCounts:
    """Counts of the same rows by columns of their own, all taken in one scan.

    The columns are closed lists, so that few combinations occur.
    """

    rows: QuerySet[Any]
    shared: bool
    facets: dict[Expression, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Names of facets by what they count."""

    def combinations(self) -> QuerySet[Any]:
        """How many rows there are of each combination of value_0, value_1, …"""
        values = {f"value_{number}": value for number, value in enumerate(self.facets)}
        bare = self.rows.select_related(None).prefetch_related(None).order_by()
        grouped: QuerySet[Any] = bare.annotate(**values).values(*values).annotate(n=Count("*"))
        return grouped


@dataclass
class FacetStatement:
    """One statement that counts the rows of `model` for all facets: (facet, key, rows).

    Counts that are shared read the rows that `execute` is given, selected once, in place of the
    model's table: under the table's own name, so that nothing is joined to find them.
    """

    # Grouped counts joined by the ORM's union() scan the rows once for each facet. Measured at
    # 80,900 systems and 26,000 contracts, the least of five in ms, this statement against union():
    # all systems 114 / 253, those of Camden 45 / 81, live ones 191 / 270; all contracts 331 / 278,
    # Camden's 99 / 298. Grouped by foreign keys and named by a second union() it was slower still.

    model: type[Model]
    _by_column: dict[str, _ColumnCounts] = field(default_factory=dict)
    _by_key: dict[str, tuple[str, _Sql]] = field(default_factory=dict)
    _union: list[_Sql] = field(default_factory=list)
    _shared: list[str] = field(default_factory=list)

    def add(
        self, facet: str, tally: CountByColumn | CountByLink, rows: QuerySet[Any], *, shared: bool
    ) -> None:
        """Count rows for a facet; where it goes by a key, by the key first."""
        if isinstance(tally, CountByLink):
            of_all = not shared and not rows.query.where
            self._add_keyed(facet, tally.by_key(rows, of_all=of_all), shared=shared)
        elif keyed := tally.by_key(rows):
            self._add_keyed(facet, keyed, shared=shared)
        else:
            sql, values = rows.order_by().values("pk").query.sql_with_params()
            counts = _ColumnCounts(rows, shared)
            same = self._by_column.setdefault(f"{shared} {sql} {values}", counts)
            same.facets[tally.value].append(facet)

    def _add_keyed(self, facet: str, keyed: Keyed, *, shared: bool) -> None:
        counted, values = self._compile(keyed.counted, shared=shared)
        if keyed.pairs:
            counted = _COUNTED_PAIRS.format(pairs=counted)
        alias = f"counted_{len(self._by_key)}"
        # The same keys of the same rows may serve several facets
        known, _ = self._by_key.setdefault(f"{counted} {values}", (alias, (counted, values)))
        if keyed.names is None:
            self._union.append((_KEYS.format(counted=known), [facet]))
            return
        names, parameters = keyed.names.query.sql_with_params()
        sql = _NAMED_KEYS.format(names=names, counted=known)
        self._union.append((sql, [facet, *parameters]))

    def execute(self, selected: QuerySet[Any]) -> list[tuple[str, str, int]]:
        """(facet, key, rows) of all counts."""
        by_column = [
            self._column_counts(number, counts)
            for number, counts in enumerate(self._by_column.values())
        ]
        if not self._union:
            return []
        first = [self._selected_once(selected)] if self._shared else []
        first += by_column
        for alias, (counted, values) in self._by_key.values():
            first.append((f"{alias} (key, n) AS MATERIALIZED ({counted})", values))
        before = f"WITH {', '.join(sql for sql, _ in first)} " if first else ""
        union = " UNION ALL ".join(f"({sql})" for sql, _ in self._union)
        parameters = [value for _, values in [*first, *self._union] for value in values]
        with connection.cursor() as cursor:
            # A SELECT around all: the middleware of the history takes a statement that begins with
            # WITH or a bracket for a write, and adds its context to it
            cursor.execute(f"SELECT * FROM ({before}{union}) AS counted", parameters)  # noqa: S608 (Django's)
            return list(cursor.fetchall())

    def _column_counts(self, number: int, counts: _ColumnCounts) -> _Sql:
        """The part of the statement that counts them; adds each facet to the union."""
        alias = f"valued_{number}"
        for position, facets in enumerate(counts.facets.values()):
            sql = _VALUES.format(value=f"value_{position}", counted=alias)
            self._union += [(sql, [facet]) for facet in facets]
        sql, values = self._compile(counts.combinations(), shared=counts.shared)
        columns = ", ".join(f"value_{position}" for position in range(len(counts.facets)))
        return f"{alias} ({columns}, n) AS MATERIALIZED ({sql})", values

    def _compile(self, rows: QuerySet[Any], *, shared: bool) -> _Sql:
        """The SQL of a queryset; where it is shared, it reads `selected` for the model's table."""
        sql, values = rows.query.sql_with_params()
        if shared:
            self._shared.append(sql)
            table = connection.ops.quote_name(self.model._meta.db_table)
            # Django writes the alias of a table only where it is not the table's name
            sql = re.sub(
                rf"FROM {re.escape(table)}( [A-Z]+\d+)?",
                lambda match: f"FROM selected AS{match[1] or ' ' + table}",
                sql,
            )
        return sql, values

    def _selected_once(self, selected: QuerySet[Any]) -> _Sql:
        """The rows as a first part of the statement, with the columns that its counts name."""
        columns = [
            column
            for column in self.model._meta.concrete_fields
            if any(f'."{column.column}"' in sql for sql in self._shared)
        ]
        rows = selected.values(*(column.attname for column in columns))
        sql, values = rows.query.sql_with_params()
        names = ", ".join(connection.ops.quote_name(str(column.column)) for column in columns)
        return f"selected ({names}) AS MATERIALIZED ({sql})", values


def count_facets(
    filterset: FactFilterSet, among: Container[str] | None = None
) -> dict[str, dict[str, int]]:
    """{filter: {value: rows}} of the filters that can be counted, in one statement.

    All of them, or those whose names are `among` some. A filter's own value is left out of its
    counts: they say what another value, or one more, would bring. A value without rows is not
    among them.
    """
    narrowings = {
        name: narrowing
        for name, item in filterset.filters.items()
        if isinstance(narrowing := getattr(item, "narrow", None), Narrowing)
        and narrowing.tallies
        and name not in filterset.display_filters
        and (among is None or name in among)
    }
    statement = FacetStatement(filterset.queryset.model)
    for name, narrowing in narrowings.items():
        used = {other for other, value in filterset.values.items() if value and other != name}
        shared = not filterset.values.get(name) and bool(used - {"sort"})
        all_rows = filterset.queryset.order_by()
        rows = all_rows if shared else filterset.rows_without_filter(name)
        for tally in narrowing.tallies:
            statement.add(name, tally, rows, shared=shared)
    counts: dict[str, dict[str, int]] = {name: {} for name in narrowings}
    for name, key, number in statement.execute(filterset.rows_without_filter("")):
        if key is not None:
            value = narrowings[name].name(key)
            counts[name][value] = counts[name].get(value, 0) + number
    return counts


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
        annotations = records.query.annotations
        label = "label" if "label" in annotations else "name"
        aside = F("aside") if "aside" in annotations else Value(False)
        return list(records.values_list("slug", label, aside)[: MAX_OPTIONS + 1])
    if isinstance(field, forms.ChoiceField):
        return [(str(value), str(label), False) for value, label in field.choices]  # type: ignore[misc, union-attr]
    return []


def _count_for_value(rows: Mapping[str, int] | None, value: str) -> int | None:
    """None where nothing is counted; the empty value of a drop-down is no value."""
    return rows.get(value, 0) if rows is not None and value else None
