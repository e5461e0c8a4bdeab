"""Which boroughs have answered in the demonstration, and when."""

import datetime

from citytools.demonstration.chance import stream
from citytools.demonstration.world import Row, World

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


def return_rows(days: Received) -> list[Row]:
    """returns.csv."""
    return [
        {
            "borough": borough,
            "subject": subject,
            "received_on": day.isoformat(),
            "complete": "no" if subject == "systems" and borough in INCOMPLETE else "yes",
            **provenance(day),
        }
        for (borough, subject), day in days.items()
    ]


def confirmed_on(dice_value: int, as_of: datetime.date) -> str:
    """A day after the return on which the borough looked again, or nothing; 0 to 99 decides."""
    if dice_value >= 40:
        return ""
    day = as_of + datetime.timedelta(days=20 + dice_value * 4)
    return day.isoformat() if day <= _LAST else ""
