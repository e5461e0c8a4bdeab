"""Many tallies asked in one statement, in which what several of them need is found once."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Expression, Model, QuerySet

from citytools.narrowing import Keyed, along, through

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

    def add(self, name: str, tally: along | through, rows: QuerySet[Any], *, shared: bool) -> None:
        """One more tally of rows; where it goes by a key, by the key first."""
        if isinstance(tally, through):
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
        valued = [self._counted_by_value(at, one) for at, one in enumerate(self._valued.values())]
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
            one
            for one in self.model._meta.concrete_fields
            if any(f'."{one.column}"' in sql for sql in self._shared)
        ]
        rows = chosen.values(*(one.attname for one in named))
        sql, values = rows.query.sql_with_params()
        columns = ", ".join(connection.ops.quote_name(str(one.column)) for one in named)
        return f"chosen ({columns}) AS MATERIALIZED ({sql})", values


def _chosen_instead(found: re.Match[str]) -> str:
    return f"FROM chosen AS{found[2] or ' ' + found[1]}"
