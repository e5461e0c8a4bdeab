"""Writes rows into tables by their natural key: creates in bulk, changes only what differs.

What is the same is left alone, so that history stays quiet; a row that a model or the database
refuses is named by its file, row and column.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, models, transaction

from citytools.cells import Line, LoadError

M = TypeVar("M", bound=models.Model)
Key = tuple[object, ...]

_BATCH = 2000


@dataclass(frozen=True)
class Draft:
    """What one row says about one record, by field of the model."""

    line: Line
    values: Mapping[str, Any]


@dataclass
class Tally:
    """What became of the rows for one table."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    @property
    def written(self) -> bool:
        """Whether anything was written."""
        return bool(self.created or self.changed or self.removed)


@dataclass
class Import:
    """One import: what became of each table, and which row first spoke of each record."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    _spoken_of: dict[tuple[type[models.Model], Key], Line] = field(default_factory=dict)

    def upsert(
        self,
        model: type[M],
        drafts: Sequence[Draft],
        *,
        key: Sequence[str],
        columns: Mapping[str, str] | None = None,
    ) -> list[M]:
        """The records that the drafts describe, in their order, created or changed if need be.

        `columns` says which column a field comes from where the two are called differently.
        """
        attributes = [_attribute(model, name) for name in key]
        present = {_values(record, attributes): record for record in model._default_manager.all()}
        tally = self._tally(model)
        writing = _Writing(model, columns or {})
        records = []
        for draft in drafts:
            record = writing.checked(draft)
            natural_key = _values(record, attributes)
            self._say_once(model, natural_key, draft.line)
            before = present.get(natural_key)
            if before is None:
                writing.created.append((draft.line, record))
                tally.created += 1
            elif writing.changes(before, record, draft):
                tally.changed += 1
            else:
                tally.unchanged += 1
            records.append(before or record)
        writing.write()
        return records

    def replace(
        self,
        model: type[M],
        owners: Iterable[models.Model],
        drafts: Sequence[Draft],
        *,
        owner: str,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        """Links of the owners to exactly what the drafts say; their other links are removed.

        A draft's values are the two records that a link joins.
        """
        fields = [f.name for f in model._meta.fields if f.remote_field]
        attributes = [_attribute(model, name) for name in fields]
        wanted = {tuple(draft.values[name].pk for name in fields) for draft in drafts}
        links = model._default_manager.filter(**{f"{owner}__in": [o.pk for o in owners]})
        gone = [link.pk for link in links if _values(link, attributes) not in wanted]
        if gone:
            model._default_manager.filter(pk__in=gone).delete()
        self._tally(model).removed += len(gone)
        self.upsert(model, drafts, key=fields, columns=columns)

    def _tally(self, model: type[models.Model]) -> Tally:
        return self.tallies.setdefault(str(model._meta.verbose_name_plural), Tally())

    def _say_once(self, model: type[models.Model], key: Key, line: Line) -> None:
        first = self._spoken_of.setdefault((model, key), line)
        if first is not line:
            raise line.wrong(
                "",
                f"{first.file}, {first.place} is about the same record.",
                "Remove one of the two rows, or tell them apart.",
            )


class _Writing(Generic[M]):
    """The records of one table that are to be created or changed."""

    def __init__(self, model: type[M], columns: Mapping[str, str]) -> None:
        self.model = model
        self.columns = columns
        self.created: list[tuple[Line, M]] = []
        self.changed: list[tuple[Line, M]] = []
        self.fields: set[str] = set()

    def checked(self, draft: Draft) -> M:
        """A record of the draft's values that the model accepts."""
        record = self.model(**draft.values)
        # What a draft links to was looked up a moment ago: asking again takes a query a link.
        linked = {f.name for f in self.model._meta.fields if f.remote_field}
        with self._naming(draft.line):
            record.clean_fields(exclude={name for name in linked if draft.values.get(name)})
            record.clean()
        return record

    def changes(self, before: M, after: M, draft: Draft) -> bool:
        """Whether the draft says something new; if so, the record before says it now."""
        differing = []
        for name in draft.values:
            attribute = _attribute(self.model, name)
            if getattr(before, attribute) != getattr(after, attribute):
                setattr(before, name, getattr(after, name))
                differing.append(name)
        if differing:
            self.changed.append((draft.line, before))
            self.fields.update(differing)
        return bool(differing)

    def write(self) -> None:
        """Write all at once; if the database refuses, one by one to find the row."""
        try:
            with transaction.atomic():
                self.model._default_manager.bulk_create(
                    [record for _, record in self.created], batch_size=_BATCH
                )
                if self.changed:
                    self.model._default_manager.bulk_update(
                        [record for _, record in self.changed], sorted(self.fields)
                    )
        except DatabaseError as error:
            self._name_the_culprit()
            raise LoadError(
                "", "", "", f"The database refuses the {self.model._meta.verbose_name_plural}.", ""
            ) from error

    def _name_the_culprit(self) -> None:
        for line, record in self.created:
            record.pk = None
            record._state.adding = True
            self._save(line, record)
        for line, record in self.changed:
            self._save(line, record)

    def _save(self, line: Line, record: M) -> None:
        with self._naming(line), transaction.atomic():
            record.full_clean()
            record.save()

    @contextmanager
    def _naming(self, line: Line) -> Iterator[None]:
        try:
            yield
        except ValidationError as error:
            raise self._refusal(line, error) from error
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise line.wrong(
                "", f"The database refuses it: {reason}.", "Correct the row."
            ) from error

    def _refusal(self, line: Line, error: ValidationError) -> LoadError:
        faults = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: [error]}
        name, errors = next(iter(faults.items()))
        reason = " ".join(message for fault in errors for message in fault.messages)
        remedy = "Correct the row." if name == NON_FIELD_ERRORS else "Correct the cell."
        column = "" if name == NON_FIELD_ERRORS else self.columns.get(name, name)
        if errors[0].code == "invalid_choice":
            choices = _field(self.model, name).flatchoices
            remedy = f"Write one of {', '.join(str(value) for value, _ in choices)}."
        return line.wrong(column, reason, remedy)


def _attribute(model: type[models.Model], name: str) -> str:
    """Where a record keeps a field: a link as the other record's number."""
    return _field(model, name).attname


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def _values(record: models.Model, attributes: Sequence[str]) -> Key:
    return tuple(getattr(record, name) for name in attributes)


def sourced(line: Line) -> dict[str, object]:
    """The fields that say where a fact comes from."""
    return {
        "source_kind": line.text("source_kind"),
        "source_url": line.text("source_url"),
        "as_of": line.text("as_of"),
        "confidence": line.text("confidence"),
        "confirmed_on": line.day("confirmed_on"),
    }


SOURCED = ("source_kind", "source_url", "as_of", "confidence", "confirmed_on")
"""The columns that `sourced` reads."""
