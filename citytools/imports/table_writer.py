"""Writes the records of one table: creates in bulk, changes only what differs."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, models, transaction

from citytools.imports.csv_reader import CsvRow, LoadError

M = TypeVar("M", bound=models.Model)

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
        self.created: list[tuple[CsvRow, M]] = []
        self.changed: list[tuple[CsvRow, M]] = []
        self.fields: set[str] = set()

    def checked(self, draft: RecordDraft) -> M:
        """A record of the draft's values that the model accepts."""
        record = self.model(**draft.values)
        # What a draft links to was looked up a moment ago: asking again takes a query a link.
        linked = {field.name for field in self.model._meta.fields if field.remote_field}
        with self._naming(draft.line):
            record.clean_fields(exclude={name for name in linked if draft.values.get(name)})
            record.clean()
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
        """Write all at once; if the database refuses, one by one to find the row."""
        try:
            with transaction.atomic():
                self.model._default_manager.bulk_create(
                    [record for _, record in self.created], batch_size=_MAX_ROWS_PER_INSERT
                )
                if self.changed:
                    self.model._default_manager.bulk_update(
                        [record for _, record in self.changed], sorted(self.fields)
                    )
        except DatabaseError as error:
            self._write_one_by_one()
            raise LoadError(
                "", "", "", f"The database refuses the {self.model._meta.verbose_name_plural}.", ""
            ) from error

    def _write_one_by_one(self) -> None:
        for line, record in self.created:
            record.pk = None
            record._state.adding = True
            self._save(line, record)
        for line, record in self.changed:
            self._save(line, record)

    def _save(self, line: CsvRow, record: M) -> None:
        with self._naming(line), transaction.atomic():
            record.full_clean()
            record.save()

    @contextmanager
    def _naming(self, line: CsvRow) -> Iterator[None]:
        try:
            yield
        except ValidationError as error:
            raise self._refusal(line, error) from error
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            message = f"The database refuses it: {reason}."
            raise line.wrong("", message, "Correct the row.") from error

    def _refusal(self, line: CsvRow, error: ValidationError) -> LoadError:
        faults = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: [error]}
        name, errors = next(iter(faults.items()))
        reason = " ".join(message for fault in errors for message in fault.messages)
        remedy = "Correct the row." if name == NON_FIELD_ERRORS else "Correct the cell."
        column = "" if name == NON_FIELD_ERRORS else self.columns.get(name, name)
        if errors[0].code == "invalid_choice":
            choices = _field(self.model, name).flatchoices
            remedy = f"Write one of {', '.join(str(value) for value, _ in choices)}."
        return line.wrong(column, reason, remedy)


def attribute_name(model: type[models.Model], name: str) -> str:
    """Where a record keeps a field: a link as the other record's number."""
    return _field(model, name).attname


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", model._meta.get_field(name))
