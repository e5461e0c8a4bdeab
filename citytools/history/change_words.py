"""Entries of changes in words: the record's name then, each field from what to what, its links."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pghistory.models
from django.db import connection
from django.urls import get_script_prefix
from django.utils import timezone

from citytools.facts import dates
from citytools.facts.provenance import SourceKind
from citytools.history.change_kinds import ChangeKind, change_kinds, is_public, is_publication
from citytools.history.change_sql import (
    PUBLICATION_DATES,
    ChangeFilter,
    literal,
    members_sql,
    quote_name,
    quote_table,
)
from citytools.history.changes import ChangeEntry, ChangeList
from citytools.history.data_version import derived_value
from citytools.history.page import (
    EMPTY,
    FieldChange,
    HistoryLink,
    RecordNames,
    account_names_of_contexts,
    context_author,
    field_changes,
    tracked_fields,
    version_name,
)

MAX_LINKS = 20
"""Links of one kind that a change names."""
INVENTED = "invented"
_Place = tuple[int, Any]
"""A record's key and a moment."""
_LinkWrites = dict[_Place, list[tuple[Any, Any]]]
"""Events of links in a change, each with the one before it."""
# By number and not by moment: whoever began first may write last
_VERSIONS = """
SELECT record, at, CASE WHEN first IS NULL THEN standing ELSE (
        SELECT max(pgh_id) FROM {table} WHERE pgh_obj_id = record AND pgh_id < first
    ) END, coalesce(last, standing)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS entry (record, at), LATERAL (
    SELECT min(pgh_id) FILTER (WHERE pgh_created_at = at) AS first,
        max(pgh_id) FILTER (WHERE pgh_created_at = at) AS last, max(pgh_id) AS standing
    FROM {table} WHERE pgh_obj_id = record AND pgh_created_at <= at
) AS written
"""
_LINKS = """
SELECT record, at, written.pgh_id, (SELECT max(pgh_id) FROM {table} AS earlier
        WHERE earlier.pgh_obj_id = written.pgh_obj_id AND earlier.pgh_id < written.pgh_id)
FROM unnest(%s::bigint[], %s::timestamptz[]) AS entry (record, at), LATERAL (
    SELECT pgh_id, pgh_obj_id FROM {table} WHERE {owner} = record AND pgh_created_at = at
    ORDER BY pgh_id LIMIT {limit}
) AS written
"""
_CONCERNED = """
SELECT DISTINCT entry.record, at, value FROM unnest(%s::bigint[], %s::timestamptz[])
AS entry (record, at) JOIN ({members}) AS member ON member.record = entry.record
AND at BETWEEN since AND until AND value IS NOT NULL
"""


@dataclass(frozen=True)
class ChangeInWords:
    """An entry as a page, a file and a feed tell it. `author` is told to staff alone."""

    entry: ChangeEntry
    name: str
    address: str = ""
    fields: Sequence[FieldChange] = ()
    links: Sequence[str] = ()
    author: str = ""

    @property
    def sentences(self) -> list[str]:
        """'Ends on: 2027-03-31 (before: empty)', 'Barnet no longer shares it'."""
        return [*map(_in_one_line, self.fields), *self.links]


def _in_one_line(change: FieldChange) -> str:
    return f"{change.field}: {change.new} (before: {change.old})"


@dataclass
class _Versions:
    """What is read of one kind: versions before and after each change, and writes to its links."""

    kind: ChangeKind
    entries: list[ChangeEntry] = field(default_factory=list)
    before: dict[_Place, Any] = field(default_factory=dict)
    after: dict[_Place, Any] = field(default_factory=dict)
    links: list[tuple[HistoryLink, _LinkWrites]] = field(default_factory=list)

    @property
    def events(self) -> Iterator[Any]:
        """Every version that was read."""
        yield from (*self.before.values(), *self.after.values())
        for _, writes in self.links:
            for pairs in writes.values():
                yield from (event for pair in pairs for event in pair if event)


class ChangeLine(NamedTuple):
    """A change as a line on the page of what it concerns: the day, what became of what, its page.

    The address is empty where there is none, as for records that were written together.
    """

    day: str
    words: str
    address: str


def latest_changes_about(record: Any, kinds: Collection[str], limit: int) -> list[ChangeLine]:
    """The newest changes of kinds, by name, that concern a record.

    Found once a version of the data; of all that asks for the record the kinds are the same.
    """

    def compute() -> Any:
        change_filter = ChangeFilter(subjects=[{type(record): [record]}])
        told = [kind for kind in change_kinds() if kind.name in kinds]
        entries = ChangeList(told, change_filter)[:limit]
        return [*map(_line, changes_in_words(entries, with_differences=False))]

    name = f"changes about {record._meta.label_lower} {record.pk} under {get_script_prefix()}"
    return [ChangeLine(*line) for line in derived_value(name, compute)]


def _line(change: ChangeInWords) -> ChangeLine:
    entry, kind = change.entry, change.entry.kind.label
    alone = f"{kind} {entry.action}: {change.name}"
    words = alone if entry.record is not None else f"{change.name} {entry.action}"
    day = timezone.localdate(entry.at).isoformat()
    return ChangeLine(day, words, change.address if entry.record is not None else "")


def changes_in_words(
    entries: Sequence[ChangeEntry], *, for_staff: bool = False, with_differences: bool = True
) -> list[ChangeInWords]:
    """The entries in their order; the number of queries depends on their kinds alone.

    Without differences they have names and addresses, but no `fields` and no `links`.
    """
    read: dict[str, _Versions] = {}
    for entry in entries:
        if entry.record is not None:
            read.setdefault(entry.kind.name, _Versions(entry.kind)).entries.append(entry)
    _read_versions(read.values())
    if with_differences:
        _read_links(read.values())
    own = {
        versions.kind.model: {entry.record for entry in versions.entries}
        for versions in read.values()
    }
    versions_read = [event for versions in read.values() for event in versions.events]
    names = RecordNames(versions_read, own=own)
    authors = _authors(entries) if for_staff else {}
    return [
        _in_words(
            entry, read.get(entry.kind.name), names, authors.get(entry.context, ""), for_staff
        )
        for entry in entries
    ]


def _authors(entries: Sequence[ChangeEntry]) -> dict[Any, str]:
    numbers = {entry.context for entry in entries} - {None}
    contexts = pghistory.models.Context.objects.in_bulk(numbers)
    people = account_names_of_contexts(contexts.values())
    known = {number: context_author(context, people) for number, context in contexts.items()}
    return {None: context_author(None, people), **known}


def _read_versions(read: Collection[_Versions]) -> None:
    """One query for the numbers of all, and one for the events of each kind."""
    parts = [
        (_VERSIONS.format(table=quote_table(versions.kind.events)), versions.entries)
        for versions in read
    ]
    for versions, rows in zip(read, _query(parts), strict=True):
        numbers = {number for row in rows for number in row[2:] if number}
        events = versions.kind.events.objects.in_bulk(numbers)
        for record, at, before, after in rows:
            versions.before |= {(record, at): events[before]} if before else {}
            versions.after |= {(record, at): events[after]} if after else {}


def _read_links(read: Iterable[_Versions]) -> None:
    """Each write to a link in a change, with the link's version before that; None: it was not."""
    parts, places = [], []
    for versions in read:
        changed = [entry for entry in versions.entries if entry.action == "changed"]
        for link in versions.kind.links if changed else ():
            linked: Any = link.model
            table, owner = quote_table(linked.pgh_event_model), quote_name(link.column)
            limit = MAX_LINKS + 1
            parts.append((_LINKS.format(table=table, owner=owner, limit=limit), changed))
            places.append((versions, link, linked.pgh_event_model))
    for (versions, link, event_model), rows in zip(places, _query(parts), strict=True):
        numbers = {number for row in rows for number in row[2:] if number}
        events, writes = event_model.objects.in_bulk(numbers), _LinkWrites()
        for record, at, number, before in sorted(rows, key=lambda row: row[2]):
            writes.setdefault((record, at), []).append((events[number], events.get(before)))
        versions.links.append((link, writes))


def _query(parts: Sequence[tuple[str, Sequence[ChangeEntry]]]) -> list[list[Any]]:
    """The rows of each part, all by one statement."""
    rows: list[list[Any]] = [[] for _ in parts]
    if not parts:
        return rows
    statement = " UNION ALL ".join(
        f"SELECT {number} AS part, * FROM ({sql}) AS rows"  # noqa: S608 (our own tables)
        for number, (sql, _) in enumerate(parts)
    )
    places: list[Any] = []
    for _, entries in parts:
        places += [[entry.record for entry in entries], [entry.at for entry in entries]]
    with connection.cursor() as cursor:
        cursor.execute(statement, places)
        for number, *row in cursor.fetchall():
            rows[number].append(row)
    return rows


def _in_words(
    entry: ChangeEntry, versions: _Versions | None, names: RecordNames, author: str, for_staff: bool
) -> ChangeInWords:
    if versions is None or entry.record is None:
        return ChangeInWords(entry, f"{entry.number:,} {entry.kind.plural}", author=author)
    place = (entry.record, entry.at)
    before, after = versions.before.get(place), versions.after.get(place)
    record: Any = names.record(entry.kind.model, entry.record)
    secret = record is None or (entry.kind.is_publication and not is_public(record, dates.today()))
    if entry.kind.is_publication and secret and not for_staff:
        # The title was taken back too
        reason = after.withdrawal_reason if entry.action == "withdrawn" and after else ""
        links = [f"The reason given: {reason}"] if reason else []
        return ChangeInWords(entry, f"a {entry.kind.singular}", links=links)
    named, changed = after or before, entry.action == "changed"
    return ChangeInWords(
        entry,
        version_name(named, names) if named else f"{entry.kind.singular} number {entry.record}",
        entry.kind.address(record) if record is not None else "",
        _fields(entry.kind, before, after, names, for_staff) if changed else (),
        list(_link_words(versions, place, names, for_staff)) if changed else (),
        author,
    )


def _fields(
    kind: ChangeKind, before: Any, after: Any, names: RecordNames, for_staff: bool
) -> list[FieldChange]:
    if before is None:
        return []  # what was invented until then, which the evidence does not show
    ignored = (
        kind.ignored_fields
        if for_staff or not kind.is_publication
        else kind.ignored_fields | PUBLICATION_DATES
    )
    compared = [tracked for tracked in tracked_fields(kind.events) if tracked.name not in ignored]
    changes = field_changes(before, after, compared, names)
    if _is_illustrative(before) and not _is_illustrative(after):
        # What was invented is no former value of the fact
        changes = [
            FieldChange(change.field, change.old if change.old == EMPTY else INVENTED, change.new)
            for change in changes
        ]
    return changes


def _is_illustrative(version: Any) -> bool:
    kind = getattr(version, "source_kind", "")
    return kind == SourceKind.ILLUSTRATIVE or bool(getattr(version, "illustrative", False))


def _link_words(
    versions: _Versions, place: _Place, names: RecordNames, for_staff: bool
) -> Iterator[str]:
    for link, events in versions.links:
        written = events.get(place, [])
        for first, last in _net(written[:MAX_LINKS]):
            if for_staff or _leads_to_public(link, last or first, names):
                yield from _link_sentences(link, first, last, names)
        if len(written) > MAX_LINKS:
            yield f"{link.noun}: and more"


def _net(written: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Each link's version before and after; None: it was not there. Without what came and went."""
    ends: dict[int, tuple[Any, Any]] = {}
    for event, before in written:
        first = ends.get(event.pgh_obj_id, (before, None))[0]
        first = None if first is not None and first.pgh_label == "delete" else first
        ends[event.pgh_obj_id] = (first, None if event.pgh_label == "delete" else event)
    return [pair for pair in ends.values() if pair != (None, None)]


def _own_fields(link: HistoryLink) -> list[Any]:
    linked: Any = link.model
    return [own for own in tracked_fields(linked.pgh_event_model) if own.attname != link.column]


def _leads_to_public(link: HistoryLink, version: Any, names: RecordNames) -> bool:
    for own in _own_fields(link):
        if own.related_model is not None and is_publication(own.related_model):
            record: Any = names.record(own.related_model, getattr(version, own.attname))
            if record is None or not is_public(record, dates.today()):
                return False
    return True


def _link_sentences(link: HistoryLink, first: Any, last: Any, names: RecordNames) -> Iterator[str]:
    fields = _own_fields(link)
    name = _link_name(fields, last or first, names)
    if last is None:
        yield (link.removed or f"{link.noun} removed: {{}}").replace("{}", name)
    elif first is None:
        yield (link.added or f"{link.noun} added: {{}}").replace("{}", name)
    else:
        for change in field_changes(first, last, fields, names):
            yield f"{link.noun} changed: {name}: {_in_one_line(change)}"


def _link_name(fields: Sequence[Any], version: Any, names: RecordNames) -> str:
    """What a bare link points at; of any other row what it calls itself."""
    if len(fields) == 1:
        return names.words(fields[0], getattr(version, fields[0].attname))
    return version_name(version, names)


def concerned(entries: Sequence[ChangeEntry], subject: Any) -> dict[str, set[Any]]:
    """Keys of the records of `subject` that each entry concerns, by the entry's own key.

    One query. An entry of many records names none.
    """
    own = [entry for entry in entries if entry.record is not None]
    keys: dict[str, set[Any]] = {
        entry.key: {entry.record} for entry in own if entry.kind.model is subject
    }
    parts: list[tuple[str, list[ChangeEntry]]] = []
    for kind in {entry.kind.name: entry.kind for entry in own}.values():
        of_kind = [entry for entry in own if entry.kind.name == kind.name]
        for membership in kind.memberships(subject):
            if not membership.by_slug:
                records = literal([entry.record for entry in of_kind])
                members = members_sql(
                    membership, f"{quote_name(membership.owner)} = ANY({records}::bigint[])"
                )
                parts.append((_CONCERNED.format(members=members), of_kind))
    for (_, of_kind), rows in zip(parts, _query(parts), strict=True):
        places = {(entry.record, entry.at): entry.key for entry in of_kind}
        for record, at, value in rows:
            keys.setdefault(places[record, at], set()).add(value)
    return keys
