"""Contracts in groups that may be bought together, and the windows of each."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from boroughs.models import Borough
from citytools.provenance import SourceKind
from contracts.models import Contract, ContractQuerySet, Term
from contracts.together.choice import TogetherFilter
from contracts.together.windows import Span, Window, find, name_of, span_of
from systems.models import Function, Product, Supplier

MOST = 20_000
"""Contracts read at the most."""
Key = Function | Product | Supplier


@dataclass(frozen=True)
class Candidate:
    """A contract that runs today, the end that counts, and its span; None: no act-by date."""

    contract: Contract
    ends_on: datetime.date | None
    notice_months: int | None
    span: Span | None


@dataclass(frozen=True)
class Joint:
    """A window of one group of contracts, with those of them that it holds."""

    key: Key
    by: str
    window: Window
    members: Sequence[Candidate]
    group: Sequence[Candidate]

    @property
    def others(self) -> list[Candidate]:
        """The group's contracts outside the window. Asked of the few windows that are shown."""
        held = {one.contract.pk for one in self.members}
        return [one for one in self.group if one.contract.pk not in held]

    @property
    def id(self) -> str:
        """The window's id."""
        return name_of(self.by, self.key.slug, self.window)

    @property
    def opens_on(self) -> datetime.date:
        """When it opens."""
        return self.window.opens_on

    @property
    def closes_on(self) -> datetime.date:
        """When it closes."""
        return self.window.closes_on

    @property
    def leads(self) -> list[Borough]:
        """The lead boroughs, by name."""
        found = {one.contract.lead.pk: one.contract.lead for one in self.members}
        return sorted(found.values(), key=lambda lead: lead.name)

    @property
    def bodies(self) -> set[int]:
        """Everyone who leads or shares one of the contracts."""
        return {pk for one in self.members for pk in bodies_of(one.contract)}

    @property
    def illustrative(self) -> bool:
        """Whether any of its contracts is invented."""
        return any(one.contract.source_kind == SourceKind.ILLUSTRATIVE for one in self.members)


@dataclass(frozen=True)
class Found:
    """All windows, first to close first; `dateless` contracts have no act-by date to go by."""

    windows: Sequence[Joint]
    contracts: int
    dateless: int

    def named(self, id_: str) -> Joint | None:
        """The window of this id, if it is still there."""
        return next((joint for joint in self.windows if joint.id == id_), None)


def bodies_of(contract: Contract) -> set[int]:
    """The lead and those that share it."""
    return {contract.lead_id, *(partner.pk for partner in contract.partners.all())}


def of(chosen: TogetherFilter, today: datetime.date) -> Found:
    """The windows of the chosen contracts as at a day; six queries."""
    candidates = [_candidate(contract, chosen) for contract in _running(chosen.rows, today, chosen)]
    groups: dict[Key, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        for key in _keys(candidate.contract, chosen):
            groups[key].append(candidate)
    wanted = {borough.pk for borough in chosen.named.get("borough") or ()}
    windows = [
        joint
        for key, members in groups.items()
        for joint in _joint(key, members, chosen, today)
        if not wanted or wanted & joint.bodies
    ]
    # No two windows of a group share both days, for then they would hold the same contracts
    windows.sort(key=lambda one: (one.closes_on, one.opens_on, one.key.name, one.key.pk))
    dateless = sum(one.span is None for one in candidates)
    return Found(windows, len(candidates), dateless)


def _running(
    contracts: ContractQuerySet, today: datetime.date, chosen: TogetherFilter
) -> Iterable[Contract]:
    """Started as far as known, and not ended by the end that counts; led by any body."""
    started = Q(starts_first=None) | Q(starts_first__lte=today)
    lasting = Q(ends_last=None) | Q(ends_last__gte=today)
    if chosen.extended:
        lasting |= ~Q(extension_until="")
    rows = contracts.filter(started, lasting).select_related("lead", "supplier")
    rows = rows.prefetch_related("partners", "functions__service_area", "systems__product")
    found = rows.order_by("pk")[:MOST]
    return [one for one in found if not _over(one, today, chosen)]


def _over(contract: Contract, today: datetime.date, chosen: TogetherFilter) -> bool:
    term = Term(ends_on=_end(contract, chosen), rolling=contract.rolling)
    return term.standing(today) == "ended"


def _end(contract: Contract, chosen: TogetherFilter) -> str:
    return (chosen.extended and contract.extension_until) or contract.ends_on


def _candidate(contract: Contract, chosen: TogetherFilter) -> Candidate:
    assumed = contract.notice_months is None and chosen.assumed is not None
    notice = chosen.assumed if assumed else contract.notice_months
    term = Term(ends_on=_end(contract, chosen), notice_months=notice)
    by = term.act_by
    span = span_of(contract.pk, contract.lead_id, by, chosen.lead, assumed=assumed) if by else None
    return Candidate(contract, term.end, notice, span)


def _keys(contract: Contract, chosen: TogetherFilter) -> Iterator[Key]:
    named = chosen.named
    if chosen.grouping == "supplier":
        yield from [contract.supplier] if contract.supplier else []
    elif chosen.grouping == "product":
        wanted = {one.pk for one in named.get("product") or ()}
        products = {one.product for one in contract.systems.all()}
        yield from (one for one in products if not wanted or one.pk in wanted)
    else:
        yield from (one for one in contract.functions.all() if _asked(one, named))


def _asked(function: Function, named: Mapping[str, Any]) -> bool:
    """Whether the filters want this one of a contract's functions."""
    functions = {one.pk for one in named.get("function") or ()}
    areas = {one.pk for one in named.get("service_area") or ()}
    kinds = set(named.get("kind") or ())
    area = function.service_area
    return (
        (not functions or function.pk in functions)
        and (not areas or area.pk in areas)
        and (not kinds or area.kind in kinds)
    )


def _joint(
    key: Key, members: Sequence[Candidate], chosen: TogetherFilter, today: datetime.date
) -> Iterator[Joint]:
    at = {one.contract.pk: one for one in members}
    spans = [one.span for one in members if one.span]
    for window in find(spans, today, chosen.horizon):
        inside = [at[span.contract] for span in window.spans]
        yield Joint(key, chosen.grouping, window, inside, members)
