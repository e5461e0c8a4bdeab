"""What pairs cannot do: a cohort where many learn from few, and wishes that nobody can teach."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from skills.training.pairs import TEACHES_FROM, Body, Bonds, Held, Wanted, by_skill
from skills.training.plan import Lesson, Plan

MOST = 8
"""Learners in a cohort."""
MANY = 3
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
    waiting: frozenset[Held]
    left: tuple[Held, ...]

    @property
    def teacher(self) -> Held:
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
class Gap:
    """A skill that some want help with while nobody who offers is above them.

    `best` is the best level known of any body, held by `holders` of the `known`; `above` bodies
    are at practitioner or higher and above one that wants help, but do not offer.
    """

    skill: str
    wanting: tuple[Held, ...]
    best: int
    holders: int
    known: int
    above: int

    @property
    def bodies(self) -> list[str]:
        """Whom it concerns."""
        return [one.body for one in self.wanting]


def cohorts(held: Iterable[Held], bodies: Mapping[str, Body], plan: Plan) -> list[Cohort]:
    """A cohort for each skill that wants one, by skill; see `MANY`."""
    skills = by_skill(held)
    bonds = Bonds(bodies, skills)
    taught = {one.learner: one.teacher for one in plan.lessons}
    found = []
    for wanted in skills:
        able = wanted.able
        waits = any(one not in taught for one in able)
        if waits or (able and len(able) >= MANY * len(wanted.teachers)):
            found.append(_cohort(wanted._replace(learners=able), taught, bodies, bonds))
    return found


def _cohort(
    wanted: Wanted, taught: Mapping[Held, Held], bodies: Mapping[str, Body], bonds: Bonds
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
    rest = [one for one in wanted.learners if one not in here]
    teacher = best[0].teacher
    return Cohort(
        tuple(best),
        len(wanted.teachers),
        len(wanted.learners),
        frozenset(here.difference(taught)),
        tuple(one for one in rest if taught.get(one, teacher) == teacher),
    )


def _worth(lessons: Sequence[Lesson]) -> tuple[int, int]:
    return sum(one.benefit for one in lessons), sum(one.bond.tie for one in lessons)


def _nearest(teacher: Held, learners: Iterable[Held], bodies: Mapping[str, Body]) -> list[Held]:
    """Same partnership first, then by steps on the tile map (off the map last), then by name."""
    home = bodies[teacher.body]

    def far(learner: Held) -> tuple[bool, float, str]:
        other = bodies[learner.body]
        apart = not home.partnership or home.partnership != other.partnership
        return apart, steps(home, other), learner.body

    return sorted((one for one in learners if one.level < teacher.level), key=far)[:MOST]


def steps(one: Body, other: Body) -> float:
    """Tiles apart on the map, along rows and columns; infinite where either is off the map."""
    if one.tile is None or other.tile is None:
        return float("inf")
    return abs(one.tile[0] - other.tile[0]) + abs(one.tile[1] - other.tile[1])


def gaps(held: Iterable[Held], plan: Plan) -> list[Gap]:
    """The skills with wishes that nobody can teach, those wanted most first, then by skill."""
    levels = _grouped(held)
    found = [_gap(levels[skill], group) for skill, group in _grouped(plan.untaught).items()]
    return sorted(found, key=lambda gap: (-len(gap.wanting), gap.skill))


def _gap(held: Sequence[Held], wanting: Sequence[Held]) -> Gap:
    """One skill's gap, among all its known levels."""
    best = max(one.level for one in held)
    lowest = min(one.level for one in wanting)
    above = max(lowest + 1, TEACHES_FROM)
    return Gap(
        wanting[0].skill,
        tuple(wanting),
        best,
        sum(one.level == best for one in held),
        len(held),
        sum(one.level >= above for one in held),
    )


def _grouped(held: Iterable[Held]) -> dict[str, list[Held]]:
    groups: dict[str, list[Held]] = {}
    for one in held:
        groups.setdefault(one.skill, []).append(one)
    return groups
