"""Contracts in groups that may be bought together, and the windows of each."""

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from dateutil.relativedelta import relativedelta

from boroughs.models import Borough
from citytools.facts.provenance import SourceKind
from contracts.joint_procurement import contract_rows
from contracts.joint_procurement.contract_rows import ContractRow, GroupKey, RunningContracts
from contracts.joint_procurement.filters import TogetherFilter
from contracts.models import Contract, ContractTerm, must_start

# Each contract spans the days from when work on a successor must start to its act-by date. A
# window is a maximal set of such contracts, under at least two lead boroughs, that share a day.
# It opens at the latest must-start and closes at the earliest act-by of its contracts. Only what
# can still be acted on counts: contracts whose act-by date is today or later and whose work must
# start within the horizon; what lies outside never hides a window that lies within.


@dataclass(frozen=True)
class Span:
    """One contract's days to act, by primary keys of the contract and of its lead borough.

    `assumed` says that the notice behind `act_by` was assumed, not known.
    """

    contract: int
    lead: int
    must_start: datetime.date
    act_by: datetime.date
    assumed: bool = False


@dataclass(frozen=True)
class SharedSpan:
    """Contracts that share a day, in the order of their act-by dates."""

    spans: Sequence[Span]

    @cached_property
    def opens_on(self) -> datetime.date:
        """The latest day on which work for one of them must start."""
        return max(span.must_start for span in self.spans)

    @cached_property
    def closes_on(self) -> datetime.date:
        """The earliest day by which one of them must be acted on."""
        return min(span.act_by for span in self.spans)

    @cached_property
    def leads(self) -> frozenset[int]:
        """The lead boroughs."""
        return frozenset(span.lead for span in self.spans)


def contract_span(
    contract: int, lead: int, act_by: datetime.date, lead_months: int, *, assumed: bool = False
) -> Span:
    """The span of a contract with an act-by date."""
    return Span(contract, lead, must_start(act_by, lead_months), act_by, assumed)


def find_windows(spans: Iterable[Span], today: datetime.date, months: int) -> list[SharedSpan]:
    """The windows among one group's contracts, first to close first, then first to open."""
    last = today + relativedelta(months=months)
    open_ = [span for span in spans if span.act_by >= today and span.must_start <= last]
    shared_spans = [
        SharedSpan(shared) for shared in _maximal(open_) if len({span.lead for span in shared}) > 1
    ]
    # No two share both days, for then they would hold the same contracts
    return sorted(shared_spans, key=lambda span: (span.closes_on, span.opens_on))


def _maximal(spans: Sequence[Span]) -> Iterator[tuple[Span, ...]]:
    """Every maximal set that shares a day: what is running whenever one ends after one began."""
    begins = sorted(spans, key=lambda span: (span.must_start, span.contract))
    ends = sorted(spans, key=lambda span: (span.act_by, span.contract))
    running: dict[int, Span] = {}
    waiting = iter(begins)
    upcoming = next(waiting, None)
    for ending in ends:
        begun = False
        while upcoming is not None and upcoming.must_start <= ending.act_by:
            running[upcoming.contract] = upcoming
            begun, upcoming = True, next(waiting, None)
        if begun:
            yield tuple(sorted(running.values(), key=lambda span: (span.act_by, span.contract)))
        del running[ending.contract]


def window_id(by: str, group: str, window: SharedSpan) -> str:
    """The window's id: the same as long as its group and its contracts are the same."""
    keys = sorted(span.contract for span in window.spans)
    told = f"{by}:{group}:{','.join(map(str, keys))}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Candidate:
    """A contract that runs today, the end that counts, and its span; None: no act-by date."""

    held: ContractRow
    lead: Borough
    ends_on: datetime.date | None
    notice_months: int | None
    span: Span | None
    bodies: frozenset[int]
    """The lead and those that share it."""
    record: Contract | None = None
    """The contract itself, which is read where it is shown."""

    @property
    def contract(self) -> Contract:
        """The contract itself, of a candidate that is shown."""
        if self.record is None:
            raise LookupError(f"Contract {self.held.pk} was not read to be shown.")
        return self.record


@dataclass(frozen=True)
class GroupWindow:
    """A window of one group of contracts, with those of them that it holds."""

    key: GroupKey
    by: str
    window: SharedSpan
    members: Sequence[Candidate]
    group: Sequence[Candidate]

    @property
    def others(self) -> list[Candidate]:
        """The group's contracts outside the window. Asked of the few windows that are shown."""
        inside = {candidate.held.pk for candidate in self.members}
        return [candidate for candidate in self.group if candidate.held.pk not in inside]

    @cached_property
    def id(self) -> str:
        """The window's id."""
        return window_id(self.by, self.key.slug, self.window)

    @property
    def opens_on(self) -> datetime.date:
        """When it opens."""
        return self.window.opens_on

    @property
    def closes_on(self) -> datetime.date:
        """When it closes."""
        return self.window.closes_on

    @cached_property
    def leads(self) -> list[Borough]:
        """The lead boroughs, by name."""
        found = {candidate.lead.pk: candidate.lead for candidate in self.members}
        return sorted(found.values(), key=lambda lead: lead.name)

    @property
    def bodies(self) -> set[int]:
        """Everyone who leads or shares one of the contracts."""
        return {pk for candidate in self.members for pk in candidate.bodies}

    @property
    def illustrative(self) -> bool:
        """Whether any of its contracts is invented."""
        return any(
            candidate.held.source_kind == SourceKind.ILLUSTRATIVE for candidate in self.members
        )


@dataclass(frozen=True)
class WindowSearch:
    """All windows, first to close first; `dateless` contracts have no act-by date to go by.

    `cut` says that more contracts run than are read at once.
    """

    windows: Sequence[GroupWindow]
    contracts: int
    dateless: int
    cut: bool

    def named(self, id_: str) -> GroupWindow | None:
        """The window of this id, if it is still there."""
        return next((joint for joint in self.windows if joint.id == id_), None)


def windows_for(chosen: TogetherFilter, today: datetime.date) -> WindowSearch:
    """The windows of the chosen contracts as at a day; six queries."""
    contracts = contract_rows.read_contracts(chosen, today)
    candidates = [_candidate(contract, contracts, chosen) for contract in contracts.contracts]
    groups: dict[GroupKey, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        for key in contracts.keys.get(candidate.held.pk, ()):
            groups[key].append(candidate)
    wanted = {borough.pk for borough in chosen.values.get("borough") or ()}
    windows = [
        joint
        for key, members in groups.items()
        for joint in _joint(key, members, chosen, today)
        if not wanted or wanted & joint.bodies
    ]
    # No two windows of a group share both days, for then they would hold the same contracts
    windows.sort(
        key=lambda window: (window.closes_on, window.opens_on, window.key.name, window.key.pk)
    )
    dateless = sum(one.span is None for one in candidates)
    return WindowSearch(windows, len(candidates), dateless, contracts.cut)


def _candidate(contract: ContractRow, found: RunningContracts, chosen: TogetherFilter) -> Candidate:
    assumed = contract.notice_months is None and chosen.assumed is not None
    notice = chosen.assumed if assumed else contract.notice_months
    term = ContractTerm(ends_on=contract_rows.counted_end(contract, chosen), notice_months=notice)
    by = term.act_by
    span = (
        contract_span(contract.pk, contract.lead_id, by, chosen.lead, assumed=assumed)
        if by
        else None
    )
    bodies = frozenset([contract.lead_id, *found.partners.get(contract.pk, ())])
    lead = found.leads[contract.lead_id]
    return Candidate(contract, lead, term.end, notice, span, bodies)


def _joint(
    key: GroupKey, members: Sequence[Candidate], chosen: TogetherFilter, today: datetime.date
) -> Iterator[GroupWindow]:
    at = {candidate.held.pk: candidate for candidate in members}
    spans = [candidate.span for candidate in members if candidate.span]
    for window in find_windows(spans, today, chosen.horizon):
        inside = [at[span.contract] for span in window.spans]
        yield GroupWindow(key, chosen.grouping, window, inside, members)
