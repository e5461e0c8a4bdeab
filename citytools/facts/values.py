"""Reads values as people write them: £12,500, 31/03/2027, Mar 2027, Yes.

Each reader takes a text that is not empty and gives one value, or refuses with a reason and a
remedy. Where a text can mean two things, it is refused: nothing is guessed. Days come before
months, commas part thousands, and a year has four digits.
"""

import calendar
import datetime
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache, partial
from typing import Any, TypeVar

from django.db import models
from django.utils.text import Truncator

from citytools.facts.dates import DATE_REMEDY, PartialDateField, parse_partial_date

T = TypeVar("T")
Reader = Callable[[str], Any]


class UnreadableValueError(ValueError):
    """A text that is no such value, or that can mean two: why, and what to write instead."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason, self.remedy = reason, remedy


# What people write where they know nothing; “none” and “nil” are not among it: they may mean zero
_NOT_KNOWN = {"-", "–", "—", "?", "n/a", "na", "n.a.", "not known", "unknown", "tbc", "tba", "tbd"}


def read_value(reader: Reader, text: str) -> Any:
    """What a reader makes of a text; where people say that they do not know, with that remedy."""
    try:
        return reader(text)
    except UnreadableValueError as error:
        if trim(text).casefold() not in _NOT_KNOWN:
            raise
        remedy = "Leave it empty: that means not known."
        raise UnreadableValueError(error.reason, remedy) from None


# No spaces to Python: the marks that web pages and byte-order marks leave at the ends of a text
_EDGES = re.compile(r"^[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+$")
_SPACES = re.compile(r"[\s\u200b\u2060]+")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WORD_BREAKS = re.compile(r"[\s_\-\u2010-\u2015]+")


def trim(text: str) -> str:
    """The text without spaces at its ends, those that do not break included."""
    return _EDGES.sub("", text)


def quoted(text: str) -> str:
    """A text between quotation marks, on one line and shortened, for a message."""
    line = Truncator(_SPACES.sub(" ", text)).chars(60)
    return f"“{''.join(sign if sign.isprintable() else '�' for sign in line)}”"


def name_key(name: str) -> str:
    """A name for comparing: case, spaces, hyphens and underscores do not count."""
    return _WORD_BREAKS.sub(" ", trim(name)).casefold()


def _plain(text: str) -> str:
    return _DASHES.sub("-", _SPACES.sub(" ", trim(text)))


# Thousands are parted by commas or by spaces, and then all of them
_NUMBER = re.compile(
    r"(?P<sign>-?)(?P<whole>\d+|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,2}(?: \d{3})+)"
    r"(?:\.(?P<fraction>\d+))? ?(?P<scale>k|m|bn|thousand|million|billion)?",
    re.ASCII | re.IGNORECASE,
)
_POUNDS = re.compile(r"(?:(?:£|GBP) ?)?(?P<number>[^£]*?)(?: ?GBP)?", re.IGNORECASE)
_SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}


def _read_decimal(text: str, max_digits: int, max_places: int) -> Decimal | None:
    """A number of at most so many digits before and after the point; None where it is none."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits = re.sub("[, ]", "", match["whole"])
    fraction, scale = match["fraction"] or "", (match["scale"] or "").lower()
    # Without a scale, three digits after a point may also be thousands, as on the continent;
    # with one, more than nine would not fit into a Decimal of 28 digits
    if len(fraction) > (9 if scale else max_places) or len(digits) > max_digits:
        return None
    number = Decimal(f"{match['sign']}{digits}.{fraction or 0}").scaleb(_SCALES.get(scale, 0))
    if abs(number) >= Decimal(10) ** max_digits:
        return None
    rounded = number.quantize(Decimal(1).scaleb(-max_places))
    return rounded if rounded == number else None


def read_whole_number(text: str) -> int:
    """1200, 1,200, 1 200 or 12k; .0 and .00 are what spreadsheets add."""
    plain = _plain(text)
    # 6m may be six months
    number = None if plain[-1:] in {"m", "M"} else _read_decimal(plain, 18, 2)
    if number is None or number.is_signed() or number != int(number):
        remedy = "Write digits, as in 1200 or 1,200: a comma parts thousands."
        raise UnreadableValueError(f"{quoted(text)} is not a whole number.", remedy)
    return int(number)


def read_number(text: str, max_places: int = 4) -> Decimal:
    """A number that may have a sign and decimal places: 50, 1,200.5 or -0.25."""
    number = _read_decimal(_plain(text), 10, max_places)
    if number is None:
        remedy = "Write digits, as in 50, 1,200.5 or -0.25: a comma parts thousands."
        raise UnreadableValueError(f"{quoted(text)} is not a number.", remedy)
    return number


def read_money(text: str) -> Decimal:
    """Pounds and pence: 12500, £12,500, 12 500.00 or £1.2m; never below zero."""
    match = _POUNDS.fullmatch(_plain(text))
    number = _read_decimal(match["number"], 15, 2) if match else None
    if number is None or number.is_signed():
        remedy = (
            "Write pounds, as in 1200, £1,200.50 or £1.2m: a comma parts thousands, a point pence."
        )
        raise UnreadableValueError(f"{quoted(text)} is not an amount.", remedy)
    return number


_YES_NO = {"yes": True, "y": True, "true": True, "1": True}
_YES_NO |= {"no": False, "n": False, "false": False, "0": False}


def read_yes_no(text: str) -> bool:
    answer = _YES_NO.get(_plain(text).casefold())
    if answer is None:
        remedy = "Write yes or no; leave it empty where it is not known."
        raise UnreadableValueError(f"{quoted(text)} is neither yes nor no.", remedy)
    return answer


_MONTHS = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
_MONTH = r"(?P<name>[a-z]{3,9})\.?"
_NUMBERED_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = [
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})([-/.])(?P<month>\d{1,2})\2(?P<year>\d{4})",
        rf"{_NUMBERED_DAY}(?: of)?[- ]{_MONTH}[-, ]+(?P<year>\d{{4}})",
        rf"{_MONTH} {_NUMBERED_DAY}[, ]+(?P<year>\d{{4}})",
        rf"{_MONTH}[-,/ ]+(?P<year>\d{{4}})",
        r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d\d)",
        r"(?P<year>\d{4})",
    )
]
_SHORT_YEAR = re.compile(
    rf"(?:\d{{1,2}}[-/.]\d{{1,2}}[-/.]|(?:{_NUMBERED_DAY}[- ])?{_MONTH}[- ']+)\d\d",
    re.ASCII | re.IGNORECASE,
)
_FINANCIAL_YEAR = re.compile(r"(?:FY ?)?(\d{4}) ?[-/] ?(?:\d\d)?(\d\d)", re.ASCII | re.IGNORECASE)


def read_partial_date(text: str) -> str:
    """A day, a month or a year, as precise as the text: 2027-03-31, 2027-03 or 2027."""
    plain = _MIDNIGHT.sub("", _plain(text))
    for pattern in _DATES:
        if match := pattern.fullmatch(plain):
            parts = match.groupdict()
            name = (parts.get("name") or "").casefold()
            month = _MONTHS.get(name, 0) if name else int(parts.get("month") or 0)
            if (name and not month) or month > 12:
                break
            date = parts["year"]
            date += f"-{month:02}" if month or parts.get("month") else ""
            date += f"-{int(parts['day']):02}" if parts.get("day") else ""
            return _checked_date(text, date)
    raise _no_date(text, plain)


def _checked_date(text: str, date: str) -> str:
    try:
        parse_partial_date(date)
    except ValueError:
        raise UnreadableValueError(f"{quoted(text)} is not a date.", DATE_REMEDY) from None
    return date


def _no_date(text: str, plain: str) -> UnreadableValueError:
    if _SHORT_YEAR.fullmatch(plain):
        reason = f"{quoted(text)} gives its year in two digits."
        return UnreadableValueError(reason, "Write the year in four digits, as in 31/03/2027.")
    financial = _FINANCIAL_YEAR.fullmatch(plain)
    if financial and (int(financial[1]) + 1) % 100 == int(financial[2]):
        reason = f"{quoted(text)} may be a financial year, which is no date."
        return UnreadableValueError(reason, "Write the day, the month or the year that is meant.")
    if re.fullmatch(r"\d{1,2}([-/.])(1[3-9]|2\d|3[01])\1\d{4}", plain, re.ASCII):
        reason = f"{quoted(text)} has no such month."
        return UnreadableValueError(reason, "Write the day before the month, as in 31/03/2027.")
    return UnreadableValueError(f"{quoted(text)} is not a date.", DATE_REMEDY)


def read_day(text: str) -> datetime.date:
    """A whole day; a month or a year is refused."""
    try:
        date = read_partial_date(text)
    except UnreadableValueError as error:
        if error.remedy != DATE_REMEDY:
            raise
        date = ""
    if len(date) < len("2026-11-30"):
        remedy = "Write a whole day, as in 2026-11-30 or 30/11/2026."
        raise UnreadableValueError(f"{quoted(text)} is not a day.", remedy)
    return datetime.date.fromisoformat(date)


def read_list(text: str) -> list[str]:
    """The parts of a list that semicolons join; each once, and none empty."""
    parts = [part for part in map(trim, text.split(";")) if part]
    twice = next((part for part in parts if parts.count(part) > 1), "")
    if twice:
        raise UnreadableValueError(f"The list names {quoted(twice)} twice.", "Name it once.")
    return parts


def read_choice(text: str, choices: Iterable[tuple[T, Any]]) -> T:
    """The value that the text names by itself or by its label, whatever the case and spaces."""
    choices = [(value, str(label)) for value, label in choices]
    for value, _ in choices:
        if str(value) == text:
            return value
    by_key = {name_key(label): value for value, label in choices}
    by_key |= {name_key(str(value)): value for value, _ in choices}
    key = name_key(text)
    if key not in by_key:
        names = [label if isinstance(value, int) else str(value) for value, label in choices]
        remedy = f"Write one of {', '.join(names)}."
        raise UnreadableValueError(f"{quoted(text)} is none of the choices.", remedy)
    return by_key[key]


_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.ASCII | re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[a-z]{2,}(:\d+)?([/?#]\S*)?", re.IGNORECASE)


def read_web_address(text: str) -> str:
    """An address of the web; one that is written without its beginning is a secure one."""
    address = trim(text)
    scheme = _SCHEME.match(address)
    if _HOST.fullmatch(address):
        return f"https://{address}"
    if _SPACES.search(address) or scheme is None or scheme[1].lower() not in {"http", "https"}:
        remedy = "Write it from its beginning on, as in https://www.camden.gov.uk/it."
        raise UnreadableValueError(f"{quoted(text)} is not a web address.", remedy)
    return address


@cache
def field_reader(field: "models.Field[Any, Any]") -> Reader:
    """How a text becomes a value of the model's field."""
    if field.choices:
        return partial(read_choice, choices=field.flatchoices)
    if isinstance(field, models.DecimalField):
        return decimal_reader(field.decimal_places)
    readers: list[tuple[type[models.Field[Any, Any]], Reader]] = [
        (PartialDateField, read_partial_date),
        (models.BooleanField, read_yes_no),
        (models.IntegerField, read_whole_number),
        (models.DateField, read_day),
        (models.URLField, read_web_address),
    ]
    return next((reader for kind, reader in readers if isinstance(field, kind)), str)


def decimal_reader(places: int | None) -> Reader:
    """Of money, which alone has two decimal places, or of another number."""
    return read_money if places == 2 else partial(read_number, max_places=places or 0)
