"""Finds records by what files call them: their values now, or those of the event log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import models

from citytools.imports.authorship import Key, former_keys, keys_written_by_programs
from citytools.imports.csv_reader import CsvRow, FaultyRowError

M = TypeVar("M", bound=models.Model)


class DeletedByPersonError(Exception):
    """What a file names was deleted by a person, whose event this carries."""

    def __init__(self, event: Any) -> None:
        super().__init__()
        self.event = event


class RecordFinder(Generic[M]):
    """Records of one model by some of their fields."""

    def __init__(
        self,
        model: type[M],
        attributes: Sequence[str],
        by_people: Mapping[int, Any],
        records: Iterable[M] | None = None,
    ) -> None:
        self._model, self._attributes, self._by_people = model, attributes, by_people
        records = model._default_manager.all() if records is None else records
        self._records = {record.pk: record for record in records}
        self.present = {self.key(record): record for record in self._records.values()}

    def key(self, record: models.Model) -> Key:
        return tuple(getattr(record, name) for name in self._attributes)

    def find(self, key: Key) -> M | None:
        """The record that a file means by the key, or None; DeletedByPersonError if deleted so.

        First what a program last wrote under that key, if a person has renamed it since: when
        staff give one record the former name of another, the file still means each by its own.
        """
        renamed = self._records.get(self._renamed.get(key, 0))
        if record := renamed or self.present.get(key):
            return record
        number = self._former.get(key, 0)
        event = self._by_people.get(number)
        # A record that exists, but not among those that are looked through, was not deleted
        if number not in self._records and event and event.pgh_label == "delete":
            raise DeletedByPersonError(event)
        return self._records.get(number)

    @cached_property
    def _renamed(self) -> dict[Key, int]:
        alive = self._by_people.keys() & self._records.keys()
        return keys_written_by_programs(self._model, alive, self._attributes)

    @cached_property
    def _former(self) -> dict[Key, int]:
        return former_keys(self._model, self._attributes)


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
        left_out: Iterable[tuple[CsvRow, Any]],
        faulty: Iterable[CsvRow],
    ) -> None:
        self._finder = finder
        self._by_row = {line.cells[column]: record for line, record in rows if column in line.cells}
        self._left_out = {
            line.cells[column]: event for line, event in left_out if column in line.cells
        }
        self._faulty = {line.cells[column] for line in faulty if column in line.cells}

    def __getitem__(self, name: str) -> M:
        record = self._by_row.get(name) or self._finder.find((name,))
        if record is None and name in self._faulty:
            raise FaultyRowError(name)
        if record is None and name in self._left_out:
            raise DeletedByPersonError(self._left_out[name])
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
