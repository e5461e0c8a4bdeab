"""The skills of one borough: strengths, gaps, gaps that matter, offers and wishes.

A gap that matters: the level is known, and something that the borough has in use calls for more.
Where the level is not known, a need is a question, not a gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from django.db.models import Q

from boroughs.models import Borough, Return, Subject
from skills import level_history
from skills.level_history import LevelChange
from skills.matrix_cells import CellLabel, change_label
from skills.models import Level, Skill, SkillLevel, SkillLevelQuerySet, SkillNeed
from skills.summary import Strength, skill_strengths
from systems.models import Function, Product, System, SystemQuerySet

MAX_SYSTEMS = 20_000


class SkillCall(NamedTuple):
    """A system in use, and the need through which it calls for a skill."""

    need: SkillNeed
    system: System

    @property
    def rest(self) -> str:
        """After 'runs Mosaic': ' for casework, which calls for it at practitioner'."""
        level = self.need.get_level_display().lower()
        use = "" if self.need.product else f" for {_in_a_sentence(self.system.function.name)}"
        return f"{use}, which calls for it at {level}"


def _in_a_sentence(name: str) -> str:
    """'Early help' begins small there; 'CRM and customer portal' does not."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def skill_calls(systems: SystemQuerySet) -> Mapping[int, Sequence[SkillCall]]:
    """Calls of these systems by skill, the highest level first; two queries.

    A product's need is called for once, however many functions it serves.
    """
    by_function: dict[str | None, list[SkillNeed]] = defaultdict(list)
    by_product: dict[str | None, list[SkillNeed]] = defaultdict(list)
    for need in SkillNeed.objects.order_by("pk")[:MAX_SYSTEMS]:
        (by_function if need.function else by_product)[need.function or need.product].append(need)
    found: dict[int, dict[tuple[int, int], SkillCall]] = defaultdict(dict)
    ordered = systems.for_list().order_by("function__position", "product__name", "pk")
    for system in ordered[:MAX_SYSTEMS]:
        for need in by_function[system.function.slug]:
            found[need.skill_id][need.pk, system.pk] = SkillCall(need, system)
        for need in by_product[system.product.slug]:
            found[need.skill_id].setdefault((need.pk, 0), SkillCall(need, system))
    return {
        skill: sorted(those.values(), key=lambda call: -call.need.level)
        for skill, those in found.items()
    }


def highest_level_needed(those: Iterable[SkillCall]) -> Level | None:
    """The highest level called for; None where nothing calls."""
    levels = [call.need.level for call in those]
    return Level(max(levels)) if levels else None


@dataclass(frozen=True)
class SkillDemand:
    """A function or a product that calls for a skill, and what of it is in use in the 33."""

    need: SkillNeed
    thing: Function | Product
    systems: int
    boroughs: int

    @property
    def query(self) -> str:
        """The query string of the systems meant."""
        return f"{'function' if self.need.function else 'product'}={self.thing.slug}"


def skill_demand(skill: Skill, *, illustrative: bool) -> list[SkillDemand]:
    """All that calls for a skill, the highest level first, then the most boroughs; four queries."""
    needs = list(skill.needs.order_by("pk")[:MAX_SYSTEMS])
    functions = Function.objects.in_bulk(
        [skill_need.function for skill_need in needs if skill_need.function], field_name="slug"
    )
    products = Product.objects.in_bulk(
        [skill_need.product for skill_need in needs if skill_need.product], field_name="slug"
    )
    systems = System.objects.in_use().exclude(borough__kind=Borough.Kind.REGIONAL)
    wanted = systems.filter(Q(function__slug__in=functions) | Q(product__slug__in=products))
    rows = (wanted if illustrative else wanted.real()).order_by("pk")
    uses = list(rows.values_list("function__slug", "product__slug", "borough")[:MAX_SYSTEMS])
    demands = []
    for need in needs:
        thing = functions[need.function] if need.function else products[need.product]
        own = [use for use in uses if thing.slug == use[0 if need.function else 1]]
        demands.append(SkillDemand(need, thing, len(own), len({borough for *_, borough in own})))
    return sorted(
        demands, key=lambda demand: (-demand.need.level, -demand.boroughs, demand.thing.name)
    )


@dataclass(frozen=True)
class ProfileLine:
    """One skill: the borough's level, what calls for it, its peers' levels, and London's.

    `level` is None where it is not known; `peers` has None for each whose level is not known.
    """

    skill: Skill
    level: SkillLevel | None
    calls: Sequence[SkillCall]
    peers: Sequence[SkillLevel | None]
    london: Strength | None

    @property
    def needed(self) -> Level | None:
        """The highest level that anything in use calls for."""
        return highest_level_needed(self.calls)

    @property
    def short(self) -> int:
        """By how many levels it falls short of what is called for; 0 where it does not."""
        if self.level is None or self.needed is None:
            return 0
        return max(0, self.needed - self.level.level)

    @property
    def change(self) -> CellLabel | None:
        """How the level differs from the return before."""
        return change_label(self.level) if self.level else None

    @property
    def unmet(self) -> list[SkillCall]:
        """The calls that the level does not meet."""
        now = self.level.level if self.level else Level.EXPERT
        return [call for call in self.calls if call.need.level > now]


@dataclass(frozen=True)
class Profile:
    """All skills of one borough, in their order."""

    borough: Borough
    lines: Sequence[ProfileLine]
    peers: Sequence[Borough]
    changes: Sequence[LevelChange]
    latest: Return | None

    @property
    def known(self) -> list[ProfileLine]:
        """Those whose level is known."""
        return [line for line in self.lines if line.level]

    @property
    def strengths(self) -> list[ProfileLine]:
        """At practitioner or expert, experts first."""
        strong = [
            line for line in self.lines if line.level and line.level.level >= Level.PRACTITIONER
        ]
        return sorted(strong, key=lambda line: -(line.level.level if line.level else 0))

    @property
    def gaps(self) -> list[ProfileLine]:
        """At none or awareness, none first."""
        weak = [line for line in self.lines if line.level and line.level.level <= Level.AWARENESS]
        return sorted(weak, key=lambda line: line.level.level if line.level else 0)

    @property
    def mattering(self) -> list[ProfileLine]:
        """Gaps that matter: the furthest short first, then what most systems call for."""
        short = [line for line in self.lines if line.short]
        return sorted(short, key=lambda line: (-line.short, -len(line.unmet)))

    @property
    def open(self) -> list[ProfileLine]:
        """Called for by something in use, while the level is not known."""
        return [line for line in self.lines if line.calls and not line.level]

    @property
    def called(self) -> list[ProfileLine]:
        """What anything in use calls for."""
        return [line for line in self.lines if line.calls]

    @property
    def told_offers(self) -> bool:
        """Whether it is known of each recorded skill if it would teach it: not asked is no no."""
        return all(line.level.can_teach is not None for line in self.lines if line.level)

    @property
    def told_wishes(self) -> bool:
        """Whether it is known of each recorded skill if it wants help with it."""
        return all(line.level.wants_help is not None for line in self.lines if line.level)

    @property
    def offers(self) -> list[ProfileLine]:
        """What it would teach."""
        return [line for line in self.lines if line.level and line.level.can_teach]

    @property
    def wishes(self) -> list[ProfileLine]:
        """What it would like help with."""
        return [line for line in self.lines if line.level and line.level.wants_help]

    @property
    def groups(self) -> list[tuple[str, list[ProfileLine]]]:
        """The lines by group of skills."""
        grouped = groupby(self.lines, lambda line: line.skill.group.name)
        return [(name, list(lines)) for name, lines in grouped]


def skill_profile(
    borough: Borough, peers: Sequence[Borough], *, illustrative: bool = True
) -> Profile:
    """The profile, compared with peers that the caller has found; eight queries."""
    levels: SkillLevelQuerySet = SkillLevel.objects.all()
    systems = System.objects.in_use().filter(borough=borough)
    returns = Return.objects.filter(borough=borough, subject=Subject.SKILLS)
    if not illustrative:
        levels, systems, returns = levels.real(), systems.real(), returns.real()
    own = levels.filter(borough=borough)
    return Profile(
        borough,
        _lines(own, levels, skill_calls(systems), peers),
        peers,
        level_history.level_changes(level_history.level_histories(own)),
        returns.order_by("-received_on", "-pk").first(),
    )


def _lines(
    own: SkillLevelQuerySet,
    all_levels: SkillLevelQuerySet,
    called: Mapping[int, Sequence[SkillCall]],
    peers: Sequence[Borough],
) -> list[ProfileLine]:
    at = {level.skill_id: level for level in own.with_previous()}
    theirs = _levels_by_place(all_levels.filter(borough__in=[borough.pk for borough in peers]))
    london = {strength.skill: strength for strength in skill_strengths(all_levels)}
    skills = Skill.objects.select_related("group")
    return [
        ProfileLine(
            skill,
            at.get(skill.pk),
            called.get(skill.pk, ()),
            [theirs.get((skill.pk, peer.pk)) for peer in peers],
            london.get(skill.name),
        )
        for skill in skills.order_by("group__position", "group_id", "position", "pk")
    ]


def _levels_by_place(levels: Iterable[SkillLevel]) -> dict[tuple[int, int], SkillLevel]:
    return {(level.skill_id, level.borough_id): level for level in levels}
