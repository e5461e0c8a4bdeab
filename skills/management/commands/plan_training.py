"""Print the training plan of the database, or measure one of records made up in memory."""

import random
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.http import QueryDict

from skills.models import SkillLevel
from skills.training import page
from skills.training.filters import TrainingFilter
from skills.training.pairs import Body, BodyLevel
from skills.training.plan import DEFAULT_CAP, MAX_COHORT_SIZE, MAX_LEARNERS, best_plan

# How likely a body of each level, 0 to 4, wants help: as in the demonstration set
WISHES = (0.55, 0.6, 0.32, 0.06, 0.02)
OFFERS = (0.0, 0.0, 0.0, 0.5, 0.75)
PARTNERSHIPS = ("North", "East", "South", "West", "")


def generate_records(
    bodies: int, skills: int, seed: int
) -> tuple[list[BodyLevel], dict[str, Body]]:
    """Every body's level of every skill, and the bodies with what they run and where they lie.

    The same seed gives the same records.
    """
    dice = random.Random(seed)  # noqa: S311 (nothing secret)
    levels: list[BodyLevel] = []
    records: dict[str, Body] = {}
    for number in range(bodies):
        key = f"body-{number:04}"
        functions = dice.sample(range(80), 25)
        runs = [
            (f"function-{function}", f"product-{function}-{dice.randrange(4)}")
            for function in functions
        ]
        tile = divmod(number, 20)
        records[key] = Body(dice.choice(PARTNERSHIPS), frozenset(runs), tile=tile)
        strength = dice.uniform(0.5, 3)
        for skill in range(skills):
            level = max(0, min(4, round(dice.gauss(strength, 1))))
            teaches, wishes = dice.random() < OFFERS[level], dice.random() < WISHES[level]
            levels.append(BodyLevel(f"skill-{skill:03}", key, level, teaches, wishes))
    return levels, records


class Command(BaseCommand):
    help = (
        "Prints who could teach whom. With --bodies or --skills: makes records up in memory, plans "
        "with them and prints size, benefit and seconds; the database is not asked."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bodies", type=_up_to(MAX_LEARNERS), help="as a rule 33")
        parser.add_argument("--skills", type=_up_to(1000), help="as a rule 30")
        parser.add_argument("--seed", type=int, default=1, help="of the records made up")
        parser.add_argument(
            "--cap",
            type=_up_to(MAX_COHORT_SIZE),
            default=DEFAULT_CAP,
            help="learners per teacher and skill",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["bodies"] or options["skills"]:
            bodies, skills = options["bodies"] or 33, options["skills"] or 30
            self._measure(bodies, skills, options["seed"], options["cap"])
        else:
            self._print(options["cap"])

    def _measure(self, bodies: int, skills: int, seed: int, cap: int) -> None:
        levels, records = generate_records(bodies, skills, seed)
        start = time.perf_counter()
        plan = best_plan(levels, records, cap)
        seconds = time.perf_counter() - start
        self.stdout.write(
            f"{bodies} bodies x {skills} skills, seed {seed}, cap {cap}: "
            f"{len(plan.lessons)} pairs for {plan.wishes} wishes, {len(plan.swaps)} swaps, "
            f"benefit {plan.benefit}, in {seconds:.2f} s."
        )

    def _print(self, cap: int) -> None:
        training = page.training_for(
            TrainingFilter(QueryDict(f"cap={cap}"), SkillLevel.objects.all())
        )
        for row in training.rows:
            self.stdout.write(
                f"{row.skill}: {row.teacher} ({row.teacher_level.label}) teaches {row.learner} "
                f"({row.learner_level.label}). {row.cells['why']}."
            )
        wishes = training.wishes
        self.stdout.write(
            f"{len(training.rows)} pairs. {wishes.total} wishes: {wishes.in_words or '-'}."
        )


def _up_to(maximum: int) -> Callable[[str], int]:
    """A whole number from 1."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= maximum:
            raise ArgumentTypeError(f"“{text}”: write a whole number from 1 to {maximum}.")
        return int(text)

    return number
