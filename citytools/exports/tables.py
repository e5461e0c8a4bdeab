"""The rows of a file: those of a queryset, or made in Python; each knows how to be written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Protocol

from django.db.models import QuerySet

from citytools import csvs
from citytools.lists import keyset
from citytools.lists.columns import Column


@dataclass(frozen=True)
class Part:
    """Some rows in their order, and the place of the last where more follow."""

    rows: Sequence[Sequence[Any]]
    last: Sequence[Any] | None


class Table(Protocol):
    """What every format asks of rows."""

    @property
    def columns(self) -> Sequence[Column]: ...

    @property
    def notes(self) -> Sequence[tuple[str, str]]: ...

    def count(self, most: int | None = None) -> int:
        """How many rows there are, counted no further than `most`."""

    def write(self, file: IO[bytes]) -> int:
        """Write the rows as CSV; returns their number."""

    def values(self) -> Iterator[Sequence[Any]]:
        """Each row's values in the order of the columns."""

    def part(self, place: Sequence[Any] | None, most: int) -> Part:
        """The rows after a place."""


@dataclass(frozen=True)
class Stored:
    """Rows of the database."""

    queryset: QuerySet[Any]
    columns: Sequence[Column]
    notes: Sequence[tuple[str, str]] = ()

    def count(self, most: int | None = None) -> int:
        """How many rows there are, counted no further than `most`."""
        rows = self.queryset.order_by()
        return rows.count() if most is None else rows[:most].count()

    def write(self, file: IO[bytes]) -> int:
        """Write the rows as CSV; returns their number."""
        return csvs.write_csv(self.queryset, self.columns, file)

    def values(self) -> Iterator[Sequence[Any]]:
        """Each row's values in the order of the columns, fetched by and by."""
        return iter(self._valued(self.queryset).iterator(chunk_size=2000))

    def part(self, place: Sequence[Any] | None, most: int) -> Part:
        """The rows after a place."""
        keys = keyset.keys_of(self.queryset)
        rows = keyset.ordered(self.queryset, keys)
        if place is not None:
            rows = rows.filter(keyset.after(keys, place))
        names = [key.name for key in keys]
        found = list(self._valued(rows, *names)[: most + 1])
        width = len(self.columns)
        last = found[most - 1][width:] if len(found) > most else None
        return Part([row[:width] for row in found[:most]], last)

    def _valued(self, rows: QuerySet[Any], *more: str) -> QuerySet[Any]:
        named = {f"cell_{column.name}": column.value for column in self.columns}
        return rows.annotate(**named).values_list(*named, *more)


@dataclass(frozen=True)
class Made:
    """Rows made in Python, values by column name; they are few and come whole."""

    rows: Sequence[Mapping[str, Any]]
    columns: Sequence[Column]
    notes: Sequence[tuple[str, str]] = ()

    def count(self, most: int | None = None) -> int:
        """How many rows there are."""
        return len(self.rows)

    def write(self, file: IO[bytes]) -> int:
        """Write the rows as CSV; returns their number."""
        return csvs.write_table(self.rows, self.columns, file)

    def values(self) -> Iterator[Sequence[Any]]:
        """Each row's values in the order of the columns."""
        return ([row[column.name] for column in self.columns] for row in self.rows)

    def part(self, place: Sequence[Any] | None, most: int) -> Part:
        """All rows: what is made at once is read at once."""
        return Part(list(self.values()), None)
