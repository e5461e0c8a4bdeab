"""What a question is about, as the lists' own filters say it: boroughs, and one kind of thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from citytools.facts.name_matching import Match
from citytools.facts.name_spotting import Mention
from citytools.search.question import Question

PARAMETERS = {
    "product": "product",
    "supplier": "supplier",
    "function": "function",
    "service area": "service_area",
    "framework": "framework",
    "skill": "skill",
}
"""The lists' parameter for each kind of thing."""

_BEHIND = 0.25
_BESIDE = 0.05
_MOST = 10
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
        return ": ".join(filter(None, [_listed(self.boroughs), _listed(self.things)]))

    @property
    def reason(self) -> str:
        """'borough Camden; service area Housing'."""
        named = [("borough", self.boroughs), (self.what, self.things)]
        return "; ".join(f"{what} {_listed(those)}" for what, those in named if those)

    def query(self, illustrative: str) -> str:
        """The lists' query string for exactly these."""
        pairs = [("borough", one.slug) for one in self.boroughs]
        pairs += [(PARAMETERS[one.what], one.slug) for one in self.things]
        return urlencode(pairs + ([("illustrative", illustrative)] if illustrative else []))


def _listed(named: Sequence[Mention | Match]) -> str:
    titles = [one.title for one in named]
    return ", ".join(titles[:3]) + (f" and {len(titles) - 3} more" if len(titles) > 3 else "")


def focus_of(question: Question, found: Sequence[Match], kinds: Sequence[str]) -> Focus | None:
    """What is meant, things of these kinds alone; nothing where neither borough nor thing is."""
    if question.boroughs:
        return Focus(question.boroughs, _things(found, kinds) if question.rest else [])
    if found and found[0].what == "borough":
        return Focus(found[:1], [])
    things = _things(found, kinds)
    return Focus([], things) if things else None


def _things(found: Sequence[Match], kinds: Sequence[str]) -> list[Match]:
    near = [one for one in found if one.score >= found[0].score - _BEHIND]
    meant = [one for one in near if one.what in kinds and one.reasons[0].how not in _UNSURE]
    return [
        one for one in meant if one.what == meant[0].what and one.score >= meant[0].score - _BESIDE
    ][:_MOST]


_UNSURE = {"some", "near", "text"}
