"""Queries of which Python compiles the SQL once, and each database session plans it once.

Of a page of one record that was most of its time: of 19 ms at 80,900 systems Django's compiler took
6 and PostgreSQL's planner 2, or 8 where it looks through the views of the evidence.
"""

import copy
import datetime
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from citytools import worlds

Compiled = TypeVar("Compiled")
Row = TypeVar("Row")
Value = int | str | datetime.date


class _Statement:
    """SQL under the name by which a session knows it; `markers` are to be values given later."""

    def __init__(self, sql: str, parameters: Sequence[Any], markers: Sequence[Value]) -> None:
        positions = [markers.index(value) if value in markers else None for value in parameters]
        self._constants = [value for value in parameters if value not in markers]
        self._sql = _number_parameters(sql, positions)
        key = f"{worlds.schemas()} {self._sql} {self._constants}"
        self._name = f"query_{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
        arguments = f" ({', '.join('%s' for _ in markers)})" if markers else ""
        self._execute = f"EXECUTE {self._name}{arguments}"

    def bind(self, values: Sequence[Value]) -> tuple[str, Sequence[Value]]:
        """SQL that executes it for these values, and its parameters; the session then knows it."""
        connection.prepare(self._name, self._sql, self._constants)  # type: ignore[attr-defined]
        return self._execute, values


class _CompiledPerWorld(Generic[Compiled]):
    """What is compiled for a world from markers in place of values.

    One for each: a session plans a statement anew whenever the search path is another. The SQL may
    depend on the values by its parameters alone: keys, text and days.
    """

    def __init__(self) -> None:
        self._compiled: dict[str, Compiled] = {}

    def compile(self, markers: Sequence[Value]) -> Compiled:
        raise NotImplementedError

    def compiled(self, values: Sequence[Value]) -> Compiled:
        """What is compiled for the present world and values of these types."""
        schemas = worlds.schemas()
        if schemas not in self._compiled:
            markers = [_marker(value, position) for position, value in enumerate(values)]
            self._compiled[schemas] = self.compile(markers)
        return self._compiled[schemas]


class _Selection:
    """A compiled query set."""

    def __init__(self, queryset: QuerySet[Any], markers: Sequence[Value]) -> None:
        self._queryset = queryset
        self._compiler: Any = queryset.query.get_compiler(queryset.db)
        sql, parameters = self._compiler.as_sql()
        self._statement = _Statement(sql, parameters, markers)
        columns = [column for column, *_ in self._compiler.select]
        self._converters = self._compiler.get_converters(columns)

    def rows(self, values: Sequence[Value]) -> list[Any]:
        """The rows as Django makes them, of which only the SQL is another."""
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.get_converters = lambda _: self._converters
        compiler.as_sql = lambda *_, **__: self._statement.bind(values)
        queryset = self._queryset.all()
        queryset.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(queryset)


class PreparedQuery(_CompiledPerWorld[_Selection], Generic[Row]):
    """A function that gives a query set for values, as one that gives its rows."""

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"]) -> None:
        super().__init__()
        self.queryset = build
        update_wrapper(self, build)

    def compile(self, markers: Sequence[Value]) -> _Selection:
        return _Selection(self.queryset(*markers), markers)

    def __call__(self, *values: Value) -> list[Row]:
        """The rows in the present world: one query, and those of what is prefetched."""
        return self.compiled(values).rows(values)


class _Counts:
    """One compiled statement that counts several query sets."""

    def __init__(self, querysets: Mapping[str, QuerySet[Any]], markers: Sequence[Value]) -> None:
        self.all_names, self.names = [*querysets], list[str]()
        parts, parameters = [], list[Any]()
        for name, queryset in querysets.items():
            try:
                sql, values = queryset.order_by().query.sql_with_params()
            except EmptyResultSet:
                continue  # Django knows without asking
            self.names.append(name)
            parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 (Django's own)
            parameters += values
        self.statement = _Statement(f"SELECT {', '.join(parts)}", parameters, markers)


class PreparedCounts(_CompiledPerWorld[_Counts]):
    """A function that gives query sets by name, as one that gives how many rows each has.

    Of `values` it is how many there are without doubles.
    """

    def __init__(self, build: Callable[..., Mapping[str, QuerySet[Any]]]) -> None:
        super().__init__()
        self._build = build
        update_wrapper(self, build)

    def compile(self, markers: Sequence[Value]) -> _Counts:
        return _Counts(self._build(*markers), markers)

    def __call__(self, *values: Value) -> dict[str, int]:
        """How many rows each has in the present world; one query for all."""
        counts = self.compiled(values)
        with connection.cursor() as cursor:
            cursor.execute(*counts.statement.bind(values))
            numbers = dict(zip(counts.names, cursor.fetchone(), strict=True))
        return dict.fromkeys(counts.all_names, 0) | numbers


def _marker(value: Value, position: int) -> Value:
    """What stands for a value while the SQL is compiled: no key, text or day is like it."""
    if isinstance(value, datetime.date):
        return datetime.date.min + datetime.timedelta(days=position)
    return f"parameter {position}" if isinstance(value, str) else -1_000_000_001 - position


def _number_parameters(sql: str, positions: Sequence[int | None]) -> str:
    """The SQL with $1 for each parameter that has a position, and %s for the others."""
    remaining: Iterator[int | None] = iter(positions)

    def number(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%%"
        position = next(remaining)
        return "%s" if position is None else f"${position + 1}"

    return re.sub("%[s%]", number, sql)
