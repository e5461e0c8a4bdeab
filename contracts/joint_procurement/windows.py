"""Contracts in groups that may be bought together, and the windows of each.

Each contract spans the days from when work on a successor must start to its act-by date. A window
is a maximal set of such contracts, under at least two lead boroughs, that share a day. It opens at
the latest must-start and closes at the earliest act-by of its contracts. Only what can still be
acted on counts: contracts whose act-by date is today or later and whose work must start within the
horizon; what lies outside never hides a window that lies within.
"""

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from dateutil.relativedelta import relativedelta

from boroughs.models import Borough
from contracts.joint_procurement.contract_rows import ContractRow, Group, read_contracts
from contracts.joint_procurement.filters import TogetherFilter


@dataclass(frozen=True)
class Window:
    """Contracts for one function, product or supplier that share a day, first to act on first.

    `candidates` are all contracts of the group that run and have an act-by date.
    """

    group: Group
    group_by: str
    contracts: Sequence[ContractRow]
    candidates: Sequence[ContractRow] = ()

    @cached_property
    def id(self) -> str:
        """The same as long as its group and its contracts are the same."""
        keys = ",".join(sorted(row.key for row in self.contracts))
        text = f"{self.group_by}:{self.group.slug}:{keys}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @cached_property
    def opens_on(self) -> datetime.date:
        """The latest day on which work for one of them must start."""
        return max(row.must_start for row in self.contracts)

    @cached_property
    def closes_on(self) -> datetime.date:
        """The earliest day by which one of them must be acted on."""
        return min(row.act_by for row in self.contracts)

    @cached_property
    def lead_ids(self) -> frozenset[int]:
        """The lead boroughs; `leads` sorts them, which is only worth it for windows on a page."""
        return frozenset(row.lead.pk for row in self.contracts)

    @cached_property
    def leads(self) -> list[Borough]:
        leads = {row.lead.pk: row.lead for row in self.contracts}
        return sorted(leads.values(), key=lambda lead: lead.name)

    @property
    def notice_assumed(self) -> bool:
        """Whether the notice of any of its contracts is assumed."""
        return any(row.notice_assumed for row in self.contracts)


def windows_for(query: TogetherFilter, today: datetime.date) -> list[Window]:
    """The windows of the selected contracts as at a day, first to close first; six queries."""
    return group_windows(read_contracts(query, today)[0], query, today)


def group_windows(
    rows: Sequence[ContractRow], query: TogetherFilter, today: datetime.date
) -> list[Window]:
    """The windows of each group, and of these the ones with the boroughs of the query."""
    # By key: to hash a record looks its key up, 35,000 times here
    groups: dict[int, tuple[Group, list[ContractRow]]] = {}
    for row in rows:
        for group in row.groups:
            groups.setdefault(group.pk, (group, []))[1].append(row)
    boroughs = {borough.pk for borough in query.values.get("borough") or ()}
    windows = [
        window
        for group, candidates in groups.values()
        for window in find_windows(group, query.grouping, candidates, today, query.horizon)
        if not boroughs
        or boroughs & window.lead_ids
        or any(boroughs.intersection(row.partner_ids) for row in window.contracts)
    ]
    # A total order: two windows of a group that shared both days would hold the same contracts
    return sorted(
        windows,
        key=lambda window: (window.closes_on, window.opens_on, window.group.name, window.group.pk),
    )


def find_windows(
    group: Group,
    group_by: str,
    candidates: Sequence[ContractRow],
    today: datetime.date,
    horizon_months: int,
) -> list[Window]:
    """The windows among one group's contracts, first to close first, then first to open."""
    last = today + relativedelta(months=horizon_months)
    open_ = [row for row in candidates if row.act_by >= today and row.must_start <= last]
    windows = [Window(group, group_by, rows, candidates) for rows in _maximal_sets(open_)]
    return sorted(
        (window for window in windows if len(window.lead_ids) > 1),
        key=lambda window: (window.closes_on, window.opens_on),
    )


def _maximal_sets(rows: Sequence[ContractRow]) -> Iterator[list[ContractRow]]:
    """Every maximal set that shares a day: what is open whenever one ends after one began."""
    by_end = sorted(rows, key=lambda row: (row.act_by, row.pk))
    upcoming = sorted(rows, key=lambda row: (row.must_start, row.pk), reverse=True)
    open_: dict[int, ContractRow] = {}
    for ending in by_end:
        begun = False
        while upcoming and upcoming[-1].must_start <= ending.act_by:
            row = upcoming.pop()
            open_[row.pk] = row
            begun = True
        if begun:
            yield sorted(open_.values(), key=lambda row: (row.act_by, row.pk))
        del open_[ending.pk]
