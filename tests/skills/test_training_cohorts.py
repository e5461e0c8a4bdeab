"""Cohorts where many learn from few, and the wishes that nobody can teach."""

from collections.abc import Mapping, Sequence

from skills.management.commands.plan_training import generate_records
from skills.training.pairs import Body, BodyLevel
from skills.training.plan import (
    MAX_COHORT_SIZE,
    Cohort,
    TeachingGap,
    best_plan,
    find_cohorts,
    find_gaps,
    tiles_apart,
)


def teacher(body: str, level: int = 3, skill: str = "s") -> BodyLevel:
    return BodyLevel(skill, body, level, True, False)


def learner(body: str, level: int = 1, skill: str = "s") -> BodyLevel:
    return BodyLevel(skill, body, level, False, True)


def suggested(
    rows: Sequence[BodyLevel], bodies: Mapping[str, Body] | None = None, cap: int = 2
) -> list[Cohort]:
    known = bodies or {row.body: Body() for row in rows}
    return find_cohorts(rows, known, best_plan(rows, known, cap))


def missing(rows: Sequence[BodyLevel]) -> list[TeachingGap]:
    return find_gaps(rows, best_plan(rows, {row.body: Body() for row in rows}))


def names(cohort: Cohort) -> list[str]:
    return [lesson.learner.body for lesson in cohort.lessons]


def test_two_learners_for_one_teacher_need_no_cohort() -> None:
    assert suggested([teacher("a"), learner("b"), learner("c")]) == []


def test_somebody_who_waits_calls_for_a_cohort() -> None:
    (cohort,) = suggested([teacher("a"), learner("b"), learner("c")], cap=1)
    assert cohort.teacher.body == "a"
    assert names(cohort) == ["b", "c"]
    assert len(cohort.waiting) == 1
    assert cohort.left == ()


def test_three_learners_to_a_teacher_call_for_one_though_nobody_waits() -> None:
    rows = [teacher("a"), *(learner(name) for name in "bcd")]
    (cohort,) = suggested(rows, cap=8)
    assert (cohort.teachers, cohort.wanting, cohort.waiting) == (1, 3, frozenset())
    assert suggested([*rows, teacher("e")], cap=8) == []


def test_learners_above_the_teachers_are_not_counted() -> None:
    rows = [teacher("a"), learner("b"), learner("c"), learner("d", 3)]
    assert suggested(rows, cap=8) == []


def test_the_nearest_learn_first_the_same_partnership_before_all() -> None:
    tiles = {"b": (1, 4), "c": (2, 3), "d": (9, 9), "e": None, "f": (1, 3)}
    bodies = {name: Body(tile=tile) for name, tile in tiles.items()}
    bodies |= {"a": Body("North", tile=(1, 1)), "d": Body("North", tile=(9, 9))}
    (cohort,) = suggested([teacher("a"), *(learner(name) for name in "bcdef")], bodies)
    assert names(cohort) == ["d", "f", "b", "c", "e"]


def test_steps_follow_rows_and_columns_and_are_endless_off_the_map() -> None:
    assert tiles_apart(Body(tile=(1, 1)), Body(tile=(3, 5))) == 6
    assert tiles_apart(Body(tile=(1, 1)), Body()) == float("inf")


def test_two_without_a_partnership_are_not_of_the_same() -> None:
    bodies = {"a": Body(tile=(1, 1)), "b": Body(tile=(1, 9)), "c": Body("N", tile=(1, 2))}
    (cohort,) = suggested([teacher("a"), learner("b"), learner("c")], bodies, cap=1)
    assert names(cohort) == ["c", "b"]


def test_eight_learn_and_the_rest_still_wait() -> None:
    rows = [teacher("a"), *(learner(f"l{number}") for number in range(12))]
    (cohort,) = suggested(rows)
    assert len(cohort.lessons) == MAX_COHORT_SIZE == 8
    left = {level.body for level in cohort.left}
    assert left == {f"l{number}" for number in range(12)} - set(names(cohort))
    assert set(cohort.bodies) == {"a", *names(cohort), *left}


def test_pairs_with_other_teachers_stay() -> None:
    rows = [teacher("a"), teacher("b", 4), *(learner(f"l{number:02}") for number in range(12))]
    known = {row.body: Body() for row in rows}
    plan = best_plan(rows, known)
    (cohort,) = find_cohorts(rows, known, plan)
    other = {lesson.learner.body for lesson in plan.lessons if lesson.teacher != cohort.teacher}
    left = {level.body for level in cohort.left}
    assert len(other) == 2
    assert {row.body for row in rows[2:]} == set(names(cohort)) | other | left
    assert not left & other


def test_the_teacher_is_the_one_with_most_points_among_its_nearest() -> None:
    rows = [teacher("a"), teacher("b", 4), *(learner(f"l{number}") for number in range(6))]
    (cohort,) = suggested(rows)
    assert cohort.teacher.body == "b"


def test_cohorts_do_not_depend_on_the_order_of_rows() -> None:
    rows, bodies = generate_records(33, 30, 2)
    plan = best_plan(rows, bodies)
    assert find_cohorts(rows, bodies, plan) == find_cohorts(list(reversed(rows)), bodies, plan)
    assert len(find_cohorts(rows, bodies, plan)) > 3


def test_a_gap_counts_who_wants_it_and_the_best_level_known() -> None:
    rows = [learner("a", 1), learner("b", 2), BodyLevel("s", "c", 2, False, False)]
    (gap,) = missing(rows)
    assert [level.body for level in gap.wanting] == ["a", "b"]
    assert (gap.best, gap.holders, gap.known, gap.above) == (2, 2, 3, 0)
    assert gap.bodies == ["a", "b"]


def test_a_gap_says_how_many_could_but_do_not_offer() -> None:
    rows = [
        learner("a", 1),
        BodyLevel("s", "b", 4, False, False),
        BodyLevel("s", "c", 2, True, False),
    ]
    (gap,) = missing(rows)
    assert (gap.best, gap.holders, gap.above) == (4, 1, 1)


def test_what_somebody_can_teach_is_no_gap_even_if_all_places_are_taken() -> None:
    assert missing([teacher("a"), *(learner(name) for name in "bcdef")]) == []


def test_a_wish_above_all_teachers_is_a_gap_beside_those_taught() -> None:
    (gap,) = missing([teacher("a"), learner("b", 1), learner("c", 3)])
    assert [level.body for level in gap.wanting] == ["c"]
    assert gap.above == 0


def test_the_widest_gap_stands_first() -> None:
    rows = [learner("a", skill="one"), learner("a", skill="two"), learner("b", skill="two")]
    assert [gap.skill for gap in missing(rows)] == ["two", "one"]
