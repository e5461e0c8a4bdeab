"""One row of a file: its cells as values, and what is wrong with one, with the remedy."""

import datetime
import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,10}(\.\d{1,4})?", re.ASCII)
_MONEY = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)


class LoadError(Exception):
    """A cell, a row or a file that cannot be loaded; its text says where, why and what to do."""

    def __init__(self, file: str, place: str, field: str, reason: str, remedy: str) -> None:
        self.file, self.place, self.field = file, place, field
        self.reason, self.remedy = reason, remedy
        where = ", ".join(part for part in (file, place, field) if part)
        super().__init__(f"{where}: {reason} {remedy}")


@dataclass(frozen=True)
class Line:
    """One row of a file, or one record of another kind of file, as text by column."""

    file: str
    place: str
    cells: Mapping[str, str]

    def wrong(self, field: str, reason: str, remedy: str) -> LoadError:
        """The error to raise about a cell of this row."""
        return LoadError(self.file, self.place, field, reason, remedy)

    def text(self, field: str) -> str:
        """The cell as it stands."""
        return self.cells[field]

    def required(self, field: str) -> str:
        """The cell, which may not be empty."""
        if not self.cells[field]:
            raise self.wrong(field, "The cell is empty.", "Fill it in: this column is required.")
        return self.cells[field]

    def parts(self, field: str) -> list[str]:
        """The parts of a list that is joined by "; "; each once and none empty."""
        if not self.cells[field]:
            return []
        found = self.cells[field].split("; ")
        if any(part != part.strip(" ;") or not part for part in found):
            raise self.wrong(field, "The list has an empty part.", "Join its parts by “; ”.")
        if len(set(found)) < len(found):
            raise self.wrong(field, "The list names something twice.", "Name it once.")
        return found

    def whole(self, field: str) -> int | None:
        """A whole number, or None where the cell is empty."""
        text = self.cells[field]
        if text and not _WHOLE.fullmatch(text):
            raise self.wrong(
                field, f"“{text}” is not a whole number.", "Write digits only, as in 1200."
            )
        return int(text) if text else None

    def number(self, field: str) -> Decimal | None:
        """A number of up to four places, below nought too, or None where the cell is empty."""
        text = self.cells[field]
        if text and not _NUMBER.fullmatch(text):
            raise self.wrong(
                field, f"“{text}” is not a number.", "Write digits, as in 50, 12.5 or -0.25."
            )
        return Decimal(text) if text else None

    def money(self, field: str) -> Decimal | None:
        """Pounds and pence, or None where the cell is empty."""
        text = self.cells[field]
        if text and not _MONEY.fullmatch(text):
            raise self.wrong(
                field,
                f"“{text}” is not an amount.",
                "Write digits without pound sign and commas, as in 1200 or 1200.50.",
            )
        return Decimal(text) if text else None

    def object(self, field: str) -> dict[str, Any]:
        """The object of a JSON file that the cell holds; of an empty cell an empty one."""
        found: dict[str, Any] = json.loads(self.cells[field] or "{}")
        return found

    def yes_no(self, field: str) -> bool | None:
        """Yes or no, or None where the cell is empty."""
        answers = {"yes": True, "no": False, "": None}
        text = self.cells[field]
        if text not in answers:
            raise self.wrong(field, f"“{text}” is neither yes nor no.", "Write yes or no.")
        return answers[text]

    def day(self, field: str) -> datetime.date | None:
        """A whole day, or None where the cell is empty."""
        text = self.cells[field]
        if not text:
            return None
        try:
            if not _DAY.fullmatch(text):
                raise ValueError(text)
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise self.wrong(field, f"“{text}” is not a day.", "Write it as 2026-11-30.") from None

    def one(self, field: str, known: Mapping[str, T], listed_in: str) -> T | None:
        """What the cell names among what is known, or None where the cell is empty."""
        text = self.cells[field]
        return self.named(field, text, known, listed_in) if text else None

    def the(self, field: str, known: Mapping[str, T], listed_in: str) -> T:
        """What the cell, which may not be empty, names among what is known."""
        return self.named(field, self.required(field), known, listed_in)

    def named(self, field: str, name: str, known: Mapping[str, T], listed_in: str) -> T:
        """The thing of this name; an unknown name is answered with the likeliest spelling."""
        if name in known:
            return known[name]
        alike = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
        remedy = f"Add it to {listed_in}, or correct it here."
        if alike:
            remedy = f"Did you mean “{alike[0]}”? Otherwise add it to {listed_in}."
        raise self.wrong(field, f"“{name}” is not known.", remedy)
