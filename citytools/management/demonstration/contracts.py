"""Invented contracts: what they cover, when they run, what they cost, how they came about."""

import calendar
import datetime
import random
from collections import defaultdict
from dataclasses import dataclass

from citytools.management.demonstration.market import Catalogue
from citytools.management.demonstration.random_draws import happens, spread, stream, weighted
from citytools.management.demonstration.reference_data import Framework, Row, World
from citytools.management.demonstration.returns import (
    WITHOUT_CONTRACTS,
    Received,
    confirmed_on,
    provenance,
)

CONTRACTS = 260
_SHARED = 12
_COVERED_FIRST = ("Housing", "Adult social care", "Children's services", "Revenues and benefits")
"""The service areas whose contracts are to show chances to buy together."""


@dataclass(frozen=True)
class Bundle:
    """Systems under one contract, and the boroughs whose contract it is, the lead first."""

    boroughs: tuple[str, ...]
    systems: tuple[Row, ...]

    @property
    def functions(self) -> tuple[str, ...]:
        """What the systems do, each once, in order."""
        return tuple(dict.fromkeys(system["function"] for system in self.systems))


def bundles(world: World, shop: Catalogue, systems: list[Row], seed: int) -> list[Bundle]:
    """As many bundles as there are contracts to invent; no system is in two."""
    open_systems = [
        system
        for system in systems
        if system["borough"] not in WITHOUT_CONTRACTS
        and system["status"] in ("live", "implementing", "retiring")
    ]
    shared = _shared(open_systems, seed)
    _remove(open_systems, shared)
    several = _several(shop, open_systems, seed)
    _remove(open_systems, several)
    singles = _singles(world, open_systems, CONTRACTS - len(shared) - len(several), seed)
    return sorted([*shared, *several, *singles], key=lambda bundle: key(bundle.systems[0]))


def _remove(systems: list[Row], covered: list[Bundle]) -> None:
    gone = {key(system) for bundle in covered for system in bundle.systems}
    systems[:] = [system for system in systems if key(system) not in gone]


def _shared(systems: list[Row], seed: int) -> list[Bundle]:
    dice = stream(seed, "shared contracts")
    runs: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for system in systems:
        runs[system["function"], system["product"]].append(system)
    several = [pair for pair in sorted(runs) if len(runs[pair]) >= 3]
    found = []
    for pair in sorted(dice.sample(several, _SHARED)):
        boroughs = min(len(runs[pair]), dice.choice((2, 2, 3, 3, 4, 4, 5, 6)))
        together = dice.sample(runs[pair], boroughs)
        found.append(Bundle(tuple(system["borough"] for system in together), tuple(together)))
    return found


def _several(shop: Catalogue, systems: list[Row], seed: int) -> list[Bundle]:
    dice = stream(seed, "contracts for several systems")
    by_supplier: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for system in systems:
        maker = shop.product(system["product"]).manufacturer
        by_supplier[system["borough"], maker].append(system)
    found = []
    for (borough, _maker), rows in sorted(by_supplier.items()):
        # Systems of one product stand together: a suite is bought as one.
        rows = sorted(rows, key=lambda row: (row["product"], row["function"]))[:4]
        if len(rows) > 1 and happens(dice, 55):
            found.append(Bundle((borough,), tuple(rows)))
    return found


def _singles(world: World, systems: list[Row], count: int, seed: int) -> list[Bundle]:
    dice = stream(seed, "contracts for one system")
    drawn = dice.sample(systems, len(systems))
    drawn.sort(key=lambda row: not _comes_first(world, row))
    if len(drawn) < count:
        raise ValueError(f"{len(drawn)} systems are too few for {count} more contracts.")
    return [Bundle((system["borough"],), (system,)) for system in drawn[:count]]


def _comes_first(world: World, system: Row) -> bool:
    return world.functions[system["function"]].service_area in _COVERED_FIRST


def key(system: Row) -> str:
    """How a contract names a system it covers."""
    return "/".join([system["borough"], system["function"], system["product"]])


EARLIEST = datetime.date(2017, 1, 1)
NOW = datetime.date(2026, 11, 1)
"""The demonstration is made to be looked at from here on: later ends are decisions ahead."""

_ENDS_AHEAD = {
    "2026": 3, "2027": 29, "2028": 25, "2029": 18, "2030": 13, "2031": 8, "2032": 4,
}  # fmt: skip
_MONTHS = {"3": 46, "6": 9, "9": 13, "12": 10, "1": 3, "5": 5, "7": 5, "8": 3, "10": 3, "11": 3}
_REVENUES = ("2027-07-31", "2027-09-30", "2027-09-30")
_SOCIAL_CARE = ("2028-01-31", "2028-03-31", "2028-03-31")
_TOGETHER = {
    "Housing management": ("2027-10-31", "2027-11-30", "2027-12-31"),
    "Adults case management": _SOCIAL_CARE,
    "Children's case management": _SOCIAL_CARE,
    "Council tax": _REVENUES,
    "Business rates": _REVENUES,
    "Housing benefit and council tax support": _REVENUES,
}
"""Functions whose contracts often end in one quarter, as housing's did in the first City Tools."""

_COMPETED = {"open": 16, "framework_competition": 24, "framework_direct": 22, "restricted": 5}
_ROUTES = _COMPETED | {
    "competitive_flexible": 6, "direct_award": 9, "quote": 6,
    "extension": 4, "modification": 2, "waiver": 2, "negotiated": 2, "": 10,
}  # fmt: skip
_SMALL = 25_000


@dataclass(frozen=True)
class Term:
    """From when until when; an empty end is a rolling contract's."""

    starts_on: str
    ends_on: str
    extension_until: str
    years: int


def term(dice: random.Random, functions: tuple[str, ...], as_of: datetime.date) -> Term:
    """A term that had begun when the borough answered and ends from November 2026 on."""
    together = [function for function in functions if function in _TOGETHER]
    if together and happens(dice, 80):
        end = datetime.date.fromisoformat(dice.choice(_TOGETHER[together[0]]))
    else:
        end = max(_month_end(weighted(dice, _ENDS_AHEAD), weighted(dice, _MONTHS)), _last_of(NOW))
    return term_to(end, dice, as_of)


def ended(dice: random.Random, as_of: datetime.date) -> Term:
    """A term that ended before November 2026, whether or not a successor is known."""
    end = _month_end("2026", str(dice.randrange(1, 11)))
    return term_to(end, dice, as_of)


def rolling(dice: random.Random, as_of: datetime.date) -> Term:
    """No end; the beginning is long ago and often only a year."""
    begun = as_of.year - 1 - dice.randrange(7)
    starts_on = f"{max(EARLIEST.year, begun)}-04-01"
    return Term(starts_on[: dice.choice((4, 10))], "", "", 0)


def imprecise(exact: Term, length: int) -> Term:
    """The same term as a source gives it that names only years (4) or months (7)."""
    return Term(
        exact.starts_on[:length],
        exact.ends_on[:length],
        exact.extension_until[:length],
        exact.years,
    )


def term_to(end: datetime.date, dice: random.Random, as_of: datetime.date) -> Term:
    starts = {years: _years_before(end, years) for years in range(2, 11)}
    usual = {2: 14, 3: 26, 4: 20, 5: 24, 6: 5, 7: 6, 8: 3, 9: 1, 10: 2}
    weights = {
        str(years): usual[years] for years, start in starts.items() if EARLIEST <= start <= as_of
    }
    years = int(weighted(dice, weights))
    more = dice.choice((1, 1, 2, 2, 3)) if happens(dice, 40) else 0
    extension = _plus_years(end, more).isoformat() if more else ""
    return Term(starts[years].isoformat(), end.isoformat(), extension, years)


def _years_before(end: datetime.date, years: int) -> datetime.date:
    return _plus_years(end, -years) + datetime.timedelta(days=1)


def _plus_years(day: datetime.date, years: int) -> datetime.date:
    last = calendar.monthrange(day.year + years, day.month)[1]
    at_the_end = day == _last_of(day)
    return day.replace(year=day.year + years, day=last if at_the_end else min(day.day, last))


def _month_end(year: str, month: str) -> datetime.date:
    return _last_of(datetime.date(int(year), int(month), 1))


def _last_of(day: datetime.date) -> datetime.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def annual_value(dice: random.Random, usual: int, size: int) -> int:
    """Pounds a year, to the hundred, around what is usual for a borough of this size."""
    return max(1200, usual * size * spread(dice) // 1_000_000 * 100)


def route(dice: random.Random, whole_value: int) -> str:
    """A likely route to market: quotes only for small sums."""
    weights = dict(_ROUTES) if whole_value <= _SMALL * 4 else _ROUTES | {"quote": 0}
    return weighted(dice, weights)


def framework(dice: random.Random, frameworks: tuple[Framework, ...], starts_on: str) -> str:
    """A framework known to be in use in the year the contract began, or nothing."""
    open_then = [known.name for known in frameworks if starts_on[:4] in known.years]
    return dice.choice(open_then) if open_then and happens(dice, 75) else ""


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
