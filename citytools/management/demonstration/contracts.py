"""Invented contracts: what they cover, when they run, what they cost, how they were bought."""

import calendar
import datetime
import itertools
import random
from collections import defaultdict
from dataclasses import dataclass

from citytools.management.demonstration.market import Catalogue, framework_names
from citytools.management.demonstration.random_draws import (
    happens,
    lognormal_percent,
    stream,
    weighted_choice,
)
from citytools.management.demonstration.reference_data import ReferenceData, Row, slugify
from citytools.management.demonstration.returns import (
    BOROUGHS_WITHOUT_CONTRACTS,
    ReturnDays,
    confirmation_day,
    provenance_columns,
)

TOTAL_CONTRACTS = 320
_SHARED_CONTRACTS = 12
# The service areas whose contracts are to show chances to buy together
_COVERED_FIRST = ("Housing", "Adult social care", "Children's services", "Revenues and benefits")


@dataclass(frozen=True)
class Bundle:
    """Systems under one contract, and the boroughs whose contract it is, the lead first."""

    boroughs: tuple[str, ...]
    systems: tuple[Row, ...]

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(system["function"] for system in self.systems))


def invent_bundles(
    reference: ReferenceData, catalogue: Catalogue, systems: list[Row], seed: int
) -> list[Bundle]:
    """As many bundles as there are contracts to invent; no system is in two."""
    open_systems = [
        system
        for system in systems
        if system["borough"] not in BOROUGHS_WITHOUT_CONTRACTS
        and system["status"] in ("live", "implementing", "retiring")
    ]
    shared = _shared_bundles(open_systems, seed)
    _remove(open_systems, shared)
    multiple = _multi_system_bundles(catalogue, open_systems, seed)
    _remove(open_systems, multiple)
    singles = _single_system_bundles(
        reference, open_systems, TOTAL_CONTRACTS - len(shared) - len(multiple), seed
    )
    return sorted([*shared, *multiple, *singles], key=lambda bundle: system_key(bundle.systems[0]))


def _remove(systems: list[Row], bundles: list[Bundle]) -> None:
    keys = {system_key(system) for bundle in bundles for system in bundle.systems}
    systems[:] = [system for system in systems if system_key(system) not in keys]


def _shared_bundles(systems: list[Row], seed: int) -> list[Bundle]:
    rng = stream(seed, "shared contracts")
    runs: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for system in systems:
        runs[system["function"], system["product"]].append(system)
    popular = [pair for pair in sorted(runs) if len(runs[pair]) >= 3]
    bundles = []
    for pair in sorted(rng.sample(popular, _SHARED_CONTRACTS)):
        boroughs = min(len(runs[pair]), rng.choice((2, 2, 3, 3, 4, 4, 5, 6)))
        sample = rng.sample(runs[pair], boroughs)
        bundles.append(Bundle(tuple(system["borough"] for system in sample), tuple(sample)))
    return bundles


def _multi_system_bundles(catalogue: Catalogue, systems: list[Row], seed: int) -> list[Bundle]:
    rng = stream(seed, "contracts for several systems")
    by_supplier: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for system in systems:
        maker = catalogue.by_name[system["product"]].manufacturer
        by_supplier[system["borough"], maker].append(system)
    bundles = []
    for (borough, _maker), rows in sorted(by_supplier.items()):
        # Systems of one product stand together: a suite is bought as one.
        rows = sorted(rows, key=lambda row: (row["product"], row["function"]))[:4]
        if len(rows) > 1 and happens(rng, 55):
            bundles.append(Bundle((borough,), tuple(rows)))
    return bundles


def _single_system_bundles(
    reference: ReferenceData, systems: list[Row], count: int, seed: int
) -> list[Bundle]:
    rng = stream(seed, "contracts for one system")
    drawn = rng.sample(systems, len(systems))
    functions = reference.functions
    drawn.sort(key=lambda row: functions[row["function"]].service_area not in _COVERED_FIRST)
    if len(drawn) < count:
        raise ValueError(f"{len(drawn)} systems are too few for {count} more contracts.")
    return [Bundle((system["borough"],), (system,)) for system in drawn[:count]]


def system_key(system: Row) -> str:
    """What tells a system from all others, and what its draws are seeded with."""
    return "/".join([system["borough"], system["function"], system["product"]])


EARLIEST = datetime.date(2017, 1, 1)
# The day from which the demonstration is seen: later ends are decisions ahead
NOW = datetime.date(2026, 11, 1)

_ENDS_AHEAD = {
    "2026": 3, "2027": 29, "2028": 25, "2029": 18, "2030": 13, "2031": 8, "2032": 4,
}  # fmt: skip
_MONTHS = {"3": 46, "6": 9, "9": 13, "12": 10, "1": 3, "5": 5, "7": 5, "8": 3, "10": 3, "11": 3}
_REVENUES = ("2027-07-31", "2027-09-30", "2027-09-30")
_SOCIAL_CARE = ("2028-01-31", "2028-03-31", "2028-03-31")
# Functions whose contracts often end in one quarter, as housing's did in the first City Tools
_COMMON_ENDS = {
    "Housing management": ("2027-10-31", "2027-11-30", "2027-12-31"),
    "Adults case management": _SOCIAL_CARE,
    "Children's case management": _SOCIAL_CARE,
    "Council tax": _REVENUES,
    "Business rates": _REVENUES,
    "Housing benefit and council tax support": _REVENUES,
}

_COMPETED = {"open": 16, "framework_competition": 24, "framework_direct": 22, "restricted": 5}
_ROUTES = _COMPETED | {
    "competitive_flexible": 6, "direct_award": 9, "quote": 6,
    "extension": 4, "modification": 2, "waiver": 2, "negotiated": 2, "": 10,
}  # fmt: skip
_SMALL = 25_000


@dataclass(frozen=True)
class IllustrativeTerm:
    """From when until when; an empty end is a rolling contract's."""

    starts_on: str
    ends_on: str
    extension_until: str
    years: int


def contract_term(
    rng: random.Random, functions: tuple[str, ...], as_of: datetime.date
) -> IllustrativeTerm:
    """A term that had begun when the borough answered and ends from November 2026 on."""
    common = [function for function in functions if function in _COMMON_ENDS]
    if common and happens(rng, 80):
        end = datetime.date.fromisoformat(rng.choice(_COMMON_ENDS[common[0]]))
    else:
        year, month = weighted_choice(rng, _ENDS_AHEAD), weighted_choice(rng, _MONTHS)
        end = max(_last_day(int(year), int(month)), _last_day(NOW.year, NOW.month))
    return term_ending_on(end, rng, as_of)


def term_ending_on(
    end: datetime.date, rng: random.Random, as_of: datetime.date
) -> IllustrativeTerm:
    """A term of two to ten years, with an extension in four of ten cases."""
    starts = {
        years: _plus_years(end, -years) + datetime.timedelta(days=1) for years in range(2, 11)
    }
    usual = {2: 14, 3: 26, 4: 20, 5: 24, 6: 5, 7: 6, 8: 3, 9: 1, 10: 2}
    weights = {
        str(years): usual[years] for years, start in starts.items() if EARLIEST <= start <= as_of
    }
    years = int(weighted_choice(rng, weights))
    more = rng.choice((1, 1, 2, 2, 3)) if happens(rng, 40) else 0
    extension = _plus_years(end, more).isoformat() if more else ""
    return IllustrativeTerm(starts[years].isoformat(), end.isoformat(), extension, years)


def _plus_years(day: datetime.date, years: int) -> datetime.date:
    last = _last_day(day.year + years, day.month)
    is_last = day == _last_day(day.year, day.month)
    return last if is_last else last.replace(day=min(day.day, last.day))


def _last_day(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def annual_value(rng: random.Random, usual: int, size: int) -> int:
    """Pounds a year, to the hundred, around what is usual for a borough of this size."""
    return max(1200, usual * size * lognormal_percent(rng) // 1_000_000 * 100)


_ROLLING = 15
_ENDED = 14
_IMPRECISE = 8
_NOTICE = {"": 25, "3": 22, "6": 31, "9": 8, "12": 14}
_TITLES = (
    "{} system", "{} system and support", "{} software and hosting",
    "{} software licences and support", "Supply and support of {} software",
)  # fmt: skip


def contract_rows(
    reference: ReferenceData, catalogue: Catalogue, systems: list[Row], days: ReturnDays, seed: int
) -> list[Row]:
    bundles = invent_bundles(reference, catalogue, systems, seed)
    rows: list[Row] = []
    keys: set[str] = set()
    for number, (bundle, kind) in enumerate(zip(bundles, _kinds(bundles, seed), strict=True), 1):
        lead = reference.boroughs[bundle.boroughs[0]]
        rng = stream(seed, "contract", system_key(bundle.systems[0]))
        as_of = days[lead.slug, "contracts"]
        term = _term(rng, kind, as_of, bundle)
        maker = catalogue.by_name[bundle.systems[0]["product"]].manufacturer
        departments = reference.departments[reference.functions[bundle.functions[0]].service_area]
        title = _title(rng, bundle)
        rows.append(
            {
                "key": _key(lead.slug, title, term.starts_on, keys),
                "lead": lead.slug,
                "partners": "; ".join(bundle.boroughs[1:]),
                "title": title,
                "reference": f"DEMO-{lead.code}-{number:04}" if happens(rng, 85) else "",
                "supplier": rng.choice(catalogue.resellers) if happens(rng, 7) else maker,
                "department": rng.choice(departments) if happens(rng, 90) else "",
                "functions": "; ".join(bundle.functions),
                "systems": "; ".join(system["key"] for system in bundle.systems),
                "starts_on": term.starts_on,
                "ends_on": term.ends_on,
                "rolling": "no" if term.ends_on else "yes",
                "stage": "awarded",
                "includes_services": "no",
                "extension_until": term.extension_until,
                "notice_months": weighted_choice(rng, _NOTICE),
                **_prices(rng, reference, bundle, term),
                **provenance_columns(as_of, confirmation_day(rng.randrange(100), as_of)),
            }
        )
    return rows


def _key(lead: str, title: str, starts_on: str, taken: set[str]) -> str:
    """As the database would make it."""
    base = "-".join(filter(None, [lead, slugify(title)[:60].rstrip("-"), starts_on[:4]]))
    numbered = (f"{base}-{number}" for number in itertools.count(2))
    key = next(key for key in itertools.chain([base], numbered) if key not in taken)
    taken.add(key)
    return key


def _kinds(bundles: list[Bundle], seed: int) -> list[str]:
    """Which contracts are rolling, ended, or known only to the month or year."""
    rng = stream(seed, "kinds of contract")
    singles = [place for place, bundle in enumerate(bundles) if len(bundle.systems) == 1]
    special = rng.sample(singles, _ROLLING + _ENDED + _IMPRECISE)
    kinds = ["usual"] * len(bundles)
    special_kinds = ["rolling"] * _ROLLING + ["ended"] * _ENDED + ["imprecise"] * _IMPRECISE
    for place, kind in zip(special, special_kinds, strict=True):
        kinds[place] = kind
    return kinds


def _term(rng: random.Random, kind: str, as_of: datetime.date, bundle: Bundle) -> IllustrativeTerm:
    if kind == "rolling":
        # It began long ago, and often only the year is remembered
        year = max(EARLIEST.year, as_of.year - 1 - rng.randrange(7))
        return IllustrativeTerm(f"{year}-04-01"[: rng.choice((4, 10))], "", "", 0)
    if kind == "ended":
        # Before November 2026, whether or not a successor is known
        return term_ending_on(_last_day(2026, rng.randrange(1, 11)), rng, as_of)
    term = contract_term(rng, bundle.functions, as_of)
    if kind != "imprecise":
        return term
    length = rng.choice((4, 7))  # the source names only years, or months
    days = (term.starts_on, term.ends_on, term.extension_until)
    starts_on, ends_on, extension_until = (day[:length] for day in days)
    return IllustrativeTerm(starts_on, ends_on, extension_until, term.years)


def _title(rng: random.Random, bundle: Bundle) -> str:
    first, *further = bundle.functions
    if len(bundle.boroughs) > 1:
        return "Shared " + _in_a_sentence(rng.choice(_TITLES).format(_in_a_sentence(first)))
    if len(further) == 1 and " and " not in first + further[0]:
        return f"{first} and {_in_a_sentence(further[0])} systems"
    if further:
        return f"{first} and related systems"
    words = rng.choice(_TITLES)
    return words.format(first if words.startswith("{") else _in_a_sentence(first))


def _in_a_sentence(name: str) -> str:
    """'Housing management' within a sentence; abbreviations keep their capitals."""
    return name if name[1].isupper() else name[0].lower() + name[1:]


def _prices(
    rng: random.Random, reference: ReferenceData, bundle: Bundle, term: IllustrativeTerm
) -> Row:
    """Values and the route; several systems, or several boroughs, are cheaper together."""
    size = sum(reference.boroughs[borough].size for borough in bundle.boroughs)
    usual = sum(reference.functions[name].annual_value for name in bundle.functions)
    percent = 100 if len(bundle.systems) == 1 else 82
    annual = annual_value(rng, usual * percent // 100, size)
    total = annual * term.years
    # Quotes only for small sums
    route = weighted_choice(rng, _ROUTES if total <= _SMALL * 4 else _ROUTES | {"quote": 0})
    known_annual = happens(rng, 80)
    known_total = term.years > 0 and happens(rng, 85 if known_annual else 45)
    vat = weighted_choice(rng, {"excluding": 84, "including": 5, "": 11})
    framework = ""
    if route.startswith("framework"):
        framework = rng.choice(framework_names(reference)) if happens(rng, 75) else ""
    return {
        "annual_value": str(annual) if known_annual else "",
        "total_value": str(total) if known_total else "",
        "vat": vat if known_annual or known_total else "",
        "route": route,
        "framework": framework,
    }
