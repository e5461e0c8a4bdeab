"""When invented contracts start and end, what they cost, and how they came about."""

import calendar
import datetime
import random
from dataclasses import dataclass

from citytools.management.demonstration.random_draws import happens, spread, weighted
from citytools.management.demonstration.reference_data import Framework

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
