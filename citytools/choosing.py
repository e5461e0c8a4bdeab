"""Columns as a person chooses them: which stand in the table and the files, and in what order."""

from collections.abc import Sequence
from dataclasses import dataclass

from citytools.lists.columns import Column
from citytools.lists.filterset import FactFilter

MOST = 12
"""Columns that a page shows; files have all that are chosen."""


@dataclass(frozen=True)
class Place:
    """A chosen column, with the query strings that move it; empty where it cannot move."""

    column: Column
    earlier: str
    later: str


@dataclass(frozen=True)
class ColumnChoice:
    """The form that chooses the columns of a list at `path`."""

    chosen: FactFilter
    path: str

    @property
    def named(self) -> Sequence[Column]:
        """The columns that the address names, in its order; none where it names none."""
        known = not self.chosen.problems and self.chosen.data.getlist("columns")
        return self.chosen.chosen_columns if known else ()

    @property
    def shown(self) -> Sequence[Column]:
        """Those that the page has room for."""
        return self.named[:MOST]

    @property
    def too_many(self) -> bool:
        """Whether the page leaves some out."""
        return len(self.named) > MOST

    @property
    def places(self) -> list[Place]:
        """The chosen columns with their ways to move."""
        names = [column.name for column in self.named]
        return [
            Place(column, self._swapped(names, at - 1), self._swapped(names, at))
            for at, column in enumerate(self.named)
        ]

    def _swapped(self, names: Sequence[str], at: int) -> str:
        """The query string with the columns at a place and the next exchanged."""
        if not 0 <= at < len(names) - 1:
            return ""
        moved = [*names[:at], names[at + 1], names[at], *names[at + 2 :]]
        return self.chosen.query(columns=moved)

    @property
    def rest(self) -> list[Column]:
        """The columns that are not chosen."""
        return [column for column in self.chosen.columns if column not in self.named]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """(name, value) of everything else in the address, for the form to carry on."""
        apart = {"columns", "page"}
        return [
            (name, value)
            for name, values in self.chosen.data.lists()
            if name not in apart
            for value in values
        ]

    @property
    def usual(self) -> str:
        """The query string of the usual columns."""
        return self.chosen.query(columns=[])
