"""Finds records by the names that people type: whole, cut short, run together or misspelt.

Names are stored (`citytools.search.name_table`), where those like what was asked are found by
index. Beside them each app gives names that change with the day as querysets of one shape
(`names_for_records`), its texts too (`records_with_words`), and records of large tables as it found
them (`Name`); one statement compares them all with what was asked, without regard to case, accents
or signs.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection
from django.db.models import Expression, F, FloatField, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from citytools.models import BODY

# ruff: noqa: S608 — statements made of constants and of what the ORM compiled

SMALL_WORDS = """(
    'a', 'an', 'and', 'at', 'borough', 'by', 'for', 'from', 'in', 'london', 'of', 'on', 'the', 'to',
    'with'
)"""


def sql_plain_words(text: str) -> str:
    """SQL: the words of a text in lower case, without accents and signs, a space between them.

    An apostrophe joins (Children's, childrens) and & is read as and; other signs divide. The box of
    a list folds words by the same function (`citytools.lists.word_search`).
    """
    return f"search_words({text})"


def sql_squashed_words(words: str) -> str:
    """SQL: plain words run together, without and."""
    return f"replace(replace(' ' || {words} || ' ', ' and ', ' '), ' ', '')"


PHRASES = f"""
phrase AS (
    SELECT n, share, words, {sql_squashed_words("words")} AS squashed, words LIKE '%% %%' AS several
    FROM (
        SELECT n, share, {sql_plain_words("typed")} AS words
        FROM unnest(%s::text[], %s::float[]) WITH ORDINALITY AS asked (typed, share, n)
    ) AS asked
    WHERE words <> ''
),
token AS (
    SELECT n, share, token, count(*) OVER (PARTITION BY n) AS tokens
    FROM phrase, unnest(string_to_array(words, ' ')) AS token
    WHERE token NOT IN {SMALL_WORDS}
)"""

# The few of the stored names that any phrase or word may mean; what hangs on them, by their keys;
# and the names that are read for this question. A name may belong to several records: it is
# compared once
NAMES = f"""
candidate AS MATERIALIZED (
    SELECT kind AS what, record AS key, role, term, weight, words, squashed
    FROM citytools_searchname
    WHERE id IN (SELECT search_candidates(
        ARRAY(SELECT DISTINCT words FROM phrase),
        ARRAY(SELECT DISTINCT token FROM token WHERE tokens > 1)
    ))
    UNION ALL
    SELECT kind, record, role, term, weight, words, squashed
    FROM citytools_searchname
    WHERE kind = '{BODY}' AND record IN ({{bodies}})
),
live AS MATERIALIZED (
    SELECT *
    FROM ({{live}}) AS live (what, key, slug, title, parent, role, term, weight)
),
spelt AS MATERIALIZED (
    SELECT term, words, squashed, bool_or(weight > 0.9 AND role <> 'code') AS own
    FROM (
        SELECT term, words, squashed, weight, role FROM candidate
        UNION ALL
        SELECT term, words, {sql_squashed_words("words")}, weight, role
        FROM (
            SELECT term, {sql_plain_words("term")} AS words, weight, role
            FROM live WHERE role <> 'text'
        ) AS live
    ) AS spelt
    GROUP BY term, words, squashed
),
names AS MATERIALIZED (
    SELECT what, key, role, term, weight FROM candidate WHERE what = ANY(%s)
    UNION ALL
    SELECT what, key, role, term, weight FROM live
    UNION ALL
    SELECT * FROM ({{contexts}}) AS contexts (what, key, role, term, weight)
)"""

# A whole phrase against a name, best first; a code fits whole or not at all, and the name of
# what a record belongs to is not looked for misspelt
WHOLE = """
fitted AS (
    SELECT spelt.term, phrase.*,
        least(length(phrase.words)::float / greatest(length(spelt.words), 1), 1) AS part,
        CASE
            WHEN spelt.words = phrase.words THEN 1.0
            WHEN spelt.squashed = phrase.squashed AND spelt.squashed <> '' THEN 0.97
            WHEN starts_with(spelt.words, phrase.words || ' ') THEN 0.92
            WHEN strpos(' ' || spelt.words || ' ', ' ' || phrase.words || ' ') > 0 THEN 0.84
            WHEN length(phrase.squashed) < 3 THEN 0
            WHEN starts_with(spelt.words, phrase.words) THEN 0.88
            WHEN strpos(' ' || spelt.words, ' ' || phrase.words) > 0 THEN 0.8
            WHEN length(phrase.squashed) < 4 THEN 0
            WHEN starts_with(spelt.squashed, phrase.squashed) THEN 0.78
            WHEN strpos(spelt.squashed, phrase.squashed) > 0 THEN 0.6
            ELSE 0
        END AS fit
    FROM spelt CROSS JOIN phrase
),
liked AS (
    SELECT fitted.*,
        CASE
            WHEN fit > 0 OR NOT own OR length(fitted.words) < 4 THEN 0
            ELSE greatest(
                strict_word_similarity(fitted.words, spelt.words),
                similarity(fitted.squashed, spelt.squashed)
            )
        END AS likeness
    FROM fitted JOIN spelt USING (term)
),
whole AS (
    SELECT what, key, role, term,
        CASE
            WHEN fit >= 0.9 THEN 'same'
            WHEN fit > 0 THEN 'holds'
            WHEN likeness >= CASE WHEN several THEN %s ELSE %s END THEN 'alike'
            ELSE 'near'
        END AS how,
        share * weight
            * CASE WHEN fit > 0 THEN fit + 0.03 * part ELSE 0.25 + 0.4 * likeness END AS score
    FROM liked JOIN names USING (term)
    WHERE CASE role
        WHEN 'text' THEN false
        WHEN 'code' THEN fit >= 0.97
        WHEN 'title' THEN fit > 0 OR likeness >= 0.5
        ELSE fit > 0 OR (likeness >= 0.2 AND weight > 0.9) END
)"""

# Each word by itself: all of them in the names of one record and of what it belongs to, or half.
# Two letters must be a word; a longer word that begins no name at all may be misspelt
WORDS = """
heard AS (
    SELECT token.*, spelt.term,
        strpos(' ' || spelt.words || ' ', ' ' || token || ' ') > 0 AS entire
    FROM spelt JOIN token ON strpos(' ' || spelt.words || ' ',
        ' ' || token || CASE WHEN length(token) < 3 THEN ' ' ELSE '' END) > 0
    WHERE tokens > 1
),
held AS (
    SELECT * FROM heard
    UNION ALL
    SELECT token.*, spelt.term, false
    FROM spelt JOIN token ON strict_word_similarity(token.token, spelt.words) >= 0.45
    WHERE tokens > 1 AND length(token.token) > 3
        AND token.token NOT IN (SELECT token FROM heard)
),
by_token AS (
    SELECT DISTINCT ON (what, key, n, token) *
    FROM held JOIN names USING (term)
    WHERE role NOT IN ('text', 'code')
    ORDER BY what, key, n, token, weight DESC, entire DESC, length(term), term
),
worded AS (
    SELECT what, key, n, count(*) AS found, max(tokens) AS wanted,
        count(*) FILTER (WHERE weight > 0.9) AS own, avg(entire::int) AS entirely
    FROM by_token
    GROUP BY what, key, n
    HAVING 2 * count(*) >= max(tokens)
),
words AS (
    SELECT what, key, role, term, CASE WHEN found = wanted THEN 'words' ELSE 'some' END AS how,
        share * CASE
            WHEN found = wanted AND own > 0 THEN 0.7 + 0.05 * own / wanted + 0.02 * entirely
            WHEN found = wanted THEN 0.5 + 0.02 * entirely
            WHEN own > 0 THEN 0.5 * power(found / wanted::float, 2) + 0.02 * entirely
            ELSE 0.3 * power(found / wanted::float, 2)
        END AS score
    FROM worded JOIN by_token USING (what, key, n)
)"""

FOUND = """
fitting AS MATERIALIZED (
    SELECT * FROM whole
    UNION ALL SELECT * FROM words
    UNION ALL
    SELECT what, key, role, term, 'text', 0.35 + 0.3 * weight FROM names WHERE role = 'text'
),
sure AS (
    SELECT coalesce(max(score) >= 0.6, false) AS yes,
        coalesce(bool_or(how <> 'near'), false) AS hits
    FROM fitting
),
kept AS (
    SELECT fitting.* FROM fitting, sure
    WHERE CASE how
        WHEN 'near' THEN NOT hits
        WHEN 'alike' THEN NOT yes OR score >= %s
        WHEN 'some' THEN NOT yes OR score >= %s
        ELSE true END
),
record AS (
    SELECT what, key, max(score) AS score,
        jsonb_agg(DISTINCT jsonb_build_object(
            'role', role, 'term', term, 'how', how, 'score', score
        )) AS reasons
    FROM kept
    GROUP BY what, key
),
shown AS (
    SELECT DISTINCT ON (what, key) what, key, slug, title, parent
    FROM live JOIN record USING (what, key)
    WHERE what <> ALL(%s)
    UNION ALL
    SELECT * FROM ({records}) AS records (what, key, slug, title, parent)
),
ranked AS (
    SELECT *, count(*) OVER (PARTITION BY what) AS total, row_number() OVER best AS place
    FROM record JOIN shown USING (what, key)
    WINDOW best AS (PARTITION BY what ORDER BY score DESC, length(title), title, key)
)
SELECT reasons, what, key, slug, title, parent, score, total
FROM ranked
WHERE place <= %s"""

# A SELECT around all: the middleware of the history takes a statement that begins with WITH for a
# write, and adds its context to it
MATCHES = (
    f"SELECT * FROM (WITH {PHRASES}, {NAMES}, {WHOLE}, {WORDS}, {FOUND}) AS matches "
    "ORDER BY score DESC, length(title), title, what, key"
)
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
    parent text, role text, term text, weight float)"""


@dataclass(frozen=True)
class Name:
    """One name of one record."""

    what: str
    key: int
    slug: str
    title: str
    parent: str
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
    score: float
    total: int  # records of this kind that fit, all told

    @property
    def near(self) -> bool:
        """Whether it is no hit, and only the nearest that there is."""
        return self.reasons[0].how == "near"


def names_for_records(
    rows: QuerySet[Any],
    what: str,
    role: str = NAME,
    term: str | Expression = "name",
    weight: float = OWN,
    **sources: str | Expression,
) -> QuerySet[Any]:
    """Names of records: `what` they are, the `role` of the name; `sources` as in `_columns`."""
    source = F(term) if isinstance(term, str) else term
    return _columns(rows, what, role, Cast(source, TextField()), _number(weight), sources)


def records_with_words(
    rows: QuerySet[Any],
    what: str,
    fields: Sequence[str | Expression],
    words: str,
    **sources: str | Expression,
) -> QuerySet[Any]:
    """Records whose fields hold the words in any of their forms (English full text)."""
    texts = (F(expression) if isinstance(expression, str) else expression for expression in fields)
    vector = SearchVector(*(Unaccent(text) for text in texts), config="english")
    query = SearchQuery(Unaccent(Value(words)), config="english", search_type="websearch")
    rank = SearchRank(vector, query, normalization=Value(32))
    matching = rows.annotate(_vector=vector).filter(_vector=query)
    return _columns(matching, what, TEXT, Value("", TextField()), Cast(rank, FloatField()), sources)


def _number(value: float) -> Expression:
    return Cast(Value(value), FloatField())


def _columns(
    rows: QuerySet[Any],
    what: str,
    role: str,
    term: Expression,
    weight: Expression,
    mapping: Mapping[str, str | Expression],
) -> QuerySet[Any]:
    """One shape for all; `mapping` says where key, slug, title and parent come from."""
    usual: dict[str, str | Expression] = {
        "key": "pk",
        "slug": Value("", TextField()),
        "title": "name",
        "parent": Value("", TextField()),
    }
    values = (usual | dict(mapping)).values()
    sources = (F(source) if isinstance(source, str) else source for source in values)
    return rows.order_by().values_list(
        Value(what, TextField()), *sources, Value(role, TextField()), term, weight
    )


def name_rows(
    rows: QuerySet[Any],
    what: str,
    role: str,
    term: str | Expression,
    weight: float,
    key: str,
    *more: F | Expression,
) -> QuerySet[Any]:
    """Names as bare rows: (what, key, role, term, weight) and whatever more is wanted."""
    source = Cast(F(term) if isinstance(term, str) else term, TextField())
    columns = (Value(what, TextField()), F(key), Value(role, TextField()), source)
    return rows.order_by().values_list(*columns, _number(weight), *more)


def record_rows(
    rows: QuerySet[Any], what: str, parent: str | Expression, keys: str = ""
) -> QuerySet[Any]:
    """(what, key, slug, title, parent) of records, or of those whose keys the SQL selects."""
    chosen = rows.filter(pk__in=RawSQL(keys, [])) if keys else rows  # noqa: S611 (constants)
    belongs = F(parent) if isinstance(parent, str) else parent
    return chosen.order_by().values_list(Value(what, TextField()), "pk", "slug", "name", belongs)


class CompiledNames(NamedTuple):
    """Querysets of names as one SQL query with its parameters."""

    sql: str
    parameters: tuple[Any, ...]


def compile_names(names: Sequence[QuerySet[Any]]) -> CompiledNames:
    """The querysets as one; worth keeping, for the same querysets always compile to the same."""
    first, *rest = names
    sql, parameters = first.union(*rest, all=True).query.sql_with_params()
    return CompiledNames(f"({sql})", tuple(parameters))


def compile_bodies(known: QuerySet[Any]) -> CompiledNames:
    """Keys of the known bodies, and of further ones, which are its last parameter."""
    sql, parameters = known.query.sql_with_params()
    return CompiledNames(f"({sql}) UNION ALL SELECT unnest(%s::bigint[])", tuple(parameters))


@dataclass(frozen=True)
class CompiledSearch:
    """What does not depend on the question: the kinds of stored names that are records', names
    that change with the day, names of what records belong to, the records, and the bodies.
    """

    kinds: Sequence[str]
    live: CompiledNames
    contexts: CompiledNames
    records: CompiledNames
    bodies: CompiledNames


def find_matches(
    search: CompiledSearch,
    texts: CompiledNames,
    extra_names: Iterable[Name],
    further_bodies: Sequence[int],
    reading: Reading,
    max_per_kind: int,
) -> list[Match]:
    """The records that fit, best first, `max_per_kind` at most."""
    phrases, weights = zip(*reading, strict=True)
    parameters = [
        *(list(phrases), list(weights)),
        *(*search.bodies.parameters, list(further_bodies)),
        *(*search.live.parameters, *texts.parameters),
        json.dumps([asdict(name) for name in extra_names]),
        *(list(search.kinds), *search.contexts.parameters),
        *(SURELY_ALIKE, ALIKE, _SURE_SCORE, _SURE_SCORE),
        *(list(search.kinds), *search.records.parameters, max_per_kind),
    ]
    statement = MATCHES.format(
        bodies=search.bodies.sql,
        live=" UNION ALL ".join([search.live.sql, texts.sql, _FOUND]),
        contexts=search.contexts.sql,
        records=search.records.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    return [Match(_reasons(reasons), *record) for reasons, *record in rows]


def _reasons(rows: str) -> tuple[Reason, ...]:
    reasons = (Reason(**row) for row in json.loads(rows))
    return tuple(sorted(reasons, key=lambda reason: (-reason.score, reason.role, reason.term)))
