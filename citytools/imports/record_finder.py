"""Finds records by what files call them: their values now, or those of the event log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import models

from citytools.imports.authorship import Authorship, Key, PersonEvent, former_keys
from citytools.imports.csv_reader import CsvRow, FaultyRowError
from citytools.imports.table_writer import attribute_name

M = TypeVar("M", bound=models.Model)


class DeletedByPersonError(Exception):
    """What a file names was deleted by a person. `values` is what it said, by attribute."""

    def __init__(self, event: PersonEvent, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.event, self.values = event, values


class RecordFinder(Generic[M]):
    """Records of one model by some of their fields."""

    def __init__(
        self,
        authorship: Authorship,
        attributes: Sequence[str],
        records: Iterable[M] | None = None,
    ) -> None:
        self._authorship, self.attributes = authorship, attributes
        stored: Any = authorship.model._default_manager
        self._records: dict[int, M] = {
            record.pk: record for record in (stored.all() if records is None else records)
        }
        self.present = {self.key(record): record for record in self._records.values()}

    def key(self, record: models.Model) -> Key:
        return tuple(getattr(record, name) for name in self.attributes)

    def find(self, key: Key) -> M | None:
        """The record that a file means by the key, or None; DeletedByPersonError if deleted so.

        First what a program last wrote under that key, if a person has renamed it since: when
        staff give one record the former name of another, the file still means each by its own.
        """
        renamed = self._records.get(self._renamed.get(key, 0))
        if record := renamed or self.present.get(key):
            return record
        number = self._former.get(key, 0)
        people = self._authorship.records.get(number)
        # A record that exists, but not among those that are looked through, was not deleted
        if number not in self._records and people and people.deletion:
            raise DeletedByPersonError(people.deletion, people.last_values)
        return self._records.get(number)

    @cached_property
    def _renamed(self) -> dict[Key, int]:
        """Numbers of the records that people renamed, by what programs called them."""
        keys = {}
        for number, people in self._authorship.records.items():
            values = people.program_values
            renamed = any(name in people.edits for name in self.attributes)
            if number in self._records and renamed and values.keys() >= {*self.attributes}:
                keys[tuple(values[name] for name in self.attributes)] = number
        return keys

    @cached_property
    def _former(self) -> dict[Key, int]:
        return former_keys(self._authorship.model, self.attributes)


class TableRecords(Generic[M]):
    """The records of a table by a stable key, where a row has it, then by their natural one."""

    def __init__(
        self,
        model: type[M],
        authorship: Authorship,
        key: Sequence[str],
        stable_key: str,
    ) -> None:
        self.authorship, self.key, self.stable_key = authorship, key, stable_key
        self._attributes = {name: attribute_name(model, name) for name in key}
        records = list(model._default_manager.all())
        natural = RecordFinder(authorship, list(self._attributes.values()), records)
        stable = [RecordFinder(authorship, [stable_key], records)] if stable_key else []
        self._finders = [*stable, natural]

    def keys(self, record: M) -> list[tuple[RecordFinder[M], Key]]:
        """What to look for the record by; not by a stable key that its row leaves empty."""
        keys = [(finder, finder.key(record)) for finder in self._finders]
        return [(finder, key) for finder, key in keys if finder is self._finders[-1] or key[0]]

    def find(self, record: M) -> tuple[M | None, set[str]]:
        """The record that there is already, with the fields of the row that do not count.

        DeletedByPersonError if there is none because a person deleted it.
        """
        deleted = None
        for finder, key in self.keys(record):
            try:
                match = finder.find(key)
            except DeletedByPersonError as error:
                deleted = deleted or error
                continue
            if match:
                return match, self._fields_to_pass_over(record, match, finder)
        if deleted:
            raise deleted
        return None, set()

    def _fields_to_pass_over(self, record: M, match: M, finder: RecordFinder[M]) -> set[str]:
        names = set()
        if self.stable_key and not getattr(record, self.stable_key):
            names.add(self.stable_key)
        by_natural_key = finder is self._finders[-1]
        if by_natural_key and finder.key(match) != finder.key(record):
            # Found under a former name: the file may not take the new one away. A person's is
            # another matter, which is said
            names |= {
                name
                for name, attribute in self._attributes.items()
                if not self.authorship.edit(match.pk, attribute)
            }
        return names

    def record_names(self, record: M) -> set[str]:
        """What --take may call a record: its name in the file, its key or its slug."""
        keys = [self.stable_key, *(self.key if len(self.key) == 1 else ())]
        return {str(record), *(str(getattr(record, name)) for name in keys if name)} - {""}


class NameDirectory(Mapping[str, M]):
    """Records by a name: that of their own row in this import, their present or a former one.

    The row comes first: a record that a person wrote keeps its name, and its file may call it
    otherwise by now. A name raises DeletedByPersonError if a person deleted its record, or if its
    own row was left out because of such a deletion; FaultyRowError if its own row has a fault.
    """

    def __init__(
        self,
        finder: RecordFinder[M],
        column: str,
        rows: Iterable[tuple[CsvRow, M]],
        left_out: Iterable[tuple[CsvRow, DeletedByPersonError]],
        faulty: Iterable[CsvRow],
    ) -> None:
        self._finder = finder
        self._by_row = {line.cells[column]: record for line, record in rows if column in line.cells}
        self._left_out = {
            line.cells[column]: deleted for line, deleted in left_out if column in line.cells
        }
        self._faulty = {line.cells[column] for line in faulty if column in line.cells}

    def __getitem__(self, name: str) -> M:
        record = self._by_row.get(name) or self._finder.find((name,))
        if record is None and name in self._faulty:
            raise FaultyRowError(name)
        if record is None and name in self._left_out:
            deleted = self._left_out[name]
            raise DeletedByPersonError(deleted.event, deleted.values)
        if record is None:
            raise KeyError(name)
        return record

    def __contains__(self, name: object) -> bool:
        return is_known(self, name)

    def __iter__(self) -> Iterator[str]:
        return (str(name) for (name,) in self._finder.present)

    def __len__(self) -> int:
        return len(self._finder.present)


def is_known(records: Mapping[str, Any], name: object) -> bool:
    """Whether a name is known, also as that of a deleted record or of a row at fault."""
    try:
        records[str(name)]
    except (DeletedByPersonError, FaultyRowError):
        return True
    except KeyError:
        return False
    return True
