"""The windows of the contracts chosen, found by one SQL statement however many these are.

A contract spans the days from its end less the lead time to its end. A window is a maximal set of
contracts for one function, product or supplier that share a day, so that their ends lie within the
lead time of one another, under at least two lead boroughs; each of them can, or may, still be acted
on. Those of the group that share its days and are too late stand beside it and make none.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Func,
    Q,
    Value,
)
from django.db.models.functions import Coalesce

from citytools.facts.dates import FirstDay, LastDay
from contracts.joint_procurement.filters import TogetherFilter
from contracts.models import Contract, ContractFunction, ContractPartner, ContractSystem
from contracts.models.term import LessMonths
from systems.models import Function, Product, Supplier

GROUPS: Mapping[str, Any] = {"function": Function, "product": Product, "supplier": Supplier}
# Months of extension beyond which a contract is no near miss.
MAX_EXTENSION_MONTHS = 24


@dataclass(frozen=True)
class Window:
    """Contracts for one function, product or supplier whose ends lie close together.

    `group` is the primary key of that, `name` its name. The window is number `number` of `total`,
    which have `contracts_in_all`. Its contracts share the days from `opens` to `closes`, its first
    end. `contract_ids` are those that can or may be acted on, first to act on first, `late_ids`
    those too late, `near` (lead, contract) of those that end before these days, the last first.
    `can` of them can surely be acted on, the first until `can_until`; `assumed` state no notice,
    and of `perhaps_late` the days assumed have passed.
    `annual_value` sums pounds a year, known for `priced`, without those that include `services`.
    `rolling` and `endless` count contracts of the group without an end, and with one not known.
    """

    group: int
    group_by: str
    name: str
    id: str
    number: int
    total: int
    contracts_in_all: int
    opens: datetime.date
    closes: datetime.date
    act_by_earliest: datetime.date
    ends_first: datetime.date
    ends_last: datetime.date
    contract_ids: Sequence[int]
    late_ids: Sequence[int]
    near: Sequence[tuple[str, int]]
    lead_names: Sequence[str]
    late_names: Sequence[str]
    can: int
    can_until: datetime.date | None
    assumed: int
    perhaps_late: int
    annual_value: Decimal | None
    priced: int
    services: int
    rolling: int
    endless: int

    @property
    def may(self) -> int:
        """How many may still be acted on."""
        return len(self.contract_ids) - self.can

    @property
    def all_ids(self) -> list[int]:
        """Its contracts, those too late last."""
        return [*self.contract_ids, *self.late_ids]


# Maximal sets close with the first end of one of theirs: on a day on which a span ends and before
# which, since the end before, another has begun. The first steps know contracts by their ends
# alone, of which even a nation's have few; only of the windows wanted are the contracts read.
# Counts are put together by UNION ALL: PostgreSQL takes the windows for very few, and joined them
# to their counts by counting anew for each (0.9 s).
_STATEMENT = """
WITH contract AS MATERIALIZED (
    SELECT thing, chosen.* FROM ({contracts}) AS chosen
        (id, key, lead, ends_first, ends_last, act_by, passed, late, rolling, asked)
    JOIN ({links}) AS link (thing, contract) ON link.contract = chosen.id
), stretch AS MATERIALIZED (
    SELECT thing, ends_first, ends_last AS last,
        (ends_first - make_interval(months => %(lead)s))::date AS first,
        count(*) FILTER (WHERE NOT late) AS contracts, count(*) FILTER (WHERE late) AS late,
        min(lead) FILTER (WHERE NOT late) AS lead, max(lead) FILTER (WHERE NOT late) AS last_lead,
        min(act_by) FILTER (WHERE NOT late) AS act_by, bool_or(asked AND NOT late) AS asked,
        bit_xor(key) FILTER (WHERE NOT late) AS key
    FROM contract WHERE ends_last IS NOT NULL GROUP BY thing, ends_first, ends_last
), close AS (
    SELECT thing, day, lag(day) OVER (PARTITION BY thing ORDER BY day) AS earlier
    FROM (SELECT DISTINCT thing, last AS day FROM stretch WHERE contracts > 0) AS days
), joint AS MATERIALIZED (
    SELECT thing, day AS closes, max(first) AS opens, sum(contracts) AS contracts,
        min(act_by) AS act_by_earliest, bit_xor(key) AS key
    FROM close JOIN stretch USING (thing)
    WHERE contracts > 0 AND first <= day AND last >= day
    GROUP BY thing, day, earlier
    HAVING (earlier IS NULL OR max(first) > earlier) AND min(lead) < max(last_lead)
        AND bool_or(asked)
), part_count AS (
    SELECT thing, closes, opens, act_by_earliest, key, contracts, 0 AS late, 0 AS leads FROM joint
    UNION ALL
    SELECT thing, closes, NULL, NULL, NULL, 0, stretch.late, 0 FROM joint JOIN stretch USING (thing)
    WHERE stretch.late > 0 AND first <= closes AND last >= opens
    UNION ALL
    SELECT joint.thing, closes, NULL, NULL, NULL, 0, 0, count(DISTINCT contract.lead)
    FROM joint JOIN stretch USING (thing) JOIN contract
            ON (contract.thing, contract.ends_first, contract.ends_last)
                = (stretch.thing, stretch.ends_first, stretch.last)
    WHERE %(widest)s AND NOT contract.late AND first <= closes AND last >= closes
    GROUP BY joint.thing, closes
), counted AS (
    SELECT thing, closes, max(opens) AS opens, max(act_by_earliest) AS act_by_earliest,
        max(key) AS key, sum(contracts + late) AS contracts, sum(leads) AS leads
    FROM part_count GROUP BY thing, closes
), placed AS (
    SELECT thing, name, closes, opens, act_by_earliest, contracts,
        left(md5(concat_ws(':', %(by)s, slug, counted.key)), 12) AS id,
        row_number() OVER (PARTITION BY thing ORDER BY leads DESC, act_by_earliest, closes) AS turn,
        row_number() OVER (ORDER BY leads DESC, act_by_earliest, thing, closes) AS place
    FROM counted JOIN {groups} AS item ON item.id = thing
), numbered AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY place) AS number, count(*) OVER () AS total,
        sum(contracts) OVER () AS contracts_in_all
    FROM placed WHERE turn = 1 OR NOT %(one_per_group)s
), wanted AS MATERIALIZED (
    SELECT * FROM numbered WHERE CASE WHEN %(id)s = '' THEN number <= %(head)s
        OR number BETWEEN %(first)s AND %(last)s ELSE id = %(id)s END
), part AS (
    SELECT number, contract.id, borough.name COLLATE "C" AS name, contract.ends_first,
        contract.ends_last, contract.act_by, passed, notice_months, annual_value, includes_services,
        CASE WHEN contract.ends_last < opens THEN 'near' WHEN contract.late THEN 'late'
            ELSE 'in' END AS part
    FROM wanted JOIN stretch USING (thing) JOIN contract
            ON (contract.thing, contract.ends_first, contract.ends_last)
                = (stretch.thing, stretch.ends_first, stretch.last)
        JOIN contracts_contract ON contracts_contract.id = contract.id
        JOIN boroughs_borough AS borough ON borough.id = contract.lead
    WHERE first <= closes AND last + make_interval(months => %(extension)s) >= opens
), detail AS (
    SELECT number, greatest(min(ends_first) FILTER (WHERE part = 'in'), %(today)s) AS ends_first,
        max(ends_last) FILTER (WHERE part = 'in') AS ends_last,
        array_agg(id ORDER BY act_by, id) FILTER (WHERE part = 'in') AS contract_ids,
        array_agg(id ORDER BY act_by, id) FILTER (WHERE part = 'late') AS late_ids,
        array_agg(id ORDER BY ends_last DESC, id) FILTER (WHERE part = 'near') AS near_ids,
        array_agg(name ORDER BY ends_last DESC, id) FILTER (WHERE part = 'near') AS near_names,
        array_agg(DISTINCT name ORDER BY name) FILTER (WHERE part = 'in') AS lead_names,
        array_agg(DISTINCT name ORDER BY name) FILTER (WHERE part = 'late') AS late_names,
        count(*) FILTER (WHERE part = 'in' AND act_by >= %(today)s) AS can,
        min(act_by) FILTER (WHERE part = 'in' AND act_by >= %(today)s) AS can_until,
        count(*) FILTER (WHERE part = 'in' AND notice_months IS NULL) AS assumed,
        count(*) FILTER (WHERE part = 'in' AND passed) AS perhaps_late,
        sum(annual_value) FILTER (WHERE part = 'in' AND NOT includes_services) AS annual_value,
        count(annual_value) FILTER (WHERE part = 'in' AND NOT includes_services) AS priced,
        count(*) FILTER (WHERE part = 'in' AND includes_services) AS services
    FROM part GROUP BY number
), without_end AS (
    SELECT thing, count(*) FILTER (WHERE rolling) AS rolling,
        count(*) FILTER (WHERE NOT rolling) AS endless
    FROM contract WHERE ends_last IS NULL GROUP BY thing
)
SELECT wanted.*, detail.*, thing AS "group", %(by)s AS group_by,
    coalesce(rolling, 0) AS rolling, coalesce(endless, 0) AS endless
FROM wanted JOIN detail USING (number) LEFT JOIN without_end USING (thing)
ORDER BY wanted.number
"""


def read_windows(
    query: TogetherFilter,
    today: datetime.date,
    numbers: tuple[int, int] = (1, 1_000_000),
    head: int = 0,
    *,
    id: str = "",  # noqa: A002 (as the window's own)
    widest: bool = False,
    one_per_group: bool = False,
) -> list[Window]:
    """Windows as at a day, first to have to act on first, or with the most boroughs first.

    Those of the numbers, and the first so many whatever the numbers; or the one with this `id`.
    One query.
    """
    try:
        contracts, links = _as_sql(_contracts(query, today)), _as_sql(_links(query))
    except EmptyResultSet:
        return []  # Django knows without asking that no row matches
    table = GROUPS[query.grouping]._meta.db_table
    statement = _STATEMENT.format(
        contracts=contracts, links=links, groups=connection.ops.quote_name(table)
    )
    parameters: dict[str, Any] = {
        "lead": query.lead,
        "extension": MAX_EXTENSION_MONTHS,
        "today": today,
        "by": query.grouping,
        "widest": widest,
        "one_per_group": one_per_group,
        "id": id,
        "head": head,
        "first": numbers[0],
        "last": numbers[1],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [_window(row) for row in rows]


def _window(row: dict[str, Any]) -> Window:
    """A row of the statement; an array of nothing is null there."""
    row |= {name: row[name] or [] for name in ("late_ids", "late_names", "near_ids", "near_names")}
    row["near"] = list(zip(row["near_names"], row["near_ids"], strict=True))
    return Window(**{field.name: row[field.name] for field in fields(Window)})


def count_contracts(query: TogetherFilter, today: datetime.date) -> dict[str, int]:
    """How many `contracts` run; one query.

    Of these `endless` have an end that is not known, `without_end_date` are rolling, and `assumed`
    have an end and no notice known.
    """
    counts: dict[str, int] = (
        query.rows.running_on(today)
        .order_by()
        .aggregate(
            contracts=Count("pk"),
            endless=Count("pk", filter=Q(rolling=False, ends_on="")),
            assumed=Count("pk", filter=Q(notice_months=None) & ~Q(ends_on="")),
            without_end_date=Count("pk", filter=Q(rolling=True)),
        )
    )
    return counts


def _contracts(query: TogetherFilter, today: datetime.date) -> Any:
    """What runs, by id: its key hashed, its lead, the end that counts, from when to act on it.

    Of what ends, that from today to the horizon. The key is hashed, since an id made from keys
    themselves would take longer than all windows do.
    """
    first: Any = F("ends_first")
    last: Any = F("ends_last")
    act_first: Any = F("act_by_earliest")
    act_last: Any = F("act_by_latest")
    if query.extended:
        first = Coalesce(FirstDay("extension_until"), first)
        last = Coalesce(LastDay("extension_until"), last)
    if query.extended or query.assumed_notice is not None:
        # Only then: to count back from each end takes a third of the time
        longest, shortest = query.notice_range
        act_first = LessMonths(first, Coalesce("notice_months", longest))
        act_last = LessMonths(last, Coalesce("notice_months", shortest))
    running = query.rows.running_on(today, if_extended=query.extended).order_by()
    rows = running.annotate(
        hash=Func("key", Value(0), function="hashtextextended", output_field=BigIntegerField()),
        first=first,
        last=last,
        act_first=act_first,
        act_last=act_last,
        passed=_is(Q(act_last__lt=today)),
        # An assumed notice may be longer than the contract's own
        late=_is(Q(notice_months__isnull=False, act_last__lt=today)),
        asked=_is(_takes_part(query)),
    )
    horizon = today + relativedelta(months=query.horizon)
    rows = rows.filter(Q(last=None) | Q(last__gte=today, first__lte=horizon))
    if query.stated_only:
        rows = rows.filter(Q(last=None) | Q(notice_months__isnull=False, first=F("last")))
    flags = ("passed", "late", "rolling", "asked")
    return rows.values_list("pk", "hash", "lead", "first", "last", "act_first", *flags)


def _takes_part(query: TogetherFilter) -> Q:
    """Whether one of the boroughs asked for, if any, leads or shares a contract."""
    boroughs = [borough.pk for borough in query.values.get("borough") or ()]
    if not boroughs:
        return Q(pk__isnull=False)
    shared = ContractPartner.objects.order_by().filter(borough__in=boroughs).values("contract")
    return Q(lead__in=boroughs) | Q(pk__in=shared)


def _is(condition: Q) -> Any:
    # A comparison with what is not known is null, and neither true nor false
    return Coalesce(ExpressionWrapper(condition, BooleanField()), Value(False))


def _links(query: TogetherFilter) -> Any:
    """(group, contract), each once, as far as the filters leave the groups."""
    if query.grouping == "supplier":
        suppliers = Contract.objects.filter(supplier__isnull=False).order_by()
        return suppliers.values_list("supplier", "pk")
    links: Any = ContractFunction if query.grouping == "function" else ContractSystem
    paths = {
        "function": {
            "function": "function",
            "service_area": "function__service_area",
            "kind": "function__service_area__kind",
        },
        "product": {"product": "system__product"},
    }[query.grouping]
    chosen = {
        f"{path}__in": query.values[name] for name, path in paths.items() if query.values.get(name)
    }
    pairs = links.objects.filter(**chosen).order_by()
    pairs = pairs.values_list(next(iter(paths.values())), "contract")
    # A contract may pay for several systems of one product
    return pairs.distinct() if query.grouping == "product" else pairs


def _as_sql(rows: Any) -> str:
    """A query as text that takes parameters by name."""
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        return str(cursor.mogrify(sql, parameters).decode()).replace("%", "%%")
