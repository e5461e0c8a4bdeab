"""What is known of one borough: its estate, its contracts, its skills, and how far we know them."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, zip_longest
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

from django.urls import get_script_prefix
from django.utils import timezone

from boroughs.models import Borough, Return, Subject
from boroughs.profile.answers import UnknownFunctions, find_gaps, read_answers
from boroughs.profile.peers import (
    CommonChoice,
    Peer,
    RareProduct,
    common_choices,
    most_similar_boroughs,
    rare_products,
)
from boroughs.profile.tile_map import FactAge, fact_age
from citytools.facts import dates
from citytools.facts.provenance import SourcedQuerySet
from citytools.history.change_kinds import change_kinds
from citytools.history.change_sql import ChangeFilter
from citytools.history.change_words import changes_in_words
from citytools.history.changes import ChangeList
from citytools.history.data_version import derived_value
from contracts.models import Contract, ContractQuerySet
from skills.models import SkillLevel, SkillLevelQuerySet
from systems.models import Intention, Status, System, SystemQuerySet


@dataclass(frozen=True)
class BoroughFacts:
    """The facts of one borough; contracts are those that it leads or shares."""

    returns: SourcedQuerySet
    systems: SystemQuerySet
    contracts: ContractQuerySet
    levels: SkillLevelQuerySet


@dataclass(frozen=True)
class ProfilePart:
    """One subject of the profile: the latest return on it, if any, and how old the facts are."""

    subject: Subject
    latest: Return | None
    age: FactAge

    @property
    def complete(self) -> bool | None:
        return self.latest.complete if self.latest else None


def borough_facts(borough: Borough) -> BoroughFacts:
    """All facts of a borough, or the real ones alone."""
    contracts = Contract.objects.of_boroughs(Borough.objects.filter(pk=borough.pk))
    return BoroughFacts(
        Return.objects.filter(borough=borough),
        System.objects.filter(borough=borough),
        contracts,
        SkillLevel.objects.filter(borough=borough),
    )


def profile_parts(facts: BoroughFacts, today: datetime.date) -> list[ProfilePart]:
    """Each subject in turn: the latest return and the age of the facts; four queries."""
    newest_first = facts.returns.order_by("subject", "-received_on", "-pk")
    latest = {record.subject: record for record in newest_first.distinct("subject")}
    rows: dict[Subject, SourcedQuerySet] = {
        Subject.SYSTEMS: facts.systems,
        Subject.CONTRACTS: facts.contracts,
        Subject.SKILLS: facts.levels,
    }
    return [
        ProfilePart(subject, latest.get(subject), fact_age(known, today))
        for subject, known in rows.items()
    ]


def systems_by_area(systems: SystemQuerySet) -> list[tuple[str, list[System]]]:
    """Systems by service area, in the areas' order; at most 400 systems."""
    rows = systems.select_related("function__service_area", "product").only(
        *("key", "status", "intention", "as_of", "read_on", "confirmed_on"),
        *("product__name", "function__name", "function__slug"),
        "function__service_area__name",
    )
    ordered = rows.order_by(
        *("function__service_area__position", "function__service_area_id"),
        *("function__position", "product__name", "pk"),
    )
    areas = groupby(ordered[:400], lambda system: system.function.service_area.name)
    return [(name, list(members)) for name, members in areas]


def skill_groups(levels: SkillLevelQuerySet) -> list[tuple[str, list[SkillLevel]]]:
    """Known skill levels by group, in the groups' order; at most 200 levels."""
    rows = levels.select_related("skill__group").only(
        *("level", "can_teach", "wants_help", "skill__name", "skill__slug", "skill__group__name")
    )
    ordered = rows.order_by("skill__group__position", "skill__group_id", "skill__position", "pk")
    groups = groupby(ordered[:200], lambda level: level.skill.group.name)
    return [(name, list(members)) for name, members in groups]


@dataclass(frozen=True)
class BoroughComparison:
    """How one borough compares with the others.

    `reporting` of the 33 have a systems return; `returned` and `complete` are about this one's. A
    regional body is never compared: for it everything is empty.
    """

    peers: Sequence[Peer]
    gaps: UnknownFunctions
    rare: Sequence[RareProduct]
    common: Sequence[CommonChoice]
    reporting: int
    returned: bool
    complete: bool

    @property
    def only_here(self) -> list[RareProduct]:
        """The products that no other borough is known to run."""
        return [row for row in self.rare if not row.also]


def compare_with_london(borough: Borough) -> BoroughComparison:
    """How a borough compares; seven queries."""
    answers = read_answers()
    peers = most_similar_boroughs(borough, answers=answers)
    regional = borough.pk not in answers.boroughs
    nothing = UnknownFunctions([], 0, len(answers.functions))
    return BoroughComparison(
        peers,
        nothing if regional else find_gaps(answers, borough),
        rare_products(answers, borough),
        [] if regional else common_choices(answers, borough, [peer.borough for peer in peers]),
        len(answers.reporting),
        borough.pk in answers.reporting,
        borough.pk in answers.complete,
    )


MAX_NEWEST = 5
CHANGES_DAYS = 30


class ChangeCount(NamedTuple):
    """'65 systems added', and the query string that lists them."""

    words: str
    query: str


class NewestChange(NamedTuple):
    """What was written, where it is read (empty: nowhere any more), and what became of it."""

    name: str
    address: str
    action: str


@dataclass(frozen=True)
class RecentChanges:
    """Changes since a day, that day included: how many records, by kind, and the newest by name."""

    since: datetime.date
    number: int
    totals: Sequence[ChangeCount]
    newest: Sequence[NewestChange]


def recent_changes(borough: Borough, asked: datetime.date | None) -> RecentChanges:
    """What changed for a borough since a day; else for 30 days, found once a version of the data.

    Two queries, and where anything changed some for the names of the newest.
    """
    day = asked or dates.today() - datetime.timedelta(days=CHANGES_DAYS)
    name = f"changes of {borough.slug} under {get_script_prefix()}"
    # Whatever is asked is stored nowhere: anybody can ask much
    compute = partial(_changes_json, borough, day)
    found = compute() if asked else derived_value(name, compute)
    return RecentChanges(
        day,
        found["number"],
        [ChangeCount(*total) for total in found["totals"]],
        [NewestChange(*change) for change in found["newest"]],
    )


def _changes_json(borough: Borough, day: datetime.date) -> dict[str, Any]:
    beginning = timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
    change_filter = ChangeFilter(since=beginning, subjects=[{Borough: [borough]}])
    changes = ChangeList(change_kinds(), change_filter, by_record=True)
    totals = changes.totals()
    newest = changes_in_words(changes[:MAX_NEWEST] if totals else [], with_differences=False)
    return {
        "number": sum(total.number for total in totals),
        "totals": [
            [total.words, urlencode({"kind": total.kind.name, "action": total.action})]
            for total in totals
        ],
        "newest": [[change.name, change.address, change.entry.action] for change in newest],
    }


MAX_TO_CONFIRM = 4


@dataclass(frozen=True)
class UnconfirmedSystems:
    """The borough's systems that it has never confirmed: the oldest evidence first."""

    oldest: Sequence[System]
    dated: int
    undated: int


def systems_to_confirm(estate: Iterable[tuple[str, Sequence[System]]]) -> UnconfirmedSystems:
    """What a borough could confirm, of its systems by service area; no query."""
    systems = [system for _, members in estate for system in members]
    open_ = [
        system
        for system in systems
        if system.confirmed_on is None and system.status not in {Status.RETIRED, Status.PLANNED}
    ]
    dated = sorted((system for system in open_ if system.as_of), key=lambda system: system.as_of)
    return UnconfirmedSystems(dated[:MAX_TO_CONFIRM], len(dated), len(open_) - len(dated))


# Three kinds, in this order: buy together (a joint-procurement window, which the page of
# contracts computes), learn or teach (one wants help with a skill that the other would teach),
# review together (both mean to review or replace the same product). Within a kind the soonest,
# then the widest, come first. One chance of each kind is taken before a second of any, so that a
# board sees different doors.

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


@dataclass(frozen=True)
class Chance:
    """What could be done with whom and why."""

    title: str
    boroughs: Sequence[Borough]
    reason: str
    url: str

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
) -> list[Chance]:
    """The best chances, at most `limit`; `purchases` are the windows it takes part in."""
    kinds = [
        [_purchase_chance(borough, purchase) for purchase in purchases][:limit],
        _learning_chances(borough)[:limit],
        _review_chances(borough)[:limit],
    ]
    turns = (chance for turn in zip_longest(*kinds) for chance in turn if chance)
    return list(turns)[:limit]


def _purchase_chance(borough: Borough, purchase: Purchase) -> Chance:
    return Chance(
        f"Buy {purchase.name} together",
        [lead for lead in purchase.leads if lead != borough],
        purchase.closing_note,
        purchase.address,
    )


def _learning_chances(borough: Borough) -> list[Chance]:
    """Skills wanted before skills offered; a teacher of the same partnership before another."""
    levels = SkillLevel.objects.select_related("borough", "skill").only(
        *("level", "skill__name", "skill__slug"),
        *("borough__name", "borough__slug", "borough__partnership"),
    )
    wanted = levels.filter(borough=borough, wants_help=True).order_by("skill__position", "pk")
    wishes = list(wanted[:100])
    able = levels.strong().filter(can_teach=True).exclude(borough=borough)
    able = able.filter(skill__in=[wish.skill_id for wish in wishes])
    teachers: dict[int, list[SkillLevel]] = defaultdict(list)
    for level in able.order_by("skill__position", "borough__name", "pk")[:5000]:
        teachers[level.skill_id].append(level)
    return list(_lessons(borough, wishes, teachers))


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
        )


def _are_partners(borough: Borough, other: Borough) -> bool:
    return bool(borough.partnership) and borough.partnership == other.partnership


def _review_chances(borough: Borough) -> list[Chance]:
    """Most boroughs first, then by product."""
    open_ = System.objects.in_use().filter(intention__in=[Intention.REVIEW, Intention.REPLACE])
    # Only of products that this borough means to review itself: there is no chance in others
    own = open_.filter(borough=borough).order_by().values("product")
    rows = open_.exclude(borough__kind=Borough.Kind.REGIONAL).filter(product__in=own)
    rows = rows.select_related("borough", "product").only(
        *("borough__name", "borough__slug", "product__name", "product__slug")
    )
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
        )
        for others, systems in reviews
    ]
