"""Queries of which Python compiles the SQL once, and each database session plans it once.

For a page of one record that was most of its time: of 19 ms at 80,900 systems Django's compiler
took 6 and PostgreSQL's planner, through the views of the evidence, 3 to 8.
"""

import copy
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from citytools import worlds

Row = TypeVar("Row", bound=Model)
Value = int | str
_MARKER = "parameter {}"
_MARKER_NUMBER = -1_000_000_001
"""What stands for a value while the SQL is compiled: no key is like it."""


class PreparedQuery(Generic[Row]):
    """A function that gives a query set for values, as one that gives the rows.

    The SQL may depend on the values by its parameters alone. They are keys: whole numbers or text.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]]) -> None:
        self.queryset = build
        self._statements: dict[str, _Statement] = {}
        update_wrapper(self, build)

    def __call__(self, *values: Value) -> list[Row]:
        """The rows for these values, in the present world; one query, and those of prefetches."""
        # One for each world: a plan is made anew whenever the search path is another
        schemas = worlds.schemas()
        if schemas not in self._statements:
            markers = [_marker(value, position) for position, value in enumerate(values)]
            self._statements[schemas] = _Statement(self.queryset(*markers), markers)
        return self._statements[schemas].rows(values)


class _Statement:
    """A compiled query set, and the statement by which a session knows it."""

    def __init__(self, queryset: QuerySet[Any], markers: Sequence[Value]) -> None:
        self._queryset = queryset
        self._compiler: Any = queryset.query.get_compiler(queryset.db)
        sql, parameters = self._compiler.as_sql()
        self._converters = self._compiler.get_converters(
            [column[0] for column in self._compiler.select]
        )
        positions = [markers.index(value) if value in markers else None for value in parameters]
        self._constants = [value for value in parameters if value not in markers]
        self._sql = _number_parameters(sql, positions)
        key = f"{worlds.schemas()} {self._sql} {self._constants}"
        self._name = f"query_{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}"
        self._execute = f"EXECUTE {self._name} ({', '.join('%s' for _ in markers)})"

    def rows(self, values: Sequence[Value]) -> list[Any]:
        """The rows as Django makes them, of which only the SQL is another."""
        connection.prepare(self._name, self._sql, self._constants)  # type: ignore[attr-defined]
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.get_converters = lambda _: self._converters
        compiler.as_sql = lambda *_, **__: (self._execute, values)
        queryset = self._queryset.all()
        queryset.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(queryset)


def _marker(value: Value, position: int) -> Value:
    return _MARKER.format(position) if isinstance(value, str) else _MARKER_NUMBER - position


def _number_parameters(sql: str, positions: Sequence[int | None]) -> str:
    """The SQL with $1 for each parameter that has a position, and %s for the others."""
    remaining: Iterator[int | None] = iter(positions)

    def number(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%%"
        position = next(remaining)
        return "%s" if position is None else f"${position + 1}"

    return re.sub("%[s%]", number, sql)
