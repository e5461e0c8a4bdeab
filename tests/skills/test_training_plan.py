"""The training plan as arithmetic: the best there is, within the cap, and steady."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.management.commands.plan_training import generate_records
from skills.models import Level
from skills.training import pairs
from skills.training.pairs import (
    MAX_LEVEL,
    MIN_TEACHING_LEVEL,
    POINTS,
    TIE_BITS,
    Body,
    BodyLevel,
    tie_break,
)
from skills.training.plan import MAX_LEARNERS, TrainingPlan, best_plan

Bodies = Mapping[str, Body]
Key = tuple[str, str, str]
NAMES = "abcdefg"


def level_of(
    body: str, level: int, *, teach: bool = False, want: bool = False, skill: str = "s"
) -> BodyLevel:
    return BodyLevel(skill, body, level, teach, want)


def alone(rows: Sequence[BodyLevel]) -> dict[str, Body]:
    """Bodies with nothing in common."""
    return {row.body: Body() for row in rows}


def keys(plan: TrainingPlan) -> set[Key]:
    return {(lesson.skill, lesson.teacher.body, lesson.learner.body) for lesson in plan.lessons}


@st.composite
def small(draw: st.DrawFn) -> tuple[list[BodyLevel], Bodies, int]:
    """Up to seven bodies and three skills, some levels not known; and a cap."""
    bodies = NAMES[: draw(st.integers(1, 7))]
    rows = [
        BodyLevel(skill, body, *draw(st.tuples(st.integers(0, 4), st.booleans(), st.booleans())))
        for skill in "xyz"[: draw(st.integers(1, 3))]
        for body in bodies
        if draw(st.integers(0, 5))
    ]
    uses = st.frozensets(st.tuples(st.sampled_from("FG"), st.sampled_from("PQR")))
    shared = {body: Body(draw(st.sampled_from(["", "N", "S"])), draw(uses)) for body in bodies}
    return rows, shared, draw(st.integers(1, 3))


# A second computation, from the rule on the page and by trying everything


def may(teacher: BodyLevel, learner: BodyLevel) -> bool:
    both = teacher.wants_help and teacher.level == 3
    able = teacher.can_teach and teacher.level in {3, 4} and not both
    return (
        teacher.skill == learner.skill
        and able
        and learner.wants_help
        and (learner.level <= teacher.level - 1)
    )


def worth(teacher: BodyLevel, learner: BodyLevel, rows: Sequence[BodyLevel], bodies: Bodies) -> int:
    body, other = bodies[teacher.body], bodies[learner.body]
    back = any(
        may(two, three)
        for two, three in itertools.product(rows, rows)
        if (two.body, three.body) == (learner.body, teacher.body)
    )
    products = {product for _, product in body.runs & other.runs}
    near = body.partnership and body.partnership == other.partnership
    points = 10 * (teacher.level - learner.level) + min(5, len(products))
    return points + (5 if near else 0) + (10 if back else 0)


def best_by_trying(rows: Sequence[BodyLevel], bodies: Bodies, cap: int) -> int:
    total = 0
    for skill in {row.skill for row in rows}:
        own = [row for row in rows if row.skill == skill]
        options = [
            [None, *((two.body, worth(two, row, rows, bodies)) for two in own if may(two, row))]
            for row in own
        ]
        total += max(tried(options, cap), default=0)
    return total


def tried(options: Sequence[Sequence[tuple[str, int] | None]], cap: int) -> Iterator[int]:
    """What each choice of a teacher or nobody for every learner is worth, within the cap."""
    for choice in itertools.product(*options):
        taken = [row for row in choice if row]
        if all(count <= cap for count in Counter(name for name, _ in taken).values()):
            yield sum(points for _, points in taken)


often = settings(max_examples=80, deadline=None)


@often
@given(small())
def test_no_plan_of_up_to_seven_is_better(world: tuple[list[BodyLevel], Bodies, int]) -> None:
    rows, bodies, cap = world
    plan = best_plan(rows, bodies, cap)
    assert plan.benefit == best_by_trying(rows, bodies, cap)
    assert plan.benefit == sum(worth(x.teacher, x.learner, rows, bodies) for x in plan.lessons)


@often
@given(small())
def test_each_pair_is_allowed_and_the_cap_holds(world: tuple[list[BodyLevel], Bodies, int]) -> None:
    rows, bodies, cap = world
    lessons = best_plan(rows, bodies, cap).lessons
    assert all(may(lesson.teacher, lesson.learner) for lesson in lessons)
    taught = Counter((lesson.skill, lesson.teacher.body) for lesson in lessons)
    learnt = Counter((lesson.skill, lesson.learner.body) for lesson in lessons)
    assert max(taught.values(), default=0) <= cap
    assert max(learnt.values(), default=0) <= 1
    assert not set(taught) & set(learnt), "nobody teaches and learns the same skill"


@often
@given(small())
def test_every_wish_is_met_waits_or_is_beyond_all_teachers(
    world: tuple[list[BodyLevel], Bodies, int],
) -> None:
    rows, bodies, cap = world
    plan = best_plan(rows, bodies, cap)
    wishes = [*(lesson.learner for lesson in plan.lessons), *plan.waiting, *plan.untaught]
    assert sorted(wishes) == sorted(row for row in rows if row.wants_help)
    assert plan.wishes == len(wishes)
    for row in plan.waiting:
        assert any(may(two, row) for two in rows)
    for row in plan.untaught:
        assert not any(may(two, row) for two in rows)


@often
@given(small())
def test_taking_an_offer_away_never_improves_the_total(
    world: tuple[list[BodyLevel], Bodies, int],
) -> None:
    rows, bodies, cap = world
    before = best_plan(rows, bodies, cap).benefit
    for place, row in enumerate(rows):
        if row.can_teach:
            less = [*rows[:place], row._replace(can_teach=False), *rows[place + 1 :]]
            assert best_plan(less, bodies, cap).benefit <= before


@often
@given(small(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    world: tuple[list[BodyLevel], Bodies, int], dice: random.Random
) -> None:
    rows, bodies, cap = world
    mixed = dice.sample(rows, len(rows))
    turned = dict(dice.sample(list(bodies.items()), len(bodies)))
    assert best_plan(mixed, turned, cap) == best_plan(rows, bodies, cap)


@often
@given(small())
def test_more_places_never_make_it_worse(world: tuple[list[BodyLevel], Bodies, int]) -> None:
    rows, bodies, _ = world
    totals = [best_plan(rows, bodies, cap).benefit for cap in range(1, 9)]
    assert totals == sorted(totals)


# Why one pair is better than another


def chosen_teacher(rows: Sequence[BodyLevel], bodies: Bodies) -> str:
    (lesson,) = (row for row in best_plan(rows, bodies).lessons if row.learner.body == "c")
    return lesson.teacher.body


def test_a_higher_level_is_better() -> None:
    rows = [level_of("a", 3, teach=True), level_of("b", 4, teach=True), level_of("c", 1, want=True)]
    assert chosen_teacher(rows, alone(rows)) == "b"


@pytest.mark.parametrize(
    ("body", "other"),
    [
        (Body("North"), Body("North")),
        (Body(runs=frozenset({("F", "P")})), Body(runs=frozenset({("F", "P")}))),
    ],
    ids=["partnership", "product"],
)
def test_what_two_share_decides_between_equals(body: Body, other: Body) -> None:
    rows = [level_of("a", 3, teach=True), level_of("b", 3, teach=True), level_of("c", 1, want=True)]
    assert chosen_teacher(rows, {"a": body, "b": Body(), "c": other}) == "a"
    assert chosen_teacher(rows, {"b": body, "a": Body(), "c": other}) == "b"


def test_no_partnership_and_another_function_are_nothing_in_common() -> None:
    rows = [level_of("a", 3, teach=True), level_of("c", 1, want=True)]
    bodies = {"a": Body("", frozenset({("F", "P")})), "c": Body("", frozenset({("G", "P")}))}
    (lesson,) = best_plan(rows, bodies).lessons
    assert lesson.benefit == 20


def test_a_pair_that_could_swap_is_better_and_named() -> None:
    rows = [
        *(level_of("a", 3, teach=True), level_of("b", 3, teach=True), level_of("c", 1, want=True)),
        *(level_of("c", 4, teach=True, skill="t"), level_of("a", 2, want=True, skill="t")),
    ]
    plan = best_plan(rows, alone(rows))
    assert keys(plan) == {("s", "a", "c"), ("t", "c", "a")}
    assert list(plan.swaps) == [("a", "c")]
    assert plan.benefit == 20 + 20 + 2 * 10


# Edges


@pytest.mark.parametrize("rows", [[], [level_of("a", 0)], [level_of("a", 4, want=True)]])
def test_where_nobody_teaches_there_is_no_plan(rows: list[BodyLevel]) -> None:
    plan = best_plan(rows, alone(rows))
    assert plan.lessons == ()
    assert plan.waiting == ()
    assert plan.wishes == len([row for row in rows if row.wants_help])


def test_where_everybody_teaches_nobody_learns() -> None:
    rows = [level_of(name, 4, teach=True) for name in NAMES]
    assert best_plan(rows, alone(rows)).lessons == ()
    wishing = [row._replace(wants_help=True) for row in rows]
    plan = best_plan(wishing, alone(rows))
    assert plan.lessons == ()
    assert len(plan.untaught) == 7


def test_a_practitioner_that_wants_help_learns_and_does_not_teach() -> None:
    rows = [
        level_of("a", 4, teach=True),
        level_of("b", 3, teach=True, want=True),
        level_of("c", 0, want=True),
    ]
    assert keys(best_plan(rows, alone(rows))) == {("s", "a", "b"), ("s", "a", "c")}
    plan = best_plan(rows[1:], alone(rows))
    assert plan.lessons == ()
    assert [row.body for row in plan.untaught] == ["b", "c"]


def test_an_expert_teaches_whatever_it_wishes() -> None:
    rows = [level_of("a", 4, teach=True, want=True), level_of("c", 3, want=True)]
    plan = best_plan(rows, alone(rows))
    assert keys(plan) == {("s", "a", "c")}
    assert [row.body for row in plan.untaught] == ["a"]


def test_too_many_learners_to_sum_exactly_are_refused() -> None:
    points = POINTS.level * MAX_LEVEL + POINTS.partnership + POINTS.swap
    points += POINTS.product * POINTS.products
    unit = (MAX_LEARNERS + 1) << TIE_BITS
    assert MAX_LEARNERS * (points * unit + (1 << TIE_BITS)) < 2**53
    rows = [level_of(str(number), 0, want=True) for number in range(MAX_LEARNERS + 1)]
    with pytest.raises(ValueError, match="more than 1000 learners"):
        best_plan(rows, alone(rows))


def test_levels_mean_what_the_model_means() -> None:
    assert (Level.PRACTITIONER, max(Level)) == (MIN_TEACHING_LEVEL, MAX_LEVEL)


# Ties and steadiness


def test_a_tie_depends_on_the_two_names_alone() -> None:
    assert tie_break("brent", "camden") == 44388529
    assert tie_break("brent", "camden") != tie_break("brent", "ealing")
    assert all(0 <= tie_break(row, "x") < 2**TIE_BITS for row in NAMES)


def test_ties_never_outweigh_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, bodies = generate_records(33, 30, 1)
    before = best_plan(rows, bodies).benefit
    monkeypatch.setattr(pairs, "tie_break", lambda *names: 0)
    assert best_plan(rows, bodies).benefit == before


def test_many_equals_still_make_one_plan_in_whatever_order_they_come() -> None:
    names = [f"body-{number}" for number in range(40)]
    rows = [level_of(name, 4, teach=True) for name in names[:20]]
    rows += [level_of(name, 1, want=True) for name in names[20:]]
    plans = {
        frozenset(keys(best_plan(random.Random(seed).sample(rows, 40), alone(rows), 1)))
        for seed in range(20)
    }
    assert len(plans) == 1


def gone(before: TrainingPlan, after: TrainingPlan, body: str = "") -> int:
    """The measure of change: pairs without that body that the second plan has no more."""
    return sum(body not in key for key in keys(before) - keys(after))


def test_a_borough_that_leaves_moves_few_pairs_of_others() -> None:
    rows, bodies = generate_records(33, 30, 1)
    before = best_plan(rows, bodies)
    moved = [
        gone(before, best_plan([row for row in rows if row.body != body], bodies), body)
        for body in bodies
    ]
    assert max(moved) <= 0.15 * len(before.lessons)
    assert sum(moved) / len(moved) <= 0.07 * len(before.lessons)


def test_a_level_that_changes_moves_few_pairs() -> None:
    rows, bodies = generate_records(33, 30, 1)
    before = best_plan(rows, bodies)
    moved = []
    for place in range(0, len(rows), 9):
        changed = rows[place]._replace(level=abs(rows[place].level - 1))
        moved.append(gone(before, best_plan([*rows[:place], changed, *rows[place + 1 :]], bodies)))
    assert max(moved) <= 0.1 * len(before.lessons)
    assert sum(moved) / len(moved) <= 1
