"""A small London for tests that need many rows: always the same, with every kind of gap in it."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

from boroughs.models import Borough
from citytools.facts.provenance import SourceKind
from contracts.models import Contract, Route
from skills.models import Headcount, Level, Skill
from systems.models import Function, Hosting, Product, Status, System
from tests import factories

KINDS = [SourceKind.RETURN, SourceKind.PUBLIC_CODE, SourceKind.NOTICE, SourceKind.FOI]


def small_london(seed: int = 7, rows: int = 60) -> None:
    """Eight bodies, a region among them; `rows` systems, as many contracts, every second level."""
    dice = random.Random(seed)
    names = {"A": "West", "B": "West", "C": "South London", "D": "South London"}
    boroughs = [
        factories.borough(f"Borough {letter}", partnership=names.get(letter, ""))
        for letter in "ABCDEFG"
    ]
    boroughs.append(factories.borough("Region", kind=Borough.Kind.REGIONAL, inner_or_outer=""))
    systems = list(_systems(dice, boroughs, rows))
    for _ in range(rows):
        _contract(dice, boroughs, systems)
    for skill in _skills():
        for borough in dice.sample(boroughs, len(boroughs) // 2):
            _level(dice, borough, skill)
    for borough in boroughs[:3]:
        for subject in ("systems", "contracts", "skills"):
            factories.returned(borough, subject=subject)


def alike(*boroughs: Borough, shared: int = 10) -> None:
    """The boroughs run the same products, so many that likeness is told from ten on."""
    for _ in range(shared):
        function, product = factories.function(), factories.product()
        for borough in boroughs:
            factories.system(borough=borough, function=function, product=product)


def _systems(dice: random.Random, boroughs: list[Borough], rows: int) -> Iterator[System]:
    areas = [factories.service_area(kind=kind) for kind in ("frontline", "corporate", "frontline")]
    functions: list[Function] = [
        factories.function(service_area=areas[number % 3]) for number in range(9)
    ]
    makers = [factories.supplier() for _ in range(4)]
    products: list[Product] = [
        factories.product(manufacturer=dice.choice([*makers, None])) for _ in range(8)
    ]
    places = list(itertools.product(boroughs, products, functions))
    for borough, product, function in dice.sample(places, rows):
        yield factories.system(
            borough=borough,
            product=product,
            function=function,
            hosting=dice.choice(["", *Hosting.values]),
            status=dice.choice(["", *Status.values]),
            live_since=dice.choice(["", "2018", "2019-04", "2019-04-01", "2020-12"]),
            users=dice.choice([None, 0, 5, 90]),
            satisfaction=dice.choice([None, 1, 3, 5]),
            **_source(dice),
        )


def _contract(dice: random.Random, boroughs: list[Borough], systems: list[System]) -> Contract:
    lead, *partners = dice.sample(boroughs, dice.choice([1, 1, 2, 4]))
    rolling = dice.random() < 0.15
    ends = ["", "2026-12", "2027", "2027-03-31", "2027-08-31", "2028-02-29"]
    return factories.contract(
        lead=lead,
        partners=partners,
        systems=dice.sample(systems, dice.choice([0, 1, 3])),
        supplier=dice.choice([None, factories.supplier()]),
        framework=dice.choice([None, factories.framework()]),
        rolling=rolling,
        ends_on="" if rolling else dice.choice(ends),
        notice_months=dice.choice([None, 0, 3, 6, 12]),
        annual_value=dice.choice([None, 0, 999, 1000, 250000]),
        route=dice.choice(["", *Route.values]),
        **_source(dice),
    )


def _skills() -> list[Skill]:
    groups = [factories.skill_group() for _ in range(3)]
    return [factories.skill(group=groups[number % 3]) for number in range(15)]


def _level(dice: random.Random, borough: Borough, skill: Skill) -> None:
    factories.skill_level(
        borough=borough,
        skill=skill,
        level=dice.choice(Level.values),
        headcount=dice.choice(["", *Headcount.values]),
        can_teach=dice.choice([None, True, False]),
        wants_help=dice.choice([None, True, False]),
        **_source(dice),
    )


def _source(dice: random.Random) -> dict[str, Any]:
    kind = dice.choice(KINDS)
    note = "" if kind == SourceKind.RETURN else "Seen in a paper"
    return {"source_kind": kind, "note": note, "as_of": dice.choice(["2025", "2026-09"])}


def published() -> None:
    """One record of research of each kind."""
    finding = factories.finding(metric="systems_on_record")
    factories.case_study()
    factories.recommendation(findings=[finding])
