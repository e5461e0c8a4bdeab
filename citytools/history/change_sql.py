"""SQL of changes: each record of a kind with what one transaction did to it.

Written by hand, since Django's querysets group no union. All names are those of our own models, and
all values are written out by the driver.
"""

# ruff: noqa: S608 (see above)
import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from citytools.facts import dates
from citytools.facts.provenance import SourceKind
from citytools.history.change_kinds import ChangeKind, Membership, is_publication
from citytools.history.page import HistoryLink, tracked_fields

ACTIONS = ("deleted", "withdrawn", "published", "added", "restored", "changed")
"""What became of a record: of several in one transaction, the first here counts."""
PUBLICATION_DATES = frozenset({"published_on", "withdrawn_on", "withdrawal_reason"})
"""Fields that decide whether a publication is public: the public is told what follows from them."""
Subject = Mapping[type[models.Model], Collection[Any]]
"""Records, perhaps of several kinds: a change concerns the subject if it concerns any of them."""

# OFFSET 0 keeps this apart from what groups its rows anew: planned together, both were sorted by
# three columns, on disk (525,000 events: 310 ms, apart 245)
_RECORDS = """
SELECT {number} AS kind, at, context, action, illustrative, record FROM (
    SELECT at, context, record, coalesce(illustrative, {illustrative}, false) AS illustrative,
        CASE WHEN codes & {deleted} = 0 THEN codes & -codes
            WHEN codes & {restored} > 0 THEN {changed}
            WHEN codes & ({added} | {published}) = 0 THEN {deleted} END AS action
    FROM (
        SELECT at, context, record, bit_or(code) AS codes, bool_or(illustrative) AS illustrative
        FROM ({rows}) AS written (at, context, record, code, illustrative)
        GROUP BY at, context, record
    ) AS together
) AS records WHERE action IS NOT NULL{conditions} OFFSET 0
"""
# What came and went within one transaction was never there for others to see
_OWN = """
SELECT pgh_created_at, pgh_context_id, event.pgh_obj_id,
    CASE WHEN pgh_label = 'delete' THEN {deleted} WHEN pgh_label = 'update' THEN {changed}
        WHEN first_deletion < pgh_id THEN {restored} ELSE {added} END,
    {illustrative}
FROM {table} AS event LEFT JOIN (
    SELECT pgh_obj_id, min(pgh_id) AS first_deletion FROM {table} WHERE pgh_label = 'delete'
    GROUP BY pgh_obj_id
) AS deletion ON deletion.pgh_obj_id = event.pgh_obj_id
WHERE {conditions}
"""
_DIFFERS = """
(pgh_label <> 'update' OR ROW({columns})::text IS DISTINCT FROM (
    SELECT ROW({columns})::text FROM {table} AS earlier
    WHERE earlier.pgh_obj_id = event.pgh_obj_id AND earlier.pgh_id < event.pgh_id
    ORDER BY pgh_id DESC LIMIT 1
))
"""
_LINK = """
SELECT pgh_created_at, pgh_context_id, {owner}, {changed}, NULL::boolean FROM {table} AS link
WHERE {conditions}
"""
_ILLUSTRATIVE_BEFORE = """
(SELECT {illustrative} FROM {table} AS earlier WHERE earlier.pgh_obj_id = record
AND earlier.pgh_created_at <= at ORDER BY pgh_id DESC LIMIT 1)
"""
# Versions of a publication: what the public knew while each stood
_VERSIONS = """
SELECT pgh_obj_id, pgh_context_id, pgh_label, published_on, withdrawn_on, pgh_created_at AS since,
    lead(pgh_created_at) OVER versions AS until,
    coalesce(published_on <= {day} AND (withdrawn_on IS NULL OR withdrawn_on > {day})
        AND pgh_label <> 'delete', false) AS public,
    coalesce(lag(pgh_label) OVER versions <> 'delete'
        AND lag(published_on) OVER versions <= {day} AND (lag(withdrawn_on) OVER versions IS NULL
        OR lag(withdrawn_on) OVER versions > {day}), false) AS was_public,
    ROW({columns})::text IS DISTINCT FROM lag(ROW({columns})::text) OVER versions AS differs
FROM {table} WINDOW versions AS (PARTITION BY pgh_obj_id ORDER BY pgh_id)
"""
_PUBLISHED_ROWS = """
SELECT since, pgh_context_id, pgh_obj_id,
    CASE WHEN NOT public THEN CASE WHEN pgh_label = 'delete' THEN {deleted} ELSE {withdrawn} END
        WHEN was_public THEN {changed} ELSE {published} END, false
FROM version WHERE (public OR was_public) AND (NOT public OR NOT was_public OR differs)
UNION ALL
SELECT {from_day}, pgh_context_id, pgh_obj_id, {published}, false FROM version
WHERE {from_day} > since AND {from_day} <= {now} AND (until IS NULL OR until > {from_day})
    AND (withdrawn_on IS NULL OR withdrawn_on > published_on) AND pgh_label <> 'delete'
UNION ALL
SELECT {to_day}, pgh_context_id, pgh_obj_id, {withdrawn}, false FROM version
WHERE {to_day} > since AND {to_day} <= {now} AND (until IS NULL OR until > {to_day})
    AND withdrawn_on > published_on AND pgh_label <> 'delete'
"""
_WHILE_PUBLIC = """
EXISTS (
    SELECT 1 FROM version WHERE version.pgh_obj_id = link.{owner} AND pgh_label <> 'delete'
    AND since <= link.pgh_created_at AND (until IS NULL OR until > link.pgh_created_at)
    AND published_on <= {day} AND (withdrawn_on IS NULL OR withdrawn_on > {day})
)
"""
_MEMBERS = """
SELECT {owner} AS record, since, coalesce(until, 'infinity') AS until, {column} AS value FROM (
    SELECT {owner}, {column}, pgh_label, pgh_created_at AS since,
        lead(pgh_created_at) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id) AS until
    FROM {table} WHERE pgh_obj_id IN (SELECT pgh_obj_id FROM {table} WHERE {condition})
) AS versions WHERE {condition} AND pgh_label <> 'delete'
"""
# Both ends belong to the time: a change that takes a record away from a borough concerns it too
_CONCERNED = (
    "EXISTS (SELECT 1 FROM {members} AS member WHERE member.record = records.record "
    "AND at BETWEEN member.since AND member.until)"
)
_ENDS = "record, since, until"
_CODES = {action: 1 << number for number, action in enumerate(ACTIONS)}
"""A bit each: the lowest of a transaction is what it did in all."""


@dataclass(frozen=True)
class ChangeFilter:
    """Which changes of a kind, as `ChangeQuery` has them."""

    since: datetime.datetime | None = None
    moment: datetime.datetime | None = None
    subjects: Sequence[Subject] = ()
    actions: Collection[str] = ()
    records: "models.QuerySet[Any] | None" = None
    for_staff: bool = False


def records_sql(number: int, kind: ChangeKind, query: ChangeFilter) -> str:
    """The changes of a kind, which is told by its number; "" if it cannot concern a subject."""
    members = [_members(kind, subject) for subject in query.subjects]
    if not all(members):
        return ""
    named = {f"members_{at}": sql for at, sql in enumerate(members)}
    record_sets = [f"(SELECT record FROM {name})" for name in named]
    if query.records is not None:
        record_sets.append(f"({_queryset(query.records.order_by().values('pk'))})")
    where = [_CONCERNED.format(members=name) for name in named]
    if query.actions:
        where.append(f"action IN ({', '.join(str(_CODES[action]) for action in query.actions)})")
    if kind.is_publication and not query.for_staff:
        fields = _compared_columns(kind, kind.ignored_fields | PUBLICATION_DATES)
        day = _day("pgh_created_at")
        named["version"] = _VERSIONS.format(day=day, columns=fields, table=quote_table(kind.events))
    known = _illustrative(kind.events)
    before = _ILLUSTRATIVE_BEFORE.format(illustrative=known, table=quote_table(kind.events))
    records = _RECORDS.format(
        number=number,
        rows=" UNION ALL ".join(_rows(kind, query, record_sets)),
        illustrative="false" if known == "false" else before,
        conditions="".join(f" AND {condition}" for condition in where),
        **_CODES,
    )
    tables = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, sql in named.items())
    return f"({f'WITH {tables} ' if tables else ''}{records})"


def _rows(kind: ChangeKind, query: ChangeFilter, record_sets: Sequence[str]) -> Iterator[str]:
    """Each write to a record or to its links, with what it did to the record.

    Of records in all of the `record_sets`, which are SQL.
    """
    publication, time = kind.is_publication and not query.for_staff, _time(query)
    conditions = [*time, *(f"event.pgh_obj_id IN {records}" for records in record_sets)]
    yield (_published_rows if publication else _own_rows)(kind, conditions)
    for link in kind.links:
        linked: Any = link.model
        owner = quote_name(link.column)
        conditions = [*time, *(f"{owner} IN {records}" for records in record_sets)]
        if publication:
            conditions += _public_targets(link)
            conditions.append(_WHILE_PUBLIC.format(owner=owner, day=_day("link.pgh_created_at")))
        events, where = quote_table(linked.pgh_event_model), " AND ".join(conditions)
        yield _LINK.format(owner=owner, table=events, conditions=where, **_CODES)


def _own_rows(kind: ChangeKind, conditions: Sequence[str]) -> str:
    table, differs = quote_table(kind.events), []
    if kind.ignored_fields:
        columns = _compared_columns(kind, kind.ignored_fields)
        differs.append(_DIFFERS.format(columns=columns, table=table))
    where = " AND ".join([*conditions, *differs])
    known = _illustrative(kind.events)
    return _OWN.format(illustrative=known, conditions=where, table=table, **_CODES)


def _published_rows(kind: ChangeKind, conditions: Sequence[str]) -> str:
    days = {"from_day": _beginning("published_on"), "to_day": _beginning("withdrawn_on")}
    rows = _PUBLISHED_ROWS.format(now=literal(dates.now()), **days, **_CODES)
    # Of what was taken back no page tells more than that it was, and nor does this
    public = f"(code < {_CODES['published']} OR pgh_obj_id IN ({_public_now(kind.model)}))"
    names = "(pgh_created_at, pgh_context_id, pgh_obj_id, code, illustrative)"
    return f"SELECT * FROM ({rows}) AS event {names} WHERE {' AND '.join([*conditions, public])}"


def _compared_columns(kind: ChangeKind, ignored_fields: frozenset[str]) -> str:
    fields = [field for field in tracked_fields(kind.events) if field.name not in ignored_fields]
    return ", ".join(quote_name(field.column) for field in fields)


def _public_targets(link: HistoryLink) -> Iterator[str]:
    """Conditions that a link's record, and what it leads to, are public now."""
    for field in link.model._meta.fields:
        target: Any = field.related_model
        if target is not None and is_publication(target):
            yield f"{quote_name(field.column)} IN ({_public_now(target)})"


def _public_now(model: Any) -> str:
    today = dates.today()
    standing = models.Q(withdrawn_on=None) | models.Q(withdrawn_on__gt=today)
    public = model._base_manager.filter(standing, published_on__lte=today)
    return _queryset(public.order_by().values("pk"))


def _members(kind: ChangeKind, subject: Subject) -> str:
    """Which records belonged to the subject, and from when to when; "" if none can."""
    selects = []
    for model, records in subject.items():
        numbers = [record.pk for record in records]
        if kind.model is model:
            always = "'-infinity'::timestamptz, 'infinity'::timestamptz"
            selects.append(f"SELECT unnest({literal(numbers)}::bigint[]), {always}")
        for membership in kind.memberships(model):
            values = [record.slug for record in records] if membership.by_slug else numbers
            cast = "text" if membership.by_slug else "bigint"
            equals = f"{quote_name(membership.column)} = ANY({literal(values)}::{cast}[])"
            selects.append(f"SELECT {_ENDS} FROM ({members_sql(membership, equals)}) AS own")
    union = " UNION ALL ".join(selects)
    return f"SELECT * FROM ({union}) AS own ({_ENDS})" if selects else ""


def members_sql(membership: Membership, condition: str) -> str:
    """Which record had which value of a column, and from when to when."""
    return _MEMBERS.format(
        owner=quote_name(membership.owner),
        column=quote_name(membership.column),
        table=quote_table(membership.event_model),
        condition=condition,
    )


def _time(query: ChangeFilter) -> list[str]:
    sql = ["pgh_created_at IS NOT NULL"]
    if query.since:
        sql.append(f"pgh_created_at >= {literal(query.since)}")
    if query.moment:
        sql.append(f"pgh_created_at = {literal(query.moment)}")
    return sql


def _illustrative(event_model: Any) -> str:
    """Whether a version is invented for demonstration, where its kind can be."""
    names = {field.name for field in event_model._meta.fields}
    if "source_kind" in names:
        return f"(source_kind = {literal(SourceKind.ILLUSTRATIVE.value)})"
    return "illustrative" if "illustrative" in names else "false"


def _day(moment: str) -> str:
    return f"({moment} AT TIME ZONE {literal(settings.TIME_ZONE)})::date"


def _beginning(day: str) -> str:
    return f"({day}::timestamp AT TIME ZONE {literal(settings.TIME_ZONE)})"


def quote_name(name: str | None) -> str:
    """The name of a column or a table, quoted."""
    return str(connection.ops.quote_name(str(name)))


def quote_table(event_model: Any) -> str:
    """The name of its table, quoted."""
    return quote_name(event_model._meta.db_table)


def literal(value: Any) -> str:
    """A value as the driver writes it into SQL."""
    with connection.cursor() as cursor:
        return str(cursor.mogrify("%s", [value]).decode())


def _queryset(queryset: "models.QuerySet[Any]") -> str:
    try:
        sql, parameters = queryset.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false"  # Django knows without asking that no row matches
    with connection.cursor() as cursor:
        return str(cursor.mogrify(sql, parameters).decode())
