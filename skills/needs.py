"""What calls for a skill: the systems of a borough, or all that London runs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from boroughs.models import Borough
from skills.models import Level, Skill, SkillNeed
from systems.models import Function, Product, System, SystemQuerySet

MOST = 20_000


class Call(NamedTuple):
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


def calls(systems: SystemQuerySet) -> Mapping[int, Sequence[Call]]:
    """Calls of these systems by skill, the highest level first; two queries.

    A product's need is called for once, however many functions it serves.
    """
    by_function: dict[str | None, list[SkillNeed]] = defaultdict(list)
    by_product: dict[str | None, list[SkillNeed]] = defaultdict(list)
    for need in SkillNeed.objects.order_by("pk")[:MOST]:
        (by_function if need.function else by_product)[need.function or need.product].append(need)
    found: dict[int, dict[tuple[int, int], Call]] = defaultdict(dict)
    ordered = systems.for_list().order_by("function__position", "product__name", "pk")
    for system in ordered[:MOST]:
        for need in by_function[system.function.slug]:
            found[need.skill_id][need.pk, system.pk] = Call(need, system)
        for need in by_product[system.product.slug]:
            found[need.skill_id].setdefault((need.pk, 0), Call(need, system))
    return {
        skill: sorted(those.values(), key=lambda call: -call.need.level)
        for skill, those in found.items()
    }


def needed(those: Iterable[Call]) -> Level | None:
    """The highest level called for; None where nothing calls."""
    levels = [call.need.level for call in those]
    return Level(max(levels)) if levels else None


@dataclass(frozen=True)
class Asking:
    """A function or a product that calls for a skill, and what of it is in use in the 33."""

    need: SkillNeed
    thing: Function | Product
    systems: int
    boroughs: int

    @property
    def query(self) -> str:
        """The query string of the systems meant."""
        return f"{'function' if self.need.function else 'product'}={self.thing.slug}"


def asking(skill: Skill, *, illustrative: bool) -> list[Asking]:
    """All that calls for a skill, the highest level first, then the most boroughs; four queries."""
    needs = list(skill.needs.order_by("pk")[:MOST])
    functions = Function.objects.in_bulk(
        [one.function for one in needs if one.function], field_name="slug"
    )
    products = Product.objects.in_bulk(
        [one.product for one in needs if one.product], field_name="slug"
    )
    systems = System.objects.in_use().exclude(borough__kind=Borough.Kind.REGIONAL)
    wanted = systems.filter(Q(function__slug__in=functions) | Q(product__slug__in=products))
    rows = (wanted if illustrative else wanted.real()).order_by("pk")
    uses = list(rows.values_list("function__slug", "product__slug", "borough")[:MOST])
    found = []
    for need in needs:
        thing = functions[need.function] if need.function else products[need.product]
        own = [use for use in uses if thing.slug == use[0 if need.function else 1]]
        found.append(Asking(need, thing, len(own), len({borough for *_, borough in own})))
    return sorted(found, key=lambda one: (-one.need.level, -one.boroughs, one.thing.name))
