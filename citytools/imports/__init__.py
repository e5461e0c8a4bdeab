"""Writes rows into tables by their natural key, and leaves alone what people wrote.

What is the same is left alone too, so that history stays quiet; each row that a model or the
database refuses is a fault in the log, by file, row and column.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import pgtrigger
from django.db import connection, models

from citytools.facts.provenance import LinkEndsConfirmation
from citytools.history import data_version
from citytools.imports.authorship import Authorship, Key, PersonEvent, RecordAuthorship
from citytools.imports.conflicts import (
    DELETED,
    LEFT_OUT,
    LINKED,
    PART,
    UNLINKED,
    ConflictLog,
    ImportConflict,
    LapsedConfirmation,
    field_names,
)
from citytools.imports.csv_reader import CsvRow
from citytools.imports.faults import FaultLog
from citytools.imports.import_report import ImportCounts
from citytools.imports.link_rows import LinkRows
from citytools.imports.record_finder import (
    DeletedByPersonError,
    NameDirectory,
    RecordFinder,
    TableRecords,
)
from citytools.imports.record_update import CONFIRMED, RecordUpdate
from citytools.imports.table_writer import RecordDraft, Rows, TableWriter

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")
Identity = tuple[type[models.Model], int]


@dataclass(frozen=True)
class _Table(Generic[M]):
    """One table while its rows are written; `owner` is the field of a link to whom it belongs."""

    records: TableRecords[M]
    writer: TableWriter[M]
    owner: str

    @property
    def model(self) -> type[M]:
        return self.writer.model

    def column(self, name: str) -> str:
        return self.writer.columns.get(name, name)


@dataclass(frozen=True)
class _Title:
    """A record as a file has it, by which it is named, and what else --take may call it."""

    record: models.Model | None = None
    names: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return str(self.record or "")


@dataclass
class ImportRun:
    """One import: what became of each file, which words of people stand, and all faults."""

    faults: FaultLog = field(default_factory=FaultLog)
    conflicts: ConflictLog = field(default_factory=ConflictLog)
    counts: dict[str, ImportCounts] = field(default_factory=dict)
    lapsed: list[LapsedConfirmation] = field(default_factory=list)
    _authorships: dict[type[models.Model], Authorship] = field(default_factory=dict)
    _first_lines: dict[Key, CsvRow] = field(default_factory=dict)
    _left_out: dict[type[models.Model], list[tuple[CsvRow, DeletedByPersonError]]] = field(
        default_factory=dict
    )
    _faulty: dict[type[models.Model], list[CsvRow]] = field(default_factory=dict)
    _rows: dict[type[models.Model], Rows[Any]] = field(default_factory=dict)
    _titles: dict[Identity, _Title] = field(default_factory=dict)
    _links_events: dict[type[models.Model], dict[int, PersonEvent]] = field(default_factory=dict)
    _updates: dict[Identity, RecordUpdate] = field(default_factory=dict)

    @property
    def has_written(self) -> bool:
        """Whether any record was created, changed or removed."""
        return any(
            count.created or count.changed or count.removed for count in self.counts.values()
        )

    def left_counts(self) -> dict[str, dict[str, int]]:
        """How many words of people stand against the files, by model's label, as a batch says."""
        kinds = (conflict.event.kind.pgh_tracked_model for conflict in self.conflicts.waiting)
        labels = Counter(model._meta.label_lower for model in kinds)
        return {label: {"left": count} for label, count in labels.items()}

    def authorship(self, model: type[models.Model]) -> Authorship:
        """What people wrote of a model's records before this import."""
        if model not in self._authorships:
            self._authorships[model] = Authorship(model)
        return self._authorships[model]

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
                self.conflicts.waiting.append(ImportConflict(LEFT_OUT, line, deleted.event))
                self._left_out.setdefault(model, []).append((line, deleted))
        return drafts

    def directory(self, model: type[M], name: str, column: str = "") -> NameDirectory[M]:
        """Records of a model by a field, which its own file may call otherwise."""
        finder: RecordFinder[M] = RecordFinder(self.authorship(model), [name])
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
                self.conflicts.waiting.append(
                    ImportConflict(PART, line, deleted.event, column=column)
                )
            else:
                if thing is not None:
                    yield thing

    def upsert(
        self,
        model: type[M],
        drafts: Sequence[RecordDraft],
        *,
        key: Sequence[str],
        stable_key: str = "",
        columns: Mapping[str, str] | None = None,
        owner: str = "",
    ) -> Rows[M]:
        """The records that the drafts describe, in their order, created or changed if need be.

        A record is found by its `stable_key`, if there is such a field and the row has it, then by
        its natural `key`. `columns` says which column a field comes from where the two are called
        differently. A value that a person wrote stays; a record that a person deleted has no row
        here. `owner` is the field of a link to whose record the row belongs.
        """
        writer = TableWriter(model, columns or {})
        records = TableRecords(model, self.authorship(model), key, stable_key)
        table = _Table(records, writer, owner)
        rows, titles = [], []
        for draft in drafts:
            record = writer.checked(draft)
            if draft.line.unread.isdisjoint(map(table.column, [*key, stable_key])):
                for finder, value in records.keys(record):
                    self._claim((model, *finder.attributes, value), draft.line)
            if draft.line.unread:
                continue
            title = self._title(table, draft, record)
            written = self._create_or_update(table, draft, record, title)
            if written is not None:
                rows.append((draft.line, written))
                titles.append(title)
        writer.write()
        for (_, record), title in zip(rows, titles, strict=True):
            self._titles[model, record.pk] = title
        faulty = [draft.line for draft in drafts if draft.line.unread]
        self._faulty.setdefault(model, []).extend(faulty)
        rows = [(line, record) for line, record in rows if not line.unread]
        self._rows.setdefault(model, []).extend(rows)
        return rows

    def _create_or_update(
        self, table: _Table[M], draft: RecordDraft, record: M, title: _Title
    ) -> M | None:
        """The record to be written or left as it is; None if a person has deleted it."""
        try:
            before, fixed = table.records.find(record)
        except DeletedByPersonError as deleted:
            if not self._brings_back(table, draft, title, deleted.event):
                self._left_out.setdefault(table.model, []).append((draft.line, deleted))
                return None
            before, fixed = None, set()
        if before is not None:
            self._update(table, before, record, draft, fixed, title)
            return before
        table.writer.created.append((draft.line, record))
        self._counts_of(draft.line).created += 1
        return record

    def _title(self, table: _Table[M], draft: RecordDraft, record: M) -> _Title:
        if table.owner:
            owner = draft.values[table.owner]
            title = self._titles.get((type(owner), owner.pk)) or _Title(owner)
        elif self.conflicts.takes:
            title = _Title(record, frozenset(table.records.record_names(record)))
        else:
            title = _Title(record)
        if self.conflicts.takes:
            self.conflicts.add_names(title.names)
            for name in draft.values:
                column = table.column(name)
                self.conflicts.add_names(field_names(table.model, draft.line, name, column))
        return title

    def _brings_back(
        self, table: _Table[M], draft: RecordDraft, title: _Title, event: PersonEvent
    ) -> bool:
        """Whether what a person deleted is written again, since somebody insists."""
        if not table.owner:
            conflict = ImportConflict(DELETED, draft.line, event, title.name)
            return self.conflicts.settle(conflict, title.names)
        (far,) = (name for name in table.records.key if name != table.owner)
        column = table.column(far)
        own: Any = table.model._meta.get_field(far)
        stated = draft.values[far].pk
        conflict = ImportConflict(
            UNLINKED, draft.line, event, title.name, column, field=own, stated=stated
        )
        names = field_names(table.model, draft.line, far, column)
        return self.conflicts.settle(conflict, names | title.names)

    def _update(
        self,
        table: _Table[M],
        before: M,
        after: M,
        draft: RecordDraft,
        fixed: set[str],
        title: _Title,
    ) -> None:
        """Change a record in what differs, as far as no person's word is against it."""
        writer, line = table.writer, draft.line
        differing = writer.differing(
            before, after, [name for name in draft.values if name not in fixed]
        )
        people = self.authorship(table.model).records.get(before.pk)
        linked = self._linked_by_people(table.model).get(before.pk)
        counts, left = self._counts_of(line), len(self.conflicts.waiting)
        if people or linked:
            known = people or RecordAuthorship()
            update = RecordUpdate(
                before, after, draft, title.name, title.names, writer.columns, known, linked
            )
            update.plan(differing, self.conflicts)
            differing = update.fields
            if update.lapsed:
                self.lapsed.append(update.lapsed)
            else:
                self._updates[table.model, before.pk] = update
        if differing:
            writer.change(line, before, after, differing)
            counts.changed += 1
        elif len(self.conflicts.waiting) == left:
            counts.unchanged += 1

    def replace(
        self,
        model: type[models.Model],
        owners: Rows[M],
        drafts: Sequence[RecordDraft],
        *,
        owner: str,
        column: str,
    ) -> None:
        """Links of the owners to what the drafts say; their other links are removed.

        A draft's values are the two records that a link joins; `column` names the others in the
        file. What a person linked stays, and what a person unlinked stays so.
        """
        links = LinkRows(self.authorship(model), owners, drafts, owner)
        for line, _ in owners[:1]:
            self.conflicts.add_names(field_names(model, line, links.far.name, column))
        for link, event in links.made_by_people:
            title = self._titles.get((type(owners[0][1]), links.pair(link)[0]), _Title())
            if self._is_removed(links, link, event, column, title):
                links.surplus.append(link)
        model._default_manager.filter(pk__in=[link.pk for link in links.surplus]).delete()
        changed = {links.pair(link)[0] for link in links.surplus}
        for link in links.surplus:
            self._counts_of(links.lines[links.pair(link)[0]]).removed += 1
        columns = {links.far.name: column}
        rows = self.upsert(model, drafts, key=links.fields, columns=columns, owner=owner)
        changed |= {
            links.pair(link)[0] for _, link in rows if links.pair(link) not in links.present
        }
        self._end_confirmations(owners, changed)

    def _is_removed(
        self, links: LinkRows, link: models.Model, event: PersonEvent, column: str, title: _Title
    ) -> bool:
        """Whether what a person linked goes, since somebody insists on a file without it."""
        number, far = links.pair(link)
        line = links.lines[number]
        conflict = ImportConflict(LINKED, line, event, title.name, column, links.far, present=far)
        names = field_names(type(link), line, links.far.name, column)
        return self.conflicts.settle(conflict, names | title.names)

    def _linked_by_people(self, model: type[models.Model]) -> dict[int, PersonEvent]:
        """Records with a link that people made or removed, for the links that are of the fact."""
        if model not in self._links_events:
            events = self._links_events[model] = {}
            tables: list[tuple[Any, Any]] = pgtrigger.registered()
            for table, trigger in tables:
                if isinstance(trigger, LinkEndsConfirmation) and trigger.is_of(model):
                    for people in self.authorship(table).records.values():
                        if event := people.creation or people.deletion or people.any_edit:
                            events[people.last_values[trigger.column]] = event
        return self._links_events[model]

    def _end_confirmations(self, owners: Rows[M], changed: Collection[int]) -> None:
        """End what people confirmed of the records whose links have changed."""
        ended = []
        for _, record in owners:
            update = self._updates.get((type(record), record.pk))
            if update and record.pk in changed and update.links_change(self.conflicts):
                ended.append(record)
                self.lapsed += [update.lapsed] if update.lapsed else []
                del self._updates[type(record), record.pk]
        if ended:
            type(ended[0])._default_manager.bulk_update(ended, [CONFIRMED])

    def _counts_of(self, line: CsvRow) -> ImportCounts:
        return self.counts.setdefault(line.file, ImportCounts())

    def _claim(self, key: Key, line: CsvRow) -> None:
        first = self._first_lines.setdefault(key, line)
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
