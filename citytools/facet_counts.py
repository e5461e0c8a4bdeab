"""How many rows each value of each filter would leave, all other filters as they are."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.expressions import RawSQL

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


def _asked(chosen: FactFilter, narrowings: dict[str, Narrowing]) -> list[tuple[str, str, int]]:
    """(filter, key, rows); the rows that most filters share are found once, as `chosen`.

    Written as a SELECT around all: a statement that begins with WITH or a bracket is taken for a
    write by the middleware of the history, which then adds its context to it.
    """
    parts = [part for name, how in narrowings.items() for part in _parts(chosen, name, how)]
    if not parts:
        return []
    union, values = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    shared, first = chosen.rows_but_for("").values("pk").query.sql_with_params()
    asked = f"WITH chosen (id) AS MATERIALIZED ({shared}) {union}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({asked}) AS counted", [*first, *values])  # noqa: S608 (Django's)
        return list(cursor.fetchall())


def _parts(chosen: FactFilter, name: str, narrowing: Narrowing) -> Iterator[QuerySet[Any]]:
    for tally in narrowing.tallies:
        told = tally(_rows(chosen, name)).annotate(facet=Value(name))
        yield told.values_list("facet", "facet_key", "facet_n")


def _rows(chosen: FactFilter, name: str) -> QuerySet[Any]:
    """The rows that a filter is counted over: all, or as many as the other filters leave."""
    others = {other for other, value in chosen.named.items() if value and other != name}
    if chosen.named.get(name) or not others - {"sort"}:
        rows: QuerySet[Any] = chosen.rows_but_for(name)
        return rows
    every = chosen.queryset.order_by()
    return every.filter(pk__in=RawSQL("SELECT id FROM chosen", []))
