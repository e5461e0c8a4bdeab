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

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from skills.training.pairs import POINTS, TIE_BITS, Body, Bond, Bonds, Held, Wanted, by_skill

CAP = 2
"""Learners that a teacher takes in one skill, unless the page says otherwise."""
MOST_LEARNERS = 1000
"""Learners of one skill up to which every sum is exact."""


@dataclass(frozen=True)
class Lesson:
    """One body teaches another one skill."""

    teacher: Held
    learner: Held
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
class Plan:
    """Who teaches whom, by skill, teacher and learner; and whose wish is not met.

    `waiting` could be taught if there were more places, `untaught` by nobody who offers to.
    """

    lessons: tuple[Lesson, ...]
    waiting: tuple[Held, ...]
    untaught: tuple[Held, ...]

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


def plan(held: Iterable[Held], bodies: Mapping[str, Body], cap: int = CAP) -> Plan:
    """The best plan; every body that holds a skill is among `bodies`."""
    skills = by_skill(held)
    bonds = Bonds(bodies, skills)
    lessons: list[Lesson] = []
    waiting: list[Held] = []
    untaught: list[Held] = []
    for wanted in skills:
        taught = _best(wanted, bonds, cap)
        lessons += taught
        learning, able = {lesson.learner for lesson in taught}, wanted.able
        waiting += [one for one in able if one not in learning]
        untaught += [one for one in wanted.learners if one not in able]
    return Plan(tuple(lessons), tuple(waiting), tuple(untaught))


def _best(wanted: Wanted, bonds: Bonds, cap: int) -> list[Lesson]:
    """The best lessons in one skill, by teacher and learner."""
    if len(wanted.learners) > MOST_LEARNERS:
        raise ValueError(f"{wanted.skill}: more than {MOST_LEARNERS} learners cannot be summed")
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
