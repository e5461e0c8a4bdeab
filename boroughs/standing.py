"""How a borough stands among the 33: its peers, its gaps, and what it runs that others do not."""

from collections.abc import Sequence
from dataclasses import dataclass

from boroughs import choices
from boroughs.choices import Common, Rare
from boroughs.gaps import Gaps, gaps
from boroughs.models import Borough
from boroughs.profile import answers
from boroughs.profile.peers import NEAREST, Peer, nearest


@dataclass(frozen=True)
class Standing:
    """What the others say of one borough.

    `reporting` of the 33 have a systems return; `returned` and `complete` are about this one's.
    Gaps are asked of `asked` boroughs: of the peers, or without any of all that report. A regional
    body is never compared: for it everything is empty.
    """

    peers: Sequence[Peer]
    gaps: Gaps
    asked: int
    rare: Sequence[Rare]
    common: Sequence[Common]
    reporting: int
    returned: bool
    complete: bool


def of(borough: Borough, *, illustrative: bool = True, most: int = NEAREST) -> Standing:
    """The standing of a borough; nine queries."""
    told = answers.read(illustrative=illustrative)
    compared = borough.pk in told.boroughs
    peers = nearest(borough, most, illustrative=illustrative)
    near = [peer.borough for peer in peers]
    asked = near or [one for one in told.named(told.reporting) if one.pk != borough.pk]
    return Standing(
        peers,
        gaps(told, borough, asked) if compared else Gaps([], 0, len(told.functions)),
        len(asked),
        choices.rare(told, borough),
        choices.common(told, borough, near) if compared else [],
        len(told.reporting),
        borough.pk in told.reporting,
        borough.pk in told.complete,
    )
