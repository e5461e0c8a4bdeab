"""Text, dates and numbers of notices put right, and typed access to decoded JSON."""

import datetime
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from citytools.facts.dates import first_day, parse_partial_date
from citytools.facts.values import UnreadableValueError, read_partial_date
from citytools.imports.faults import Fault, FaultLog

_NO_TEXT = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+"
)
# Two or more line breaks whose backslashes were lost: no English word holds them.
_LOST_LINES = re.compile(r"(?:rn){2,}")
_EMAIL = re.compile(r"(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+")
_TELEPHONE = re.compile(r"(?<![\w-])(?:\+44|0)(?:[\s()-]*\d){9,10}(?![\w-])")
_BRITISH_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}(?!\d)", re.ASCII)
_NUMBER = re.compile(r"([A-Z]{0,2})(\d{1,8})", re.ASCII)
_WORD = re.compile(r"[^\W_]+")
_LONDON = ZoneInfo("Europe/London")
_LEGAL = {"limited": "ltd", "company": "co", "public limited company": "plc"}


def clean_text(text: str) -> str:
    """One line without entities, lost line breaks and signs that no page can show."""
    for _ in range(2):  # some publishers escape twice
        text = html.unescape(text)
    text = _LOST_LINES.sub(" ", _NO_TEXT.sub(" ", text))
    return " ".join(text.split())


def without_people(text: str, people: Iterable[str]) -> str:
    """The text without e-mail addresses, telephone numbers and the names given.

    What remains at the ends of a cut (a dash, a colon, a bracket) goes with it.
    """
    shorter = _TELEPHONE.sub(" ", _EMAIL.sub(" ", text))
    # The longest first: “Ann Lee” must go before “Ann”
    for name in sorted(people, key=len, reverse=True):
        shorter = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", shorter, flags=re.IGNORECASE)
    if shorter == text:
        return text
    shorter = re.sub(r"[(\[]\s*[)\]]", " ", shorter)
    return " ".join(shorter.split()).strip(" -–—:;,|/")


def shorten(text: str, max_length: int) -> str:
    """At most so many characters, with an ellipsis where some are left out."""
    return text if len(text) <= max_length else text[: max_length - 1].rstrip() + "…"


def comparison_key(name: str) -> str:
    """A name for comparing: case, signs and the spelling of legal forms do not count."""
    words = " ".join(
        _WORD.findall(clean_text(name).casefold().replace("&", " and ").replace("'", ""))
    )
    for long, short in _LEGAL.items():
        words = re.sub(rf"\b{long}$", short, words)
    return words


def parse_day(text: str) -> str | None:
    """The day, month or year that a source gives; None where it is no date.

    A moment is the day on its own clock, save that 23:00 UTC in summer is midnight in London.
    """
    text = text.strip()
    british = _BRITISH_DAY.match(text)
    try:
        return read_partial_date(british[0] if british else text)
    except UnreadableValueError:
        return _day_of_moment(text) if len(text) > len("2026-11-30") else None


def _day_of_moment(text: str) -> str | None:
    try:
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo and moment.utcoffset() == datetime.timedelta(0):
            local = moment.astimezone(_LONDON)
            moment = local if local.time() == datetime.time(0) else moment
        day = moment.date().isoformat()
        parse_partial_date(day)
    except (ValueError, OverflowError):
        return None
    return day


def company_number(scheme: str, number: str) -> str:
    """A number at Companies House in eight characters; empty where it is none.

    Spreadsheets lose leading zeros and add a decimal part: both are put right.
    """
    if scheme != "GB-COH":
        return ""
    match = _NUMBER.fullmatch(number.strip().upper().removesuffix(".0").replace(" ", ""))
    if match is None or not int(match[2]):
        return ""
    prefix, digits = match.groups()
    return prefix + digits.zfill(8 - len(prefix)) if len(prefix + digits) <= 8 else ""


def cpv_code(code: str) -> str:
    """The eight digits of a CPV code, without check digit or a spreadsheet's decimal part."""
    match = re.match(r"\d{8}", code.strip(), re.ASCII)
    return match[0] if match else ""


def parse_instant(text: str) -> datetime.datetime:
    """A moment for putting notices in order; what has no clock counts from midnight in London."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.datetime.combine(first_day(parse_day(text) or "1900"), datetime.time())
    return moment if moment.tzinfo else moment.replace(tzinfo=_LONDON)


_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false"}


@dataclass(frozen=True)
class JsonObject:
    """One object of a release. A field that is absent or null is empty: nothing is known.

    So is a field at fault, which the log then names.
    """

    file: str
    release: int
    path: str
    fields: dict[str, Any]
    log: FaultLog = field(default_factory=FaultLog, repr=False, compare=False)

    @property
    def place(self) -> str:
        return f"release {self.release}"

    def wrong(self, name: str, reason: str, remedy: str) -> None:
        """Note a fault of a field."""
        path = ".".join(part for part in (self.path, name) if part)
        self.log.add(Fault(self.file, self.place, path, reason, remedy, row=self.release))

    def part(self, name: str) -> "JsonObject":
        """The object in a field."""
        return self._within(name, self._get(name, dict) or {})

    def parts(self, name: str) -> list["JsonObject"]:
        """The objects in a list."""
        return [
            self._within(f"{name}[{number}]", part)
            for number, part in enumerate(self._get(name, list) or [])
            if part is not None
        ]

    def text(self, name: str) -> str:
        """Text as it stands; a number where OCDS allows one as an identifier."""
        value = self.fields.get(name)
        return str(value) if _is_number(value) else self._get(name, str) or ""

    def texts(self, name: str) -> list[str]:
        """The texts of a list."""
        values = self._get(name, list) or []
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) < len(values):
            self.wrong(name, "It holds something other than text.", "Write texts.")
        return texts

    def flag(self, name: str) -> bool | None:
        """True, false, or None where not stated."""
        value: bool | None = self._get(name, bool)
        return value

    def number(self, name: str) -> Decimal | None:
        """A number, or None where not stated."""
        value = self.fields.get(name)
        if value is not None and not _is_number(value):
            self.wrong(name, f"It is {_type_name(value)}, not a number.", "Write a number.")
            return None
        return None if value is None else Decimal(value)

    def everywhere(self, name: str) -> Iterator[Any]:
        """What any field of this name holds, however deep."""
        # Not recursive: a release may be nested more deeply than Python recurses
        waiting: list[Any] = [self.fields]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                if name in value:
                    yield value[name]
                waiting.extend(value.values())
            elif isinstance(value, list):
                waiting.extend(value)

    def _get(self, name: str, kind: type) -> Any:
        value = self.fields.get(name)
        if value is not None and not isinstance(value, kind):
            reason = f"It is {_type_name(value)}, not {_KINDS[kind]}."
            self.wrong(name, reason, f"Write {_KINDS[kind]}, as OCDS 1.1 has it.")
            return None
        return value

    def _within(self, name: str, value: Any) -> "JsonObject":
        if not isinstance(value, dict):
            self.wrong(name, f"It is {_type_name(value)}, not an object.", "Write an object.")
            value = {}
        return replace(self, path=f"{self.path}.{name}" if self.path else name, fields=value)


def release_object(file: str, number: int, value: Any, log: FaultLog) -> JsonObject | None:
    """The release of this number; None with a fault in the log where it is no object."""
    if isinstance(value, dict):
        return JsonObject(file, number, "", value, log)
    reason = f"It is {_type_name(value)}, not a release."
    JsonObject(file, number, "", {}, log).wrong("", reason, "Write an object with an “ocid”.")
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _type_name(value: Any) -> str:
    if _is_number(value):
        return "a number"
    return next((words for kind, words in _KINDS.items() if isinstance(value, kind)), "empty")
