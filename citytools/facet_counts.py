"""How many rows each value of each filter would leave, all other filters as they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, Value

from citytools.grammar import FactFilter
from citytools.narrowing import Narrowing

Counts = dict[str, dict[str, int]]


def of(chosen: FactFilter) -> Counts:
    """{filter: {value: rows}} of every filter that can be counted, asked in one statement.

    A filter's own choice is left out of its counts: they say what choosing another, or one more,
    would bring. A value without rows is not among them.
    """
    narrowings = _narrowings(chosen)
    counts: Counts = {name: {} for name in narrowings}
    for name, key, rows in _asked(chosen, narrowings):
        if key is not None:
            value = narrowings[name].name(key)
            counts[name][value] = counts[name].get(value, 0) + rows
    return counts


def _narrowings(chosen: FactFilter) -> dict[str, Narrowing]:
    methods = {name: getattr(one, "narrow", None) for name, one in chosen.filters.items()}
    return {
        name: method
        for name, method in methods.items()
        if isinstance(method, Narrowing) and method.tallies and name not in chosen.apart
    }


@dataclass(frozen=True)
class _Part:
    """One tally as SQL; `shared` says that it reads the rows that all the filters leave."""

    sql: str
    values: Sequence[Any]
    shared: bool


def _asked(chosen: FactFilter, narrowings: dict[str, Narrowing]) -> list[tuple[str, str, int]]:
    """(filter, key, rows); the rows that most filters share are found once, as `chosen`.

    Written as a SELECT around all: a statement that begins with WITH or a bracket is taken for a
    write by the middleware of the history, which then adds its context to it.
    """
    parts = [part for name, how in narrowings.items() for part in _parts(chosen, name, how)]
    if not parts:
        return []
    shared = [part for part in parts if part.shared]
    before, first = _found_once(chosen, shared) if shared else ("", ())
    union = " UNION ALL ".join(f"({part.sql})" for part in parts)
    values = [*first, *(value for part in parts for value in part.values)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({before} {union}) AS counted", values)  # noqa: S608 (Django's)
        return list(cursor.fetchall())


def _parts(chosen: FactFilter, name: str, narrowing: Narrowing) -> Iterator[_Part]:
    """The tallies of a filter, over all rows or over as many as the other filters leave."""
    others = {other for other, value in chosen.named.items() if value and other != name}
    shared = not chosen.named.get(name) and bool(others - {"sort"})
    rows = chosen.queryset.order_by() if shared else chosen.rows_but_for(name)
    for tally in narrowing.tallies:
        told = tally(rows).annotate(facet=Value(name))
        named = told.values_list("facet", "facet_key", "facet_n")
        sql, values = named.query.sql_with_params()
        if shared:
            # Not the table but its chosen rows, under its name: then nothing is joined to find them
            table = re.escape(connection.ops.quote_name(_model(chosen)._meta.db_table))
            sql = re.sub(rf"FROM ({table})( U\d+)?", _chosen_instead, sql)
        yield _Part(sql, values, shared)


def _chosen_instead(found: re.Match[str]) -> str:
    return f"FROM chosen AS{found[2] or ' ' + found[1]}"


def _found_once(chosen: FactFilter, parts: Sequence[_Part]) -> tuple[str, Sequence[Any]]:
    """The chosen rows as a first part of the statement, with the columns that the others name."""
    fields = _model(chosen)._meta.concrete_fields
    named = [one for one in fields if any(f'."{one.column}"' in part.sql for part in parts)]
    rows = chosen.rows_but_for("").values(*(one.attname for one in named))
    sql, values = rows.query.sql_with_params()
    columns = ", ".join(connection.ops.quote_name(str(one.column)) for one in named)
    return f"WITH chosen ({columns}) AS MATERIALIZED ({sql})", values


def _model(chosen: FactFilter) -> type[Model]:
    model: type[Model] = chosen.queryset.model
    return model
