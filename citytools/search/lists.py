"""Systems, contracts and skill levels that what was asked leads to, with the way to all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, OrderBy, QuerySet, When, Window
from django.urls import reverse

from citytools.facts.name_matching import Match
from citytools.facts.name_spotting import Mention
from citytools.facts.provenance import SourceKind
from citytools.lists.filters import narrow_by_illustrative
from citytools.search.hits import Hit
from citytools.search.question import SearchQuestion
from contracts import search as contracts
from skills import search as skills
from systems import search as systems

PARAMETERS = {
    "product": "product",
    "supplier": "supplier",
    "function": "function",
    "service area": "service_area",
    "framework": "framework",
    "skill": "skill",
}
"""The lists' parameter for each kind of thing."""

_MAX_SCORE_GAP_TO_BEST = 0.25
_MAX_SCORE_GAP_WITHIN_KIND = 0.05
_MAX_THINGS = 10
"""A thing is meant if it is not far behind the best match; others like it, if right beside it."""


@dataclass(frozen=True)
class Focus:
    """The boroughs and the things meant, all of one kind; none of either: any."""

    boroughs: Sequence[Mention | Match]
    things: Sequence[Match]

    @property
    def what(self) -> str:
        """The kind of the things; nothing where there are none."""
        return self.things[0].what if self.things else ""

    @property
    def both(self) -> bool:
        """Whether a borough and a thing are named."""
        return bool(self.boroughs and self.things)

    @property
    def score(self) -> float:
        """How well it fits what was asked."""
        first = (self.things or self.boroughs)[0]
        return first.score if isinstance(first, Match) else 1.0

    @property
    def words(self) -> str:
        """'Camden: Housing', or as much of it as is named."""
        return ": ".join(filter(None, [_slugs(self.boroughs), _slugs(self.things)]))

    @property
    def reason(self) -> str:
        """'borough Camden; service area Housing'."""
        named = [("borough", self.boroughs), (self.what, self.things)]
        return "; ".join(f"{what} {_slugs(those)}" for what, those in named if those)

    def query(self, illustrative: str) -> str:
        """The lists' query string for exactly these."""
        pairs = [("borough", borough.slug) for borough in self.boroughs]
        pairs += [(PARAMETERS[match.what], match.slug) for match in self.things]
        return urlencode(pairs + ([("illustrative", illustrative)] if illustrative else []))


def _slugs(named: Sequence[Mention | Match]) -> str:
    titles = [one.title for one in named]
    return ", ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else "")


def find_focus(
    question: SearchQuestion, found: Sequence[Match], kinds: Sequence[str]
) -> Focus | None:
    """What is meant, things of these kinds alone; nothing where neither borough nor thing is."""
    if question.boroughs:
        return Focus(question.boroughs, _things(found, kinds) if question.rest else [])
    if found and found[0].what == "borough":
        return Focus(found[:1], [])
    things = _things(found, kinds)
    return Focus([], things) if things else None


def _things(found: Sequence[Match], kinds: Sequence[str]) -> list[Match]:
    near = [match for match in found if match.score >= found[0].score - _MAX_SCORE_GAP_TO_BEST]
    meant = [match for match in near if match.what in kinds and match.reasons[0].how not in _UNSURE]
    return [
        match
        for match in meant
        if match.what == meant[0].what
        and match.score >= meant[0].score - _MAX_SCORE_GAP_WITHIN_KIND
    ][:_MAX_THINGS]


_UNSURE = {"some", "near", "text"}
_ASKED, _BESIDE, _ASIDE = 0.95, 0.86, 0.55
"""Scores of a list that is what was asked, of one for the same borough and thing, of others."""
_BEHIND = 0.05
"""How far its rows stand behind a list."""


@dataclass(frozen=True)
class FactList:
    """One list of facts: the things its filters know, how to ask it, and how a row is shown."""

    name: str
    title: str
    what: str
    route: str
    things: tuple[str, ...]
    concerning: Callable[[Sequence[int], str, Sequence[int]], QuerySet[Any]]
    order: tuple[str | OrderBy, ...]


SECTIONS = (
    FactList(
        "systems",
        "Systems",
        "system",
        "systems:list",
        ("product", "supplier", "function", "service area"),
        systems.systems_concerning,
        ("borough__name", "function__position", "product__name", "pk"),
    ),
    FactList(
        "contracts",
        "Contracts",
        "contract",
        "contracts:list",
        ("product", "supplier", "function", "service area", "framework"),
        contracts.contracts_concerning,
        (F("ends_first").desc(nulls_last=True), "pk"),
    ),
    FactList(
        "skills",
        "Skill levels",
        "skill",
        "skills:list",
        ("skill",),
        skills.levels_concerning,
        ("borough__name", "skill__position", "pk"),
    ),
)


@dataclass(frozen=True)
class FactHits:
    """Rows of one list as hits, `total` in all, and the way to exactly those."""

    section: FactList
    focus: Focus
    hits: Sequence[Hit]
    total: int
    address: str

    @property
    def words(self) -> str:
        """What its rows concern."""
        return self.focus.words


def find_facts(
    section: FactList,
    question: SearchQuestion,
    matches: Sequence[Match],
    illustrative: str,
    most: int,
) -> FactHits | None:
    """What a list holds on what is meant; nothing where that is not one of its things."""
    focus = find_focus(question, matches, section.things)
    wanted = question.section == section.name
    if focus is None or (section.name == "skills" and not (wanted or focus.both)):
        return None
    rows, total = _rows(section, focus, illustrative, most)
    if not total:
        return None
    address = f"{reverse(section.route)}?{focus.query(illustrative)}"
    fact_hits = FactHits(section, focus, [], total, address)
    score = _score(section, focus, question)
    behind = score - _BEHIND if focus.both else _ASIDE * focus.score
    hits = [] if section.name == "skills" else [_row(fact_hits, row, behind) for row in rows]
    if wanted or (focus.both and total > 1):
        hits.insert(0, _list(fact_hits, score))
    return replace(fact_hits, hits=hits)


def _score(section: FactList, focus: Focus, question: SearchQuestion) -> float:
    asked = section.name == (question.section or "systems")
    return _ASKED if asked else _BESIDE if focus.both else _ASIDE


def _rows(
    section: FactList, focus: Focus, illustrative: str, most: int
) -> tuple[Sequence[Any], int]:
    """The first rows, real ones before invented ones, and how many there are in all."""
    keys = (
        [borough.key for borough in focus.boroughs],
        focus.what,
        [match.key for match in focus.things],
    )
    rows = section.concerning(*keys)
    if illustrative:
        rows = narrow_by_illustrative(rows, illustrative == "yes")
    invented = Case(When(source_kind=SourceKind.ILLUSTRATIVE, then=1), default=0)
    counted = rows.annotate(in_all=Window(Count("pk"))).order_by(invented, *section.order)
    first = list(counted[:most])
    return first, first[0].in_all if first else 0


def _list(hits: FactHits, score: float) -> Hit:
    joined = " of " if hits.focus.boroughs else ": "
    return Hit(
        what=f"list of {hits.section.name}",
        title=f"{hits.section.title}{joined}{hits.words}",
        address=hits.address,
        parent="",
        reason=f"{hits.total:,} in the list",
        score=score,
    )


def _row(hits: FactHits, row: Any, score: float) -> Hit:
    is_system = hits.section.what == "system"
    return Hit(
        what=hits.section.what,
        title=f"{row.product.name} in {row.borough.name}" if is_system else row.title,
        address=row.get_absolute_url(),
        parent=f"for {row.function.name}" if is_system else f"led by {row.lead.name}",
        reason=hits.focus.reason,
        score=score,
        invented=row.illustrative,
    )
