"""Finds records by the names that people type: whole, cut short, run together or misspelt.

Each app gives its names as querysets of one shape (`named`), its texts too (`told`), and records
of large tables as it found them (`Name`); one statement compares them all with what was asked,
without regard to case, accents or signs.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection
from django.db.models import Expression, F, FloatField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from citytools.matching_sql import MATCHES

NAME, TITLE, CODE, FORMER, ALSO, TEXT = "name", "title", "code", "former", "also", "text"
"""Roles of a name. Any other role is the words that say what the name is to the record."""

OWN, OTHER, SENTENCE, CONTEXT = 1.0, 0.98, 0.97, 0.6
"""Weights of a record's own name, another name, a title, and the name of what it belongs to."""

ALIKE = 0.3
"""From which likeness on a name counts as the one meant, spelt otherwise.

Measured on 567 names of the real fixtures, each with four slips of one letter (2,068): the right
name comes first for 98.9 %, and reaches 0.30 for all but the 5 % worst, swaps of two letters in
short names. Of 470 words that are in no name, three quarters stay below 0.31.
"""
SURELY_ALIKE = 0.5
"""The same for several words, of which one may be right, and where some name holds the very words.

One in twenty of the words that are in no name reaches it.
"""

Reading = Sequence[tuple[str, float]]
"""Phrases to look for, each with its weight: all that was typed, then a part of it."""


_SURE_SCORE = 0.25 + 0.4 * SURELY_ALIKE

_FOUND = """
SELECT * FROM jsonb_to_recordset(%s::jsonb) AS found (what text, key bigint, slug text, title text,
    parent text, invented boolean, role text, term text, weight float)"""


@dataclass(frozen=True)
class Name:
    """One name of one record."""

    what: str
    key: int
    slug: str
    title: str
    parent: str
    invented: bool
    role: str
    term: str
    weight: float


@dataclass(frozen=True)
class Reason:
    """One name by which a record was found: what it is to the record, and how it matched."""

    role: str
    term: str
    how: str  # same, begins, holds, words, some, alike or text
    score: float


@dataclass(frozen=True)
class Match:
    """A record that fits what was asked: why, best reason first, and its score from 0 to 1."""

    reasons: tuple[Reason, ...]
    what: str
    key: int
    slug: str
    title: str
    parent: str
    invented: bool
    score: float
    total: int  # records of this kind that fit, all told

    @property
    def near(self) -> bool:
        """Whether it is no hit, and only the nearest that there is."""
        return self.reasons[0].how == "near"


def named(
    rows: QuerySet[Any],
    what: str,
    role: str = NAME,
    term: str | Expression = "name",
    weight: float = OWN,
    **shown: str | Expression,
) -> QuerySet[Any]:
    """Names of records: `what` they are, the `role` of the name; `shown` as in `_columns`."""
    source = F(term) if isinstance(term, str) else term
    return _columns(rows, what, role, Cast(source, TextField()), _number(weight), shown)


def told(
    rows: QuerySet[Any],
    what: str,
    fields: Sequence[str | Expression],
    asked: str,
    **shown: str | Expression,
) -> QuerySet[Any]:
    """Records whose fields hold the words in any of their forms (English full text)."""
    texts = (F(one) if isinstance(one, str) else one for one in fields)
    vector = SearchVector(*(Unaccent(one) for one in texts), config="english")
    query = SearchQuery(Unaccent(Value(asked)), config="english", search_type="websearch")
    rank = SearchRank(vector, query, normalization=Value(32))
    found = rows.annotate(_vector=vector).filter(_vector=query)
    return _columns(found, what, TEXT, Value("", TextField()), Cast(rank, FloatField()), shown)


def _number(value: float) -> Expression:
    return Cast(Value(value), FloatField())


def _columns(
    rows: QuerySet[Any],
    what: str,
    role: str,
    term: Expression,
    weight: Expression,
    shown: Mapping[str, str | Expression],
) -> QuerySet[Any]:
    """One shape for all; `shown` says where its key, slug, title, parent and invented come from."""
    usual: dict[str, str | Expression] = {
        "key": "pk",
        "slug": Value("", TextField()),
        "title": "name",
        "parent": Value("", TextField()),
        "invented": Value(False),
    }
    given = (usual | dict(shown)).values()
    sources = (F(source) if isinstance(source, str) else source for source in given)
    return rows.order_by().values_list(
        Value(what, TextField()), *sources, Value(role, TextField()), term, weight
    )


class Names(NamedTuple):
    """Querysets of names as one SQL query with its parameters."""

    sql: str
    parameters: tuple[Any, ...]


def compiled(names: Sequence[QuerySet[Any]]) -> Names:
    """The querysets as one; worth keeping, for the same querysets always compile to the same."""
    first, *others = names
    sql, parameters = first.union(*others, all=True).query.sql_with_params()
    return Names(f"({sql})", tuple(parameters))


def matches(
    names: Sequence[Names],
    found: Iterable[Name],
    reading: Reading,
    most: int,
    only_real: bool = False,
) -> list[Match]:
    """The records that fit, best first, at most `most` of each kind, perhaps only real ones."""
    phrases, weights = zip(*reading, strict=True)
    parameters = [
        *(list(phrases), list(weights)),
        *(parameter for one in names for parameter in one.parameters),
        json.dumps([asdict(name) for name in found]),
        only_real,
        *(SURELY_ALIKE, ALIKE, _SURE_SCORE, _SURE_SCORE, most),
    ]
    every = " UNION ALL ".join([*(one.sql for one in names), _FOUND])
    with connection.cursor() as cursor:
        cursor.execute(MATCHES.format(names=every), parameters)
        rows = cursor.fetchall()
    return [Match(_reasons(reasons), *shown) for reasons, *shown in rows]


def _reasons(rows: str) -> tuple[Reason, ...]:
    found = (Reason(**row) for row in json.loads(rows))
    return tuple(sorted(found, key=lambda reason: (-reason.score, reason.role, reason.term)))
