"""Records by a name that somebody types: exactly, or the nearest; by the table of search names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.html import format_html, format_html_join

MAX_NEAREST = 3
"""Records that are named where a value is none."""
MAX_NAMES = 20
"""Names looked up for one address: whoever sends more gets them named as not known."""
MAX_LETTERS = 200
"""More than any name has: each word is looked for, and 1,200 of them took 7 s."""
_TABLE = "citytools_searchname"
# Words of a description are no name
_NAMES = "name.kind = %s AND name.role <> 'text'"
_EXACT = f"""
SELECT asked.text, name.record, name.role = 'name'
FROM unnest(%s::text[]) AS asked (text)
JOIN {_TABLE} AS name ON name.words = search_words(asked.text) AND {_NAMES}
WHERE name.words <> ''
ORDER BY asked.text, name.record
"""  # noqa: S608 (our own table)
# First what begins so, then where a word does, then what is most like it: whole or in a part
_NEAR = f"""
WITH asked AS MATERIALIZED (
    SELECT words, replace(words, ' ', '') AS squashed FROM search_words(%s) AS words
)
SELECT record, term, is_own
FROM (
    SELECT DISTINCT ON (name.record) name.record, name.term, name.role = 'name' AS is_own,
        CASE WHEN starts_with(name.words, asked.words) THEN 2
             WHEN strpos(' ' || name.words, ' ' || asked.words) > 0 THEN 1 ELSE 0 END AS step,
        greatest(
            similarity(name.squashed, asked.squashed),
            0.9 * strict_word_similarity(asked.words, name.words)
        ) AS likeness
    FROM asked
    JOIN {_TABLE} AS name ON {_NAMES} AND (
        name.kind = 'borough'
        OR name.id IN (
            SELECT search_candidates(ARRAY[words], string_to_array(words, ' ')) FROM asked
        )
    )
    WHERE asked.words <> '' AND name.record = ANY(ARRAY({{rows}}))
    ORDER BY name.record, step DESC, likeness DESC, is_own DESC, name.term
) AS nearest
WHERE step > 0 OR likeness >= 0.25
ORDER BY step DESC, likeness DESC, length(term), term, record
LIMIT %s
"""  # noqa: S608 (our own table)


@dataclass(frozen=True)
class NamedRecord:
    """A record like what was typed; `also` is its other name that is, if it is not its own."""

    record: Any
    also: str = ""


def find_by_name(rows: QuerySet[Any], texts: Sequence[str]) -> Mapping[str, list[Any]]:
    """The records of each text that is a whole name of any; an own name goes before others'."""
    texts = [text for text in dict.fromkeys(texts) if _may_be_name(text)][:MAX_NAMES]
    if not texts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_EXACT, [texts, _kind(rows)])
        matches = cursor.fetchall()
    records = rows.in_bulk({record for _, record, _ in matches})
    found: dict[str, list[Any]] = {}
    for text in texts:
        ours = {key: own for name, key, own in matches if name == text and key in records}
        keys = [key for key, own in ours.items() if own] or list(ours)
        if keys:
            found[text] = [records[key] for key in keys]
    return found


def nearest_by_name(rows: QuerySet[Any], text: str, limit: int) -> list[NamedRecord]:
    """The records whose names are most like the text, best first; none for a text of signs."""
    if not _may_be_name(text):
        return []
    keys, parameters = rows.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_NEAR.format(rows=keys), [text, _kind(rows), *parameters, limit])
        matches = cursor.fetchall()
    records = rows.in_bulk([record for record, _, _ in matches])
    return [
        NamedRecord(records[key], "" if is_own else term)
        for key, term, is_own in matches
        if key in records
    ]


def perhaps_meant(rows: QuerySet[Any], text: str) -> list[Any]:
    """The records of that name, where they are several, or else the nearest."""
    same = find_by_name(rows, [text]).get(text)
    return (same or [match.record for match in nearest_by_name(rows, text, MAX_NEAREST)])[
        :MAX_NEAREST
    ]


def _may_be_name(text: str) -> bool:
    return "\0" not in text and len(text) <= MAX_LETTERS


def _kind(rows: QuerySet[Any]) -> str:
    model: type[Model] = rows.model
    return str(model._meta.verbose_name)


class LinkedReason(str):
    """A reason with a sentence of links: in a file plain words, on a page links."""

    __slots__ = ("_links",)
    _links: Sequence[tuple[str, str]]

    def __new__(cls, reason: str, links: Sequence[tuple[str, str]]) -> Self:
        """With (what it leads to, query string) of each link."""
        words = ", ".join(label for label, _ in links)
        text = super().__new__(cls, f"{reason} The nearest: {words}.")
        text._links = links
        return text

    def __html__(self) -> str:
        links = format_html_join(", ", '<a href="?{1}">{0}</a>', self._links)
        words = ", ".join(label for label, _ in self._links)
        return format_html("{}{}.", self.removesuffix(f"{words}."), links)
