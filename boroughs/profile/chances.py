"""A borough's best chances to work with another, each with the reason and a name to ring.

Three kinds, in this order: buy together (a joint-procurement window, which the page of
contracts computes), learn or teach (one wants help with a skill that the other would teach),
review together (both mean to review or replace the same product). Within a kind the soonest, then
the widest, come first. One chance of each kind is taken before a second of any, so that a board
sees different doors.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from boroughs.models import Borough
from skills.models import SkillLevel
from systems.models import Intention, System

MAX_CHANCES = 3


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
    """What could be done with whom and why; `illustrative` if any record behind it is."""

    title: str
    boroughs: Sequence[Borough]
    reason: str
    url: str
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
    limit: int = MAX_CHANCES,
    *,
    illustrative: bool = True,
) -> list[Chance]:
    """The best chances, at most `limit`; `purchases` are the windows it takes part in."""
    kinds = [
        [_purchase_chance(borough, purchase) for purchase in purchases][:limit],
        _learning_chances(borough, illustrative=illustrative)[:limit],
        _review_chances(borough, illustrative=illustrative)[:limit],
    ]
    turns = (chance for turn in zip_longest(*kinds) for chance in turn if chance)
    return list(turns)[:limit]


def _purchase_chance(borough: Borough, purchase: Purchase) -> Chance:
    return Chance(
        f"Buy {purchase.name} together",
        [lead for lead in purchase.leads if lead != borough],
        f"All {purchase.closing_note}",
        purchase.address,
        purchase.illustrative,
    )


def _learning_chances(borough: Borough, *, illustrative: bool) -> list[Chance]:
    """Skills wanted before skills offered; a teacher of the same partnership before another."""
    levels = SkillLevel.objects.real_unless(illustrative).for_list()
    able = levels.strong().filter(can_teach=True).exclude(borough=borough)
    teachers: dict[int, list[SkillLevel]] = defaultdict(list)
    for level in able.order_by("skill__position", "borough__name", "pk")[:5000]:
        teachers[level.skill_id].append(level)
    wishes = levels.filter(borough=borough, wants_help=True).order_by("skill__position", "pk")
    return list(_lessons(borough, wishes[:100], teachers))


def _lessons(
    borough: Borough, wishes: Iterable[SkillLevel], teachers: dict[int, list[SkillLevel]]
) -> Iterator[Chance]:
    for wish in wishes:
        better = [level for level in teachers[wish.skill_id] if level.level > wish.level]
        if not better:
            continue
        better.sort(
            key=lambda level: (
                not _are_partners(borough, level.borough),
                -level.level,
                level.borough.name,
            )
        )
        first = better[0]
        partner = _are_partners(borough, first.borough)
        near = ", of the same partnership," if partner else ""
        yield Chance(
            f"Learn {wish.skill.name} from {first.borough.name}",
            [level.borough for level in better],
            f"{borough.name} wants help; {first.borough.name}{near} is at the level "
            f"{first.get_level_display().lower()} and would teach.",
            wish.skill.get_absolute_url(),
            wish.illustrative or first.illustrative,
        )


def _are_partners(borough: Borough, other: Borough) -> bool:
    return bool(borough.partnership) and borough.partnership == other.partnership


def _review_chances(borough: Borough, *, illustrative: bool) -> list[Chance]:
    """Most boroughs first, then by product."""
    open_ = System.objects.in_use().filter(intention__in=[Intention.REVIEW, Intention.REPLACE])
    rows = open_.real_unless(illustrative).exclude(borough__kind=Borough.Kind.REGIONAL).for_list()
    groups: dict[int, list[System]] = defaultdict(list)
    for system in rows.order_by("borough__name", "pk")[:5000]:
        groups[system.product_id].append(system)
    reviews = []
    for systems in groups.values():
        boroughs = {system.borough.pk: system.borough for system in systems}
        if boroughs.pop(borough.pk, None) and boroughs:
            reviews.append((list(boroughs.values()), systems))
    reviews.sort(key=lambda review: (-len(review[0]), review[1][0].product.name))
    return [
        Chance(
            f"Review {systems[0].product.name} together",
            others,
            f"{borough.name} and {len(others)} other borough{'s' if len(others) > 1 else ''} mean "
            "to review or replace it.",
            systems[0].product.get_absolute_url(),
            any(system.illustrative for system in systems),
        )
        for others, systems in reviews
    ]
