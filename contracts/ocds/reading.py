"""Cuts a file of OCDS into its releases, one at a time: JSON or JSON lines, perhaps gzipped.

A file is read in pieces and each release decoded by itself, so that memory does not grow with the
file. What cannot be read is named by file, place and remedy.
"""

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from citytools.imports.csv_reader import LoadError

_PIECE = 1 << 20
_MAX_RELEASE_BYTES = 16 << 20
"""Characters of one release, or of anything beside the releases; real ones have about 4,000."""
_BLANK = re.compile(r"[ \t\r\n]*")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number in JSON")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)


@dataclass(frozen=True)
class DecodedRelease:
    """One release as decoded, and where it stood."""

    place: str
    release: Any


def read_releases(path: Path) -> Iterator[DecodedRelease]:
    """The releases of a file in their order; LoadError where it is not OCDS or breaks off."""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.open(raw) if zipped else raw as file:
                yield from _Text(path.name, cast("IO[bytes]", file)).releases()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        reason = f"The compressed file breaks off or is damaged ({error})."
        raise LoadError(path.name, "", "", reason, "Fetch it again.") from None
    except FileNotFoundError:
        raise LoadError(path.name, "", "", "There is no such file.", "Check the path.") from None
    except OSError as error:
        reason = f"The file cannot be read ({error.strerror})."
        raise LoadError(path.name, "", "", reason, "Check what it is.") from None


@dataclass
class _Text:
    """The text of a file behind a window that moves forward."""

    name: str
    file: IO[bytes]
    window: str = ""
    at: int = 0
    lines: int = 1
    number: int = 0
    ended: bool = False
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8-sig")()
    )

    def releases(self) -> Iterator[DecodedRelease]:
        """Of one document, or of several, one after the other: JSON lines."""
        if not self.sign():
            raise self.wrong("The file is empty.", "Fetch it again.")
        while sign := self.sign():
            if sign == "{":
                yield from self._document()
            elif sign == "[":
                for release in self._listed():
                    yield self.found(release)
            else:
                raise self.wrong("This is not OCDS.", _FORMAT_HELP)

    def _document(self) -> Iterator[DecodedRelease]:
        """A release package, whose releases come one by one, or a release by itself."""
        self.take("{")
        kept: dict[str, Any] = {}
        listed = False
        while self.sign() != "}":
            key = self.value()
            if not isinstance(key, str):
                raise self.wrong("The name of a field should stand here.", "Write it in quotes.")
            self.take(":")
            if key == "releases" and self.sign() == "[":
                listed = True
                for release in self._listed():
                    yield self.found(release)
            else:
                kept[key] = self.value()
            self.between("}")
        self.take("}")
        if "ocid" in kept:
            yield self.found(kept)
        elif not listed:
            raise self._no_releases(kept)

    def _no_releases(self, kept: dict[str, Any]) -> LoadError:
        if "records" in kept:
            remedy = "Take the release packages of the same notices."
            return self.wrong("This is a record package.", remedy)
        if "releases" in kept:
            return self.wrong("“releases” is not a list.", _FORMAT_HELP)
        return self.wrong("This is not OCDS: it has neither “releases” nor “ocid”.", _FORMAT_HELP)

    def _listed(self) -> Iterator[Any]:
        self.take("[")
        while self.sign() != "]":
            yield self.value()
            self.between("]")
        self.take("]")

    def found(self, release: Any) -> DecodedRelease:
        """The release with its number in the file."""
        self.number += 1
        return DecodedRelease(f"release {self.number}", release)

    def sign(self) -> str:
        """The next character that is not blank; empty at the end of the file."""
        while True:
            blank = _BLANK.match(self.window, self.at)
            self.at = blank.end() if blank else self.at
            if self.at < len(self.window) or not self._more():
                return self.window[self.at : self.at + 1]

    def take(self, sign: str) -> None:
        """Step over a character that must stand here."""
        if self.sign() != sign:
            raise self.wrong(f"A “{sign}” should stand here.", "Correct the JSON.")
        self.at += 1

    def between(self, end: str) -> None:
        """Step over the comma between two members."""
        if self.sign() != end:
            self.take(",")
            if self.sign() == end:
                raise self.wrong("A comma stands before the end.", "Remove it.")

    def value(self) -> Any:
        """The value that stands here, decoded."""
        self.sign()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.window, self.at)
            except RecursionError:
                reason = "Lists or objects are nested too deeply."
                raise self.wrong(reason, "No release is so: check the source.") from None
            except ValueError as error:
                if not self._cut_off(error):
                    raise self._not_json(error) from None
            else:
                # A number that ends with the window may go on behind it
                if end < len(self.window) or self.ended or self.window[end - 1] in '"}]':
                    self.at = end
                    return value
            self._more()

    def _cut_off(self, error: ValueError) -> bool:
        """Whether it is no fault but the end of the window, and there is more to read."""
        if self.ended or not isinstance(error, json.JSONDecodeError):
            return False
        if len(self.window) - self.at > _MAX_RELEASE_BYTES:
            raise self.wrong("This is too large for a release.", _FORMAT_HELP)
        return error.msg.startswith("Unterminated string") or error.pos > len(self.window) - 16

    def _not_json(self, error: ValueError) -> LoadError:
        if isinstance(error, json.JSONDecodeError):
            self.at = error.pos
            return self.wrong(f"This is not JSON: {error.msg}.", "Correct it or fetch it again.")
        return self.wrong(f"This is not JSON: {error}.", "Correct it or fetch it again.")

    def _more(self) -> bool:
        """Read the next piece; False at the end of the file."""
        if self.ended:
            return False
        size = max(_PIECE, len(self.window) - self.at)
        read = self.file.read(size)
        self.ended = not read
        try:
            text = self._decoder.decode(read, final=self.ended)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].count(b"\n") + self.window.count("\n")
            self.lines += before
            self.window, self.at = "", 0
            raise self.wrong("The file is not UTF-8.", "Save it as UTF-8.") from None
        self.lines += self.window.count("\n", 0, self.at)
        self.window, self.at = self.window[self.at :] + text, 0
        return not self.ended or bool(text)

    def wrong(self, reason: str, remedy: str) -> LoadError:
        """The error, at the line where the reading stands."""
        line = self.lines + self.window.count("\n", 0, self.at)
        place = f"line {line}" + (f", after release {self.number}" if self.number else "")
        return LoadError(self.name, place, "", reason, remedy)


_FORMAT_HELP = "Give a release package {“releases”: […]}, a release {“ocid”: …}, or one a line."
