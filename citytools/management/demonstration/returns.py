"""The illustrative returns of the boroughs: when they came, and which systems and skills."""

import datetime
import random
from collections.abc import Iterator

from citytools.management.demonstration.market import HOSTING, Catalogue, IllustrativeProduct
from citytools.management.demonstration.random_draws import (
    happens,
    lognormal_percent,
    stream,
    weighted_choice,
    weighted_sample,
)
from citytools.management.demonstration.reference_data import (
    BoroughSize,
    ReferenceData,
    Row,
    slugify,
)

# The six without any return: two inner, four outer, among them large and small
BOROUGHS_WITHOUT_RETURN = frozenset(
    {"bexley", "greenwich", "harrow", "havering", "kensington-and-chelsea", "redbridge"}
)

BOROUGHS_WITHOUT_CONTRACTS = BOROUGHS_WITHOUT_RETURN | {"haringey", "islington", "merton"}
_FIRST_DAY = datetime.date(2025, 9, 8)
_LAST_DAY = datetime.date(2026, 10, 23)
_SUBJECTS = {
    "systems": BOROUGHS_WITHOUT_RETURN,
    "contracts": BOROUGHS_WITHOUT_CONTRACTS,
    "skills": BOROUGHS_WITHOUT_RETURN,
}

# Days between a borough's earlier return on skills and its latest
_SINCE_EARLIER = range(300, 420)

ReturnDays = dict[tuple[str, str], datetime.date]


def return_days(reference: ReferenceData, seed: int) -> ReturnDays:
    """By borough and subject, the day of the return; absent where there is none."""
    days: ReturnDays = {}
    for slug in sorted(reference.boroughs):
        rng = stream(seed, "returns", slug)
        day = _working_day(_FIRST_DAY + datetime.timedelta(days=rng.randrange(405)))
        for subject, silent in _SUBJECTS.items():
            if slug not in silent:
                days[slug, subject] = day
            day = min(_LAST_DAY, _working_day(day + datetime.timedelta(days=rng.randrange(25))))
    return days


def earlier_skill_return_days(days: ReturnDays, seed: int) -> dict[str, datetime.date]:
    """By borough, the day of an earlier return on skills; about six in ten sent one."""
    earlier = {}
    for slug, subject in days:
        rng = stream(seed, "earlier return", slug)
        if subject == "skills" and happens(rng, 60):
            since = datetime.timedelta(days=rng.choice(_SINCE_EARLIER))
            earlier[slug] = _working_day(days[slug, subject] - since)
    return earlier


def _working_day(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))


def provenance_columns(as_of: datetime.date, confirmed_on: str = "") -> Row:
    """The columns that mark a row as invented."""
    return {
        "source_kind": "illustrative",
        "source_url": "",
        "as_of": as_of.isoformat(),
        "confidence": "low",
        "confirmed_on": confirmed_on,
    }


def return_rows(days: ReturnDays, earlier: dict[str, datetime.date]) -> list[Row]:
    """returns.csv, the earlier returns on skills last; those left some skills out."""
    returns = [(borough, subject, day, True) for (borough, subject), day in days.items()]
    returns += [(borough, "skills", day, False) for borough, day in earlier.items()]
    return [
        {
            "borough": borough,
            "subject": subject,
            "received_on": day.isoformat(),
            "complete": "yes" if complete else "no",
            **provenance_columns(day),
        }
        for borough, subject, day, complete in returns
    ]


def confirmation_day(percent: int, as_of: datetime.date) -> str:
    """A day after the return on which the borough looked again, or nothing; 0 to 99 decides."""
    if percent >= 40:
        return ""
    day = as_of + datetime.timedelta(days=20 + percent * 4)
    return day.isoformat() if day <= _LAST_DAY else ""


# Of the functions that evidence leaves open in a borough, how many per cent its return names a
# system for; the rest it does by hand, by another body, or not at all
NAMED_PERCENT = range(45, 63)

_STATUS = {"live": 88, "implementing": 4, "retiring": 4, "planned": 2, "retired": 2}
_INTENTIONS = {
    "live": {"keep": 50, "review": 20, "replace": 12, "": 18},
    "implementing": {"keep": 60, "": 40},
    "planned": {"": 1},
    "retiring": {"replace": 70, "retire": 30},
    "retired": {"retire": 1},
}
# Added to every squared weight, so that the rarest functions turn up somewhere
_RARE = 500

# How much likelier a borough takes a product that it already runs for something else
_LOYALTY = 6


def system_rows(
    reference: ReferenceData, catalogue: Catalogue, days: ReturnDays, seed: int
) -> list[Row]:
    """systems.csv: what each return adds to the evidence."""
    rows: list[Row] = []
    for slug in sorted(reference.boroughs):
        if (slug, "systems") not in days:
            continue
        rng = stream(seed, "systems", slug)
        borough, as_of = reference.boroughs[slug], days[slug, "systems"]
        for function, product, status in _choices(reference, catalogue, borough, rng):
            facts = _facts(reference, borough, function, product, status, as_of, rng)
            key = "-".join([slug, reference.functions[function].slug, slugify(product.name)])
            names = {"borough": slug, "function": function, "product": product.name}
            marks = {"national_or_shared": "no", "companion": "no"}
            rows.append({"key": key} | names | facts | marks)
    return rows


def _choices(
    reference: ReferenceData,
    catalogue: Catalogue,
    borough: BoroughSize,
    rng: random.Random,
) -> Iterator[tuple[str, IllustrativeProduct, str]]:
    """Function, product and status; where a real system serves a function, nothing is invented."""
    weights = {
        name: function.weight**2 + _RARE
        for name, function in reference.functions.items()
        if (borough.slug, name) not in reference.evidence
    }
    count = len(weights) * rng.choice(NAMED_PERCENT) // 100
    successions = 1 if happens(rng, 40) else 0
    functions = weighted_sample(rng, weights, count - successions)
    replaced = rng.sample([f for f in functions if len(catalogue.by_function[f]) > 1], successions)
    # The heaviest first: they settle which suites the borough leans towards.
    functions.sort(key=lambda name: (-reference.functions[name].weight, name))
    run: set[str] = set()
    for function in functions:
        choices = {
            product.name: product.popularity * (_LOYALTY if product.name in run else 1)
            for product in catalogue.by_function[function]
        }
        names = weighted_sample(rng, choices, 2 if function in replaced else 1)
        run.update(names)
        statuses = ["retiring", "implementing"]
        if len(names) == 1:
            statuses = [weighted_choice(rng, _STATUS)]
        for name, status in zip(names, statuses, strict=True):
            yield function, catalogue.by_name[name], status


def _facts(
    reference: ReferenceData,
    borough: BoroughSize,
    function: str,
    product: IllustrativeProduct,
    status: str,
    as_of: datetime.date,
    rng: random.Random,
) -> Row:
    users = reference.functions[function].users * borough.size * lognormal_percent(rng) // 10_000
    step = 50 if users >= 1000 else 10 if users >= 100 else 1
    in_use = status in ("live", "retiring")
    return {
        "hosting": _hosting(product, rng),
        "status": status,
        "live_since": _live_since(as_of, rng) if in_use or status == "retired" else "",
        "users": str(max(2, users // step * step)) if in_use and happens(rng, 70) else "",
        "satisfaction": _satisfaction(product, rng) if in_use and happens(rng, 71) else "",
        "intention": weighted_choice(rng, _INTENTIONS[status]),
        **provenance_columns(as_of, confirmation_day(rng.randrange(100), as_of)),
    }


def _hosting(product: IllustrativeProduct, rng: random.Random) -> str:
    draw = rng.randrange(100)
    if draw < 6:
        return ""
    return product.hosting if draw < 84 else weighted_choice(rng, HOSTING)


def _live_since(as_of: datetime.date, rng: random.Random) -> str:
    """As precise as a borough would remember: mostly a year, sometimes a day, sometimes nothing."""
    age = rng.randrange(30, 365 * 9) + (rng.randrange(365 * 12) if happens(rng, 35) else 0)
    day = (as_of - datetime.timedelta(days=age)).isoformat()
    return day[: int(weighted_choice(rng, {"4": 42, "7": 27, "10": 20, "0": 11}))]


def _satisfaction(product: IllustrativeProduct, rng: random.Random) -> str:
    tenths = product.liking + rng.randrange(11) + rng.randrange(11) - 10
    return str(min(5, max(1, (tenths + 5) // 10)))


_THRESHOLDS = (22, 41, 60, 77)
# By level: an expert organisation has more than a lone pair of hands
_HEADCOUNT = (
    {"0": 1},
    {"1 to 2": 6, "3 to 5": 3, "6 to 10": 1},
    {"1 to 2": 5, "3 to 5": 4, "6 to 10": 2, "11 to 20": 1},
    {"1 to 2": 2, "3 to 5": 5, "6 to 10": 3, "11 to 20": 1, "21 or more": 1},
    {"3 to 5": 4, "6 to 10": 4, "11 to 20": 2, "21 or more": 1},
)


def skill_rows(reference: ReferenceData, days: ReturnDays, seed: int) -> list[Row]:
    """skill_levels.csv; levels lean together within a borough, a group and a skill."""
    rarity = stream(seed, "rarity")
    leaning = {skill: rarity.randrange(-14, 15) for skill in sorted(reference.skills)}
    rows: list[Row] = []
    for slug in sorted(reference.boroughs):
        if (slug, "skills") not in days:
            continue
        rng = stream(seed, "skills", slug)
        strength = 34 + rng.randrange(34)
        groups = {group: rng.randrange(-16, 17) for group in sorted(set(reference.skills.values()))}
        for skill, group in reference.skills.items():
            score = strength + groups[group] + leaning[skill] + rng.randrange(-12, 13)
            level = sum(score >= threshold for threshold in _THRESHOLDS)
            as_of = days[slug, "skills"]
            rows.append(
                {
                    "borough": slug,
                    "skill": skill,
                    "level": str(level),
                    "headcount": ""
                    if happens(rng, 14)
                    else weighted_choice(rng, _HEADCOUNT[level]),
                    "can_teach": "yes" if level >= 3 and happens(rng, 25 * level - 25) else "no",
                    "wants_help": "yes" if happens(rng, (55, 60, 32, 6, 2)[level]) else "no",
                    **provenance_columns(as_of, confirmation_day(rng.randrange(100), as_of)),
                }
            )
    return rows


# How the earlier level differed: most stayed, more were raised since than lowered
_STEPS = {"0": 66, "-1": 25, "1": 9}


def past_rows(levels: list[Row], earlier: dict[str, datetime.date], seed: int) -> list[Row]:
    """past_levels.csv: what the same boroughs said a year or so before, with some left out."""
    rows: list[Row] = []
    for level in levels:
        if level["borough"] not in earlier:
            continue
        rng = stream(seed, "past", level["borough"], level["skill"])
        before = min(4, max(0, int(level["level"]) + int(weighted_choice(rng, _STEPS))))
        if happens(rng, 92):
            rows.append(
                {
                    "borough": level["borough"],
                    "skill": level["skill"],
                    "level": str(before),
                    "headcount": weighted_choice(rng, _HEADCOUNT[before]),
                    "can_teach": "yes" if before >= 3 and happens(rng, 40) else "no",
                    "wants_help": "yes" if happens(rng, (55, 60, 32, 6, 2)[before]) else "no",
                    **provenance_columns(earlier[level["borough"]]),
                }
            )
    return rows
