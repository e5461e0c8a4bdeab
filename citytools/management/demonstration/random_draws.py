"""Dice that fall alike on every machine: seeded streams and whole-number draws."""

import random
from collections.abc import Mapping

# Percentages of the middle value, read off a lognormal curve (sigma 0.45) at even steps. A table,
# because exp and log may differ in the last bit between machines and so change a rounded price.
_LOGNORMAL = (40, 50, 57, 64, 70, 76, 82, 88, 94, 100, 106, 114, 122, 131, 143, 157, 176, 200, 250)


def stream(seed: int, *words: str) -> random.Random:
    """A generator of its own for each purpose, so that one change does not shake the others."""
    # A game, not a secret: repeatable is the point.
    return random.Random("/".join([str(seed), *words]))  # noqa: S311


def happens(rng: random.Random, percent: int) -> bool:
    """Yes in the given percentage of cases."""
    return rng.randrange(100) < percent


def weighted_choice(rng: random.Random, weights: Mapping[str, int]) -> str:
    """One key, in proportion to its whole-number weight."""
    mark = rng.randrange(sum(weights.values()))
    for key, weight in weights.items():
        mark -= weight
        if mark < 0:
            return key
    raise ValueError("No weights to choose from.")


def weighted_sample(rng: random.Random, weights: Mapping[str, int], count: int) -> list[str]:
    """Distinct keys, the heavier ones more often; at most as many as there are."""
    left = {key: weight for key, weight in weights.items() if weight > 0}
    drawn: list[str] = []
    while left and len(drawn) < count:
        key = weighted_choice(rng, left)
        drawn.append(key)
        del left[key]
    return drawn


def lognormal_percent(rng: random.Random) -> int:
    """A percentage around 100 with a long upper tail (lognormal)."""
    step = rng.randrange(len(_LOGNORMAL) - 1)
    low, high = _LOGNORMAL[step], _LOGNORMAL[step + 1]
    return low + (high - low) * rng.randrange(100) // 100
