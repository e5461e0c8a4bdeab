"""Invented contracts: titles, terms and prices for what the boroughs run."""

import datetime
import random

from citytools.management.demonstration.bundles import Bundle, bundles, key
from citytools.management.demonstration.market import Catalogue
from citytools.management.demonstration.random_draws import happens, stream, weighted
from citytools.management.demonstration.reference_data import Row, World
from citytools.management.demonstration.returns import Received, confirmed_on, provenance
from citytools.management.demonstration.terms import (
    Term,
    annual_value,
    ended,
    framework,
    imprecise,
    rolling,
    route,
    term,
)

_ROLLING = 15
_ENDED = 14
_IMPRECISE = 8
_NOTICE = {"": 25, "3": 22, "6": 31, "9": 8, "12": 14}
_TITLES = (
    "{} system", "{} system and support", "{} software and hosting",
    "{} software licences and support", "Supply and support of {} software",
)  # fmt: skip


def contract_rows(
    world: World, shop: Catalogue, systems: list[Row], days: Received, seed: int
) -> list[Row]:
    """contracts.csv."""
    covered = bundles(world, shop, systems, seed)
    made: list[Row] = []
    for number, (bundle, kind) in enumerate(zip(covered, _kinds(covered, seed), strict=True), 1):
        lead = world.boroughs[bundle.boroughs[0]]
        dice = stream(seed, "contract", key(bundle.systems[0]))
        agreed = _term(dice, kind, days[lead.slug, "contracts"], bundle)
        made.append(
            {
                "lead": lead.slug,
                "partners": "; ".join(bundle.boroughs[1:]),
                "title": _title(dice, bundle),
                "reference": f"DEMO-{lead.code}-{number:04}" if happens(dice, 85) else "",
                "supplier": _supplier(dice, shop, bundle),
                "department": _department(dice, world, bundle),
                "functions": "; ".join(bundle.functions),
                "systems": "; ".join(key(system) for system in bundle.systems),
                **_dates(dice, agreed),
                **_prices(dice, world, bundle, agreed),
                **_source(dice, days[lead.slug, "contracts"]),
            }
        )
    return made


def _kinds(covered: list[Bundle], seed: int) -> list[str]:
    """Which contracts are rolling, ended, or known only to the month or year."""
    dice = stream(seed, "kinds of contract")
    singles = [place for place, bundle in enumerate(covered) if len(bundle.systems) == 1]
    special = dice.sample(singles, _ROLLING + _ENDED + _IMPRECISE)
    kinds = ["usual"] * len(covered)
    for count, place in enumerate(special):
        ends = "ended" if count < _ROLLING + _ENDED else "imprecise"
        kinds[place] = "rolling" if count < _ROLLING else ends
    return kinds


def _term(dice: random.Random, kind: str, as_of: datetime.date, bundle: Bundle) -> Term:
    if kind == "rolling":
        return rolling(dice, as_of)
    if kind == "ended":
        return ended(dice, as_of)
    agreed = term(dice, bundle.functions, as_of)
    return imprecise(agreed, dice.choice((4, 7))) if kind == "imprecise" else agreed


def _title(dice: random.Random, bundle: Bundle) -> str:
    first, *others = bundle.functions
    if len(bundle.boroughs) > 1:
        return "Shared " + _in_a_sentence(dice.choice(_TITLES).format(_in_a_sentence(first)))
    if len(others) == 1 and " and " not in first + others[0]:
        return f"{first} and {_in_a_sentence(others[0])} systems"
    if others:
        return f"{first} and related systems"
    words = dice.choice(_TITLES)
    return words.format(first if words.startswith("{") else _in_a_sentence(first))


def _in_a_sentence(name: str) -> str:
    """'Housing management' within a sentence; abbreviations keep their capitals."""
    return name if name[1].isupper() else name[0].lower() + name[1:]


def _department(dice: random.Random, world: World, bundle: Bundle) -> str:
    area = world.functions[bundle.functions[0]].service_area
    return dice.choice(world.departments[area]) if happens(dice, 90) else ""


def _supplier(dice: random.Random, shop: Catalogue, bundle: Bundle) -> str:
    maker = shop.product(bundle.systems[0]["product"]).manufacturer
    return dice.choice(shop.resellers) if happens(dice, 7) else maker


def _dates(dice: random.Random, agreed: Term) -> Row:
    return {
        "starts_on": agreed.starts_on,
        "ends_on": agreed.ends_on,
        "rolling": "no" if agreed.ends_on else "yes",
        "extension_until": agreed.extension_until,
        "notice_months": weighted(dice, _NOTICE),
    }


def _prices(dice: random.Random, world: World, bundle: Bundle, agreed: Term) -> Row:
    """Values and the route; several systems, or several boroughs, are cheaper together."""
    size = sum(world.boroughs[borough].size for borough in bundle.boroughs)
    usual = sum(world.functions[name].annual_value for name in bundle.functions)
    together = 100 if len(bundle.systems) == 1 else 82
    annual = annual_value(dice, usual * together // 100, size)
    total = annual * agreed.years
    way = route(dice, total)
    called_off = way.startswith("framework")
    known_annual = happens(dice, 80)
    known_total = agreed.years > 0 and happens(dice, 85 if known_annual else 45)
    vat = weighted(dice, {"excluding": 84, "including": 5, "": 11})
    return {
        "annual_value": str(annual) if known_annual else "",
        "total_value": str(total) if known_total else "",
        "vat": vat if known_annual or known_total else "",
        "route": way,
        "framework": framework(dice, world.frameworks, agreed.starts_on) if called_off else "",
    }


def _source(dice: random.Random, as_of: datetime.date) -> Row:
    return provenance(as_of, confirmed_on(dice.randrange(100), as_of))
