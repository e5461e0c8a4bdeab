"""What calls for a skill: systems in use by their function and product. Who would teach it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from boroughs.models import Borough
from skills.models import Skill, SkillLevel, SkillNeed
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
