"""What is known of one borough: its estate, its contracts, its skills, and how far we know them."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q

from boroughs.models import Borough, Return, Subject
from boroughs.profile import answers, tile_map
from boroughs.profile.answers import UnknownFunctions, find_gaps
from boroughs.profile.peers import (
    MAX_PEERS,
    CommonChoice,
    Peer,
    RareSystem,
    common_choices,
    most_similar_boroughs,
    rare_systems,
)
from citytools.facts.provenance import SourcedQuerySet
from contracts.models import Contract, ContractQuerySet
from skills.models import SkillLevel, SkillLevelQuerySet
from systems.models import System, SystemQuerySet


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
    facts: tile_map.FactAge

    @property
    def complete(self) -> bool | None:
        """Whether the latest return is complete; None where there is none."""
        return self.latest.complete if self.latest else None


def borough_facts(borough: Borough, *, illustrative: bool = True) -> BoroughFacts:
    """All facts of a borough, or the real ones alone."""
    facts = BoroughFacts(
        Return.objects.filter(borough=borough),
        System.objects.filter(borough=borough),
        Contract.objects.of_boroughs(Borough.objects.filter(pk=borough.pk)),
        SkillLevel.objects.filter(borough=borough),
    )
    if illustrative:
        return facts
    return BoroughFacts(
        facts.returns.real(),
        facts.systems.real(),
        facts.contracts.real(),
        facts.levels.real(),
    )


def profile_parts(found: BoroughFacts, today: datetime.date) -> list[ProfilePart]:
    """Each subject in turn: the latest return and the age of the facts; four queries."""
    newest_first = found.returns.order_by("subject", "-received_on", "-pk")
    latest = {one.subject: one for one in newest_first.distinct("subject")}
    rows: dict[Subject, SourcedQuerySet] = {
        Subject.SYSTEMS: found.systems,
        Subject.CONTRACTS: found.contracts,
        Subject.SKILLS: found.levels,
    }
    return [
        ProfilePart(subject, latest.get(subject), tile_map.fact_age(known, today))
        for subject, known in rows.items()
    ]


def systems_by_area(systems: SystemQuerySet, most: int = 400) -> list[tuple[str, list[System]]]:
    """Systems by service area, in the areas' order."""
    ordered = systems.for_list().order_by(
        *("function__service_area__position", "function__service_area_id"),
        *("function__position", "product__name", "pk"),
    )
    return [
        (name, list(members))
        for name, members in groupby(
            ordered[:most], lambda system: system.function.service_area.name
        )
    ]


def skill_groups(levels: SkillLevelQuerySet, most: int = 200) -> list[tuple[str, list[SkillLevel]]]:
    """Known skill levels by group, in the groups' order."""
    ordered = levels.for_list().order_by(
        "skill__group__position", "skill__group_id", "skill__position", "pk"
    )
    return [
        (name, list(members))
        for name, members in groupby(ordered[:most], lambda level: level.skill.group.name)
    ]


@dataclass(frozen=True)
class Decisions:
    """`rows` are the first of the `due` contracts, soonest act-by first.

    Each contract is in one count: `due` from today to the last day asked for, `later` after that,
    `passed` where the act-by date has gone but the contract runs on, `endless` without an end date,
    `undated` where end or notice is not known well enough, `ended` by its dates (before any
    extension).
    """

    rows: Sequence[Contract]
    due: int
    later: int
    passed: int
    endless: int
    undated: int
    ended: int

    @property
    def total(self) -> int:
        """All contracts."""
        counts = (self.due, self.later, self.passed, self.endless, self.undated, self.ended)
        return sum(counts)

    @property
    def more(self) -> int:
        """How many due contracts are not among the rows."""
        return self.due - len(self.rows)

    @property
    def besides(self) -> list[str]:
        """In words, how many contracts are not due in the days asked for, and why."""
        runs = "it runs" if self.passed == 1 else "they run"
        counts = {
            "to act on later": self.later,
            f"whose act-by date has passed while {runs} on": self.passed,
            "without an end date": self.endless,
            "whose end or notice is not known well enough": self.undated,
            "ended, before any extension": self.ended,
        }
        return [f"{count:,} {words}" for words, count in counts.items() if count]


def decisions_ahead(
    contracts: ContractQuerySet, today: datetime.date, last: datetime.date, most: int
) -> Decisions:
    """Decisions from today to a last day, both included."""
    due = contracts.acting_between(today, last)
    rows = due.for_list().order_by("act_by", "pk")[:most]
    ended, dateless = Q(ends_last__lt=today), Q(act_by=None)
    running = Q(ends_last__gte=today) | Q(ends_last=None)
    counts = contracts.order_by().aggregate(
        due=Count("pk", filter=Q(act_by__range=(today, last))),
        later=Count("pk", filter=Q(act_by__gt=last)),
        passed=Count("pk", filter=Q(act_by__lt=today) & ~ended),
        endless=Count("pk", filter=dateless & Q(rolling=True)),
        undated=Count("pk", filter=dateless & Q(rolling=False) & running),
        ended=Count("pk", filter=ended),
    )
    return Decisions(list(rows), **counts)


@dataclass(frozen=True)
class BoroughComparison:
    """What the others say of one borough.

    `reporting` of the 33 have a systems return; `returned` and `complete` are about this one's.
    Gaps are asked of `asked` boroughs: of the peers, or without any of all that report. A regional
    body is never compared: for it everything is empty.
    """

    peers: Sequence[Peer]
    gaps: UnknownFunctions
    asked: int
    rare: Sequence[RareSystem]
    common: Sequence[CommonChoice]
    reporting: int
    returned: bool
    complete: bool


def compare_with_london(
    borough: Borough, *, illustrative: bool = True, most: int = MAX_PEERS
) -> BoroughComparison:
    """The standing of a borough; nine queries."""
    london_answers = answers.read_answers(illustrative=illustrative)
    compared = borough.pk in london_answers.boroughs
    peers = most_similar_boroughs(borough, most, illustrative=illustrative)
    near = [peer.borough for peer in peers]
    boroughs = near or [
        one for one in london_answers.named(london_answers.reporting) if one.pk != borough.pk
    ]
    return BoroughComparison(
        peers,
        find_gaps(london_answers, borough, boroughs)
        if compared
        else UnknownFunctions([], 0, len(london_answers.functions)),
        len(boroughs),
        rare_systems(london_answers, borough),
        common_choices(london_answers, borough, near) if compared else [],
        len(london_answers.reporting),
        borough.pk in london_answers.reporting,
        borough.pk in london_answers.complete,
    )
