"""What a lesson is worth: who may teach whom, and why one pair is better than another.

All in small whole numbers, so that the best plan is exactly the best. Bodies and skills are known
by their slugs, and the records of the plan are plain tuples, so that it can be tested by itself.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from boroughs.models import Borough
from skills.models import Skill, SkillLevelQuerySet
from systems.models import System

# Practitioner, from which on a body may teach; expert, whom nobody can teach
MIN_TEACHING_LEVEL, MAX_LEVEL = 3, 4
# Width of a tie number: sums of them and of points stay exact as floats (see `plan`)
TIE_BITS = 26
# A function, and a product in use for it
FunctionProduct = tuple[str, str]


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

    Not asked counts as no.
    """

    skill: str
    body: str
    level: int
    can_teach: bool
    wants_help: bool

    @property
    def offered(self) -> bool:
        """Whether it may teach. Who wants help learns, unless nobody can stand above it."""
        free = not self.wants_help or self.level == MAX_LEVEL
        return self.can_teach and self.level >= MIN_TEACHING_LEVEL and free


@dataclass(frozen=True)
class Body:
    """What of a body matters beside its skills.

    `runs` holds what it is known to have in use; `tile` is its row and column on the map.
    """

    partnership: str = ""
    runs: frozenset[FunctionProduct] = frozenset()
    tile: tuple[int, int] | None = None


@dataclass(frozen=True)
class Bond:
    """What two bodies have in common, in whatever skill and direction one teaches the other.

    `products` are run by both for the same function.
    `swap` says that each could teach the other something. `tie` is a number made of the two names
    alone: between plans worth the same it decides, and so leans to the same pairs in all skills.
    """

    partnership: str
    products: frozenset[str]
    swap: bool
    tie: int

    @cached_property
    def points(self) -> int:
        """The part of a lesson's benefit that is not its distance in levels."""
        partnership = POINTS.partnership if self.partnership else 0
        swap = POINTS.swap if self.swap else 0
        return partnership + swap + POINTS.product * min(len(self.products), POINTS.products)


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


def exchanges_by_skill(levels: Iterable[BodyLevel]) -> list[SkillExchange]:
    """Offers and wishes of each skill that has either; the same for any order of the levels."""
    exchanges: dict[str, SkillExchange] = {}
    for level in sorted(levels):
        exchange = exchanges.setdefault(level.skill, SkillExchange(level.skill, [], []))
        if level.offered:
            exchange.teachers.append(level)
        if level.wants_help:
            exchange.learners.append(level)
    return [exchange for exchange in exchanges.values() if exchange.teachers or exchange.learners]


@dataclass(frozen=True)
class Lesson:
    """One body teaches another one skill."""

    teacher: BodyLevel
    learner: BodyLevel
    bond: Bond

    @property
    def skill(self) -> str:
        return self.teacher.skill

    @property
    def distance(self) -> int:
        """How many levels the teacher is above the learner."""
        return self.teacher.level - self.learner.level

    @property
    def benefit(self) -> int:
        """What it is worth, in points."""
        return self.distance * POINTS.level + self.bond.points

    @property
    def bodies(self) -> tuple[str, str]:
        """The two, in the order of their names, whichever teaches."""
        first, second = sorted((self.teacher.body, self.learner.body))
        return first, second


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

    def lesson(self, teacher: BodyLevel, learner: BodyLevel) -> Lesson:
        """The lesson of these two; their bond is the same either way round."""
        first, second = teacher.body, learner.body
        pair = (first, second) if first < second else (second, first)
        if pair not in self._known:
            self._known[pair] = self._bond(*pair)
        return Lesson(teacher, learner, self._known[pair])

    def _bond(self, body: str, other: str) -> Bond:
        first, second = self._bodies[body], self._bodies[other]
        shared = first.runs & second.runs
        return Bond(
            first.partnership if first.partnership == second.partnership else "",
            frozenset(product for _, product in shared),
            other in self._could[body] and body in self._could[other],
            tie_break(body, other),
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

    levels: list[BodyLevel]
    bodies: Mapping[str, Body]
    boroughs: Mapping[str, Borough]
    skills: Mapping[str, Skill]


def read_training_facts(levels: SkillLevelQuerySet) -> TrainingFacts:
    """These levels, and the systems in use, as far as they are of the 33; four queries."""
    body_levels = _body_levels(levels)
    known = Borough.objects.london().filter(slug__in={level.body for level in body_levels})
    boroughs = {borough.slug: borough for borough in known}
    uses = _uses()
    return TrainingFacts(
        body_levels,
        {slug: _body(borough, uses[slug]) for slug, borough in boroughs.items()},
        boroughs,
        {skill.slug: skill for skill in Skill.objects.in_page_order()},
    )


def _body_levels(levels: SkillLevelQuerySet) -> list[BodyLevel]:
    fields = ("skill__slug", "borough__slug", "level", "can_teach", "wants_help")
    london = levels.filter(borough__in=Borough.objects.london()).order_by("pk")
    return [
        BodyLevel(skill, body, level, bool(can), bool(wants))
        for skill, body, level, can, wants in london.values_list(*fields)
    ]


def _uses() -> Mapping[str, set[FunctionProduct]]:
    """What each borough runs."""
    fields = ("borough__slug", "function__name", "product__name")
    in_use = System.objects.in_use().filter(borough__in=Borough.objects.london())
    uses: dict[str, set[FunctionProduct]] = defaultdict(set)
    for body, function, product in in_use.values_list(*fields):
        uses[body].add((function, product))
    return uses


def _body(borough: Borough, uses: Collection[FunctionProduct]) -> Body:
    row, column = borough.tile_row, borough.tile_column
    return Body(
        borough.partnership,
        frozenset(uses),
        None if row is None or column is None else (row, column),
    )
