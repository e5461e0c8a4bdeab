"""The plan as a page shows it: made of all facts, then narrowed to what was asked."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from citytools.lists.listing import Listing
from skills.training import cohorts, shown
from skills.training.cohorts import Cohort, Gap
from skills.training.facts import Facts, read
from skills.training.filters import TrainingFilter
from skills.training.pairs import Held
from skills.training.plan import Lesson, Plan, plan
from skills.training.rows import Class, Missing, Row, Swap, Words
from skills.training.shown import Shown
from systems.models import System, SystemQuerySet


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
    pairs: list[Row] = field(default_factory=list)
    cohorts: list[Class] = field(default_factory=list)
    gaps: list[Missing] = field(default_factory=list)
    wishes: Wishes = Wishes()
    all: bool = True

    @property
    def rows(self) -> list[Row]:
        """All pairs shown, in the order of the page: those of swaps first."""
        return [*(row for swap in self.swaps for row in swap.rows), *self.pairs]

    @property
    def boroughs(self) -> int:
        """How many boroughs take part in the pairs shown."""
        return len({one.pk for row in self.rows for one in (row.teacher, row.learner)})

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
        return self.chosen.problems

    @property
    def total(self) -> int:
        """The pairs shown."""
        return len(self.training.rows)


def of(chosen: TrainingFilter) -> Training:
    """The plan for what was asked; empty where that was not understood."""
    if chosen.problems:
        return Training()
    systems: SystemQuerySet = System.objects.all()
    if asked := chosen.named["illustrative"]:
        systems = systems.illustrative() if asked == "yes" else systems.real()
    facts = read(chosen.rows, systems)
    made = plan(facts.held, facts.bodies, chosen.places)
    return _seen(facts, made, shown.of(chosen))


def _seen(facts: Facts, made: Plan, asked: Shown) -> Training:
    """What is shown of a plan, by skill in the order of the pages, then by borough."""
    words, swapped = Words(facts), made.swaps
    order = {slug: place for place, slug in enumerate(facts.skills)}

    def seen(what: Lesson | Cohort | Gap) -> bool:
        return asked.holds(facts.skills[what.skill], what.bodies)

    lessons = sorted(made.lessons, key=lambda one: order[one.skill])
    swaps = [words.swap(pair, lessons, seen) for pair in swapped]
    suggested = cohorts.cohorts(facts.held, facts.bodies, made)
    suggested.sort(key=lambda one: order[one.skill])
    return Training(
        planned=len(lessons),
        known=len(facts.bodies),
        swaps=[swap for swap in swaps if swap.rows],
        pairs=[words.row(one) for one in lessons if one.bodies not in swapped and seen(one)],
        cohorts=[words.cohort(one) for one in suggested if seen(one)],
        gaps=[words.gap(one) for one in cohorts.gaps(facts.held, made) if seen(one)],
        wishes=_wishes(facts, made, asked),
        all=asked.all,
    )


def _wishes(facts: Facts, made: Plan, asked: Shown) -> Wishes:
    """The wishes of the boroughs and skills shown."""

    def counted(held: Iterable[Held]) -> int:
        return sum(asked.holds(facts.skills[one.skill], [one.body]) for one in held)

    return Wishes(
        counted(lesson.learner for lesson in made.lessons),
        counted(made.waiting),
        counted(made.untaught),
    )
