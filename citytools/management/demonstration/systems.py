"""Invented systems: what each borough that answered runs, to an exact total."""

import datetime
import random
from collections.abc import Iterator

from citytools.management.demonstration.market import HOSTING, Catalogue, Product
from citytools.management.demonstration.random_draws import (
    happens,
    sample,
    shares,
    spread,
    stream,
    weighted,
)
from citytools.management.demonstration.reference_data import Borough, Row, World
from citytools.management.demonstration.returns import (
    INCOMPLETE,
    Received,
    confirmed_on,
    provenance,
)

SYSTEMS = 809
"""As many as the first City Tools mapped in 2019, the real ones of the 33 included."""

_STATUS = {"live": 88, "implementing": 4, "retiring": 4, "planned": 2, "retired": 2}
_INTENTIONS = {
    "live": {"keep": 50, "review": 20, "replace": 12, "": 18},
    "implementing": {"keep": 60, "": 40},
    "planned": {"": 1},
    "retiring": {"replace": 70, "retire": 30},
    "retired": {"retire": 1},
}
_RARE = 500
"""Added to every squared weight, so that the rarest functions turn up somewhere."""

_LOYALTY = 6
"""How much likelier a borough takes a product that it already runs for something else."""


def system_rows(world: World, shop: Catalogue, days: Received, seed: int) -> list[Row]:
    """systems.csv: as many rows as the real ones leave room for."""
    rows: list[Row] = []
    for slug, count in _sizes(world, days, seed).items():
        dice = stream(seed, "systems", slug)
        borough, as_of = world.boroughs[slug], days[slug, "systems"]
        for function, product, status in _choices(world, shop, borough, count, dice):
            facts = _facts(world, borough, function, product, status, as_of, dice)
            rows.append({"borough": slug, "function": function, "product": product.name} | facts)
    if len(rows) + len(world.real_systems) != SYSTEMS:
        raise ValueError(f"{len(rows)} invented systems do not bring the total to {SYSTEMS}.")
    return rows


def _sizes(world: World, days: Received, seed: int) -> dict[str, int]:
    dice = stream(seed, "sizes")
    answered = [slug for slug in sorted(world.boroughs) if (slug, "systems") in days]
    weights = {
        slug: (40 + dice.randrange(25)) * (2 if slug in INCOMPLETE else 4) for slug in answered
    }
    room = SYSTEMS - len(world.real_systems)
    if room < len(answered):
        raise ValueError(f"{len(world.real_systems)} real systems leave no room within {SYSTEMS}.")
    return shares(room, weights)


def _choices(
    world: World, shop: Catalogue, borough: Borough, count: int, dice: random.Random
) -> Iterator[tuple[str, Product, str]]:
    """Function, product and status; where a real system serves a function, nothing is invented."""
    real = {function for slug, function in world.real_systems if slug == borough.slug}
    weights = {name: f.weight**2 + _RARE for name, f in world.functions.items() if name not in real}
    successions = 1 if happens(dice, 40) else 0
    functions = sample(dice, weights, count - successions)
    replaced = dice.sample([f for f in functions if len(shop.for_function(f)) > 1], successions)
    # The heaviest first: they settle which suites the borough leans towards.
    functions.sort(key=lambda name: (-world.functions[name].weight, name))
    run: set[str] = set()
    for function in functions:
        choices = {
            product.name: product.popularity * (_LOYALTY if product.name in run else 1)
            for product in shop.for_function(function)
        }
        picked = sample(dice, choices, 2 if function in replaced else 1)
        run.update(picked)
        products = [shop.product(name) for name in picked]
        if len(products) == 2:
            yield function, products[0], "retiring"
            yield function, products[1], "implementing"
        else:
            yield function, products[0], weighted(dice, _STATUS)


def _facts(
    world: World,
    borough: Borough,
    function: str,
    product: Product,
    status: str,
    as_of: datetime.date,
    dice: random.Random,
) -> Row:
    users = world.functions[function].users * borough.size * spread(dice) // 10_000
    in_use = status in ("live", "retiring")
    return {
        "hosting": _hosting(product, dice),
        "status": status,
        "live_since": _live_since(as_of, dice) if in_use or status == "retired" else "",
        "users": str(_rounded(users)) if in_use and happens(dice, 70) else "",
        "satisfaction": _satisfaction(product, dice) if in_use and happens(dice, 71) else "",
        "intention": weighted(dice, _INTENTIONS[status]),
        **provenance(as_of, confirmed_on(dice.randrange(100), as_of)),
    }


def _hosting(product: Product, dice: random.Random) -> str:
    draw = dice.randrange(100)
    if draw < 6:
        return ""
    return product.hosting if draw < 84 else weighted(dice, HOSTING)


def _live_since(as_of: datetime.date, dice: random.Random) -> str:
    """As precise as a borough would remember: mostly a year, sometimes a day, sometimes nothing."""
    age = dice.randrange(30, 365 * 9) + (dice.randrange(365 * 12) if happens(dice, 35) else 0)
    day = (as_of - datetime.timedelta(days=age)).isoformat()
    return day[: int(weighted(dice, {"4": 42, "7": 27, "10": 20, "0": 11}))]


def _satisfaction(product: Product, dice: random.Random) -> str:
    tenths = product.liking + dice.randrange(11) + dice.randrange(11) - 10
    return str(min(5, max(1, (tenths + 5) // 10)))


def _rounded(users: int) -> int:
    step = 50 if users >= 1000 else 10 if users >= 100 else 1
    return max(2, users // step * step)
