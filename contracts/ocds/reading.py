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

from citytools.imports.faults import Fault, LoadError

_CHUNK_BYTES = 1 << 20
# Of one release, or of anything beside the releases; real ones have about 4,000.
_MAX_RELEASE_CHARACTERS = 16 << 20
_BLANK = re.compile(r"[ \t\r\n]*")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number in JSON")


# Decimal, since a float may not hold the pence of a value
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)


@dataclass(frozen=True)
class DecodedRelease:
    """One release as decoded, and which of its file it is."""

    number: int
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
        raise LoadError(Fault(path.name, "", "", reason, "Fetch it again.")) from None
    except FileNotFoundError:
        reason = "There is no such file."
        raise LoadError(Fault(path.name, "", "", reason, "Check the path.")) from None
    except OSError as error:
        reason = f"The file cannot be read ({error.strerror})."
        raise LoadError(Fault(path.name, "", "", reason, "Check what it is.")) from None


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
    # utf-8-sig, since some tools write a byte-order mark
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8-sig")()
    )

    def releases(self) -> Iterator[DecodedRelease]:
        """Of one document, or of several, one after the other: JSON lines."""
        if not self.next_character():
            raise self.error("The file is empty.", "Fetch it again.")
        while character := self.next_character():
            if character == "{":
                yield from self._document()
            elif character == "[":
                for release in self._list_items():
                    yield self.numbered(release)
            else:
                raise self.error("This is not OCDS.", _FORMAT_HELP)

    def _document(self) -> Iterator[DecodedRelease]:
        """A release package, whose releases come one by one, or a release by itself."""
        self.take("{")
        values: dict[str, Any] = {}
        listed = False
        while self.next_character() != "}":
            key = self.value()
            if not isinstance(key, str):
                raise self.error("The name of a field should stand here.", "Write it in quotes.")
            self.take(":")
            if key == "releases" and self.next_character() == "[":
                listed = True
                for release in self._list_items():
                    yield self.numbered(release)
            else:
                values[key] = self.value()
            self.comma_or("}")
        self.take("}")
        if "ocid" in values:
            yield self.numbered(values)
        elif not listed:
            raise self._no_releases(values)

    def _no_releases(self, values: dict[str, Any]) -> LoadError:
        if "records" in values:
            remedy = "Take the release packages of the same notices."
            return self.error("This is a record package.", remedy)
        if "releases" in values:
            return self.error("“releases” is not a list.", _FORMAT_HELP)
        return self.error("This is not OCDS: it has neither “releases” nor “ocid”.", _FORMAT_HELP)

    def _list_items(self) -> Iterator[Any]:
        self.take("[")
        while self.next_character() != "]":
            yield self.value()
            self.comma_or("]")
        self.take("]")

    def numbered(self, release: Any) -> DecodedRelease:
        """The release with its number in the file."""
        self.number += 1
        return DecodedRelease(self.number, release)

    def next_character(self) -> str:
        """The next character that is not blank; empty at the end of the file."""
        while True:
            blank = _BLANK.match(self.window, self.at)
            self.at = blank.end() if blank else self.at
            if self.at < len(self.window) or not self._more():
                return self.window[self.at : self.at + 1]

    def take(self, character: str) -> None:
        """Step over a character that must stand here."""
        if self.next_character() != character:
            raise self.error(f"A “{character}” should stand here.", "Correct the JSON.")
        self.at += 1

    def comma_or(self, end: str) -> None:
        """Step over the comma between two members."""
        if self.next_character() != end:
            self.take(",")
            if self.next_character() == end:
                raise self.error("A comma stands before the end.", "Remove it.")

    def value(self) -> Any:
        """The value that stands here, decoded."""
        self.next_character()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.window, self.at)
            except RecursionError:
                reason = "Lists or objects are nested too deeply."
                raise self.error(reason, "No release is so: check the source.") from None
            except ValueError as error:
                if not self._is_truncated(error):
                    raise self._not_json(error) from None
            else:
                # A number that ends with the window may go on behind it
                if end < len(self.window) or self.ended or self.window[end - 1] in '"}]':
                    self.at = end
                    return value
            self._more()

    def _is_truncated(self, error: ValueError) -> bool:
        """Whether it is no fault but the end of the window, and there is more to read."""
        if self.ended or not isinstance(error, json.JSONDecodeError):
            return False
        if len(self.window) - self.at > _MAX_RELEASE_CHARACTERS:
            raise self.error("This is too large for a release.", _FORMAT_HELP)
        return error.msg.startswith("Unterminated string") or error.pos > len(self.window) - 16

    def _not_json(self, error: ValueError) -> LoadError:
        if isinstance(error, json.JSONDecodeError):
            self.at = error.pos
            return self.error(f"This is not JSON: {error.msg}.", "Correct it or fetch it again.")
        return self.error(f"This is not JSON: {error}.", "Correct it or fetch it again.")

    def _more(self) -> bool:
        """Read the next piece; False at the end of the file."""
        if self.ended:
            return False
        size = max(_CHUNK_BYTES, len(self.window) - self.at)
        read = self.file.read(size)
        self.ended = not read
        try:
            text = self._decoder.decode(read, final=self.ended)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].count(b"\n") + self.window.count("\n")
            self.lines += before
            self.window, self.at = "", 0
            raise self.error("The file is not UTF-8.", "Save it as UTF-8.") from None
        self.lines += self.window.count("\n", 0, self.at)
        self.window, self.at = self.window[self.at :] + text, 0
        return not self.ended or bool(text)

    def error(self, reason: str, remedy: str) -> LoadError:
        """The error, at the line where the reading stands."""
        line = self.lines + self.window.count("\n", 0, self.at)
        place = f"line {line}" + (f", after release {self.number}" if self.number else "")
        return LoadError(Fault(self.name, place, "", reason, remedy, row=self.number + 1))


_FORMAT_HELP = "Give a release package {“releases”: […]}, a release {“ocid”: …}, or one a line."
