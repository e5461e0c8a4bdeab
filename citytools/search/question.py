"""The question in the words of the box: boroughs, the list that is named, and the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django import forms

from citytools.facts.name_matching import (
    CompiledNames,
    Reading,
    compile_bodies,
    compile_names,
    record_rows,
)
from citytools.facts.name_spotting import Mention, find_mentions
from citytools.lists.fields import OptionsField
from citytools.lists.query_form import QueryForm
from citytools.models import BODY
from citytools.search import SOURCES, STORED_RECORDS, SearchableBodies
from citytools.worlds import World, current_world

_LIST_NAMES = {
    "system": "systems",
    "systems": "systems",
    "software": "systems",
    "contract": "contracts",
    "contracts": "contracts",
    "skill": "skills",
    "skills": "skills",
}
"""Words that say which list is meant."""

_FILLER_WORDS = frozenset(
    ("a", "about", "all", "an", "and", "any", "are", "at", "borough", "boroughs", "by", "council",
     "councils", "do", "does", "for", "from", "has", "have", "how", "in", "is", "list", "lists",
     "london", "of", "on", "our", "show", "that", "the", "their", "to", "use", "used", "uses",
     "using", "we", "what", "which", "who", "whose", "with")
)  # fmt: skip
"""Words that name nothing."""

_ENDING = re.compile(
    r"\b(?:end(?:s|ing)?|expir(?:es?|ing|y)|until|renewal)\s+(?:in\s+|by\s+)?(20\d\d)\b",
    re.IGNORECASE,
)
"""Words that ask which contracts end in a year."""

_REST_WEIGHTS, _BODY_WEIGHT = (0.8, 0.78), 0.7
"""Weights of what fits the rest, its words but for filler, and a borough; the whole weighs 1."""


@dataclass(frozen=True)
class SearchQuestion:
    """The words as typed, and what stands in them.

    `rest` is what is said besides boroughs and lists, with and without filler words; it is empty
    where that is the whole. `further_bodies` are keys of bodies that may be meant, beside those
    that are known by every name. `ends_in` is the year in which contracts are to end, if one is.
    """

    words: str
    boroughs: Sequence[Mention]
    list_name: str
    rest: Sequence[str]
    further_bodies: Sequence[int] = ()
    ends_in: int | None = None

    @property
    def reading(self) -> Reading:
        """The phrases to look for: the whole, the rest, and the names of boroughs."""
        rest = zip(self.rest, _REST_WEIGHTS, strict=False)
        bodies = ((mention.title, _BODY_WEIGHT) for mention in self.boroughs)
        return [(self.words, 1.0), *rest, *bodies]

    @property
    def phrases(self) -> list[str]:
        """The whole, and the rest where it says something else."""
        return [self.words, *self.rest]


def parse_question(text: str) -> SearchQuestion:
    """The question behind the words of the box."""
    words = text.split()
    further = _bodies().further(words)
    mentions = find_mentions(*compiled_bodies(current_world()), further, words)
    if any(mention.last - mention.first == len(words) for mention in mentions):
        mentions = []
    mentioned = {place for mention in mentions for place in range(mention.first, mention.last)}
    left = [word for place, word in enumerate(words) if place not in mentioned]
    bare = [word.strip("?!.,;:()\"'").lower() for word in left]
    list_name = next((_LIST_NAMES[word] for word in bare if word in _LIST_NAMES), "")
    pairs = [pair for pair in zip(left, bare, strict=True) if pair[1] not in _LIST_NAMES]
    telling = " ".join(word for word, plain in pairs if plain not in _FILLER_WORDS)
    rest = [" ".join(word for word, _ in pairs), telling] if telling else []
    parts = [part for part in dict.fromkeys(rest) if part != " ".join(words)]
    year = _ENDING.search(text)
    return SearchQuestion(
        text, mentions, list_name, parts, further, ends_in=int(year[1]) if year else None
    )


def _bodies() -> SearchableBodies:
    return next(source.bodies for source in SOURCES if source.bodies)


@cache
def compiled_bodies(_world: World) -> tuple[CompiledNames, CompiledNames]:
    """The known bodies, and the records of all."""
    bodies = STORED_RECORDS[BODY]
    records = compile_names([record_rows(bodies.rows, BODY, bodies.parent)])
    return compile_bodies(_bodies().known()), records


def _kind_choices() -> list[tuple[str, str]]:
    return [(kind.name, kind.heading) for source in SOURCES for kind in source.kinds]


class SearchForm(QueryForm):
    """The words, and the kinds of record."""

    primary_filters = ("kind",)

    q = forms.CharField(label="Words", required=False, max_length=100)
    kind = OptionsField("Kind", _kind_choices)
