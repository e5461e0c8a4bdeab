"""The words of the box on a list: rows hold every one of them, in any order and any column.

Case, accents, apostrophes, &, hyphens and plurals make no difference. Texts and words are folded in
one place, the SQL functions `search_words`, `search_text` and `search_pattern` (of the migration
boroughs.0007_search_functions): stored beside the names and titles of tables that grow.
"""

import functools
import operator
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import (
    Expression,
    F,
    Func,
    Lookup,
    Q,
    QuerySet,
    TextField,
    Value,
)

MAX_WORDS = 12
"""Each word is compared with every name: a hundred of one letter would take seconds."""

_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")
_LITERAL = frozenset("%_\\*#@+<>=|~^$£€")
"""Signs that are looked for as they are; all others divide words, or join them as in Children’s."""
_ES = re.compile(r"(ss|x|z|ch|sh|[^oa]us)es")
_MIN_PLURAL = 4
"""Letters of the shortest word whose s at the end may be a plural's: not GIS, but APIs."""


class SqlSearchText(Func):
    """SQL: a text with the words by which it is found, between blanks."""

    function = "search_text"
    arity = 1
    output_field = TextField()


class _Like(Lookup):
    """SQL: LIKE with a pattern that is made in the database."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} LIKE {right}", [*left_values, *right_values]


class _AnyKey(Lookup):
    """SQL: a column that is any of the keys, which may be very many."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, values = self.process_lhs(compiler, connection)
        # One literal: Django would look at each of 33,000 keys
        return f"{left} = ANY(%s::bigint[])", [*values, f"{{{','.join(map(str, self.rhs))}}}"]


@dataclass(frozen=True)
class Word:
    """One word of the box: the spellings of which a row must hold any, or a literal."""

    typed: str
    spellings: tuple[str, ...]
    literal: bool = False

    def in_any(self, *texts: str | Expression) -> Q:
        """Rows of which any text, folded by `SqlSearchText`, holds the word."""
        either = Q()
        for text in texts:
            column = F(text) if isinstance(text, str) else text
            for spelling in self.spellings:
                pattern = Func(Value(spelling), Value(self.literal), function="search_pattern")
                either |= Q(_Like(column, pattern))
        return either


def split_words(text: str) -> list[Word]:
    """The different words of a text; “and” and signs alone are none, beside others."""
    typed = unicodedata.normalize("NFC", text).split()
    telling = [word for word in typed if _is_telling(word)]
    return list(dict.fromkeys(_word(word) for word in telling or typed))


def keys_by_word(
    text: str, named: Mapping[str, Callable[[Word], QuerySet[Any]]]
) -> Iterator[tuple[Word, Mapping[str, list[int]]]]:
    """Each word of a text, with the keys that the queries by name give for it: one statement.

    A query gives rows, or one column of others that holds their keys. Names are few where rows are
    many. With the keys written out, an index of each column finds the rows; as subqueries they made
    every statement of a page read all rows, and spell out all names.
    """
    words = split_words(text)
    parts: list[str] = []
    parameters: list[Any] = []
    for number, word in enumerate(words):
        for name, query in named.items():
            rows = query(word).order_by()
            bare = rows if rows.query.values_select else rows.values("pk")
            sql, values = bare.query.sql_with_params()
            parts.append(f"SELECT {number}, '{name}', key FROM ({sql}) AS found (key)")  # noqa: S608 (ours)
            parameters += values
    keys: dict[tuple[int, str], list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        for number, name, key in cursor.fetchall():
            keys[number, name].append(key)
    for number, word in enumerate(words):
        yield word, {name: keys[number, name] for name in named}


def all_of(conditions: Iterable[Q]) -> Q:
    """Rows for which every condition holds."""
    return functools.reduce(operator.and_, conditions, Q())


def any_key(keys: Mapping[str, Iterable[int]]) -> Q:
    """Rows of which any of the columns holds any of its keys."""
    either = Q()
    for path, values in keys.items():
        either |= Q(_AnyKey(F(path), values))
    return either


def check_number_of_words(text: str) -> None:
    """Form validator: a search of very many words is refused, never cut short unsaid."""
    if (words := len(split_words(text))) > MAX_WORDS:
        raise ValidationError(f"These are {words} words: write at most {MAX_WORDS}.")


def _is_telling(word: str) -> bool:
    if word.lower() == "and":
        return False
    return any(sign.isalnum() or sign in _LITERAL for sign in word)


def _word(typed: str) -> Word:
    if not _LITERAL.isdisjoint(typed):
        return Word(typed, (typed,), literal=True)
    divided = typed.lower().translate(_APOSTROPHES)
    joined = re.sub(r"[^\w&]", "", divided)
    words = filter(None, (divided, joined))
    spellings = (spelling for word in words for spelling in _singular_and_plural(word))
    return Word(typed, tuple(dict.fromkeys(spellings)) or (typed,))


def _singular_and_plural(word: str) -> Iterator[str]:
    """What singular or plural of a word hold: permit of permits; library or librarie."""
    if len(word) < _MIN_PLURAL:
        yield word
    elif word.endswith("ies") and len(word) > _MIN_PLURAL:
        yield from (f"{word[:-3]}y", word[:-1])
    elif word.endswith("y") and word[-2] not in "aeiou":
        yield from (word, f"{word[:-1]}ie")
    elif _ES.search(word[-5:]) and word.endswith("es"):
        yield word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
    else:
        yield word
