"""A borough's best chances to work with another, each with the reason and a name to ring.

Three kinds, asked in this order: buy together (both must decide on a contract for the same function
within the same quarter), learn or teach (one wants help with a skill that the other would teach),
review together (both mean to review or replace the same product). Within a kind the soonest, then
the widest, come first. One chance of each kind is taken before a second of any, so that a board
sees different doors; no kind has more than is asked for.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from boroughs.models import Borough
from citytools.quarters import quarter_of, quarter_words
from contracts.models import Contract
from skills.models import Level, SkillLevel
from systems.models import Function, Intention, System

AHEAD = 18
"""Months within which a borough's own decision counts."""


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
        names = [one.name for one in self.boroughs]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return ", ".join(names[:3]) + more


def best(
    borough: Borough, today: datetime.date, most: int = 3, *, illustrative: bool = True
) -> list[Chance]:
    """The best chances, at most so many."""
    kinds = [
        _buying(borough, today, illustrative=illustrative)[:most],
        _learning(borough, illustrative=illustrative)[:most],
        _reviewing(borough, illustrative=illustrative)[:most],
    ]
    turns = (chance for turn in zip_longest(*kinds) for chance in turn if chance)
    return list(turns)[:most]


def _buying(borough: Borough, today: datetime.date, *, illustrative: bool) -> list[Chance]:
    contracts = Contract.objects.acting_between(today, today + relativedelta(months=AHEAD + 3))
    contracts = (contracts if illustrative else contracts.real()).order_by("act_by", "pk")
    rows = contracts.select_related("lead").prefetch_related("functions", "partners")[:5000]
    groups: dict[tuple[tuple[int, int], int], list[Contract]] = defaultdict(list)
    functions: dict[int, Function] = {}
    for contract in rows:
        for function in contract.functions.all():
            functions[function.pk] = function
            groups[quarter_of(contract.act_by), function.pk].append(contract)
    last = today + relativedelta(months=AHEAD)
    found = []
    for (quarter, key), group in groups.items():
        own = [one for one in group if _is_of(one, borough) and one.act_by <= last]
        others = _bodies(one for one in group if not _is_of(one, borough))
        if own and others:
            function = functions[key]
            found.append((own[0].act_by, -len(others), function.position, quarter, function, group))
    found.sort(key=lambda one: one[:3])
    return [
        _purchase(borough, day, quarter, function, group)
        for day, _, _, quarter, function, group in found
    ]


def _purchase(
    borough: Borough,
    day: datetime.date,
    quarter: tuple[int, int],
    function: Function,
    group: Sequence[Contract],
) -> Chance:
    others = _bodies(one for one in group if not _is_of(one, borough))
    return Chance(
        f"Buy {function.name} together",
        others,
        f"{borough.name} must act by {day:%-d %B %Y}, and they in the same quarter, "
        f"{quarter_words(quarter)}: {len(group)} contracts in all.",
        f"/contracts/?function={function.slug}&sort=act_by",
        any(one.illustrative for one in group),
    )


def _is_of(contract: Contract, borough: Borough) -> bool:
    return borough.pk in {contract.lead_id, *(one.pk for one in contract.partners.all())}


def _bodies(contracts: Iterable[Contract]) -> list[Borough]:
    leads = {contract.lead.pk: contract.lead for contract in contracts}
    return sorted(leads.values(), key=lambda one: one.name)


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
        better = [one for one in teachers[wish.skill_id] if one.level > wish.level]
        if not better:
            continue
        better.sort(key=lambda one: (not _near(borough, one.borough), -one.level, one.borough.name))
        first = better[0]
        near = ", of the same partnership," if _near(borough, first.borough) else ""
        yield Chance(
            f"Learn {wish.skill.name} from {first.borough.name}",
            [one.borough for one in better],
            f"{borough.name} wants help; {first.borough.name}{near} is at the level "
            f"{first.get_level_display().lower()} and would teach.",
            wish.skill.get_absolute_url(),
            wish.illustrative or first.illustrative,
        )


def _near(one: Borough, other: Borough) -> bool:
    return bool(one.partnership) and one.partnership == other.partnership


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
