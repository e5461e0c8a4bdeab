"""Bodies and levels made up in memory to measure the plan with; a seed gives the same ones."""

import random

from skills.training.pairs import Body, BodyLevel

WISHES = (0.55, 0.6, 0.32, 0.06, 0.02)
"""How likely a body of each level, 0 to 4, wants help: as in the demonstration set."""
OFFERS = (0.0, 0.0, 0.0, 0.5, 0.75)
PARTNERSHIPS = ("North", "East", "South", "West", "")


def generate_records(
    bodies: int, skills: int, seed: int
) -> tuple[list[BodyLevel], dict[str, Body]]:
    """Every body's level of every skill, and the bodies with what they run and where they lie."""
    dice = random.Random(seed)  # noqa: S311 (nothing secret)
    held: list[BodyLevel] = []
    made: dict[str, Body] = {}
    for number in range(bodies):
        key = f"body-{number:04}"
        functions = dice.sample(range(80), 25)
        runs = [
            (f"function-{function}", f"product-{function}-{dice.randrange(4)}")
            for function in functions
        ]
        tile = divmod(number, 20)
        made[key] = Body(dice.choice(PARTNERSHIPS), frozenset(runs), tile=tile)
        strength = dice.uniform(0.5, 3)
        for skill in range(skills):
            level = max(0, min(4, round(dice.gauss(strength, 1))))
            teaches, wishes = dice.random() < OFFERS[level], dice.random() < WISHES[level]
            held.append(BodyLevel(f"skill-{skill:03}", key, level, teaches, wishes))
    return held, made
