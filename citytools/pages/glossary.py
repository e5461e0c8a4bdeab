"""What a term of the glossary is made of: its definition is that of the column, where it is one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from citytools.columns import Column
from citytools.data import FILES


@dataclass(frozen=True)
class Page:
    """A page of the site on which something is used, and what a link to it says."""

    route: str
    words: str

    @property
    def address(self) -> str:
        """Where it is."""
        return reverse(self.route)


@dataclass(frozen=True)
class Source:
    """Where a definition or a formula comes from; `url` is empty where it has no address."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Term:
    """A word with a fixed meaning.

    `columns` name the columns of files that hold it, as file.column: the meaning of the first is
    the definition. A term that is no column has its `own`. `more` may follow either. `values` are
    (label, meaning) where the term takes one of a few; `see` holds the keys of other terms.
    """

    key: str
    name: str
    used: Page
    columns: Sequence[str] = ()
    own: str = ""
    more: str = ""
    values: Sequence[tuple[str, str]] = ()
    see: Sequence[str] = ()
    sources: Sequence[Source] = ()

    @cached_property
    def column(self) -> Column | None:
        """The column that it is, if it is one."""
        return column(self.columns[0]) if self.columns else None

    @property
    def meaning(self) -> str:
        """The definition: a sentence or two."""
        return self.column.meaning if self.column else self.own

    @property
    def letter(self) -> str:
        """Under which letter it stands."""
        return self.name[0].upper()

    @property
    def address(self) -> str:
        """Its place in the glossary."""
        return f"{reverse('glossary')}#{self.key}"


def column(path: str) -> Column:
    """The column of a file, named as file.column; KeyError if there is none."""
    return _COLUMNS[path]


def row_of(name: str) -> str:
    """What one row of a file is, in the dictionary's words."""
    return next(file.row for file in FILES if file.name == name)


def explained(choices: Any, meanings: Mapping[str, str]) -> list[tuple[str, str]]:
    """(label, meaning) of each choice, in the order of the choices; KeyError where one lacks it."""
    left_over = set(meanings) - set(choices.values)
    if left_over:
        raise KeyError(f"{sorted(left_over)}: no such choice")
    return [(str(label), meanings[value]) for value, label in choices.choices]


_COLUMNS = {f"{file.name}.{one.name}": one for file in FILES for one in file.columns}
