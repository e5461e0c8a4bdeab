"""Names that stand inside what was asked, such as the borough in “camden housing”."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from citytools.facts.name_matching import CompiledNames, sql_plain_words, sql_squashed_words
from citytools.models import BODY

COUNCIL = "council"
"""Role of a name that only says what the body is, as Camden Council: it hides no shorter one."""
MAX_WORDS_IN_NAME = 6
"""Words of the longest span that may be a name."""
MAX_WORDS_READ = 16
"""Words of a question that are looked at as spans."""

# A misspelt name counts from likeness 0.5: of words that are in no name one in twenty reaches it
_MENTIONS = f"""
SELECT DISTINCT ON (first, last, key) first, last, key, slug, title,
    span.squashed = body.squashed AS same
FROM (
    SELECT first, last, words, {sql_squashed_words("words")} AS squashed
    FROM (
        SELECT first, last, {sql_plain_words("typed")} AS words
        FROM unnest(%s::int[], %s::int[], %s::text[]) AS spans (first, last, typed)
    ) AS spans
) AS span
JOIN (
    SELECT record AS key, role, words, squashed
    FROM citytools_searchname
    WHERE kind = '{BODY}' AND role <> '{COUNCIL}' AND record IN ({{bodies}})
) AS body ON (length(span.squashed) > 1 AND span.squashed = body.squashed)
    OR (
        body.role = 'name' AND length(span.words) > 4
        AND similarity(span.words, body.words) >= 0.5
    )
JOIN ({{records}}) AS records (what, key, slug, title, parent) USING (key)
ORDER BY first, last, key, same DESC"""  # noqa: S608 — made of constants


@dataclass(frozen=True)
class Mention:
    """A record named by the words from `first` up to, not including, `last`."""

    first: int
    last: int
    key: int
    slug: str
    title: str
    same: bool


def find_mentions(
    bodies: CompiledNames, records: CompiledNames, further: Sequence[int], words: Sequence[str]
) -> list[Mention]:
    """Bodies named inside the words; longer names before shorter, none overlapping.

    The known `bodies` and `further` ones; `records` say what they are called.
    """
    few = words[:MAX_WORDS_READ]
    spans = [
        (first, last, " ".join(few[first:last]))
        for first in range(len(few))
        for last in range(first + 1, min(first + MAX_WORDS_IN_NAME, len(few)) + 1)
    ]
    statement = _MENTIONS.format(bodies=bodies.sql, records=records.sql)
    parameters = [*bodies.parameters, list(further), *records.parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*map(list, zip(*spans, strict=True)), *parameters])
        return _without_overlaps(Mention(*row) for row in cursor.fetchall())


def _rank(mention: Mention) -> tuple[bool, int, int]:
    return not mention.same, mention.first - mention.last, mention.first


def _without_overlaps(candidates: Iterable[Mention]) -> list[Mention]:
    """Without those that overlap a better one; several records of one span stay together."""
    mentions: list[Mention] = []
    for mention in sorted(candidates, key=_rank):
        same_span = [
            (mention.first, mention.last) == (other.first, other.last) for other in mentions
        ]
        overlaps = [mention.first < other.last and other.first < mention.last for other in mentions]
        if not any(o and not s for o, s in zip(overlaps, same_span, strict=True)):
            mentions.append(mention)
    return mentions
