"""What a lesson is worth: who may teach whom, and why one pair is better than another.

All in small whole numbers, so that the best plan is exactly the best. Plain records, no Django:
bodies and skills go by their slugs.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from boroughs.models import LONDON, Borough, Subject
from citytools.facts.provenance import SourceKind
from skills.models import Skill, SkillLevelQuerySet
from systems.models import SystemQuerySet

MIN_TEACHING_LEVEL, MAX_LEVEL = 3, 4
"""Practitioner, from which on a body may teach; expert, above which nobody can teach it."""
TIE_BITS = 26
FunctionProduct = tuple[str, str]
"""A function, and a product in use for it."""


@dataclass(frozen=True)
class Points:
    """What counts for a pair: for each level of distance, and once each for what the two share."""

    level: int = 10
    partnership: int = 5
    swap: int = 10
    product: int = 1
    products: int = 5


POINTS = Points()


class BodyLevel(NamedTuple):
    """One body's known level of one skill, 0 to 4; whether it can teach it or wants help with it.

    Not asked counts as no. `invented` says that the record is made up for demonstration.
    """

    skill: str
    body: str
    level: int
    can_teach: bool
    wants_help: bool
    invented: bool = False

    @property
    def offered(self) -> bool:
        """Whether it may teach. Who wants help learns, unless nobody can stand above it."""
        free = not self.wants_help or self.level == MAX_LEVEL
        return self.can_teach and self.level >= MIN_TEACHING_LEVEL and free


@dataclass(frozen=True)
class Body:
    """What of a body matters beside its skills.

    `runs` holds what it is known to have in use, `invented` those uses that are made up for
    demonstration; `tile` is its row and column on the map.
    """

    partnership: str = ""
    runs: frozenset[FunctionProduct] = frozenset()
    invented: frozenset[FunctionProduct] = frozenset()
    tile: tuple[int, int] | None = None


@dataclass(frozen=True)
class Bond:
    """What two bodies have in common, in whatever skill and direction one teaches the other.

    `products` are run by both for the same function; `invented` says that such a record is made up.
    `swap` says that each could teach the other something. `tie` is a number made of the two names
    alone: between plans worth the same it decides, and so leans to the same pairs in all skills.
    """

    partnership: str
    products: frozenset[str]
    swap: bool
    tie: int
    invented: bool = False

    @cached_property
    def points(self) -> int:
        """The part of a lesson's benefit that is not its distance in levels."""
        together = POINTS.partnership if self.partnership else 0
        mutual = POINTS.swap if self.swap else 0
        return together + mutual + POINTS.product * min(len(self.products), POINTS.products)


class SkillExchange(NamedTuple):
    """Who would teach a skill and who wants help with it, each by body."""

    skill: str
    teachers: list[BodyLevel]
    learners: list[BodyLevel]

    @property
    def able(self) -> list[BodyLevel]:
        """The learners whom at least one of the teachers could teach."""
        highest = max((teacher.level for teacher in self.teachers), default=0)
        return [learner for learner in self.learners if learner.level < highest]


def exchanges_by_skill(held: Iterable[BodyLevel]) -> list[SkillExchange]:
    """Offers and wishes of each skill that has either, by skill; in whatever order they came."""
    found: dict[str, SkillExchange] = {}
    for one in sorted(held):
        wanted = found.setdefault(one.skill, SkillExchange(one.skill, [], []))
        if one.offered:
            wanted.teachers.append(one)
        if one.wants_help:
            wanted.learners.append(one)
    return [value for value in found.values() if value.teachers or value.learners]


class Bonds:
    """The bonds between bodies, each worked out once."""

    def __init__(self, bodies: Mapping[str, Body], skills: Iterable[SkillExchange]) -> None:
        self._bodies = bodies
        self._could: dict[str, set[str]] = defaultdict(set)
        for _, teachers, learners in skills:
            for teacher in teachers:
                below = (learner.body for learner in learners if learner.level < teacher.level)
                self._could[teacher.body].update(below)
        self._known: dict[tuple[str, str], Bond] = {}

    def of(self, one: str, other: str) -> Bond:
        """The bond of two bodies; the same either way round."""
        pair = (one, other) if one < other else (other, one)
        if pair not in self._known:
            self._known[pair] = self._made(*pair)
        return self._known[pair]

    def _made(self, one: str, other: str) -> Bond:
        first, second = self._bodies[one], self._bodies[other]
        shared = first.runs & second.runs
        return Bond(
            first.partnership if first.partnership == second.partnership else "",
            frozenset(product for _, product in shared),
            other in self._could[one] and one in self._could[other],
            tie_break(one, other),
            not shared.isdisjoint(first.invented | second.invented),
        )


def tie_break(*names: str) -> int:
    """A number below 2**TIE_BITS that depends on the names alone, on every machine the same."""
    digest = blake2b("\n".join(names).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> (64 - TIE_BITS)


@dataclass(frozen=True)
class TrainingFacts:
    """Levels and bodies as the plan takes them, and the records they stand for, by slug.

    `skills` stand in the order of the pages.
    """

    held: list[BodyLevel]
    bodies: Mapping[str, Body]
    boroughs: Mapping[str, Borough]
    skills: Mapping[str, Skill]


def read_training_facts(levels: SkillLevelQuerySet, systems: SystemQuerySet) -> TrainingFacts:
    """These levels and systems in use, as far as they are of the 33; four queries."""
    held = _body_levels(levels)
    known = Borough.objects.london().filter(slug__in={one.body for one in held})
    boroughs = {borough.slug: borough for borough in known}
    runs = _uses(systems)
    skills = Skill.objects.select_related("group").order_by(
        "group__position", "group_id", "position", "pk"
    )
    return TrainingFacts(
        held,
        {slug: _body(borough, runs.get(slug, {})) for slug, borough in boroughs.items()},
        boroughs,
        {skill.slug: skill for skill in skills},
    )


def _body_levels(levels: SkillLevelQuerySet) -> list[BodyLevel]:
    fields = ("skill__slug", "borough__slug", "level", "can_teach", "wants_help", "source_kind")
    london = levels.filter(borough__in=Borough.objects.london()).order_by("pk")
    return [
        BodyLevel(skill, body, level, bool(can), bool(wants), kind == SourceKind.ILLUSTRATIVE)
        for skill, body, level, can, wants, kind in london.values_list(*fields)
    ]


def _uses(systems: SystemQuerySet) -> dict[str, dict[FunctionProduct, bool]]:
    """What each borough runs, and whether that record is made up for demonstration."""
    fields = ("borough__slug", "function__name", "product__name", "source_kind")
    in_use = systems.in_use().filter(borough__in=Borough.objects.london()).order_by("pk")
    runs: dict[str, dict[FunctionProduct, bool]] = {}
    for body, function, product, kind in in_use.values_list(*fields):
        runs.setdefault(body, {})[function, product] = kind == SourceKind.ILLUSTRATIVE
    return runs


def _body(borough: Borough, runs: Mapping[FunctionProduct, bool]) -> Body:
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


def reporting_on_skills(*, illustrative: bool) -> Reporting:
    """Who reports on skills; invented returns count only where invented records may be shown."""
    real = Borough.objects.reporting(Subject.SKILLS, illustrative=False).count()
    if not illustrative:
        return Reporting(real, 0)
    found = Borough.objects.reporting(Subject.SKILLS).count()
    return Reporting(found, found - real)
