"""What the lists of facts hold on a question, and the lists that know its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Value, Window
from django.http import QueryDict

from citytools.facts.name_matching import Match
from citytools.facts.name_spotting import Mention
from citytools.search import KINDS_BY_TYPE, SOURCES, FactList, RecordKind, WordList
from citytools.search.question import SearchQuestion
from citytools.worlds.addresses import page_address

# A thing is meant if it is not far behind the best match; others like it, if right beside it
_MAX_SCORE_GAP_TO_BEST = 0.25
_MAX_SCORE_GAP_WITHIN_KIND = 0.05
_MAX_THINGS = 10
# Where a wider kind of thing fits as well, it is meant: of planning's products and functions all
_WIDEST_FIRST = ("service area", "function")
_MAX_SCORE_GAP_OF_WIDER = 0.01
_UNSURE = {"some", "near", "text"}

# Scores of the list that was asked for, of another for the same borough and thing, of any other
_ASKED_SCORE, _SAME_FOCUS_SCORE, _OTHER_SCORE = 0.95, 0.86, 0.55
_ROW_SCORE_GAP = 0.05
"""How far its rows stand behind a list."""


@dataclass(frozen=True)
class Hit:
    """One record or list: its name and page, what it belongs to, and why it is here."""

    record_type: str
    title: str
    address: str
    parent: str
    reason: str
    score: float

    @property
    def kind(self) -> RecordKind:
        """The group it stands in."""
        return KINDS_BY_TYPE[self.record_type]


@dataclass(frozen=True)
class ListLink:
    """A link to all of a group, in words that say how many."""

    address: str
    words: str


@dataclass(frozen=True)
class Focus:
    """The boroughs and the things meant, all of one type; where neither is named: any."""

    boroughs: Sequence[Mention | Match]
    things: Sequence[Match]

    @property
    def thing_type(self) -> str:
        """Empty where there are no things."""
        return self.things[0].what if self.things else ""

    @property
    def both(self) -> bool:
        """Whether a borough and a thing are named."""
        return bool(self.boroughs and self.things)

    @property
    def score(self) -> float:
        """How well it fits the question."""
        first = (self.things or self.boroughs)[0]
        return first.score if isinstance(first, Match) else 1.0

    @property
    def words(self) -> str:
        """'Camden: Housing', or as much of it as is named."""
        return ": ".join(filter(None, [_titles(self.boroughs), _titles(self.things)]))

    @property
    def reason(self) -> str:
        """'borough Camden; service area Housing'."""
        parts = [("borough", self.boroughs), (self.thing_type, self.things)]
        return "; ".join(f"{name} {_titles(records)}" for name, records in parts if records)

    @property
    def query(self) -> str:
        """The lists' query string for exactly these."""
        pairs = [("borough", borough.slug) for borough in self.boroughs]
        pairs += [(match.what.replace(" ", "_"), match.slug) for match in self.things]
        return urlencode(pairs)


def _titles(records: Sequence[Mention | Match]) -> str:
    titles = [record.title for record in records]
    return ", ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else "")


def _focus(
    question: SearchQuestion, matches: Sequence[Match], types: Sequence[str]
) -> Focus | None:
    """What is meant, things of these types alone; None where neither borough nor thing is."""
    if question.boroughs:
        besides = _besides_boroughs(question, matches) if question.rest else []
        return Focus(question.boroughs, _things(besides, types) if besides else [])
    if matches and matches[0].what == "borough":
        return Focus(matches[:1], [])
    things = _things(matches, types)
    return Focus([], things) if things else None


def _besides_boroughs(question: SearchQuestion, matches: Sequence[Match]) -> list[Match]:
    """Without what fits by a borough's name alone, such as a product called Hackney Upload."""
    boroughs = [mention.title.casefold() for mention in question.boroughs]
    rest = question.rest[-1].casefold().split()
    terms = [match.reasons[0].term.casefold() for match in matches]
    return [
        match
        for match, term in zip(matches, terms, strict=True)
        if not any(borough in term for borough in boroughs) or any(word in term for word in rest)
    ]


def _things(matches: Sequence[Match], types: Sequence[str]) -> list[Match]:
    near = [match for match in matches if match.score >= matches[0].score - _MAX_SCORE_GAP_TO_BEST]
    meant = [match for match in near if match.what in types and match.reasons[0].how not in _UNSURE]
    if not meant:
        return []
    as_good = [match for match in meant if match.score >= meant[0].score - _MAX_SCORE_GAP_OF_WIDER]
    kinds = {match.what for match in as_good}
    kind = next((kind for kind in _WIDEST_FIRST if kind in kinds), meant[0].what)
    of_kind = [match for match in meant if match.what == kind]
    return [
        match for match in of_kind if match.score >= of_kind[0].score - _MAX_SCORE_GAP_WITHIN_KIND
    ][:_MAX_THINGS]


@dataclass(frozen=True)
class FactHits:
    """Rows of one list as hits, `total` in all, and the address of exactly those."""

    fact_list: FactList
    focus: Focus
    hits: Sequence[Hit]
    total: int
    address: str


def find_facts(
    fact_list: FactList,
    question: SearchQuestion,
    matches: Sequence[Match],
    limit: int,
) -> FactHits | None:
    """What a list holds on what is meant; None where that is not one of its things."""
    focus = _focus(question, matches, fact_list.thing_types)
    is_named = question.list_name == fact_list.name
    is_skills = fact_list.name == "skills"
    if focus is None or (is_skills and not (is_named or focus.both)):
        return None
    rows, total = _rows(fact_list, focus, limit)
    if not total:
        return None
    address = f"{page_address(fact_list.route)}?{focus.query}"
    fact_hits = FactHits(fact_list, focus, [], total, address)
    is_asked = fact_list.name == (question.list_name or "systems")
    score = _ASKED_SCORE if is_asked else _SAME_FOCUS_SCORE if focus.both else _OTHER_SCORE
    row_score = score - _ROW_SCORE_GAP if focus.both else _OTHER_SCORE * focus.score
    hits = [] if is_skills else [_row_hit(fact_hits, row, row_score) for row in rows]
    if is_named or (focus.both and total > 1):
        hits.insert(0, _list_hit(fact_hits, score))
    return replace(fact_hits, hits=hits)


def find_ending_contracts(question: SearchQuestion) -> list[Hit]:
    """The list of the contracts that end, or may end, in the year that is asked for."""
    if not question.ends_in:
        return []
    entry = next(lists["contract"] for lists in _word_lists() if "contract" in lists)
    pairs = [("borough", borough.slug) for borough in question.boroughs]
    days = {"ends_after": f"{question.ends_in}-01-01", "ends_before": f"{question.ends_in}-12-31"}
    query = urlencode([*pairs, *days.items()])
    owner = f" of {_titles(question.boroughs)}" if question.boroughs else ""
    hit = Hit(
        record_type="list of contracts",
        title=f"Contracts{owner} that end in {question.ends_in}",
        address=f"{page_address(entry.route)}?{query}&sort=ends_on",
        parent="",
        reason=f"{entry.rows(QueryDict(query)).count():,} in the list",
        score=1.0,
    )
    return [hit]


def _word_lists() -> list[Mapping[str, WordList]]:
    return [source.word_lists for source in SOURCES]


def _rows(fact_list: FactList, focus: Focus, limit: int) -> tuple[Sequence[Any], int]:
    """The first rows, and how many there are in all."""
    rows = fact_list.concerning(
        [borough.key for borough in focus.boroughs],
        focus.thing_type,
        [match.key for match in focus.things],
    )
    counted = rows.annotate(in_all=Window(Count("pk"))).order_by(*fact_list.order)
    first = list(counted[:limit])
    return first, first[0].in_all if first else 0


def _list_hit(hits: FactHits, score: float) -> Hit:
    joined = " of " if hits.focus.boroughs else ": "
    return Hit(
        record_type=f"list of {hits.fact_list.name}",
        title=f"{hits.fact_list.title}{joined}{hits.focus.words}",
        address=hits.address,
        parent="",
        reason=f"{hits.total:,} in the list",
        score=score,
    )


def _row_hit(hits: FactHits, row: Any, score: float) -> Hit:
    is_system = hits.fact_list.row_type == "system"
    return Hit(
        record_type=hits.fact_list.row_type,
        title=f"{row.product.name} in {row.borough.name}" if is_system else row.title,
        address=row.get_absolute_url(),
        parent=f"for {row.function.name}" if is_system else f"led by {row.lead.name}",
        reason=hits.focus.reason,
        score=score,
    )


def word_list_links(words: str) -> dict[str, ListLink]:
    """By kind, the list's own rows for the words, where it has any: it forgives no slip."""
    lists = {kind: entry for lists in _word_lists() for kind, entry in lists.items()}
    query = urlencode({"q": words})
    # One statement for all lists
    first, *rest = (
        entry.rows(QueryDict(query))
        .order_by()
        .annotate(kind_of_row=Value(kind))
        .values("kind_of_row")
        .annotate(rows=Count("pk"))
        .values_list("kind_of_row", "rows")
        for kind, entry in lists.items()
    )
    return {
        kind: ListLink(
            f"{page_address(lists[kind].route)}?{query}",
            f"All {count:,} in the list of {lists[kind].noun}",
        )
        for kind, count in first.union(*rest, all=True)
        if count
    }
