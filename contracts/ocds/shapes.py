"""A release looked at without trust: each field is of the kind that OCDS says, or it is named."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from citytools.cells import LoadError

_KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false"}


@dataclass(frozen=True)
class Shape:
    """One object of a release. A field that is absent or null is empty: nothing is known."""

    file: str
    place: str
    path: str
    fields: dict[str, Any]

    def wrong(self, name: str, reason: str, remedy: str) -> LoadError:
        """The error to raise about a field."""
        path = ".".join(part for part in (self.path, name) if part)
        return LoadError(self.file, self.place, path, reason, remedy)

    def part(self, name: str) -> "Shape":
        """The object in a field."""
        found = self._of(name, dict)
        return self._within(name, {} if found is None else found)

    def parts(self, name: str) -> list["Shape"]:
        """The objects in a list."""
        found = self._of(name, list) or []
        return [
            self._within(f"{name}[{number}]", one)
            for number, one in enumerate(found)
            if one is not None
        ]

    def text(self, name: str) -> str:
        """Text as it stands; a number where OCDS allows one as an identifier."""
        found = self.fields.get(name)
        if isinstance(found, int | Decimal) and not isinstance(found, bool):
            return str(found)
        return self._of(name, str) or ""

    def texts(self, name: str) -> list[str]:
        """The texts of a list."""
        found = self._of(name, list) or []
        if not all(isinstance(one, str) for one in found):
            raise self.wrong(name, "It holds something other than text.", "Write texts.")
        return found

    def flag(self, name: str) -> bool | None:
        """True, false, or None where not said."""
        found: bool | None = self._of(name, bool)
        return found

    def number(self, name: str) -> Decimal | None:
        """A number, or None where not said."""
        found = self.fields.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            raise self.wrong(name, f"It is {_named(found)}, not a number.", "Write a number.")
        return Decimal(found)

    def everywhere(self, name: str) -> Iterator[Any]:
        """What any field of this name holds, however deep."""
        waiting: list[Any] = [self.fields]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                if name in one:
                    yield one[name]
                waiting.extend(one.values())
            elif isinstance(one, list):
                waiting.extend(one)

    def _of(self, name: str, kind: type) -> Any:
        found = self.fields.get(name)
        if found is not None and not isinstance(found, kind):
            wanted = _KINDS[kind]
            reason = f"It is {_named(found)}, not {wanted}."
            raise self.wrong(name, reason, f"Write {wanted}, as OCDS 1.1 has it.")
        return found

    def _within(self, name: str, fields: Any) -> "Shape":
        if not isinstance(fields, dict):
            raise self.wrong(name, f"It is {_named(fields)}, not an object.", "Write an object.")
        path = ".".join(part for part in (self.path, name) if part)
        return Shape(self.file, self.place, path, fields)


def release(file: str, place: str, found: Any) -> Shape:
    """A release, which must be an object."""
    if not isinstance(found, dict):
        reason = f"It is {_named(found)}, not a release."
        raise LoadError(file, place, "", reason, "Write an object with an “ocid”.")
    return Shape(file, place, "", found)


def _named(found: Any) -> str:
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        return "a number"
    return next((words for kind, words in _KINDS.items() if isinstance(found, kind)), "empty")
