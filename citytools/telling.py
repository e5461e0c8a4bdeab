"""What every file says of itself beside its rows: in headers, on a sheet, or in its own text."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

LICENCE = "Open Government Licence v3.0, except where a source says otherwise"
LICENCE_ADDRESS = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(frozen=True)
class Told:
    """One file: what it holds, how it was narrowed, and when it was read.

    `chosen` is the filter in words, `address` the page with the same rows, `dictionary` that of
    the columns' meanings.
    """

    title: str
    version: int
    chosen: str
    illustrative: bool
    address: str
    dictionary: str
    as_at: datetime.datetime
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def filter(self) -> str:
        """The filter in words."""
        return self.chosen or "everything"

    @property
    def _said(self) -> list[str]:
        return [f"{subject}: {words}" for subject, words in self.notes]

    def headers(self, rows: int) -> dict[str, str]:
        """HTTP headers; the filter is percent-encoded UTF-8, since headers are ASCII."""
        notes = {"X-Note": _quoted("; ".join(self._said))} if self.notes else {}
        return notes | {
            "X-Row-Count": str(rows),
            "X-As-At": self.as_at.isoformat(timespec="seconds"),
            "X-Filter": _quoted(self.filter),
            "X-Schema-Version": str(self.version),
            "Link": f'<{LICENCE_ADDRESS}>; rel="license", '
            f'<{self.dictionary}>; rel="describedby"; type="text/html"',
        }

    def lines(self) -> list[tuple[str, str]]:
        """The sheet beside the rows of a workbook; their number is added by who wrote them."""
        return [
            ("What this is", f"City Tools: London. {self.title}"),
            ("Chosen", self.filter),
            ("As at", f"{self.as_at:%-d %B %Y, %H:%M %Z}"),
            ("Address", self.address),
            ("What the columns mean", self.dictionary),
            ("Schema version", str(self.version)),
            ("Empty cells", "Not known, which is never none."),
            *self.notes,
            ("Invented records", "may be among them" if self.illustrative else "left out"),
            ("Licence", LICENCE),
            ("Licence in full", LICENCE_ADDRESS),
        ]

    def meta(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "title": self.title,
            "schema_version": self.version,
            "filter": self.filter,
            "as_at": self.as_at.isoformat(timespec="seconds"),
            "page": self.address,
            "dictionary": self.dictionary,
            "notes": self._said,
            "invented_records": self.illustrative,
            "licence": LICENCE,
            "licence_address": LICENCE_ADDRESS,
        }


def _quoted(text: str) -> str:
    return quote(text, safe=" ;,:()/")
