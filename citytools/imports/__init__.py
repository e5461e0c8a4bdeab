"""Writes rows into tables by their natural key, and leaves alone what people wrote.

What is the same is left alone too, so that history stays quiet; each row that a model or the
database refuses is a fault in the log, by file, row and column.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, models

from citytools.history import data_version
from citytools.imports.authorship import Key, SkippedRow, last_writes_by_people
from citytools.imports.csv_reader import CsvRow
from citytools.imports.faults import FaultLog
from citytools.imports.record_finder import DeletedByPersonError, NameDirectory, RecordFinder
from citytools.imports.table_writer import RecordDraft, Rows, TableWriter, attribute_name

Pair = tuple[int, int]


class LinkRows:
    """The links of some owners, compared with what a file says of them.

    `surplus` are numbers of links to remove, `drafts` links to add or to find as they are,
    `skipped` the rows that give way to a person. A record that a person wrote last keeps the links
    that it has: they were on the form that was saved.
    """

    def __init__(
        self,
        model: type[models.Model],
        owners: Sequence[tuple[CsvRow, models.Model]],
        drafts: Sequence[RecordDraft],
        owner: str,
    ) -> None:
        self.fields = [field.name for field in model._meta.fields if field.remote_field]
        (self._far,) = (name for name in self.fields if name != owner)
        self._near = owner
        self._lines: dict[int, CsvRow] = {record.pk: line for line, record in owners}
        self._by_people = last_writes_by_people(model)
        self._owners_by_people = last_writes_by_people(type(owners[0][1])) if owners else {}
        self._stated: dict[Pair, RecordDraft] = {}
        for draft in drafts:
            self._stated.setdefault(self._pair(draft), draft)
        near, far = attribute_name(model, owner), attribute_name(model, self._far)
        links = model._default_manager.filter(**{f"{owner}__in": self._lines})
        self._present = {(getattr(link, near), getattr(link, far)): link for link in links}
        self.surplus: list[int] = []
        self.skipped: list[SkippedRow] = []
        self._compare()
        self.drafts = [draft for draft in drafts if self._is_written(draft)]

    def _pair(self, draft: RecordDraft) -> Pair:
        return draft.values[self._near].pk, draft.values[self._far].pk

    def _compare(self) -> None:
        removes: dict[int, list[models.Model]] = defaultdict(list)
        adds: dict[int, list[models.Model]] = defaultdict(list)
        for pair, link in self._present.items():
            owner = pair[0]
            if pair in self._stated:
                continue
            if owner in self._owners_by_people:
                removes[owner].append(getattr(link, self._far))
            elif event := self._by_people.get(link.pk):
                self.skipped.append(SkippedRow(self._lines[owner], event, "linked"))
            else:
                self.surplus.append(link.pk)
        for pair, draft in self._stated.items():
            if pair not in self._present and pair[0] in self._owners_by_people:
                adds[pair[0]].append(draft.values[self._far])
        for owner in {**adds, **removes}:
            event, line = self._owners_by_people[owner], self._lines[owner]
            self.skipped.append(
                SkippedRow(line, event, "links", adds=adds[owner], removes=removes[owner])
            )

    def _is_written(self, draft: RecordDraft) -> bool:
        """Not what is about a person's record, unless it exists and is to be counted once."""
        pair = self._pair(draft)
        if pair[0] not in self._owners_by_people:
            return True
        return pair in self._present and self._stated[pair] is draft


M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


@dataclass
class ImportCounts:
    """What became of the rows for one table."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass
class ImportRun:
    """One import: what became of each table, which rows gave way to a person, and all faults."""

    faults: FaultLog = field(default_factory=FaultLog)
    counts: dict[str, ImportCounts] = field(default_factory=dict)
    skipped: list[SkippedRow] = field(default_factory=list)
    _first_lines: dict[tuple[type[models.Model], Key], CsvRow] = field(default_factory=dict)
    _left_out: dict[type[models.Model], list[tuple[CsvRow, Any]]] = field(default_factory=dict)
    _faulty: dict[type[models.Model], list[CsvRow]] = field(default_factory=dict)
    _rows: dict[type[models.Model], Rows[Any]] = field(default_factory=dict)

    @property
    def has_written(self) -> bool:
        """Whether any record was created, changed or removed."""
        return any(
            count.created or count.changed or count.removed for count in self.counts.values()
        )

    def drafts(
        self,
        model: type[models.Model],
        lines: Sequence[CsvRow],
        values: Callable[[CsvRow], Mapping[str, Any]],
    ) -> list[RecordDraft]:
        """What each row says; without the rows that name a record which a person deleted."""
        drafts = []
        for line in lines:
            try:
                drafts.append(RecordDraft(line, values(line)))
            except DeletedByPersonError as deleted:
                self.skipped.append(SkippedRow(line, deleted.event, "names"))
                self._left_out.setdefault(model, []).append((line, deleted.event))
        return drafts

    def directory(self, model: type[M], name: str, column: str = "") -> NameDirectory[M]:
        """Records of a model by a field, which its own file may call otherwise."""
        finder = RecordFinder(model, [name], last_writes_by_people(model))
        rows = self._rows.get(model, [])
        left_out, faulty = self._left_out.get(model, []), self.faulty_rows(model)
        return NameDirectory(finder, column or name, rows, left_out, faulty)

    def faulty_rows(self, model: type[models.Model]) -> list[CsvRow]:
        """The rows that would have made or changed a record of the model, had they no fault."""
        return self._faulty.get(model, [])

    def listed(
        self, rows: Rows[M], model: type[M], column: str, known: Mapping[str, T], listed_in: str
    ) -> Iterator[tuple[CsvRow, M, T]]:
        """Each row with its record and with each thing that a list in it names.

        Without what a person deleted. Of rows at fault, which have no record, only the faults of
        their lists are noted.
        """
        for line, record in rows:
            for thing in self._list_parts(line, column, known, listed_in):
                yield line, record, thing
        for line in self.faulty_rows(model):
            if column in line.cells:
                list(self._list_parts(line, column, known, listed_in))

    def _list_parts(
        self, line: CsvRow, column: str, known: Mapping[str, T], listed_in: str
    ) -> Iterator[T]:
        for part in line.parts(column):
            try:
                thing = line.lookup_name(column, part, known, listed_in)
            except DeletedByPersonError as deleted:
                self.skipped.append(SkippedRow(line, deleted.event, "part", column=column))
            else:
                if thing is not None:
                    yield thing

    def upsert(
        self,
        model: type[M],
        drafts: Sequence[RecordDraft],
        *,
        key: Sequence[str],
        columns: Mapping[str, str] | None = None,
    ) -> Rows[M]:
        """The records that the drafts describe, in their order, created or changed if need be.

        `columns` says which column a field comes from where the two are called differently. A
        record that a person wrote last stays as it is; one that a person deleted has no row here.
        """
        by_people = last_writes_by_people(model)
        finder = RecordFinder(model, [attribute_name(model, name) for name in key], by_people)
        writer = TableWriter(model, columns or {})
        rows = []
        for draft in drafts:
            record = writer.checked(draft)
            if draft.line.unread.isdisjoint((columns or {}).get(name, name) for name in key):
                self._claim(model, finder.key(record), draft.line)
            if draft.line.unread:
                continue
            try:
                before = finder.find(finder.key(record))
            except DeletedByPersonError as deleted:
                says = {name: value for name, value in draft.values.items() if value}
                self.skipped.append(SkippedRow(draft.line, deleted.event, "deleted", says=says))
                self._left_out.setdefault(model, []).append((draft.line, deleted.event))
                continue
            if before is None:
                writer.created.append((draft.line, record))
                self._counts_of(model).created += 1
            else:
                # Found under a former name: the file may not take the new one away
                renamed = finder.key(before) != finder.key(record)
                fixed = set(key) if renamed and before.pk not in by_people else set()
                self._update(writer, before, record, draft, fixed, by_people.get(before.pk))
            rows.append((draft.line, before or record))
        writer.write()
        self._faulty.setdefault(model, []).extend(
            draft.line for draft in drafts if draft.line.unread
        )
        rows = [(line, record) for line, record in rows if not line.unread]
        self._rows.setdefault(model, []).extend(rows)
        return rows

    def _update(
        self,
        writer: TableWriter[M],
        before: M,
        after: M,
        draft: RecordDraft,
        fixed: set[str],
        by_person: Any,
    ) -> None:
        """Change a record in what differs, unless a person wrote it last."""
        names = writer.differing(
            before, after, [name for name in draft.values if name not in fixed]
        )
        counts = self._counts_of(writer.model)
        if not names:
            counts.unchanged += 1
        elif by_person:
            says = {name: draft.values[name] for name in names}
            self.skipped.append(SkippedRow(draft.line, by_person, "edited", says=says))
        else:
            writer.change(draft.line, before, after, names)
            counts.changed += 1

    def replace(
        self,
        model: type[models.Model],
        owners: Rows[M],
        drafts: Sequence[RecordDraft],
        *,
        owner: str,
        columns: Mapping[str, str] | None = None,
    ) -> None:
        """Links of the owners to exactly what the drafts say; their other links are removed.

        A draft's values are the two records that a link joins. What a person linked stays, what a
        person unlinked stays so, and a record that a person wrote last keeps the links it has.
        """
        links = LinkRows(model, owners, drafts, owner)
        self.skipped += links.skipped
        if links.surplus:
            model._default_manager.filter(pk__in=links.surplus).delete()
        self._counts_of(model).removed += len(links.surplus)
        self.upsert(model, links.drafts, key=links.fields, columns=columns)

    def _counts_of(self, model: type[models.Model]) -> ImportCounts:
        return self.counts.setdefault(str(model._meta.verbose_name_plural), ImportCounts())

    def _claim(self, model: type[models.Model], key: Key, line: CsvRow) -> None:
        first = self._first_lines.setdefault((model, key), line)
        if first is not line:
            line.wrong(
                "",
                f"{first.file}, {first.place} is about the same record.",
                "Remove one of the two rows, or tell them apart.",
            )


def lock_tables() -> None:
    """Let nobody else write a fact until the transaction ends; reading goes on.

    To be called before anything is compared: what staff saved in between would be written over by
    values that were read before.
    """
    names = ", ".join(connection.ops.quote_name(name) for name in data_version.fact_tables())
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


SOURCED = ("source_kind", "source_url", "as_of", "confidence", "confirmed_on")
"""The columns that say where a fact comes from."""
