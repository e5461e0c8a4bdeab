"""What the plan is made of: the 33's known levels, and what else is known of who holds them."""

from collections.abc import Mapping
from dataclasses import dataclass

from boroughs.models import LONDON, Borough, Subject
from citytools.facts.provenance import SourceKind
from skills.models import Skill, SkillLevelQuerySet
from skills.training.pairs import Body, Held, Use
from systems.models import SystemQuerySet


@dataclass(frozen=True)
class Facts:
    """Levels and bodies as the plan takes them, and the records they stand for, by slug.

    `skills` stand in the order of the pages.
    """

    held: list[Held]
    bodies: Mapping[str, Body]
    boroughs: Mapping[str, Borough]
    skills: Mapping[str, Skill]


def read(levels: SkillLevelQuerySet, systems: SystemQuerySet) -> Facts:
    """These levels and systems in use, as far as they are of the 33; four queries."""
    held = _held(levels)
    known = Borough.objects.london().filter(slug__in={one.body for one in held})
    boroughs = {one.slug: one for one in known}
    runs = _uses(systems)
    skills = Skill.objects.select_related("group").order_by(
        "group__position", "group_id", "position", "pk"
    )
    return Facts(
        held,
        {slug: _body(one, runs.get(slug, {})) for slug, one in boroughs.items()},
        boroughs,
        {one.slug: one for one in skills},
    )


def _held(levels: SkillLevelQuerySet) -> list[Held]:
    fields = ("skill__slug", "borough__slug", "level", "can_teach", "wants_help", "source_kind")
    london = levels.filter(borough__in=Borough.objects.london()).order_by("pk")
    return [
        Held(skill, body, level, bool(can), bool(wants), kind == SourceKind.ILLUSTRATIVE)
        for skill, body, level, can, wants, kind in london.values_list(*fields)
    ]


def _uses(systems: SystemQuerySet) -> dict[str, dict[Use, bool]]:
    """What each borough runs, and whether that record is made up for demonstration."""
    fields = ("borough__slug", "function__name", "product__name", "source_kind")
    in_use = systems.in_use().filter(borough__in=Borough.objects.london()).order_by("pk")
    runs: dict[str, dict[Use, bool]] = {}
    for body, function, product, kind in in_use.values_list(*fields):
        runs.setdefault(body, {})[function, product] = kind == SourceKind.ILLUSTRATIVE
    return runs


def _body(borough: Borough, runs: Mapping[Use, bool]) -> Body:
    row, column = borough.tile_row, borough.tile_column
    return Body(
        borough.partnership,
        frozenset(runs),
        frozenset(use for use, made_up in runs.items() if made_up),
        None if row is None or column is None else (row, column),
    )


@dataclass(frozen=True)
class Reporting:
    """How many of the 33 have returned skills; `invented` of these returns are made up."""

    reporting: int
    invented: int
    london: int = LONDON


def reporting(*, illustrative: bool) -> Reporting:
    """Who reports on skills; invented returns count only where invented records may be shown."""
    real = Borough.objects.reporting(Subject.SKILLS, illustrative=False).count()
    if not illustrative:
        return Reporting(real, 0)
    found = Borough.objects.reporting(Subject.SKILLS).count()
    return Reporting(found, found - real)
