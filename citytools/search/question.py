"""What was asked, taken apart: the whole, the boroughs in it, the section, and the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django import forms

from boroughs import search as boroughs
from citytools.facts.name_matching import CompiledNames, Reading, compile_names
from citytools.facts.name_spotting import Mention, find_mentions
from citytools.lists.fields import OptionsField, YesNoField
from citytools.lists.query_form import QueryForm
from citytools.search.kinds import KINDS

SECTIONS = {
    "system": "systems",
    "systems": "systems",
    "software": "systems",
    "contract": "contracts",
    "contracts": "contracts",
    "skill": "skills",
    "skills": "skills",
}
"""Words that say which list is meant."""

_FILLING = frozenset(
    ("a", "about", "all", "an", "and", "any", "are", "at", "borough", "boroughs", "by", "council",
     "councils", "do", "does", "for", "from", "has", "have", "how", "in", "is", "list", "lists",
     "london", "of", "on", "our", "show", "that", "the", "their", "to", "use", "used", "uses",
     "using", "we", "what", "which", "who", "whose", "with")
)  # fmt: skip
"""Words that name nothing."""

_PARTS, _BODY = (0.8, 0.78), 0.7
"""Weights of what fits the rest, the telling words of it, and a borough; the whole weighs 1."""


@dataclass(frozen=True)
class SearchQuestion:
    """The words as typed, and what stands in them."""

    words: str
    boroughs: Sequence[Mention]
    section: str
    rest: Sequence[str]
    further: Sequence[int] = ()
    """Keys of bodies that may be meant, beside those that are known by every name."""

    @property
    def names(self) -> list[CompiledNames]:
        """The names of the further bodies."""
        return [compile_names(boroughs.borough_names(self.further))] if self.further else []

    @property
    def reading(self) -> Reading:
        """The phrases to look for: the whole, the rest, and the names of boroughs."""
        rest = zip(self.rest, _PARTS, strict=False)
        return [(self.words, 1.0), *rest, *((mention.title, _BODY) for mention in self.boroughs)]

    @property
    def asked(self) -> list[str]:
        """The whole, and the rest where it says something else."""
        return [self.words, *self.rest]


def parse_question(text: str) -> SearchQuestion:
    """The question behind the words of the box.

    The rest is what stands beside boroughs and sections, with and without words that name nothing;
    it is empty where that is the whole.
    """
    words = text.split()
    further = boroughs.further_bodies(words)
    more = [compile_names(boroughs.borough_names(further, council=False))] if further else []
    mentions = find_mentions([_boroughs(), *more], words)
    if any(mention.last - mention.first == len(words) for mention in mentions):
        mentions = []
    named = {place for mention in mentions for place in range(mention.first, mention.last)}
    left = [word for place, word in enumerate(words) if place not in named]
    bare = [word.strip("?!.,;:()\"'").lower() for word in left]
    section = next((SECTIONS[word] for word in bare if word in SECTIONS), "")
    pairs = [pair for pair in zip(left, bare, strict=True) if pair[1] not in SECTIONS]
    telling = " ".join(word for word, plain in pairs if plain not in _FILLING)
    rest = [" ".join(word for word, _ in pairs), telling] if telling else []
    others = [part for part in dict.fromkeys(rest) if part != " ".join(words)]
    return SearchQuestion(text, mentions, section, others, further)


@cache
def _boroughs() -> CompiledNames:
    return compile_names(boroughs.borough_names(council=False))


class SearchForm(QueryForm):
    """The words, the kinds of record, and whether invented ones are among them."""

    primary_filters = ("kind", "illustrative")

    q = forms.CharField(label="Words", required=False, max_length=100)
    kind = OptionsField("Kind", [(kind.name, kind.heading) for kind in KINDS])
    illustrative = YesNoField("Invented for demonstration")
