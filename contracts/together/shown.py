"""A window as a page shows it: its sentence, its contracts, and who would nearly fit."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from boroughs.models import Borough
from contracts.models import Contract
from contracts.together import groups, running, words
from contracts.together.choice import TogetherFilter
from contracts.together.groups import Candidate, Joint
from contracts.together.nearby import NearMiss, misses
from systems.models import System


@dataclass(frozen=True)
class Shown:
    """One window; `rows` pair each contract with the systems it pays for that are known."""

    joint: Joint
    sentence: str
    chance: str
    rows: Sequence[tuple[Candidate, Sequence[System]]]
    misses: Sequence[NearMiss]
    address: str

    @property
    def name(self) -> str:
        """What is to be bought, or from whom."""
        return str(self.joint.key.name)

    @property
    def leads(self) -> Sequence[Borough]:
        """The boroughs that lead its contracts, by name."""
        return self.joint.leads

    @property
    def illustrative(self) -> bool:
        """Whether any of its contracts is invented."""
        return self.joint.illustrative

    @property
    def assumed(self) -> bool:
        """Whether the notice of any of its contracts is assumed."""
        return any(one.span is not None and one.span.assumed for one in self.joint.members)


def _shown(joint: Joint, chosen: TogetherFilter, today: datetime.date) -> Shown:
    """What a page says of a window."""
    query = chosen.query(target=[])
    return Shown(
        joint,
        words.sentence(joint, today),
        words.chance(joint, today),
        [(one, words.systems_of(joint, one)) for one in joint.members],
        misses(joint, chosen.lead),
        f"/contracts/together/{joint.id}/{'?' if query else ''}{query}",
    )


def all_shown(joints: Iterable[Joint], chosen: TogetherFilter, today: datetime.date) -> list[Shown]:
    """What a page says of some windows; two queries for all of them."""
    several = list(joints)
    running.to_show(one.contract for joint in several for one in joint.members)
    return [_shown(joint, chosen, today) for joint in several]


def widest(chosen: TogetherFilter, today: datetime.date, most: int = 3) -> list[Shown]:
    """The windows with the most boroughs, one for each group; then the first to close."""
    ordered = sorted(
        _one_each(groups.of(chosen, today).windows, lambda one: -len(one.window.leads)),
        key=lambda one: (-len(one.window.leads), one.closes_on, one.key.name),
    )
    return all_shown(ordered[:most], chosen, today)


def of_borough(
    borough: Borough, today: datetime.date, months: int, *, illustrative: bool = True
) -> list[Shown]:
    """The windows in which a borough takes part, one for each group, first to close first."""
    asked = QueryDict(f"borough={borough.slug}&months={months}", mutable=True)
    if not illustrative:
        asked["illustrative"] = "no"
    chosen = TogetherFilter(asked, Contract.objects.all())
    found = _one_each(groups.of(chosen, today).windows, lambda one: one.closes_on)
    return all_shown(found, chosen, today)


def _one_each(windows: Iterable[Joint], rank: Callable[[Joint], Any]) -> list[Joint]:
    """Of each group the window that ranks first, the groups in their order."""
    best: dict[object, Joint] = {}
    for joint in windows:
        held = best.get(joint.key)
        if held is None or rank(joint) < rank(held):
            best[joint.key] = joint
    return list(best.values())
