"""Lessons, cohorts and gaps in words: boroughs and skills by name, each pair with its reason."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from boroughs.models import Borough
from skills.models import Level, Skill
from skills.training.cohorts import Cohort, Gap
from skills.training.facts import Facts
from skills.training.pairs import Held
from skills.training.plan import Lesson


@dataclass(frozen=True)
class Row:
    """One pair: who could teach whom what, and why.

    The reason in three parts: `higher` (levels between them), `back` (what the learner teaches in
    return, if anything), `common` (what the two share).
    """

    skill: Skill
    teacher: Borough
    teacher_level: Level
    learner: Borough
    learner_level: Level
    higher: str
    back: str
    common: str
    illustrative: bool

    @property
    def why(self) -> str:
        """The whole reason."""
        return "; ".join(filter(None, (self.higher, self.back, self.common)))

    @property
    def cells(self) -> Mapping[str, Any]:
        """The row as the file has it, by column."""
        made_up = "; invented for demonstration" if self.illustrative else ""
        return {
            "skill": self.skill.name,
            "teacher": self.teacher.name,
            "teacher_level": int(self.teacher_level),
            "learner": self.learner.name,
            "learner_level": int(self.learner_level),
            "why": f"{self.why}{made_up}",
        }


@dataclass(frozen=True)
class Swap:
    """Two boroughs that teach each other; `whole` says that all of their lessons are shown."""

    first: Borough
    second: Borough
    rows: list[Row]
    whole: bool


@dataclass(frozen=True)
class Member:
    """A borough with its level, in a cohort or a gap; near: of the teacher's partnership."""

    borough: Borough
    level: Level
    near: bool = False
    waits: bool = False


@dataclass(frozen=True)
class Class:
    """A cohort by name; `left` are those who would wait even so."""

    skill: Skill
    teacher: Member
    learners: list[Member]
    teachers: int
    wanting: int
    left: list[Member]
    illustrative: bool

    @property
    def waiting(self) -> int:
        """How many of the learners have no pair in the plan."""
        return sum(one.waits for one in self.learners)


@dataclass(frozen=True)
class Missing:
    """A gap by name."""

    skill: Skill
    members: list[Member]
    best: Level
    gap: Gap
    illustrative: bool


class Words:
    """Turns what the plan says by slug into rows with names."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        used = (product for one in facts.bodies.values() for product in {p for _, p in one.runs})
        self._users = Counter(used)

    def row(self, lesson: Lesson, back: Iterable[Lesson] = ()) -> Row:
        """A pair; `back` are the lessons that the learner gives in return."""
        teacher, learner = self._of(lesson.teacher.body), self._of(lesson.learner.body)
        skills = _listed([self.facts.skills[one.skill].name for one in back])
        return Row(
            self.facts.skills[lesson.skill],
            teacher,
            Level(lesson.teacher.level),
            learner,
            Level(lesson.learner.level),
            f"{lesson.distance} level{'s' if lesson.distance > 1 else ''} higher",
            f"in return {learner.name} teaches {teacher.name} {skills}" if skills else "",
            self._common(lesson, swapped=bool(skills)),
            lesson.invented,
        )

    def swap(
        self,
        pair: tuple[str, str],
        lessons: Iterable[Lesson],
        seen: Callable[[Lesson], bool],
    ) -> Swap:
        """What two boroughs teach each other, in the order of the lessons; those seen as rows."""
        own = [one for one in lessons if one.bodies == pair]
        rows = [
            self.row(one, [two for two in own if two.teacher.body == one.learner.body])
            for one in own
            if seen(one)
        ]
        return Swap(self._of(pair[0]), self._of(pair[1]), rows, len(rows) == len(own))

    def _common(self, lesson: Lesson, *, swapped: bool) -> str:
        bond = lesson.bond
        parts = [
            f"same partnership ({bond.partnership})" if bond.partnership else "",
            "each could teach the other something" if bond.swap and not swapped else "",
            f"both run {self._rarest(bond.products)}" if bond.products else "",
        ]
        return "; ".join(filter(None, parts))

    def _rarest(self, products: Iterable[str]) -> str:
        """Two products by name, those that fewest run first, and how many more."""
        names = sorted(products, key=lambda name: (self._users[name], name))
        more = len(names) - 2
        return _listed([*names[:2], *([f"{more} more"] if more > 0 else [])])

    def cohort(self, cohort: Cohort) -> Class:
        """A cohort."""
        home = self.facts.bodies[cohort.teacher.body].partnership
        return Class(
            self.facts.skills[cohort.teacher.skill],
            self._member(cohort.teacher),
            [
                self._member(
                    one.learner,
                    near=bool(home) and bool(one.bond.partnership),
                    waits=one.learner in cohort.waiting,
                )
                for one in cohort.lessons
            ],
            cohort.teachers,
            cohort.wanting,
            [self._member(one) for one in cohort.left],
            any(lesson.invented for lesson in cohort.lessons),
        )

    def gap(self, gap: Gap) -> Missing:
        """A gap."""
        members = [self._member(one) for one in gap.wanting]
        made_up = any(one.invented for one in gap.wanting)
        return Missing(self.facts.skills[gap.skill], members, Level(gap.best), gap, made_up)

    def _member(self, held: Held, *, near: bool = False, waits: bool = False) -> Member:
        return Member(self._of(held.body), Level(held.level), near, waits)

    def _of(self, slug: str) -> Borough:
        return self.facts.boroughs[slug]


def _listed(names: list[str]) -> str:
    """'A', 'A and B', 'A, B and C'."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
