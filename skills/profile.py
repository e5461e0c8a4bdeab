"""The skills of one borough: strengths, gaps, gaps that matter, offers and wishes.

A gap that matters: the level is known, and something that the borough has in use calls for more.
Where the level is not known, a need is a question, not a gap.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from django.db.models import Q

from boroughs.models import Borough, Return, Subject
from skills.level_history import LevelChange, level_changes, level_histories
from skills.matrix import CellLabel, change_label
from skills.models import Level, Skill, SkillLevel, SkillLevelQuerySet, SkillNeed
from skills.summary import Strength, skill_strengths
from systems.models import Function, Product, System, SystemQuerySet

MAX_SYSTEMS = 20_000


class SkillCall(NamedTuple):
    """A system in use, and the need through which it calls for a skill."""

    need: SkillNeed
    system: System

    @property
    def words(self) -> str:
        """To follow 'runs Mosaic': ' for casework, which calls for it at practitioner'."""
        use = "" if self.need.product else f" for {_in_lower_case(self.system.function.name)}"
        return f"{use}, which calls for it at {self.need.get_level_display().lower()}"


def _in_lower_case(name: str) -> str:
    """A name within a sentence: 'early help', but 'CRM and customer portal'."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def skill_calls(systems: SystemQuerySet) -> Mapping[int, Sequence[SkillCall]]:
    """Calls of these systems by skill, the highest level first; two queries.

    A product's need is called for once, however many functions it serves.
    """
    by_function: dict[str | None, list[SkillNeed]] = defaultdict(list)
    by_product: dict[str | None, list[SkillNeed]] = defaultdict(list)
    for need in SkillNeed.objects.order_by("pk")[:MAX_SYSTEMS]:
        (by_function if need.function else by_product)[need.function or need.product].append(need)
    calls: dict[int, dict[tuple[int, int], SkillCall]] = defaultdict(dict)
    ordered = systems.for_list().order_by("function__position", "product__name", "pk")
    for system in ordered[:MAX_SYSTEMS]:
        for need in by_function[system.function.slug]:
            calls[need.skill_id][need.pk, system.pk] = SkillCall(need, system)
        for need in by_product[system.product.slug]:
            calls[need.skill_id].setdefault((need.pk, 0), SkillCall(need, system))
    return {
        skill: sorted(group.values(), key=lambda call: -call.need.level)
        for skill, group in calls.items()
    }


@dataclass(frozen=True)
class SkillDemand:
    """A function or a product that calls for a skill, and how much of it the 33 have in use."""

    need: SkillNeed
    target: Function | Product
    systems: int
    boroughs: int

    @property
    def query(self) -> str:
        """The query string of these systems."""
        return f"{'function' if self.need.function else 'product'}={self.target.slug}"


def skill_demand(skill: Skill) -> list[SkillDemand]:
    """All that calls for a skill, the highest level first, then the most boroughs; four queries."""
    needs = list(skill.needs.order_by("pk")[:MAX_SYSTEMS])
    function_slugs = [need.function for need in needs if need.function]
    functions = Function.objects.in_bulk(function_slugs, field_name="slug")
    product_slugs = [need.product for need in needs if need.product]
    products = Product.objects.in_bulk(product_slugs, field_name="slug")
    systems = System.objects.in_use().exclude(borough__kind=Borough.Kind.REGIONAL)
    called = systems.filter(Q(function__slug__in=functions) | Q(product__slug__in=products))
    rows = called.order_by("pk")
    uses = list(rows.values_list("function__slug", "product__slug", "borough")[:MAX_SYSTEMS])
    demands = []
    for need in needs:
        target = functions[need.function] if need.function else products[need.product]
        boroughs = [use[2] for use in uses if target.slug == use[0 if need.function else 1]]
        demands.append(SkillDemand(need, target, len(boroughs), len(set(boroughs))))
    return sorted(
        demands, key=lambda demand: (-demand.need.level, -demand.boroughs, demand.target.name)
    )


class FunctionSkill(NamedTuple):
    """A skill that a function calls for, and who of all bodies would teach it at that level."""

    need: SkillNeed
    teachers: Sequence[SkillLevel]


def function_skills(function: str) -> list[FunctionSkill]:
    """The skills that the function of a slug calls for, in their order; two queries.

    A teacher offers to teach it and has at least the level that is called for, best first.
    """
    needs = list(SkillNeed.objects.filter(function=function).select_related("skill")[:MAX_SYSTEMS])
    skills = [need.skill_id for need in needs]
    offers = SkillLevel.objects.filter(can_teach=True, skill__in=skills).select_related("borough")
    ordered = list(offers.order_by("-level", "borough__name", "pk")[:MAX_SYSTEMS])
    return [
        FunctionSkill(
            need,
            [
                offer
                for offer in ordered
                if offer.skill_id == need.skill_id and offer.level >= need.level
            ],
        )
        for need in needs
    ]


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
        """The highest level that anything in use calls for; None where nothing calls."""
        return Level(max(call.need.level for call in self.calls)) if self.calls else None

    @property
    def shortfall(self) -> int:
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
        return [line for line in self.lines if line.level]

    @property
    def strengths(self) -> list[ProfileLine]:
        """At practitioner or expert, experts first."""
        levels = (Level.EXPERT, Level.PRACTITIONER)
        return [line for level in levels for line in self._at(level)]

    @property
    def gaps(self) -> list[ProfileLine]:
        """At none or awareness, none first."""
        levels = (Level.NONE, Level.AWARENESS)
        return [line for level in levels for line in self._at(level)]

    def _at(self, level: Level) -> list[ProfileLine]:
        return [line for line in self.lines if line.level and line.level.level == level]

    @property
    def gaps_that_matter(self) -> list[ProfileLine]:
        """The furthest short first, then what most systems call for."""
        gaps = [line for line in self.lines if line.shortfall]
        return sorted(gaps, key=lambda line: (-line.shortfall, -len(line.unmet)))

    @property
    def open_questions(self) -> list[ProfileLine]:
        """Called for by something in use, while the level is not known."""
        return [line for line in self.lines if line.calls and not line.level]

    @property
    def has_calls(self) -> bool:
        """Whether anything in use calls for a skill."""
        return any(line.calls for line in self.lines)

    @property
    def offers_complete(self) -> bool:
        """Whether each recorded level says if the borough would teach: not asked is not a no."""
        return all(line.level.can_teach is not None for line in self.lines if line.level)

    @property
    def wishes_complete(self) -> bool:
        """Whether each recorded level says if the borough wants help."""
        return all(line.level.wants_help is not None for line in self.lines if line.level)

    @property
    def offers(self) -> list[ProfileLine]:
        return [line for line in self.lines if line.level and line.level.can_teach]

    @property
    def wishes(self) -> list[ProfileLine]:
        return [line for line in self.lines if line.level and line.level.wants_help]

    @property
    def groups(self) -> list[tuple[str, list[ProfileLine]]]:
        grouped = groupby(self.lines, lambda line: line.skill.group.name)
        return [(name, list(lines)) for name, lines in grouped]


def skill_profile(borough: Borough, peers: Sequence[Borough]) -> Profile:
    """The profile, compared with these peers; eight queries."""
    levels = SkillLevel.objects.all()
    systems = System.objects.in_use().filter(borough=borough)
    returns = Return.objects.filter(borough=borough, subject=Subject.SKILLS)
    own = levels.filter(borough=borough)
    return Profile(
        borough,
        _lines(own, levels, skill_calls(systems), peers),
        peers,
        level_changes(level_histories(own)),
        returns.order_by("-received_on", "-pk").first(),
    )


def _lines(
    own: SkillLevelQuerySet,
    all_levels: SkillLevelQuerySet,
    calls: Mapping[int, Sequence[SkillCall]],
    peers: Sequence[Borough],
) -> list[ProfileLine]:
    own_levels = {level.skill_id: level for level in own.with_previous()}
    peer_levels = {
        (level.skill_id, level.borough_id): level for level in all_levels.filter(borough__in=peers)
    }
    london = {strength.skill: strength for strength in skill_strengths(all_levels)}
    return [
        ProfileLine(
            skill,
            own_levels.get(skill.pk),
            calls.get(skill.pk, ()),
            [peer_levels.get((skill.pk, peer.pk)) for peer in peers],
            london.get(skill.name),
        )
        for skill in Skill.objects.in_page_order()
    ]
