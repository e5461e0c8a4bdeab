"""Which boroughs have answered in the demonstration, and when."""

import datetime

from citytools.management.demonstration.random_draws import happens, stream
from citytools.management.demonstration.reference_data import Row, World

SILENT = frozenset(
    {"bexley", "greenwich", "harrow", "havering", "kensington-and-chelsea", "redbridge"}
)
"""The six without any return: two inner, four outer, among them large and small."""

WITHOUT_CONTRACTS = SILENT | {"haringey", "islington", "merton"}
INCOMPLETE = frozenset({"barnet", "hillingdon", "lewisham"})
"""Whose return of systems leaves some out, so that what is missing is not known to be none."""

_FIRST = datetime.date(2025, 9, 8)
_LAST = datetime.date(2026, 10, 23)
_SUBJECTS = {"systems": SILENT, "contracts": WITHOUT_CONTRACTS, "skills": SILENT}

_SINCE_EARLIER = range(300, 420)
"""Days between a borough's earlier return on skills and its latest."""

Received = dict[tuple[str, str], datetime.date]


def received(world: World, seed: int) -> Received:
    """By borough and subject, the day of the return; absent where there is none."""
    days: Received = {}
    for slug in sorted(world.boroughs):
        dice = stream(seed, "returns", slug)
        day = _working_day(_FIRST + datetime.timedelta(days=dice.randrange(405)))
        for subject, silent in _SUBJECTS.items():
            if slug not in silent:
                days[slug, subject] = day
            day = min(_LAST, _working_day(day + datetime.timedelta(days=dice.randrange(25))))
    return days


def earlier_skills(days: Received, seed: int) -> dict[str, datetime.date]:
    """By borough, the day of an earlier return on skills; about six in ten sent one."""
    found = {}
    for slug, subject in days:
        dice = stream(seed, "earlier return", slug)
        if subject == "skills" and happens(dice, 60):
            since = datetime.timedelta(days=dice.choice(_SINCE_EARLIER))
            found[slug] = _working_day(days[slug, subject] - since)
    return found


def _working_day(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))


def provenance(as_of: datetime.date, confirmed_on: str = "") -> Row:
    """The columns that mark a row as invented."""
    return {
        "source_kind": "illustrative",
        "source_url": "",
        "as_of": as_of.isoformat(),
        "confidence": "low",
        "confirmed_on": confirmed_on,
    }


def return_rows(days: Received, earlier: dict[str, datetime.date]) -> list[Row]:
    """returns.csv, the earlier returns on skills last; those left some skills out."""
    rows = [
        _return(borough, subject, day, complete=subject != "systems" or borough not in INCOMPLETE)
        for (borough, subject), day in days.items()
    ]
    return rows + [
        _return(borough, "skills", day, complete=False) for borough, day in earlier.items()
    ]


def _return(borough: str, subject: str, day: datetime.date, *, complete: bool) -> Row:
    return {
        "borough": borough,
        "subject": subject,
        "received_on": day.isoformat(),
        "complete": "yes" if complete else "no",
        **provenance(day),
    }


def confirmed_on(dice_value: int, as_of: datetime.date) -> str:
    """A day after the return on which the borough looked again, or nothing; 0 to 99 decides."""
    if dice_value >= 40:
        return ""
    day = as_of + datetime.timedelta(days=20 + dice_value * 4)
    return day.isoformat() if day <= _LAST else ""
