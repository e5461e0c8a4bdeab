"""A borough's best chances to work with another, each with the reason and a name to ring.

Three kinds, asked in this order: buy together (a joint-procurement window, which the page of
contracts computes), learn or teach (one wants help with a skill that the other would teach),
review together (both mean to review or replace the same product). Within a kind the soonest, then
the widest, come first. One chance of each kind is taken before a second of any, so that a board
sees different doors; no kind has more than is asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from django.db.models import Q

from boroughs.models import Borough
from skills.models import Level, SkillLevel
from systems.models import Intention, System

MAX_CHANCES = 3
"""Chances that are named of a borough."""


class Purchase(Protocol):
    """A window to buy together, as it is shown."""

    @property
    def name(self) -> str: ...

    @property
    def leads(self) -> Sequence[Borough]: ...

    @property
    def closing_note(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def illustrative(self) -> bool: ...


@dataclass(frozen=True)
class Chance:
    """What could be done with whom and why; `illustrative` if any record behind it is invented."""

    what: str
    boroughs: Sequence[Borough]
    reason: str
    address: str
    illustrative: bool

    @property
    def names(self) -> str:
        """The boroughs by name, the first three and how many more."""
        names = [borough.name for borough in self.boroughs]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more


def best_chances(
    borough: Borough,
    purchases: Iterable[Purchase],
    most: int = MAX_CHANCES,
    *,
    illustrative: bool = True,
) -> list[Chance]:
    """The best chances, at most so many; `purchases` are the windows it takes part in."""
    kinds = [
        [_buying(borough, purchase) for purchase in purchases][:most],
        _learning(borough, illustrative=illustrative)[:most],
        _reviewing(borough, illustrative=illustrative)[:most],
    ]
    turns = (chance for turn in zip_longest(*kinds) for chance in turn if chance)
    return list(turns)[:most]


def _buying(borough: Borough, purchase: Purchase) -> Chance:
    return Chance(
        f"Buy {purchase.name} together",
        [lead for lead in purchase.leads if lead != borough],
        f"All {purchase.closing_note}",
        purchase.address,
        purchase.illustrative,
    )


def _learning(borough: Borough, *, illustrative: bool) -> list[Chance]:
    """Skills wanted before skills offered; a teacher of the same partnership before another."""
    levels = SkillLevel.objects.filter(
        Q(can_teach=True, level__gte=Level.PRACTITIONER) | Q(wants_help=True)
    )
    rows = (levels if illustrative else levels.real()).for_list()
    teachers: dict[int, list[SkillLevel]] = defaultdict(list)
    for level in rows.order_by("skill__position", "borough__name", "pk")[:5000]:
        if level.can_teach and level.level >= Level.PRACTITIONER and level.borough != borough:
            teachers[level.skill_id].append(level)
    wanted = SkillLevel.objects.filter(borough=borough, wants_help=True).for_list()
    wishes = (wanted if illustrative else wanted.real()).order_by("skill__position", "pk")
    return list(_lessons(borough, wishes[:100], teachers))


def _lessons(
    borough: Borough, wishes: Iterable[SkillLevel], teachers: dict[int, list[SkillLevel]]
) -> Iterator[Chance]:
    for wish in wishes:
        better = [level for level in teachers[wish.skill_id] if level.level > wish.level]
        if not better:
            continue
        better.sort(
            key=lambda level: (not _near(borough, level.borough), -level.level, level.borough.name)
        )
        first = better[0]
        near = ", of the same partnership," if _near(borough, first.borough) else ""
        yield Chance(
            f"Learn {wish.skill.name} from {first.borough.name}",
            [level.borough for level in better],
            f"{borough.name} wants help; {first.borough.name}{near} is at the level "
            f"{first.get_level_display().lower()} and would teach.",
            wish.skill.get_absolute_url(),
            wish.illustrative or first.illustrative,
        )


def _near(borough: Borough, other: Borough) -> bool:
    return bool(borough.partnership) and borough.partnership == other.partnership


def _reviewing(borough: Borough, *, illustrative: bool) -> list[Chance]:
    """Most boroughs first, then by product."""
    open_ = System.objects.in_use().filter(intention__in=[Intention.REVIEW, Intention.REPLACE])
    rows = (open_ if illustrative else open_.real()).exclude(borough__kind="regional").for_list()
    groups: dict[int, list[System]] = defaultdict(list)
    for system in rows.order_by("borough__name", "pk")[:5000]:
        groups[system.product_id].append(system)
    found = []
    for group in groups.values():
        others = {one.borough.pk: one.borough for one in group if one.borough != borough}
        if others and any(one.borough == borough for one in group):
            found.append((list(others.values()), group))
    found.sort(key=lambda pair: (-len(pair[0]), pair[1][0].product.name))
    return [
        Chance(
            f"Review {group[0].product.name} together",
            others,
            f"{borough.name} and {len(others)} other borough{'s' if len(others) > 1 else ''} mean "
            "to review or replace it.",
            group[0].product.get_absolute_url(),
            any(one.illustrative for one in group),
        )
        for others, group in found
    ]
