"""Writes the records of one table: creates in bulk, changes only what differs, names what fails."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, models, transaction

from citytools.imports.csv_reader import EMPTY, CsvRow

M = TypeVar("M", bound=models.Model)

Rows = list[tuple[CsvRow, M]]
"""Rows of a file, each with the record that it is about."""

_MAX_ROWS_PER_INSERT = 2000


@dataclass(frozen=True)
class RecordDraft:
    """What one row says about one record, by field of the model."""

    line: CsvRow
    values: Mapping[str, Any]


class TableWriter(Generic[M]):
    """The records of one table that are to be created or changed."""

    def __init__(self, model: type[M], columns: Mapping[str, str]) -> None:
        self.model = model
        self.columns = columns
        self.created: Rows[M] = []
        self.changed: Rows[M] = []
        self.fields: set[str] = set()

    def checked(self, draft: RecordDraft) -> M:
        """A record of the draft's values; what the model refuses is noted as faults of its row."""
        record = self.model(**draft.values)
        unread = {name for name in draft.values if self._column(name) in draft.line.unread}
        # What a draft links to was looked up a moment ago: asking again takes a query a link.
        linked = {field.name for field in self.model._meta.fields if field.remote_field}
        links = {name for name in linked if draft.values.get(name)}
        self._note_refusal(draft.line, lambda: record.clean_fields(exclude=unread | links), unread)
        self._note_refusal(draft.line, record.clean, unread)
        return record

    def differing(self, before: M, after: M, names: Collection[str]) -> list[str]:
        """Those of the fields in which two records differ."""
        attributes = {name: attribute_name(self.model, name) for name in names}
        return [
            name
            for name, attribute in attributes.items()
            if getattr(before, attribute) != getattr(after, attribute)
        ]

    def change(self, line: CsvRow, before: M, after: M, names: Collection[str]) -> None:
        """Let the record before say in these fields what the one after says."""
        for name in names:
            setattr(before, name, getattr(after, name))
        self.changed.append((line, before))
        self.fields.update(names)

    def write(self) -> None:
        """Write all at once; what the database refuses is noted as faults of its rows."""
        self._write(self.created, self._create)
        self._write(self.changed, self._change)

    def _write(self, rows: Rows[M], write: Callable[[Rows[M]], None]) -> None:
        """Halve what is refused until each row at fault stands alone."""
        try:
            with transaction.atomic():
                write(rows)
        except DatabaseError as error:
            if len(rows) > 1:
                half = len(rows) // 2
                self._write(rows[:half], write)
                self._write(rows[half:], write)
            else:
                self._note_why(*rows[0], error)

    def _create(self, rows: Rows[M]) -> None:
        records = [record for _, record in rows]
        self.model._default_manager.bulk_create(records, batch_size=_MAX_ROWS_PER_INSERT)

    def _change(self, rows: Rows[M]) -> None:
        if rows:
            records = [record for _, record in rows]
            self.model._default_manager.bulk_update(records, sorted(self.fields))

    def _note_why(self, line: CsvRow, record: M, error: DatabaseError) -> None:
        """Note what the model says of a row that the database refused, or else its own words."""
        faults = len(line.log)
        self._note_refusal(line, record.full_clean, set())
        if len(line.log) == faults:
            reason = str(error).splitlines()[0]
            line.wrong("", f"The database refuses it: {reason}.", "Correct the row.")

    def _note_refusal(
        self, line: CsvRow, check: Callable[[], None], unread: Collection[str]
    ) -> None:
        """Note the faults that a check finds, but not of fields whose value is at fault already."""
        try:
            check()
        except ValidationError as error:
            by_field = error.error_dict if hasattr(error, "error_dict") else {"": [error]}
            for name, errors in by_field.items():
                if name not in unread:
                    self._note(line, "" if name == NON_FIELD_ERRORS else name, errors)

    def _note(self, line: CsvRow, name: str, errors: Sequence[ValidationError]) -> None:
        for error in errors:
            if name and error.code in {"null", "blank"}:
                line.wrong(self._column(name), *EMPTY)
            else:
                remedy = "Correct the cell." if name else "Correct the row."
                line.wrong(self._column(name), " ".join(error.messages), remedy)

    def _column(self, field: str) -> str:
        return self.columns.get(field, field)


def attribute_name(model: type[models.Model], name: str) -> str:
    """Where a record keeps a field: a link as the other record's number."""
    return _field(model, name).attname


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", model._meta.get_field(name))
