"""Hits and their groups, as the page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from citytools.facts.name_matching import ALSO, CODE, FORMER, NAME, TEXT, TITLE, Match, Reason
from citytools.search.kinds import ADDRESSES, KIND_OF, RecordKind, parent_name
from citytools.search.more import More


@dataclass(frozen=True)
class Hit:
    """One record or list: its name and page, what it belongs to, and why it is here."""

    what: str
    title: str
    address: str
    parent: str
    reason: str
    score: float
    invented: bool = False

    @property
    def kind(self) -> RecordKind:
        """The group it stands in."""
        return KIND_OF[self.what]


@dataclass(frozen=True)
class HitGroup:
    """Hits of one kind, best first; `more` leads to the rest."""

    kind: RecordKind
    hits: Sequence[Hit]
    more: Sequence[More]


def hit_for(match: Match) -> Hit:
    """A record found by its names or its text."""
    return Hit(
        what=match.what,
        title=match.title,
        address=ADDRESSES[match.what](match),
        parent=parent_name(match),
        reason=match_reason(match),
        score=match.score,
        invented=match.invented,
    )


def match_reason(match: Match) -> str:
    """Why a record is here: its name, another name, a name it belongs to, or its text."""
    whole = (reason for reason in match.reasons if reason.how == "same")
    first = next(whole, match.reasons[0])
    if first.how in {"words", "some"}:
        share = "all your words" if first.how == "words" else "some of your words"
        together = [reason for reason in match.reasons if reason.how == first.how]
        return f"{share}: {'; '.join(dict.fromkeys(map(_said, together)))}"
    telling = [reason for reason in match.reasons if reason.how in {"same", "holds"}]
    former = next((reason for reason in telling if reason.role == FORMER), None)
    if former and first.role == ALSO:
        return _said(former)
    if first.how in {"alike", "near"}:
        return f"spelt alike{_unless_name(first)}"
    own = {NAME: "in its name", TITLE: "in its title"}
    return own[first.role] if first.role in own and first.how == "holds" else _said(first)


def _unless_name(found: Reason) -> str:
    return "" if found.role in {NAME, TITLE} else f": {_said(found)}"


_WORDS = {
    NAME: "its name",
    TITLE: "its title",
    CODE: "code {}",
    FORMER: "formerly {}",
    ALSO: "also known as {}",
    TEXT: "words in the text",
}


def _said(found: Reason) -> str:
    """One name in words: 'formerly Northgate Public Services', 'function of Housing'."""
    term = found.term.upper() if found.role == CODE else found.term
    if found.role in _WORDS:
        return _WORDS[found.role].format(term)
    return f"{found.role} {term}"


def rank_hits(hits: Iterable[Hit]) -> list[Hit]:
    """Best first; equals stay in their order."""
    return sorted(hits, key=lambda hit: -round(hit.score, 2))
