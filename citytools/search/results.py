"""All that the page of the search shows."""

import datetime
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import chain

from django.http import HttpRequest
from django.urls import reverse

from boroughs import search as boroughs
from citytools.facts import dates
from citytools.facts.name_matching import CompiledNames, Match, compile_names, find_matches
from citytools.lists import facets
from citytools.pages import glossary
from citytools.search.hits import Hit, HitGroup, hit_for, rank_hits
from citytools.search.kinds import RecordKind
from citytools.search.lists import SECTIONS, FactHits, find_facts
from citytools.search.more import More, in_lists
from citytools.search.question import SearchForm, SearchQuestion, parse_question
from contracts import search as contracts
from research import search as research
from skills import search as skills
from systems import search as systems

SHORT, LONG = 5, 50
"""Hits of a kind beside others, and where kinds are chosen."""
BEST = 3
"""Hits that stand above the groups."""


class SearchResults:
    """The hits for a query string; nothing is looked up until it is asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.filterset = SearchForm(request)
        self.problems = self.filterset.problems
        self.all = reverse("search")

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
    def most(self) -> int:
        """Hits shown of a kind."""
        return LONG if self.filterset.data.getlist("kind") else SHORT

    @property
    def illustrative(self) -> str:
        """yes, no or nothing."""
        return str(self.filterset.data.get("illustrative", ""))

    @cached_property
    def question(self) -> SearchQuestion:
        """The words, taken apart."""
        return parse_question(self.words)

    @cached_property
    def matches(self) -> list[Match]:
        """Records that fit the words, and lists' things among them; best first."""
        asked, today = self.question.asked, dates.today()
        texts = compile_names(
            [
                *skills.skills_with_words(asked[0]),
                *research.publications_with_words(today, asked[0]),
            ]
        )
        return find_matches(
            [_standing(today), *self.question.names, texts],
            [*contracts.contract_names(asked), *glossary.search_names()],
            self.question.reading,
            LONG if self.illustrative == "yes" else self.most,
            only_real=self.illustrative == "no",
        )

    @cached_property
    def found(self) -> list[FactHits]:
        """What the lists of facts hold on it."""
        fits = [match for match in self.matches if not match.near]
        all_found = [
            find_facts(section, self.question, fits, self.illustrative, self.most)
            for section in SECTIONS
        ]
        return [hits for hits in all_found if hits]

    @cached_property
    def hits(self) -> list[Hit]:
        """Every hit of the chosen kinds, best first, each page once."""
        kinds = self.filterset.data.getlist("kind")
        records = (hit_for(match) for match in self.matches if not match.near)
        by_address: dict[str, Hit] = {}
        for hit in rank_hits(chain(records, *(hits.hits for hits in self.found))):
            if (not kinds or hit.kind.name in kinds) and self._wanted(hit):
                by_address.setdefault(hit.address, hit)
        return list(by_address.values())

    def _wanted(self, hit: Hit) -> bool:
        return self.illustrative != "yes" or hit.invented or hit.what.startswith("list of")

    @property
    def best(self) -> Sequence[Hit]:
        """The best over all kinds."""
        return self.hits[:BEST]

    @cached_property
    def near(self) -> list[str]:
        """Names that are nearest to what was typed, where nothing was found."""
        return [match.title for match in self.matches if match.near][:3]

    @cached_property
    def groups(self) -> list[HitGroup]:
        """The hits by kind, the kind of the best hit first."""
        kinds = dict.fromkeys(hit.kind for hit in self.hits)
        return [self._group(kind) for kind in kinds]

    @cached_property
    def in_lists(self) -> dict[str, More]:
        """The lists that know the words, by kind."""
        return in_lists(self.words, self.illustrative)

    def _group(self, kind: RecordKind) -> HitGroup:
        hits = [hit for hit in self.hits if hit.kind == kind]
        in_list = self.in_lists.get(kind.name)
        ways: list[More | None] = [
            More(
                facts.address,
                f"All {facts.total:,} in the list of {facts.section.name}: {facts.words}",
            )
            for facts in self.found
            if facts.section.what == kind.name and facts.total > len(facts.hits)
        ]
        records = {match.what: match.total for match in self.matches if match.what in kind.whats}
        total = sum(records.values())
        if total > self.most:
            ways.append(in_list)
            if self.most == SHORT:
                query = self.filterset.query_string(kind=[kind.name])
                ways.append(More(f"{self.all}?{query}", f"More {kind.heading.lower()} that fit"))
        return HitGroup(kind, hits[: self.most], [way for way in ways if way])


@lru_cache(maxsize=1)
def _standing(today: datetime.date) -> CompiledNames:
    """The names that do not hang on what is asked, compiled once a day."""
    names = [
        *boroughs.borough_names(),
        *systems.catalogue_names(),
        *contracts.framework_names(),
        *skills.skill_names(),
        *research.publication_titles(today),
    ]
    return compile_names(names)
