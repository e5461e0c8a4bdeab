"""The plan as a page shows it: made of all facts, then narrowed to what was asked."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boroughs.models import Borough
from citytools.lists.listing import Listing
from skills.models import Level, Skill
from skills.training.filters import TrainingFilter
from skills.training.pairs import BodyLevel, TrainingFacts, read_training_facts
from skills.training.plan import (
    Cohort,
    Lesson,
    TeachingGap,
    TrainingPlan,
    best_plan,
    find_cohorts,
    find_gaps,
)
from systems.models import System, SystemQuerySet


@dataclass(frozen=True)
class PairRow:
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
    rows: list[PairRow]
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
        return sum(member.waits for member in self.learners)


@dataclass(frozen=True)
class Missing:
    """A gap by name."""

    skill: Skill
    members: list[Member]
    best: Level
    gap: TeachingGap
    illustrative: bool


class PlanWords:
    """Turns what the plan says by slug into rows with names."""

    def __init__(self, facts: TrainingFacts) -> None:
        self.facts = facts
        used = (product for body in facts.bodies.values() for product in {p for _, p in body.runs})
        self._users = Counter(used)

    def row(self, lesson: Lesson, back: Iterable[Lesson] = ()) -> PairRow:
        """A pair; `back` are the lessons that the learner gives in return."""
        teacher, learner = self._of(lesson.teacher.body), self._of(lesson.learner.body)
        skills = _join_names([self.facts.skills[one.skill].name for one in back])
        return PairRow(
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
        own = [lesson for lesson in lessons if lesson.bodies == pair]
        rows = [
            self.row(lesson, [two for two in own if two.teacher.body == lesson.learner.body])
            for lesson in own
            if seen(lesson)
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
        return _join_names([*names[:2], *([f"{more} more"] if more > 0 else [])])

    def cohort(self, cohort: Cohort) -> Class:
        """A cohort."""
        home = self.facts.bodies[cohort.teacher.body].partnership
        return Class(
            self.facts.skills[cohort.teacher.skill],
            self._member(cohort.teacher),
            [
                self._member(
                    lesson.learner,
                    near=bool(home) and bool(lesson.bond.partnership),
                    waits=lesson.learner in cohort.waiting,
                )
                for lesson in cohort.lessons
            ],
            cohort.teachers,
            cohort.wanting,
            [self._member(one) for one in cohort.left],
            any(lesson.invented for lesson in cohort.lessons),
        )

    def gap(self, gap: TeachingGap) -> Missing:
        """A gap."""
        members = [self._member(one) for one in gap.wanting]
        made_up = any(one.invented for one in gap.wanting)
        return Missing(self.facts.skills[gap.skill], members, Level(gap.best), gap, made_up)

    def _member(self, held: BodyLevel, *, near: bool = False, waits: bool = False) -> Member:
        return Member(self._of(held.body), Level(held.level), near, waits)

    def _of(self, slug: str) -> Borough:
        return self.facts.boroughs[slug]


def _join_names(names: list[str]) -> str:
    """'A', 'A and B', 'A, B and C'."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


@dataclass(frozen=True)
class PlanSection:
    """The skills, groups and boroughs to show, by slug; empty means all."""

    skills: frozenset[str]
    groups: frozenset[str]
    boroughs: frozenset[str]

    @property
    def all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.skills or self.groups or self.boroughs)

    def holds(self, skill: Skill, bodies: Sequence[str]) -> bool:
        """Whether something of this skill is shown, in which these boroughs take part."""
        return (
            (not self.skills or skill.slug in self.skills)
            and (not self.groups or skill.group.slug in self.groups)
            and (not self.boroughs or not self.boroughs.isdisjoint(bodies))
        )


def plan_section(chosen: TrainingFilter) -> PlanSection:
    """What the query string asks to see."""
    skills, groups, boroughs = (
        frozenset(one.slug for one in chosen.values[name]) for name in ("skill", "group", "borough")
    )
    return PlanSection(skills, groups, boroughs)


@dataclass(frozen=True)
class Wishes:
    """How many wishes for help have a pair, wait for a place, or ask what nobody offers."""

    met: int = 0
    waiting: int = 0
    untaught: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.met + self.waiting + self.untaught

    @property
    def in_words(self) -> str:
        """'128 have a pair, 110 wait for a place, 1 can be taught by nobody'."""
        parts = [
            (self.met, "has a pair", "have a pair"),
            (self.waiting, "waits for a place", "wait for a place"),
            (self.untaught, "can be taught by nobody", "can be taught by nobody"),
        ]
        told = [f"{count:,} {one if count == 1 else more}" for count, one, more in parts if count]
        return ", ".join(told)


@dataclass(frozen=True)
class Training:
    """The plan of `planned` pairs, made of the levels of `known` boroughs; the rest as shown."""

    planned: int = 0
    known: int = 0
    swaps: list[Swap] = field(default_factory=list)
    pairs: list[PairRow] = field(default_factory=list)
    cohorts: list[Class] = field(default_factory=list)
    gaps: list[Missing] = field(default_factory=list)
    wishes: Wishes = Wishes()
    all: bool = True

    @property
    def rows(self) -> list[PairRow]:
        """All pairs shown, in the order of the page: those of swaps first."""
        return [*(row for swap in self.swaps for row in swap.rows), *self.pairs]

    @property
    def boroughs(self) -> int:
        """How many boroughs take part in the pairs shown."""
        return len({borough.pk for row in self.rows for borough in (row.teacher, row.learner)})

    @property
    def skills(self) -> int:
        """How many skills are taught in the pairs shown."""
        return len({row.skill.pk for row in self.rows})


class PlanListing(Listing):
    """The plan as a list: its rows are pairs, all on one page."""

    def __init__(self, chosen: TrainingFilter, training: Training) -> None:
        self.training = training
        super().__init__(
            chosen, "skills:training", "skills:training_csv", "Peer training", "pair", "pairs"
        )

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What of the address was not understood."""
        return self.filterset.problems

    @property
    def total(self) -> int:
        """The pairs shown."""
        return len(self.training.rows)


def training_for(chosen: TrainingFilter) -> Training:
    """The plan for what was asked; empty where that was not understood."""
    if chosen.problems:
        return Training()
    systems: SystemQuerySet = System.objects.all()
    if asked := chosen.values["illustrative"]:
        systems = systems.illustrative() if asked == "yes" else systems.real()
    facts = read_training_facts(chosen.rows, systems)
    plan = best_plan(facts.held, facts.bodies, chosen.places)
    return _seen(facts, plan, plan_section(chosen))


def _seen(facts: TrainingFacts, made: TrainingPlan, asked: PlanSection) -> Training:
    """What is shown of a plan, by skill in the order of the pages, then by borough."""
    words, swapped = PlanWords(facts), made.swaps
    order = {slug: place for place, slug in enumerate(facts.skills)}

    def seen(what: Lesson | Cohort | TeachingGap) -> bool:
        return asked.holds(facts.skills[what.skill], what.bodies)

    lessons = sorted(made.lessons, key=lambda lesson: order[lesson.skill])
    swaps = [words.swap(pair, lessons, seen) for pair in swapped]
    suggested = find_cohorts(facts.held, facts.bodies, made)
    suggested.sort(key=lambda cohort: order[cohort.skill])
    return Training(
        planned=len(lessons),
        known=len(facts.bodies),
        swaps=[swap for swap in swaps if swap.rows],
        pairs=[
            words.row(lesson) for lesson in lessons if lesson.bodies not in swapped and seen(lesson)
        ],
        cohorts=[words.cohort(cohort) for cohort in suggested if seen(cohort)],
        gaps=[words.gap(gap) for gap in find_gaps(facts.held, made) if seen(gap)],
        wishes=_wishes(facts, made, asked),
        all=asked.all,
    )


def _wishes(facts: TrainingFacts, made: TrainingPlan, asked: PlanSection) -> Wishes:
    """The wishes of the boroughs and skills shown."""

    def counted(held: Iterable[BodyLevel]) -> int:
        return sum(asked.holds(facts.skills[one.skill], [one.body]) for one in held)

    return Wishes(
        counted(lesson.learner for lesson in made.lessons),
        counted(made.waiting),
        counted(made.untaught),
    )
