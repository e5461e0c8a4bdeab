"""The search over all kinds of record: `/search/`.

The `search` module of each app registers here what it adds, so that the search imports no app.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from django.db.models import OrderBy, QuerySet
from django.http import QueryDict
from django.urls import reverse

from citytools.facts.name_matching import Match, Name


@dataclass(frozen=True)
class RecordKind:
    """A group of hits on the page, and the types of record and of list in it."""

    name: str
    heading: str
    types: tuple[str, ...]


@dataclass(frozen=True)
class RecordType:
    """Where the page of such a record is, and what it belongs to, in words; empty if not known."""

    url: Callable[[Match], str]
    parent: Callable[[Match], str] = lambda match: ""


@dataclass(frozen=True)
class FactList:
    """A list of facts: the types of thing that its filters know, its rows, and their order.

    `concerning` takes boroughs' keys, a type of thing and keys of such things.
    """

    name: str
    title: str
    row_type: str
    route: str
    thing_types: tuple[str, ...]
    concerning: Callable[[Sequence[int], str, Sequence[int]], QuerySet[Any]]
    order: tuple[str | OrderBy, ...]


@dataclass(frozen=True)
class WordList:
    """A list whose own box takes words: what its rows are called, and the rows for a query."""

    route: str
    noun: str
    rows: Callable[[QueryDict], QuerySet[Any]]


class BodyNames(Protocol):
    """Names of the known bodies, or of those with the keys, perhaps “Camden Council” too."""

    def __call__(
        self, keys: Sequence[int] | None = None, *, council: bool = True
    ) -> list[QuerySet[Any]]: ...


@dataclass(frozen=True)
class SearchableBodies:
    """The bodies that a question may name: their names, and keys of those beyond the known."""

    names: BodyNames
    further: Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True)
class SearchSource:
    """What an app adds to the search.

    `names` are compiled once a day; `texts` (day, words) and `records` (phrases) are looked up for
    each question. `word_lists` are by kind.
    """

    kinds: Sequence[RecordKind]
    types: Mapping[str, RecordType]
    names: Callable[[datetime.date], Sequence[QuerySet[Any]]] = lambda today: []
    texts: Callable[[datetime.date, str], Sequence[QuerySet[Any]]] = lambda today, words: []
    records: Callable[[Sequence[str]], Sequence[Name]] = lambda phrases: []
    fact_lists: Sequence[FactList] = ()
    word_lists: Mapping[str, WordList] = field(default_factory=dict)
    bodies: SearchableBodies | None = None


SOURCES: list[SearchSource] = []
KINDS_BY_TYPE: dict[str, RecordKind] = {}
RECORD_TYPES: dict[str, RecordType] = {}


def register(source: SearchSource) -> None:
    """Add a source; kinds appear on the page in the order of registration."""
    SOURCES.append(source)
    KINDS_BY_TYPE.update({name: kind for kind in source.kinds for name in kind.types})
    RECORD_TYPES.update(source.types)


def page_url(route: str) -> Callable[[Match], str]:
    """The page of a record, by its slug."""
    return lambda match: reverse(route, args=[match.slug])


def filtered_list_url(route: str, parameter: str) -> Callable[[Match], str]:
    """The list of what concerns a record that has no page of its own."""
    return lambda match: f"{reverse(route)}?{urlencode({parameter: match.slug})}"


def parent_words(text: str) -> Callable[[Match], str]:
    """'in {}' and the like around the parent's name."""
    return lambda match: text.format(match.parent) if match.parent else ""
