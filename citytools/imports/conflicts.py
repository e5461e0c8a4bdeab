"""Where a file says otherwise than a person, and which of the two is followed."""

import datetime
import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models

from citytools.imports.authorship import PersonEvent
from citytools.imports.csv_reader import CsvRow
from citytools.imports.faults import Fault, LoadError

FIELD, REFUSED, LINKED = "field", "refused", "linked"
DELETED, UNLINKED, LEFT_OUT, PART = "deleted", "unlinked", "left out", "part"
_DELETIONS = {DELETED, UNLINKED, LEFT_OUT, PART}


@dataclass(frozen=True)
class ImportConflict:
    """A file's word, and a person's word against it, whose event this names.

    `kind`: FIELD (the value stays), REFUSED (a rule forbids the file's value beside what people
    wrote, as `reason` says), LINKED (by a person, not in the file), DELETED (the row's own record),
    UNLINKED, LEFT_OUT (the row names a deleted record), PART (the same of a part of a list).
    `name` is what the file calls the record, `present` and `stated` are values of the `field`, of a
    link its key or the other record itself.
    """

    kind: str
    line: CsvRow
    event: PersonEvent
    name: str = ""
    column: str = ""
    field: "models.Field[Any, Any] | None" = None
    present: Any = None
    stated: Any = None
    reason: str = ""

    @property
    def is_deletion(self) -> bool:
        return self.kind in _DELETIONS

    @property
    def place(self) -> str:
        name = f" “{self.name}”" if self.name else ""
        return ", ".join(filter(None, (self.line.file, self.line.place + name, self.column)))


@dataclass(frozen=True)
class LapsedConfirmation:
    """A confirmation that a load has ended, by what the file calls the record.

    `event` is of the person who entered it, if one did; `until` is the file's own newer day.
    """

    name: str
    day: datetime.date
    event: PersonEvent | None
    until: datetime.date | None = None


_MAX_NAMES_LISTED = 10


@dataclass
class ConflictLog:
    """The conflicts of one import. Where `takes` names field or record, the file is followed."""

    takes: frozenset[str] = frozenset()
    waiting: list[ImportConflict] = field(default_factory=list)
    taken: list[ImportConflict] = field(default_factory=list)
    _known_names: set[str] = field(default_factory=set)

    def is_taken(self, names: Iterable[str]) -> bool:
        """Whether somebody insists on the file's word about what has these names."""
        return bool(self.takes) and not self.takes.isdisjoint(names)

    def settle(self, conflict: ImportConflict, names: Collection[str]) -> bool:
        """Note the conflict, and say whether the file is followed."""
        is_taken = self.is_taken(names)
        (self.taken if is_taken else self.waiting).append(conflict)
        return is_taken

    def add_names(self, names: Iterable[str]) -> None:
        """Names that `takes` may hold."""
        self._known_names.update(names)

    def check_takes(self) -> None:
        """LoadError for a name that no field and no record of the files has."""
        for name in sorted(self.takes - self._known_names):
            alike = difflib.get_close_matches(name, sorted(self._known_names), n=1, cutoff=0.7)
            waiting = {conflict.column or conflict.name for conflict in self.waiting}
            listed = ", ".join(f"“{other}”" for other in sorted(waiting)[:_MAX_NAMES_LISTED])
            remedy = f"Did you mean “{alike[0]}”? " if alike else ""
            remedy += f"What waits is {listed}." if listed else "Nothing waits."
            reason = f"“{name}” is no field and no record of the files."
            raise LoadError(Fault("--take", "", "", reason, remedy, name))


def field_names(model: type[models.Model], line: CsvRow, name: str, column: str) -> set[str]:
    """What --take may call a field: alone, or after its file's or its kind's name and a dot."""
    kind = str(model._meta.verbose_name_plural).replace(" ", "_")
    words = {name, column}
    groups = {Path(line.file).stem, kind}
    return words | {f"{group}.{word}" for group in groups for word in words}
