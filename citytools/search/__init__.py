"""The search over all kinds of record: `/search/`.

The `search` module of each app registers here what it adds, so that the search imports no app.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Expression, OrderBy, Q, QuerySet
from django.http import QueryDict

from citytools.facts.name_matching import CONTEXT, NAME, OWN, Match, Name
from citytools.worlds.addresses import page_address


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


@dataclass(frozen=True)
class StoredName:
    """A name that a row gives to a record: its role and weight, and where term and key stand.

    A term may be an expression that gives several; `where` says which rows have such a name.
    """

    kind: str
    role: str = NAME
    term: str | Expression = "name"
    weight: float = OWN
    key: str = "pk"
    where: Q | None = None


@dataclass(frozen=True)
class NamedRows:
    """A table whose rows name records; `mark` is the path that says whether a row is invented."""

    rows: QuerySet[Any]
    names: Sequence[StoredName]
    mark: str = ""


@dataclass(frozen=True)
class NameContext:
    """Records that are found by the name of what they belong to, as a product by its maker's.

    The rows lead by `link` to a record of the kind `of_kind` whose stored names have one of the
    roles: the `term`.
    """

    rows: QuerySet[Any]
    kind: str
    role: str
    term: str
    link: str
    of_kind: str
    of_roles: tuple[str, ...] = (NAME,)
    weight: float = CONTEXT
    key: str = "pk"


@dataclass(frozen=True)
class StoredRecords:
    """The records of a kind whose names are stored; `parent` is what each belongs to."""

    rows: QuerySet[Any]
    parent: str | Expression


@dataclass(frozen=True)
class SearchableBodies:
    """The bodies that a question may name: the known ones, and keys of those beyond."""

    known: Callable[[], QuerySet[Any]]
    further: Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True)
class SearchSource:
    """What an app adds to the search.

    Names of `stored` are kept in a table (`citytools.search.name_table`), and `stored_records` give
    by kind the records that have them. `names` are compiled once a day; `texts` (day, words) and
    `records` (phrases) are looked up for each question. `word_lists` are by kind.
    """

    kinds: Sequence[RecordKind]
    types: Mapping[str, RecordType]
    stored: Sequence[NamedRows] = ()
    stored_records: Mapping[str, StoredRecords] = field(default_factory=dict)
    contexts: Sequence[NameContext] = ()
    names: Callable[[datetime.date], Sequence[QuerySet[Any]]] = lambda today: []
    texts: Callable[[datetime.date, str], Sequence[QuerySet[Any]]] = lambda today, words: []
    records: Callable[[Sequence[str]], Sequence[Name]] = lambda phrases: []
    fact_lists: Sequence[FactList] = ()
    word_lists: Mapping[str, WordList] = field(default_factory=dict)
    bodies: SearchableBodies | None = None


SOURCES: list[SearchSource] = []
KINDS_BY_TYPE: dict[str, RecordKind] = {}
RECORD_TYPES: dict[str, RecordType] = {}
STORED_RECORDS: dict[str, StoredRecords] = {}


def register(source: SearchSource) -> None:
    """Add a source; kinds appear on the page in the order of registration."""
    SOURCES.append(source)
    KINDS_BY_TYPE.update({name: kind for kind in source.kinds for name in kind.types})
    RECORD_TYPES.update(source.types)
    STORED_RECORDS.update(source.stored_records)


def page_url(route: str) -> Callable[[Match], str]:
    """The page of a record, by its slug."""
    return lambda match: page_address(route, match.slug)


def filtered_list_url(route: str, parameter: str) -> Callable[[Match], str]:
    """The list of what concerns a record that has no page of its own."""
    return lambda match: f"{page_address(route)}?{urlencode({parameter: match.slug})}"


def parent_words(text: str) -> Callable[[Match], str]:
    """'in {}' and the like around the parent's name."""
    return lambda match: text.format(match.parent) if match.parent else ""
