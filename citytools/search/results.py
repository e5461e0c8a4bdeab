"""All that the page of the search shows."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

from django.http import HttpRequest

from citytools.facts import dates
from citytools.facts.name_matching import (
    ALSO,
    CODE,
    FORMER,
    NAME,
    TEXT,
    TITLE,
    CompiledSearch,
    Match,
    Reason,
    compile_names,
    find_matches,
    record_rows,
)
from citytools.facts.name_spotting import COUNCIL
from citytools.lists import facets
from citytools.search import RECORD_TYPES, SOURCES, STORED_RECORDS, RecordKind
from citytools.search.lists import (
    FactHits,
    Hit,
    ListLink,
    find_ending_contracts,
    find_facts,
    word_list_links,
)
from citytools.search.name_table import context_names
from citytools.search.question import (
    SearchForm,
    SearchQuestion,
    compiled_bodies,
    parse_question,
)
from citytools.worlds import World, current_world
from citytools.worlds.addresses import page_address

MAX_HITS_PER_KIND, MAX_HITS_ALONE = 5, 50
"""Hits of a kind beside others, and where kinds are chosen."""
MAX_BEST_HITS = 3
"""Hits that stand above the groups."""


@dataclass(frozen=True)
class HitGroup:
    """Hits of one kind, best first; `more` leads to the rest."""

    kind: RecordKind
    hits: Sequence[Hit]
    more: Sequence[ListLink]


def _hit(match: Match) -> Hit:
    """A record that fits by its names or its text."""
    record_type = RECORD_TYPES[match.what]
    return Hit(
        record_type=match.what,
        title=match.title,
        address=record_type.url(match),
        parent=record_type.parent(match),
        reason=_reason(match),
        score=match.score,
    )


def _reason(match: Match) -> str:
    """Why a record is here: its name, another name, a name it belongs to, or its text."""
    whole = (reason for reason in match.reasons if reason.how == "same")
    first = next(whole, match.reasons[0])
    if first.how in {"words", "some"}:
        share = "all your words" if first.how == "words" else "some of your words"
        together = [reason for reason in match.reasons if reason.how == first.how]
        return f"{share}: {'; '.join(dict.fromkeys(map(_reason_words, together)))}"
    telling = [reason for reason in match.reasons if reason.how in {"same", "holds"}]
    former = next((reason for reason in telling if reason.role == FORMER), None)
    if former and first.role == ALSO:
        return _reason_words(former)
    if first.how in {"alike", "near"}:
        other = "" if first.role in {NAME, TITLE} else f": {_reason_words(first)}"
        return f"{_ALIKE}{other}"
    own = {NAME: "in its name", TITLE: "in its title"}
    return own[first.role] if first.role in own and first.how == "holds" else _reason_words(first)


_ALIKE = "spelt alike"
"""The reason of a hit that no word names."""
_ROLE_WORDS = {
    NAME: "its name",
    TITLE: "its title",
    CODE: "code {}",
    FORMER: "formerly {}",
    ALSO: "also known as {}",
    COUNCIL: "also known as {}",
    TEXT: "words in the text",
}


def _reason_words(reason: Reason) -> str:
    """One name in words: 'formerly Northgate Public Services', 'function of Housing'."""
    term = reason.term.upper() if reason.role == CODE else reason.term
    if reason.role in _ROLE_WORDS:
        return _ROLE_WORDS[reason.role].format(term)
    return f"{reason.role} {term}"


class SearchResults:
    """The hits for a query string; nothing is looked up until it is asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.filterset = SearchForm(request)
        self.problems = self.filterset.problems
        self.all = page_address("search")

    @property
    def status(self) -> int:
        """HTTP status: 400 where something was not understood."""
        return 400 if self.problems else 200

    @property
    def words(self) -> str:
        """What was typed; nothing where it was not understood."""
        return "" if self.problems else str(self.filterset.values["q"])

    @cached_property
    def facets(self) -> list[facets.Facet]:
        """The filters beside the words."""
        return [facet for facet in facets.facets_for(self.filterset) if facet.name != "q"]

    @property
    def max_hits(self) -> int:
        """Hits shown of a kind."""
        return MAX_HITS_ALONE if self.filterset.data.getlist("kind") else MAX_HITS_PER_KIND

    @cached_property
    def question(self) -> SearchQuestion:
        """What the words ask for."""
        return parse_question(self.words)

    @cached_property
    def matches(self) -> list[Match]:
        """Records that fit the words, and lists' things among them; best first."""
        question, today = self.question, dates.today()
        texts = [text for source in SOURCES for text in source.texts(today, question.words)]
        return find_matches(
            _compiled_search(today, current_world()),
            compile_names(texts),
            [record for source in SOURCES for record in source.records(question.phrases)],
            question.further_bodies,
            question.reading,
            self.max_hits,
        )

    @cached_property
    def fact_hits(self) -> list[FactHits]:
        """What the lists of facts hold on it."""
        fits = [match for match in self.matches if not match.near]
        per_list = [
            find_facts(fact_list, self.question, fits, self.max_hits)
            for source in SOURCES
            for fact_list in source.fact_lists
        ]
        return [hits for hits in per_list if hits]

    @cached_property
    def hits(self) -> list[Hit]:
        """Every hit of the chosen kinds, best first, each page once."""
        kinds = self.filterset.data.getlist("kind")
        records = (_hit(match) for match in self.matches if not match.near)
        by_address: dict[str, Hit] = {}
        ending = find_ending_contracts(self.question)
        hits = chain(ending, records, *(facts.hits for facts in self.fact_hits))
        for hit in sorted(hits, key=lambda hit: -round(hit.score, 2)):
            if not kinds or hit.kind.name in kinds:
                by_address.setdefault(hit.address, hit)
        return list(by_address.values())

    @property
    def best(self) -> Sequence[Hit]:
        """The best over all kinds; what is only spelt alike beside its like."""
        best = self.hits[:MAX_BEST_HITS]
        if best and best[0].reason.startswith(_ALIKE):
            return best
        return [hit for hit in best if not hit.reason.startswith(_ALIKE)]

    @cached_property
    def near(self) -> list[str]:
        """Names that are nearest to what was typed, where nothing fits."""
        return [match.title for match in self.matches if match.near][:3]

    @cached_property
    def groups(self) -> list[HitGroup]:
        """The hits by kind, the kind of the best hit first."""
        kinds = dict.fromkeys(hit.kind for hit in self.hits)
        return [self._group(kind) for kind in kinds]

    @cached_property
    def word_lists(self) -> dict[str, ListLink]:
        """The lists that know the words, by kind."""
        return word_list_links(self.words)

    def _group(self, kind: RecordKind) -> HitGroup:
        hits = [hit for hit in self.hits if hit.kind == kind]
        in_list = self.word_lists.get(kind.name)
        links: list[ListLink | None] = [
            ListLink(
                facts.address,
                f"All {facts.total:,} in the list of {facts.fact_list.name}: {facts.focus.words}",
            )
            for facts in self.fact_hits
            if facts.fact_list.row_type == kind.name and facts.total > len(facts.hits)
        ]
        records = {match.what: match.total for match in self.matches if match.what in kind.types}
        total = sum(records.values())
        if total > self.max_hits:
            links.append(in_list)
            if self.max_hits == MAX_HITS_PER_KIND:
                query = self.filterset.query_string(kind=[kind.name])
                links.append(
                    ListLink(f"{self.all}?{query}", f"More {kind.heading.lower()} that fit")
                )
        return HitGroup(kind, hits[: self.max_hits], [link for link in links if link])


@lru_cache(maxsize=len(World))
def _compiled_search(today: datetime.date, world: World) -> CompiledSearch:
    """What does not depend on the question, compiled once a day for each world."""
    keys = "SELECT key FROM record WHERE what = '{}'"
    records = [
        record_rows(stored.rows, kind, stored.parent, keys.format(kind))
        for kind, stored in STORED_RECORDS.items()
    ]
    contexts = [context_names(context) for source in SOURCES for context in source.contexts]
    return CompiledSearch(
        kinds=list(STORED_RECORDS),
        live=compile_names([names for source in SOURCES for names in source.names(today)]),
        contexts=compile_names(contexts),
        records=compile_names(records),
        bodies=compiled_bodies(world)[0],
    )
