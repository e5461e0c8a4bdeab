"""A window as a page shows it: its sentence, its contracts, and who would nearly fit."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from boroughs.models import Borough
from contracts.joint_procurement import contract_rows, windows
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.windows import Candidate, Joint
from contracts.models import Contract
from contracts.together import words
from contracts.together.nearby import NearMiss, misses
from systems.models import System

MOST = 200
"""Contracts of one window that its page shows and plans for."""
MOST_LISTED = 50
"""Contracts of each window that a list shows."""


@dataclass(frozen=True)
class Told:
    """One window in words."""

    joint: Joint
    sentence: str
    chance: str
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


@dataclass(frozen=True)
class Shown(Told):
    """One window with its contracts, those first that must be acted on first.

    `rows` pair each contract with the systems it pays for that are known.
    """

    rows: Sequence[tuple[Candidate, Sequence[System]]]
    misses: Sequence[NearMiss]

    @property
    def contracts(self) -> int:
        """How many contracts it has; a nation's windows have more than `rows`."""
        return len(self.joint.members)


def _words(joint: Joint, chosen: TogetherFilter, today: datetime.date) -> dict[str, Any]:
    query = chosen.query(target=[])
    return {
        "joint": joint,
        "sentence": words.sentence(joint, today),
        "chance": words.chance(joint, today),
        "address": f"/contracts/together/{joint.id}/{'?' if query else ''}{query}",
    }


def all_told(joints: Iterable[Joint], chosen: TogetherFilter, today: datetime.date) -> list[Told]:
    """Some windows in words; they ask the database nothing."""
    return [Told(**_words(joint, chosen, today)) for joint in joints]


def all_shown(
    joints: Iterable[Joint], chosen: TogetherFilter, today: datetime.date, most: int
) -> list[Shown]:
    """Some windows, each with so many of its contracts; three queries for all of them."""
    several = [(joint, joint.members[:most]) for joint in joints]
    records = contract_rows.whole(one.held for _, members in several for one in members)
    return [
        Shown(
            **_words(joint, chosen, today),
            # One may have been deleted since its window was found
            rows=[
                _row(joint, one, records[one.held.pk]) for one in members if one.held.pk in records
            ],
            misses=misses(joint, chosen.lead),
        )
        for joint, members in several
    ]


def _row(joint: Joint, one: Candidate, record: Contract) -> tuple[Candidate, Sequence[System]]:
    read = replace(one, record=record)
    return read, words.systems_of(joint, read)


def widest(chosen: TogetherFilter, today: datetime.date, most: int = 3) -> list[Told]:
    """The windows with the most boroughs, one for each group; then the first to close."""
    ordered = sorted(
        _one_each(windows.of(chosen, today).windows, lambda one: -len(one.window.leads)),
        key=lambda one: (-len(one.window.leads), one.closes_on, one.key.name),
    )
    return all_told(ordered[:most], chosen, today)


def of_borough(
    borough: Borough, today: datetime.date, months: int, *, illustrative: bool = True
) -> list[Told]:
    """The windows in which a borough takes part, one for each group, first to close first."""
    asked = QueryDict(f"borough={borough.slug}&months={months}", mutable=True)
    if not illustrative:
        asked["illustrative"] = "no"
    chosen = TogetherFilter(asked, Contract.objects.all())
    found = _one_each(windows.of(chosen, today).windows, lambda one: one.closes_on)
    return all_told(found, chosen, today)


def _one_each(windows: Iterable[Joint], rank: Callable[[Joint], Any]) -> list[Joint]:
    """Of each group the window that ranks first, the groups in their order."""
    best: dict[object, Joint] = {}
    for joint in windows:
        held = best.get(joint.key)
        if held is None or rank(joint) < rank(held):
            best[joint.key] = joint
    return list(best.values())
