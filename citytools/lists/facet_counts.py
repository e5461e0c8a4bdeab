"""The numbers of a list: rows in all, rows for each value of each filter, and the list's measures.

All of them come from one statement. Its parts that know nothing of the values chosen are compiled
once for each shape of query string: which filters are given.
"""

import datetime
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, Expression, Max, Model, QuerySet, Value

from citytools import worlds
from citytools.facts import dates
from citytools.lists.fields import RecordsOrNone
from citytools.lists.filters import (
    CountByColumn,
    CountByLink,
    FactFilterSet,
    Keyed,
    SumsByName,
)

_Sql = tuple[str, Sequence[Any]]
"""A statement or a part of one, and its parameters."""
_COUNTED_PAIRS = "SELECT key, count(*) FROM ({pairs}) AS pairs (key, owner) GROUP BY key"
_VALUES = "SELECT %s::text AS facet, {value} AS facet_key, sum(n)::bigint AS facet_n FROM {counted}"
_VALUES += " GROUP BY 2"
_KEYS = "SELECT %s::text AS facet, key AS facet_key, n AS facet_n FROM {counted}"
_NAMED = "FROM ({names}) AS named (facet_key, key) JOIN {counted} AS counted USING (key)"
_COUNT = "SELECT %s::text AS facet, named.facet_key, sum(counted.n)::bigint AS facet_n "
_NAMED_KEYS = f"{_COUNT}{_NAMED} GROUP BY 2"
_CHOSEN_KEYS = f"{_COUNT}{_NAMED} WHERE named.facet_key = ANY(%s) GROUP BY 2"
_WITHOUT = "SELECT %s::text AS facet, 'not_known'::text AS facet_key, count(*) AS facet_n "
_WITHOUT += "FROM ({rows}) AS without"
_DISTINCT = f"SELECT %s::text AS facet, '', count(DISTINCT named.facet_key) AS facet_n {_NAMED}"
_MEASURED = "SELECT %s::text AS facet, json_agg(m)::text AS facet_key, 0 AS facet_n FROM ({rows}) m"
_SUMS = "SELECT %s::text AS facet, {rows} AS facet_key, 0 AS facet_n FROM {counted}"
_TOTAL = "SELECT %s::text AS facet, ''::text AS facet_key, sum(n)::bigint AS facet_n FROM {counted}"
_NUMBER = "SELECT %s::text AS facet, ''::text AS facet_key, count(*) AS facet_n FROM {rows}"
# Names of what is no facet: no filter has a blank in its name
_ROWS, _PRESENT, _MEASURE, _TALLY = "all rows", "present ", "measure ", "tally "


@dataclass(frozen=True)
class ListNumbers:
    """What one statement counted for a list.

    `facets` has {value: rows} by filter: a filter's own value is left out of its counts, which say
    what another value, or one more, would bring; a value without rows is not among them. `present`
    says how many values of a looked-up filter have rows. `measures` are the rows of the filter
    set's measures over the chosen rows: those of a query as JSON tells them (a date is text), those
    of a count by column `value` and `rows`.
    """

    total: int
    facets: Mapping[str, Mapping[str, int]]
    present: Mapping[str, int]
    measures: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Part:
    """A compiled part of the statement: named subqueries, what it selects from them, and columns.

    `columns` are those that it reads of the rows selected once.
    """

    subqueries: Sequence[tuple[str, _Sql]]
    selects: Sequence[_Sql]
    columns: frozenset[str]


@dataclass
class _ColumnCounts:
    """Counts of the same rows by columns of their own, and sums over them, all taken in one scan.

    The columns are closed lists, so that few combinations occur.
    """

    rows: QuerySet[Any]
    facets: dict[Expression, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Names of facets by what they count."""
    sums: dict[str, Aggregate] = field(default_factory=dict)

    def combinations(self) -> QuerySet[Any]:
        """Of each combination of value_0, value_1, … how many rows, n, and the sums, sum_0, …"""
        # Without a column to group by, values() would be all of them
        values = {
            f"value_{number}": value for number, value in enumerate(self.facets or [Value("")])
        }
        sums = {f"sum_{number}": value for number, value in enumerate(self.sums.values())}
        bare = self.rows.select_related(None).prefetch_related(None).order_by()
        grouped = bare.annotate(**values).values(*values)
        combinations: QuerySet[Any] = grouped.annotate(n=Count("*"), **sums)
        return combinations

    @property
    def names(self) -> str:
        """The columns of `combinations`."""
        values = [f"value_{number}" for number in range(max(len(self.facets), 1))]
        return ", ".join([*values, "n", *(f"sum_{number}" for number in range(len(self.sums)))])


class _PartBuilder:
    """Compiles counts of the same rows of `model` into a part.

    A part that is shared reads the rows selected once, in place of the model's table: under the
    table's own name, so that nothing is joined to find them. `prefix` keeps its names apart.
    """

    # Grouped counts joined by the ORM's union() scan the rows once for each facet. Measured at
    # 80,900 systems and 26,000 contracts, the least of five in ms, this statement against union():
    # all systems 114 / 253, those of Camden 45 / 81, live ones 191 / 270; all contracts 331 / 278,
    # Camden's 99 / 298. Grouped by foreign keys and named by a second union() it was slower still.

    def __init__(self, rows: QuerySet[Any], prefix: str, *, shared: bool) -> None:
        self.rows, self.prefix, self.shared = rows, prefix, shared
        self.columns: set[str] = set()
        self._columns = _ColumnCounts(rows)
        self._keyed: dict[str, tuple[str, _Sql]] = {}
        self._selects: list[_Sql] = []
        self._links: dict[str, tuple[CountByLink, set[str]]] = {}

    def add(self, facet: str, tally: CountByColumn | CountByLink) -> None:
        """Count the rows for each value of a facet; where it goes by a key, by the key first."""
        keyed = tally.by_key(self.rows) if isinstance(tally, CountByColumn) else tally.by_key()
        if keyed is None:
            self._columns.facets[tally.value].append(facet)  # type: ignore[union-attr]  # a column
            return
        alias = self._add_keyed(keyed, tally)
        if keyed.names is None:
            self._selects.append((_KEYS.format(counted=alias), [facet]))
        else:
            names, values = keyed.names.query.sql_with_params()
            sql = _NAMED_KEYS.format(names=names, counted=alias)
            self._selects.append((sql, [facet, *values]))

    def add_looked_up(
        self, facet: str, tally: CountByColumn | CountByLink, chosen: list[str], *, with_all: bool
    ) -> None:
        """Count rows for the values chosen; perhaps also how many values have any."""
        keyed = tally.by_key(self.rows) if isinstance(tally, CountByColumn) else tally.by_key()
        if keyed is None or keyed.names is None:
            raise ValueError(f"{facet} is looked up, but is no key of another table.")
        alias = self._add_keyed(keyed, tally)
        names, values = keyed.names.query.sql_with_params()
        if with_all:
            sql = _DISTINCT.format(names=names, counted=alias)
            self._selects.append((sql, [f"{_PRESENT}{facet}", *values]))
        if chosen:
            sql = _CHOSEN_KEYS.format(names=names, counted=alias)
            self._selects.append((sql, [facet, *values, chosen]))

    def add_rows_without(self, facet: str, filter_: Any) -> None:
        """Count the rows of which a filter's value is not known, if that can be asked."""
        if without := getattr(filter_, "without", None):
            sql, values = self._compile(self.rows.filter(without).order_by().values("pk"))
            self._selects.append((_WITHOUT.format(rows=sql), [facet, *values]))

    def add_measure(self, name: str, rows: QuerySet[Any]) -> None:
        """The rows of a query over the part's rows, as JSON."""
        sql, values = self._compile(rows)
        self._selects.append((_MEASURED.format(rows=sql), [f"{_MEASURE}{name}", *values]))

    def add_sums(self, name: str, sums: Mapping[str, Aggregate]) -> None:
        """Sums over all rows, taken in the scan that counts by columns, as one row of JSON."""
        pairs = []
        for key, value in sums.items():
            largest = "max" if isinstance(value, Max) else "sum"
            total = f"{largest}(sum_{len(self._columns.sums)})"
            total = f"coalesce({total}, 0)" if isinstance(value, Count) else total
            pairs.append(f"'{key}', {total}")
            self._columns.sums[f"{name} {key}"] = value
        rows = f"json_build_array(json_build_object({', '.join(pairs)}))::text"
        sql = _SUMS.format(rows=rows, counted=f"{self.prefix}combinations")
        self._selects.append((sql, [f"{_MEASURE}{name}"]))

    def add_total(self) -> None:
        """How many rows there are; after all else is added."""
        if self._columns.facets or self._columns.sums:
            self._selects.append((_TOTAL.format(counted=f"{self.prefix}combinations"), [_ROWS]))
        elif self.shared:
            self._selects.append((_NUMBER.format(rows="selected"), [_ROWS]))
        else:
            sql, values = self._compile(self.rows.order_by().values("pk"))
            self._selects.append((_NUMBER.format(rows=f"({sql}) AS every"), [_ROWS, *values]))

    def build(self) -> Part:
        """All that was added."""
        subqueries = [*self._links_once(), *self._keyed.values()]
        selects = list(self._selects)
        if self._columns.facets or self._columns.sums:
            alias = f"{self.prefix}combinations"
            for position, facets in enumerate(self._columns.facets.values()):
                sql = _VALUES.format(value=f"value_{position}", counted=alias)
                selects += [(sql, [facet]) for facet in facets]
            combinations = self._compile(self._columns.combinations())
            subqueries.append((f"{alias} ({self._columns.names})", combinations))
        return Part(subqueries, selects, frozenset(self.columns))

    def _add_keyed(self, keyed: Keyed, tally: CountByColumn | CountByLink) -> str:
        """The name of the subquery (key, n); the same keys of the same rows may serve several."""
        counted, values = (
            self._compile(keyed.counted)
            if isinstance(tally, CountByColumn)
            else self._compile_links(keyed.counted, tally)
        )
        if keyed.pairs:
            counted = _COUNTED_PAIRS.format(pairs=counted)
        alias = f"{self.prefix}keys_{len(self._keyed)}"
        place = f"{counted} {values}"
        if place not in self._keyed:
            self._keyed[place] = (f"{alias} (key, n)", (counted, values))
        return self._keyed[place][0].removesuffix(" (key, n)")

    def _compile_links(self, counted: QuerySet[Any], tally: CountByLink) -> _Sql:
        """The SQL of a query over links, which reads those of the part's rows, selected once.

        All links there are need no selection, unless a view selects them.
        """
        if not (self.shared or self.rows.query.where or worlds.reads_views()):
            return counted.query.sql_with_params()
        sql, values = counted.query.sql_with_params()
        alias = f"{self.prefix}links_{tally.model._meta.model_name}"
        _, columns = self._links.setdefault(alias, (tally, set()))
        columns |= _named_columns(tally.model, sql)
        return _read_from(alias, tally.model, sql), values

    def _links_once(self) -> Iterator[tuple[str, _Sql]]:
        for alias, (tally, needed) in self._links.items():
            fields = [
                field for field in tally.model._meta.concrete_fields if field.attname in needed
            ]
            if self.shared or self.rows.query.where:
                links = tally.links_of(self.rows)
            else:
                links = tally.model._default_manager.order_by()
            names = ", ".join(connection.ops.quote_name(str(column.column)) for column in fields)
            compiled = self._compile(links.values_list(*(column.attname for column in fields)))
            yield f"{alias} ({names})", compiled

    def _compile(self, rows: QuerySet[Any]) -> _Sql:
        """The SQL of a query; where the part is shared, it reads `selected` for the table."""
        sql, values = rows.query.sql_with_params()
        if self.shared:
            self.columns |= _named_columns(self.rows.model, sql)
            sql = _read_from("selected", self.rows.model, sql)
        return sql, values


def _named_columns(model: type[Model], sql: str) -> set[str]:
    """Attributes of a model whose columns a statement may name."""
    fields = model._meta.concrete_fields
    return {field.attname for field in fields if f'."{field.column}"' in sql}


def _read_from(source: str, model: type[Model], sql: str) -> str:
    """A statement that reads a subquery where it read the table, under the table's name there."""
    table = connection.ops.quote_name(model._meta.db_table)
    # Django writes the alias of a table only where it is not the table's name; what is followed by
    # a point is a column, as in EXTRACT(YEAR FROM …)
    return re.sub(
        rf"FROM {re.escape(table)}(?!\.)( [A-Z]+\d+)?",
        lambda match: f"FROM {source} AS{match[1] or ' ' + table}",
        sql,
    )


def count_list(
    filterset: FactFilterSet,
    facets: Collection[str] | None = None,
    looked_up: Mapping[str, bool] | None = None,
) -> ListNumbers:
    """The numbers of a list, in one statement.

    `facets` names the filters whose values are counted; None: all that can be. Of those that are
    `looked_up` only the values chosen are, and where it says true, how many values have rows.
    """
    looked_up, narrowings = looked_up or {}, filterset.narrowings()
    names = narrowings.keys() - looked_up.keys() if facets is None else narrowings.keys() & facets
    counts: dict[str, dict[str, int]] = {name: {} for name in [*names, *looked_up]}
    total, present = 0, dict[str, int]()
    measures: dict[str, list[dict[str, Any]]] = {name: [] for name in filterset.measures}
    for name, key, number in _execute(*_parts(filterset, frozenset(names), looked_up)):
        if name == _ROWS:
            total = number or 0
        elif name.startswith(_MEASURE):
            measures[name.removeprefix(_MEASURE)] = _parse_rows(key)
        elif name.startswith(_TALLY):
            measures[name.removeprefix(_TALLY)].append({"value": key, "rows": number})
        elif name.startswith(_PRESENT):
            present[name.removeprefix(_PRESENT)] = number
        elif key is not None:
            value = narrowings[name].name(key)
            counts[name][value] = counts[name].get(value, 0) + number
    return ListNumbers(total, counts, present, measures)


def count_facets(filterset: FactFilterSet) -> Mapping[str, Mapping[str, int]]:
    """{filter: {value: rows}} of all filters that can be counted."""
    return count_list(filterset).facets


def measure_rows(
    rows: QuerySet[Any], measures: Mapping[str, Callable[[Any], QuerySet[Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """The answers of queries over the same rows, which are selected once, in one statement."""
    builder = _PartBuilder(rows.model._default_manager.order_by(), "", shared=True)
    for name, measure in measures.items():
        builder.add_measure(name, measure(builder.rows))
    answers = {name: key for name, key, _ in _execute([builder.build()], rows.order_by())}
    return {name: _parse_rows(answers[f"{_MEASURE}{name}"]) for name in measures}


def _parse_rows(text: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(text, parse_float=Decimal) if text else []
    return rows


@dataclass(frozen=True)
class _Shape:
    """What the part depends on that knows no value chosen; `filterset` is any of that shape."""

    kind: type[FactFilterSet]
    facets: frozenset[str]
    looked_up: frozenset[str]
    shared: bool
    today: datetime.date
    reads_views: bool
    filterset: FactFilterSet = field(compare=False, repr=False)


def _parts(
    filterset: FactFilterSet, names: frozenset[str], looked_up: Mapping[str, bool]
) -> tuple[list[Part], QuerySet[Any] | None]:
    """The parts of the statement, and the rows that are selected once; None: all there are."""
    used = filterset.given
    with_all = frozenset(name for name, every in looked_up.items() if every)
    shape = _Shape(
        type(filterset),
        names - used,
        with_all - used,
        bool(used),
        dates.today(),
        worlds.reads_views(),
        filterset,
    )
    # Only rows of a table as it is are the same for each filter set of a kind
    plain = not filterset.queryset.query.where
    parts = [_common_part(shape) if plain else _common_part.__wrapped__(shape)]
    parts += [_own_part(filterset, name, looked_up) for name in sorted((names | with_all) & used)]
    for name in sorted((looked_up.keys() - with_all) & used):
        # The rows chosen are those of the values chosen: the others need not be counted
        builder = _PartBuilder(filterset.queryset.order_by(), f"{name}_", shared=True)
        _add_looked_up(builder, filterset, name, with_all=False)
        parts.append(builder.build())
    return parts, filterset.rows_without_filter("") if used else None


# Compiled anew for each page this took 8 ms of 45
@lru_cache(maxsize=512)
def _common_part(shape: _Shape) -> Part:
    """Counts that leave out no filter, measures and the total: of all rows, or those selected."""
    filterset = shape.filterset
    rows = filterset.queryset.order_by()
    builder = _PartBuilder(rows, "", shared=shape.shared)
    for name, narrowing in filterset.narrowings().items():
        for tally in narrowing.tallies:
            if name in shape.facets:
                builder.add(name, tally)
            elif name in shape.looked_up:
                builder.add_looked_up(name, tally, [], with_all=True)
        if name in shape.facets:
            builder.add_rows_without(name, filterset.filters[name])
    for name, measure in filterset.measures.items():
        if isinstance(measure, CountByColumn):
            builder.add(f"{_TALLY}{name}", measure)
        elif isinstance(measure, SumsByName):
            builder.add_sums(name, measure.aggregates)
        else:
            builder.add_measure(name, measure(rows))
    builder.add_total()
    return builder.build()


def _own_part(filterset: FactFilterSet, name: str, looked_up: Mapping[str, bool]) -> Part:
    """Counts of a filter that is given: of the rows that all others leave."""
    builder = _PartBuilder(filterset.rows_without_filter(name), f"{name}_", shared=False)
    if name in looked_up:
        _add_looked_up(builder, filterset, name, with_all=True)
    else:
        for tally in filterset.narrowings()[name].tallies:
            builder.add(name, tally)
        builder.add_rows_without(name, filterset.filters[name])
    return builder.build()


def _add_looked_up(
    builder: _PartBuilder, filterset: FactFilterSet, name: str, *, with_all: bool
) -> None:
    chosen = [record.slug for record in filterset.values[name]]
    for tally in filterset.narrowings()[name].tallies:
        builder.add_looked_up(name, tally, chosen, with_all=with_all)
    if isinstance(filterset.values[name], RecordsOrNone):
        builder.add_rows_without(name, filterset.filters[name])


def _execute(
    parts: Sequence[Part], selected: QuerySet[Any] | None
) -> Iterable[tuple[str, str | None, int]]:
    """(name, key, number) of all parts."""
    subqueries = [] if selected is None else [_selected_once(selected, parts)]
    subqueries += [subquery for part in parts for subquery in part.subqueries]
    selects = [select for part in parts for select in part.selects]
    named = [f"{name} AS MATERIALIZED ({sql})" for name, (sql, _) in subqueries]
    before = f"WITH {', '.join(named)} " if named else ""
    union = " UNION ALL ".join(f"({sql})" for sql, _ in selects)
    parameters = [value for _, (_, values) in subqueries for value in values]
    parameters += [value for _, values in selects for value in values]
    with connection.cursor() as cursor:
        # A SELECT around all: the middleware of the history takes a statement that begins with
        # WITH or a bracket for a write, and adds its context to it
        cursor.execute(f"SELECT * FROM ({before}{union}) AS counted", parameters)  # noqa: S608 (Django's)
        return list(cursor.fetchall())


def _selected_once(rows: QuerySet[Any], parts: Sequence[Part]) -> tuple[str, _Sql]:
    """The rows as a first part of the statement, with the columns that its counts name."""
    needed = set[str]().union(*(part.columns for part in parts))
    columns = [column for column in rows.model._meta.concrete_fields if column.attname in needed]
    selected = rows.values(*(column.attname for column in columns or [rows.model._meta.pk]))
    names = ", ".join(connection.ops.quote_name(str(column.column)) for column in columns)
    return f"selected{f' ({names})' if names else ''}", selected.query.sql_with_params()
