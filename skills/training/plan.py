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
    POINTS,
    TIE_BITS,
    Body,
    BodyLevel,
    Bond,
    Bonds,
    SkillExchange,
    exchanges_by_skill,
)

DEFAULT_CAP = 2
"""Learners that a teacher takes in one skill, unless the page says otherwise."""
MAX_LEARNERS = 1000
"""Learners of one skill up to which every sum is exact."""


@dataclass(frozen=True)
class Lesson:
    """One body teaches another one skill."""

    teacher: BodyLevel
    learner: BodyLevel
    bond: Bond

    @property
    def skill(self) -> str:
        """What is taught."""
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
    def invented(self) -> bool:
        """Whether a level or a shared product behind it is made up for demonstration."""
        return self.teacher.invented or self.learner.invented or self.bond.invented

    @property
    def bodies(self) -> tuple[str, str]:
        """The two, in the order of their names, whichever teaches."""
        one, other = sorted((self.teacher.body, self.learner.body))
        return one, other


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
        mutual = [item for item in pairs.items() if len({one.teacher.body for one in item[1]}) > 1]
        return dict(sorted(mutual, key=lambda item: (-len(item[1]), item[0])))


def best_plan(
    held: Iterable[BodyLevel], bodies: Mapping[str, Body], cap: int = DEFAULT_CAP
) -> TrainingPlan:
    """The best plan; every body that holds a skill is among `bodies`."""
    skills = exchanges_by_skill(held)
    bonds = Bonds(bodies, skills)
    lessons: list[Lesson] = []
    waiting: list[BodyLevel] = []
    untaught: list[BodyLevel] = []
    for skill in skills:
        taught = _best(skill, bonds, cap)
        lessons += taught
        learning, able = {lesson.learner for lesson in taught}, skill.able
        waiting += [one for one in able if one not in learning]
        untaught += [learner for learner in skill.learners if learner not in able]
    return TrainingPlan(tuple(lessons), tuple(waiting), tuple(untaught))


def _best(wanted: SkillExchange, bonds: Bonds, cap: int) -> list[Lesson]:
    """The best lessons in one skill, by teacher and learner."""
    if len(wanted.learners) > MAX_LEARNERS:
        raise ValueError(f"{wanted.skill}: more than {MAX_LEARNERS} learners cannot be summed")
    unit = (len(wanted.learners) + 1) << TIE_BITS
    worth = np.zeros((len(wanted.learners), len(wanted.teachers)))
    for row, learner in enumerate(wanted.learners):
        for column, teacher in enumerate(wanted.teachers):
            if teacher.level > learner.level:
                lesson = Lesson(teacher, learner, bonds.of(teacher.body, learner.body))
                worth[row, column] = lesson.benefit * unit + lesson.bond.tie
    places = min(cap, len(wanted.learners))
    rows, columns = linear_sum_assignment(np.repeat(worth, places, axis=1), maximize=True)
    chosen = [
        (wanted.teachers[column // places], wanted.learners[row])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if worth[row, column // places]
    ]
    return [Lesson(one, other, bonds.of(one.body, other.body)) for one, other in sorted(chosen)]


MAX_COHORT_SIZE = 8
"""Learners in a cohort."""
MIN_COHORT_LEARNERS = 3
"""Learners to each teacher from which a cohort is suggested, whether or not any of them waits."""


@dataclass(frozen=True)
class Cohort:
    """One teacher and up to `MOST` learners of a skill, nearest first.

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
        """Who teaches."""
        return self.lessons[0].teacher

    @property
    def skill(self) -> str:
        """What is taught."""
        return self.teacher.skill

    @property
    def bodies(self) -> list[str]:
        """Whom it concerns: those who take part, and those who would still wait."""
        learners = [lesson.learner.body for lesson in self.lessons]
        return [self.teacher.body, *learners, *(one.body for one in self.left)]


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
        return [one.body for one in self.wanting]


def find_cohorts(
    held: Iterable[BodyLevel], bodies: Mapping[str, Body], plan: TrainingPlan
) -> list[Cohort]:
    """A cohort for each skill that wants one, by skill; see `MANY`."""
    skills = exchanges_by_skill(held)
    bonds = Bonds(bodies, skills)
    taught = {lesson.learner: lesson.teacher for lesson in plan.lessons}
    cohorts = []
    for skill in skills:
        able = skill.able
        waits = any(one not in taught for one in able)
        if waits or (able and len(able) >= MIN_COHORT_LEARNERS * len(skill.teachers)):
            cohorts.append(_cohort(skill._replace(learners=able), taught, bodies, bonds))
    return cohorts


def _cohort(
    wanted: SkillExchange,
    taught: Mapping[BodyLevel, BodyLevel],
    bodies: Mapping[str, Body],
    bonds: Bonds,
) -> Cohort:
    """The teacher who brings most to its nearest; ties as in the plan, by the pairs' numbers."""
    options = [
        [
            Lesson(teacher, learner, bonds.of(teacher.body, learner.body))
            for learner in _nearest(teacher, wanted.learners, bodies)
        ]
        for teacher in wanted.teachers
    ]
    best = max(options, key=_worth)
    here = {lesson.learner for lesson in best}
    rest = [learner for learner in wanted.learners if learner not in here]
    teacher = best[0].teacher
    return Cohort(
        tuple(best),
        len(wanted.teachers),
        len(wanted.learners),
        frozenset(here.difference(taught)),
        tuple(one for one in rest if taught.get(one, teacher) == teacher),
    )


def _worth(lessons: Sequence[Lesson]) -> tuple[int, int]:
    return sum(lesson.benefit for lesson in lessons), sum(lesson.bond.tie for lesson in lessons)


def _nearest(
    teacher: BodyLevel, learners: Iterable[BodyLevel], bodies: Mapping[str, Body]
) -> list[BodyLevel]:
    """Same partnership first, then by steps on the tile map (off the map last), then by name."""
    home = bodies[teacher.body]

    def far(learner: BodyLevel) -> tuple[bool, float, str]:
        other = bodies[learner.body]
        apart = not home.partnership or home.partnership != other.partnership
        return apart, tiles_apart(home, other), learner.body

    return sorted((learner for learner in learners if learner.level < teacher.level), key=far)[
        :MAX_COHORT_SIZE
    ]


def tiles_apart(body: Body, other: Body) -> float:
    """Tiles apart on the map, along rows and columns; infinite where either is off the map."""
    if body.tile is None or other.tile is None:
        return float("inf")
    return abs(body.tile[0] - other.tile[0]) + abs(body.tile[1] - other.tile[1])


def find_gaps(held: Iterable[BodyLevel], plan: TrainingPlan) -> list[TeachingGap]:
    """The skills with wishes that nobody can teach, those wanted most first, then by skill."""
    levels = _levels_by_skill(held)
    gaps = [_gap(levels[skill], group) for skill, group in _levels_by_skill(plan.untaught).items()]
    return sorted(gaps, key=lambda gap: (-len(gap.wanting), gap.skill))


def _gap(held: Sequence[BodyLevel], wanting: Sequence[BodyLevel]) -> TeachingGap:
    """One skill's gap, among all its known levels."""
    best = max(one.level for one in held)
    lowest = min(one.level for one in wanting)
    above = max(lowest + 1, MIN_TEACHING_LEVEL)
    return TeachingGap(
        wanting[0].skill,
        tuple(wanting),
        best,
        sum(one.level == best for one in held),
        len(held),
        sum(one.level >= above for one in held),
    )


def _levels_by_skill(held: Iterable[BodyLevel]) -> dict[str, list[BodyLevel]]:
    groups: dict[str, list[BodyLevel]] = {}
    for one in held:
        groups.setdefault(one.skill, []).append(one)
    return groups
