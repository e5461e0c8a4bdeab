"""The plan as a page shows it: computed from all facts, then narrowed to the query string."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boroughs.models import Borough
from citytools.lists.listing import Listing
from skills.models import Level, Skill
from skills.training.filters import TrainingFilter
from skills.training.pairs import BodyLevel, Lesson, TrainingFacts, read_training_facts
from skills.training.plan import (
    Cohort,
    TeachingGap,
    TrainingPlan,
    best_plan,
    find_cohorts,
    find_gaps,
)


@dataclass(frozen=True)
class PairRow:
    """One pair: who could teach whom what, and why.

    The reason in three parts: `higher` (levels between them), `in_return` (what the learner
    teaches, if anything), `common` (what the two share).
    """

    skill: Skill
    teacher: Borough
    teacher_level: Level
    learner: Borough
    learner_level: Level
    higher: str
    in_return: str
    common: str

    @property
    def why(self) -> str:
        return "; ".join(filter(None, (self.higher, self.in_return, self.common)))

    @property
    def cells(self) -> Mapping[str, Any]:
        """The row as the file has it, by column."""
        return {
            "skill": self.skill.name,
            "teacher": self.teacher.name,
            "teacher_level": int(self.teacher_level),
            "learner": self.learner.name,
            "learner_level": int(self.learner_level),
            "why": self.why,
        }


@dataclass(frozen=True)
class Swap:
    """Two boroughs that teach each other; `whole` says that all of their lessons are shown."""

    first: Borough
    second: Borough
    rows: list[PairRow]
    whole: bool


@dataclass(frozen=True)
class Member:
    """A borough with its level, in a cohort or a gap.

    `near`: of the teacher's partnership; `waits`: without a pair in the plan.
    """

    borough: Borough
    level: Level
    near: bool = False
    waits: bool = False


@dataclass(frozen=True)
class CohortRow:
    """A cohort with names; `left` are those who would wait even so."""

    skill: Skill
    teacher: Member
    learners: list[Member]
    teachers: int
    wanting: int
    left: list[Member]

    @property
    def waiting(self) -> int:
        """How many of the learners have no pair in the plan."""
        return sum(member.waits for member in self.learners)


@dataclass(frozen=True)
class TeachingGapRow:
    """A gap with names."""

    skill: Skill
    members: list[Member]
    best: Level
    gap: TeachingGap


class PlanPresenter:
    """Turns what the plan says by slug into rows with names."""

    def __init__(self, facts: TrainingFacts) -> None:
        self.facts = facts
        self._users = Counter(
            product
            for body in facts.bodies.values()
            for product in {product for _, product in body.runs}
        )

    def row(self, lesson: Lesson, in_return: Iterable[Lesson] = ()) -> PairRow:
        """A pair; `in_return` are the lessons that the learner gives the teacher."""
        boroughs = self.facts.boroughs
        teacher, learner = boroughs[lesson.teacher.body], boroughs[lesson.learner.body]
        skills = _join_names([self.facts.skills[other.skill].name for other in in_return])
        return PairRow(
            self.facts.skills[lesson.skill],
            teacher,
            Level(lesson.teacher.level),
            learner,
            Level(lesson.learner.level),
            f"{lesson.distance} level{'s' if lesson.distance > 1 else ''} higher",
            f"in return {learner.name} teaches {teacher.name} {skills}" if skills else "",
            self._common(lesson, swapped=bool(skills)),
        )

    def swap(
        self,
        pair: tuple[str, str],
        lessons: Iterable[Lesson],
        visible: Callable[[Lesson], bool],
    ) -> Swap:
        """What two boroughs teach each other, in the order of the lessons; visible ones as rows."""
        own = [lesson for lesson in lessons if lesson.bodies == pair]
        rows = [
            self.row(lesson, [other for other in own if other.teacher.body == lesson.learner.body])
            for lesson in own
            if visible(lesson)
        ]
        first, second = (self.facts.boroughs[slug] for slug in pair)
        return Swap(first, second, rows, len(rows) == len(own))

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
        return _join_names([*names[:2], *([f"{more} more"] if more > 0 else [])])

    def cohort(self, cohort: Cohort) -> CohortRow:
        return CohortRow(
            self.facts.skills[cohort.skill],
            self._member(cohort.teacher),
            [
                self._member(
                    lesson.learner,
                    near=bool(lesson.bond.partnership),
                    waits=lesson.learner in cohort.waiting,
                )
                for lesson in cohort.lessons
            ],
            cohort.teachers,
            cohort.wanting,
            [self._member(learner) for learner in cohort.left],
        )

    def gap(self, gap: TeachingGap) -> TeachingGapRow:
        members = [self._member(level) for level in gap.wanting]
        return TeachingGapRow(self.facts.skills[gap.skill], members, Level(gap.best), gap)

    def _member(self, level: BodyLevel, *, near: bool = False, waits: bool = False) -> Member:
        return Member(self.facts.boroughs[level.body], Level(level.level), near, waits)


def _join_names(names: list[str]) -> str:
    """'A', 'A and B', 'A, B and C'."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


@dataclass(frozen=True)
class PlanSelection:
    """The skills, groups and boroughs to show, by slug; empty means all."""

    skills: frozenset[str]
    groups: frozenset[str]
    boroughs: frozenset[str]

    @property
    def all(self) -> bool:
        return not (self.skills or self.groups or self.boroughs)

    def includes(self, skill: Skill, bodies: Sequence[str]) -> bool:
        """Whether to show something about this skill in which these boroughs take part."""
        return (
            (not self.skills or skill.slug in self.skills)
            and (not self.groups or skill.group.slug in self.groups)
            and (not self.boroughs or not self.boroughs.isdisjoint(bodies))
        )


@dataclass(frozen=True)
class Wishes:
    """How many wishes for help have a pair, wait for a place, or ask what nobody offers."""

    met: int = 0
    waiting: int = 0
    untaught: int = 0

    @property
    def total(self) -> int:
        return self.met + self.waiting + self.untaught

    @property
    def in_words(self) -> str:
        """'128 have a pair, 110 wait for a place, 1 can be taught by nobody'."""
        parts = [
            (self.met, "has a pair", "have a pair"),
            (self.waiting, "waits for a place", "wait for a place"),
            (self.untaught, "can be taught by nobody", "can be taught by nobody"),
        ]
        return ", ".join(
            f"{count:,} {singular if count == 1 else plural}"
            for count, singular, plural in parts
            if count
        )


@dataclass(frozen=True)
class Training:
    """The plan of `planned` pairs, from the levels of `known` boroughs; the rest as narrowed."""

    planned: int = 0
    known: int = 0
    swaps: list[Swap] = field(default_factory=list)
    pairs: list[PairRow] = field(default_factory=list)
    cohorts: list[CohortRow] = field(default_factory=list)
    gaps: list[TeachingGapRow] = field(default_factory=list)
    wishes: Wishes = Wishes()
    all: bool = True

    @property
    def rows(self) -> list[PairRow]:
        """All pairs, in the order of the page: those of swaps first."""
        return [*(row for swap in self.swaps for row in swap.rows), *self.pairs]

    @property
    def boroughs(self) -> int:
        """How many boroughs take part in the pairs."""
        return len({borough.pk for row in self.rows for borough in (row.teacher, row.learner)})

    @property
    def skills(self) -> int:
        """How many skills are taught in the pairs."""
        return len({row.skill.pk for row in self.rows})


class PlanListing(Listing):
    """The plan as a list: its rows are pairs, all on one page."""

    lists_facts = False

    def __init__(self, filterset: TrainingFilter, training: Training) -> None:
        self.training = training
        super().__init__(
            filterset, "skills:training", "skills:training_csv", "Peer training", "pair", "pairs"
        )

    @property
    def problems(self) -> list[tuple[str, str]]:
        return self.filterset.problems

    @property
    def total(self) -> int:
        return len(self.training.rows)


def training_for(filterset: TrainingFilter) -> Training:
    """The plan for a query string; empty where that has problems."""
    if filterset.problems:
        return Training()
    facts = read_training_facts(filterset.rows)
    plan = best_plan(facts.levels, facts.bodies, filterset.places)
    slugs = [
        frozenset(record.slug for record in filterset.values[name])
        for name in ("skill", "group", "borough")
    ]
    return _narrow_plan(facts, plan, PlanSelection(*slugs))


def _narrow_plan(facts: TrainingFacts, plan: TrainingPlan, selection: PlanSelection) -> Training:
    """What is shown of a plan, by skill in the order of the pages, then by borough."""
    presenter, swapped = PlanPresenter(facts), plan.swaps
    order = {slug: place for place, slug in enumerate(facts.skills)}

    def visible(part: Lesson | Cohort | TeachingGap) -> bool:
        return selection.includes(facts.skills[part.skill], part.bodies)

    lessons = sorted(plan.lessons, key=lambda lesson: order[lesson.skill])
    swaps = [presenter.swap(pair, lessons, visible) for pair in swapped]
    cohorts = find_cohorts(facts.levels, facts.bodies, plan)
    cohorts.sort(key=lambda cohort: order[cohort.skill])
    return Training(
        planned=len(lessons),
        known=len(facts.bodies),
        swaps=[swap for swap in swaps if swap.rows],
        pairs=[
            presenter.row(lesson)
            for lesson in lessons
            if lesson.bodies not in swapped and visible(lesson)
        ],
        cohorts=[presenter.cohort(cohort) for cohort in cohorts if visible(cohort)],
        gaps=[presenter.gap(gap) for gap in find_gaps(facts.levels, plan) if visible(gap)],
        wishes=_wishes(facts, plan, selection),
        all=selection.all,
    )


def _wishes(facts: TrainingFacts, plan: TrainingPlan, selection: PlanSelection) -> Wishes:
    """The wishes of the boroughs and skills shown."""
    learners = [lesson.learner for lesson in plan.lessons]
    counts = (
        sum(selection.includes(facts.skills[level.skill], [level.body]) for level in levels)
        for levels in (learners, plan.waiting, plan.untaught)
    )
    return Wishes(*counts)
