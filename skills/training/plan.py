"""The training plan: the pairs of teacher and learner with the greatest benefit in all.

Each skill is an assignment problem: a learner has at most one teacher, a teacher at most `cap`
learners. It is solved exactly by scipy's `linear_sum_assignment` (Jonker and Volgenant's method
as in Crouse, 2016), each teacher standing in it once for each of its places; a pair that cannot be
is worth nothing and dropped. What two bodies have in common is the same in every skill, so the
skills do not touch each other, and the best of each is the best of all.

Of plans worth the same, the one with the greater sum of ties is chosen: whole numbers made of the
two names, so small that together they never outweigh a point. So there is one best plan, whatever
the order of the rows, and a change moves only what it must. All sums stay below 2**53, where
floating point counts exactly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from skills.training.pairs import (
    MIN_TEACHING_LEVEL,
    TIE_BITS,
    Body,
    BodyLevel,
    Bonds,
    Lesson,
    SkillExchange,
    exchanges_by_skill,
)

# Learners that a teacher takes in one skill, unless the page says otherwise
DEFAULT_CAP = 2
# Learners of one skill up to which every sum is exact
MAX_LEARNERS = 1000


@dataclass(frozen=True)
class TrainingPlan:
    """Who teaches whom, by skill, teacher and learner; and whose wish is not met.

    `waiting` could be taught if there were more places, `untaught` by nobody who offers to.
    """

    lessons: tuple[Lesson, ...]
    waiting: tuple[BodyLevel, ...]
    untaught: tuple[BodyLevel, ...]

    @property
    def benefit(self) -> int:
        """What all lessons are worth together."""
        return sum(lesson.benefit for lesson in self.lessons)

    @property
    def wishes(self) -> int:
        """How many wishes for help there are, met or not."""
        return len(self.lessons) + len(self.waiting) + len(self.untaught)

    @property
    def swaps(self) -> dict[tuple[str, str], list[Lesson]]:
        """The lessons of the pairs that teach each other, most lessons first, then by name."""
        pairs: dict[tuple[str, str], list[Lesson]] = {}
        for lesson in self.lessons:
            pairs.setdefault(lesson.bodies, []).append(lesson)
        mutual = [
            (pair, lessons)
            for pair, lessons in pairs.items()
            if len({lesson.teacher.body for lesson in lessons}) > 1
        ]
        return dict(sorted(mutual, key=lambda item: (-len(item[1]), item[0])))


def best_plan(
    levels: Iterable[BodyLevel], bodies: Mapping[str, Body], cap: int = DEFAULT_CAP
) -> TrainingPlan:
    """The best plan; every body with a level is among `bodies`."""
    exchanges = exchanges_by_skill(levels)
    bonds = Bonds(bodies, exchanges)
    lessons: list[Lesson] = []
    waiting: list[BodyLevel] = []
    untaught: list[BodyLevel] = []
    for exchange in exchanges:
        taught = _best_lessons(exchange, bonds, cap)
        lessons += taught
        learning, able = {lesson.learner for lesson in taught}, exchange.able
        waiting += [learner for learner in able if learner not in learning]
        untaught += [learner for learner in exchange.learners if learner not in able]
    return TrainingPlan(tuple(lessons), tuple(waiting), tuple(untaught))


def _best_lessons(exchange: SkillExchange, bonds: Bonds, cap: int) -> list[Lesson]:
    """The best lessons in one skill, by teacher and learner; ValueError for too many learners."""
    teachers, learners = exchange.teachers, exchange.learners
    if len(learners) > MAX_LEARNERS:
        raise ValueError(f"{exchange.skill}: more than {MAX_LEARNERS} learners cannot be summed")
    # One point outweighs the ties of all lessons together
    point = (len(learners) + 1) << TIE_BITS
    worth = np.zeros((len(learners), len(teachers)))
    for row, learner in enumerate(learners):
        for column, teacher in enumerate(teachers):
            if teacher.level > learner.level:
                lesson = bonds.lesson(teacher, learner)
                worth[row, column] = lesson.benefit * point + lesson.bond.tie
    places = min(cap, len(learners))
    rows, columns = linear_sum_assignment(np.repeat(worth, places, axis=1), maximize=True)
    pairs = [
        (teachers[column // places], learners[row])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if worth[row, column // places]
    ]
    return [bonds.lesson(teacher, learner) for teacher, learner in sorted(pairs)]


# Learners in a cohort
MAX_COHORT_SIZE = 8
# Learners to each teacher from which a cohort is suggested, whether or not any of them waits
MIN_COHORT_LEARNERS = 3


@dataclass(frozen=True)
class Cohort:
    """One teacher and up to `MAX_COHORT_SIZE` learners of a skill, nearest first.

    It takes the place of the teacher's pairs in this skill; those of other teachers stay.
    `wanting` counts those whom any of the `teachers` could teach. `waiting` are those of the
    learners here whom the plan gives no pair, `left` those who would have neither.
    """

    lessons: tuple[Lesson, ...]
    teachers: int
    wanting: int
    waiting: frozenset[BodyLevel]
    left: tuple[BodyLevel, ...]

    @property
    def teacher(self) -> BodyLevel:
        return self.lessons[0].teacher

    @property
    def skill(self) -> str:
        return self.teacher.skill

    @property
    def bodies(self) -> list[str]:
        """Whom it concerns: those who take part, and those who would still wait."""
        learners = [lesson.learner for lesson in self.lessons]
        return [level.body for level in (self.teacher, *learners, *self.left)]


@dataclass(frozen=True)
class TeachingGap:
    """A skill that some want help with while nobody who offers is above them.

    `best` is the best level known of any body, held by `holders` of the `known`; `above` bodies
    are at practitioner or higher and above one that wants help, but do not offer.
    """

    skill: str
    wanting: tuple[BodyLevel, ...]
    best: int
    holders: int
    known: int
    above: int

    @property
    def bodies(self) -> list[str]:
        """Whom it concerns."""
        return [level.body for level in self.wanting]


def find_cohorts(
    levels: Iterable[BodyLevel], bodies: Mapping[str, Body], plan: TrainingPlan
) -> list[Cohort]:
    """A cohort for each skill that needs one, by skill; see `MIN_COHORT_LEARNERS`."""
    exchanges = exchanges_by_skill(levels)
    bonds = Bonds(bodies, exchanges)
    taught = {lesson.learner: lesson.teacher for lesson in plan.lessons}
    cohorts = []
    for exchange in exchanges:
        able = exchange.able
        waits = any(learner not in taught for learner in able)
        if waits or (able and len(able) >= MIN_COHORT_LEARNERS * len(exchange.teachers)):
            cohorts.append(_cohort(exchange._replace(learners=able), taught, bodies, bonds))
    return cohorts


def _cohort(
    exchange: SkillExchange,
    taught: Mapping[BodyLevel, BodyLevel],
    bodies: Mapping[str, Body],
    bonds: Bonds,
) -> Cohort:
    """The teacher who brings most to its nearest; ties as in the plan, by the pairs' numbers."""
    options = [
        [bonds.lesson(teacher, learner) for learner in _nearest(teacher, exchange.learners, bodies)]
        for teacher in exchange.teachers
    ]
    best = max(
        options,
        key=lambda lessons: (
            sum(lesson.benefit for lesson in lessons),
            sum(lesson.bond.tie for lesson in lessons),
        ),
    )
    here = {lesson.learner for lesson in best}
    rest = [learner for learner in exchange.learners if learner not in here]
    teacher = best[0].teacher
    return Cohort(
        tuple(best),
        len(exchange.teachers),
        len(exchange.learners),
        frozenset(here.difference(taught)),
        tuple(learner for learner in rest if taught.get(learner, teacher) == teacher),
    )


def _nearest(
    teacher: BodyLevel, learners: Iterable[BodyLevel], bodies: Mapping[str, Body]
) -> list[BodyLevel]:
    """Same partnership first, then by steps on the tile map (off the map last), then by name."""
    home = bodies[teacher.body]

    def distance(learner: BodyLevel) -> tuple[bool, float, str]:
        other = bodies[learner.body]
        partners = bool(home.partnership) and home.partnership == other.partnership
        return not partners, tiles_apart(home, other), learner.body

    below = (learner for learner in learners if learner.level < teacher.level)
    return sorted(below, key=distance)[:MAX_COHORT_SIZE]


def tiles_apart(body: Body, other: Body) -> float:
    """Tiles apart on the map, along rows and columns; infinite where either is off the map."""
    if body.tile is None or other.tile is None:
        return float("inf")
    return abs(body.tile[0] - other.tile[0]) + abs(body.tile[1] - other.tile[1])


def find_gaps(levels: Iterable[BodyLevel], plan: TrainingPlan) -> list[TeachingGap]:
    """The skills with wishes that nobody can teach, those wanted most first, then by skill."""
    known = _levels_by_skill(levels)
    gaps = [_gap(known[skill], group) for skill, group in _levels_by_skill(plan.untaught).items()]
    return sorted(gaps, key=lambda gap: (-len(gap.wanting), gap.skill))


def _gap(levels: Sequence[BodyLevel], wanting: Sequence[BodyLevel]) -> TeachingGap:
    """One skill's gap, among all its known levels."""
    best = max(level.level for level in levels)
    lowest = min(level.level for level in wanting)
    above = max(lowest + 1, MIN_TEACHING_LEVEL)
    return TeachingGap(
        wanting[0].skill,
        tuple(wanting),
        best,
        sum(level.level == best for level in levels),
        len(levels),
        sum(level.level >= above for level in levels),
    )


def _levels_by_skill(levels: Iterable[BodyLevel]) -> dict[str, list[BodyLevel]]:
    groups: dict[str, list[BodyLevel]] = {}
    for level in levels:
        groups.setdefault(level.skill, []).append(level)
    return groups
