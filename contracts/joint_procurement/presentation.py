"""A window as a page shows it: its sentence, its contracts, and who would nearly fit."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.http import QueryDict

from boroughs.models import Borough
from contracts.joint_procurement import contract_rows, windows
from contracts.joint_procurement.filters import TogetherFilter, WindowFilter
from contracts.joint_procurement.plan import (
    ContractStep,
    NearMiss,
    TargetPlan,
    cheapest_target,
    near_misses,
    plan_for_target,
    planned_contracts,
)
from contracts.joint_procurement.windows import Candidate, GroupWindow
from contracts.models import Contract
from systems.models import System


def window_sentence(joint: GroupWindow, today: datetime.date) -> str:
    """'Camden and Barnet can still choose together between … and …; £1.2 m a year known …'."""
    return f"{join_names([lead.name for lead in joint.leads])} {closing_note(joint, today)}"


def closing_note(joint: GroupWindow, today: datetime.date) -> str:
    """'can still choose together until …; £94,000 a year known for 2 of 3 contracts.'"""
    return f"can still choose together {_when(joint, today)}; {known_worth(joint.members)}."


def _when(joint: GroupWindow, today: datetime.date) -> str:
    closes = f"{joint.closes_on:%-d %B %Y}"
    if joint.opens_on <= today:
        return "today only" if joint.closes_on == today else f"until {closes}"
    if joint.opens_on == joint.closes_on:
        return f"on {closes} only"
    same = joint.opens_on.year == joint.closes_on.year
    opens = f"{joint.opens_on:%-d %B}" if same else f"{joint.opens_on:%-d %B %Y}"
    return f"between {opens} and {closes}"


def known_worth(members: Sequence[Candidate]) -> str:
    """'£1.2 m a year known for 2 of 3 contracts'."""
    values = [candidate.held.annual_value for candidate in members]
    known = [value for value in values if value is not None]
    if not known:
        return f"what the {len(members)} contracts cost is not known"
    of = f"all {len(known)}" if len(known) == len(values) else f"{len(known)} of {len(values)}"
    return f"{short_pounds(sum(known, Decimal(0)))} a year known for {of} contracts"


def short_pounds(value: Decimal) -> str:
    """£1.2 m from a million on, else £94,000."""
    return f"£{value / 1_000_000:.1f} m" if value >= 1_000_000 else f"£{value:,.0f}"


MAX_NAMES = 40
"""Bodies named in a sentence: all of London, but not of a nation."""


def join_names(names: Sequence[str]) -> str:
    """'A, B and C'; of very many the first ten and how many more."""
    if len(names) > MAX_NAMES:
        names = [*names[:10], f"{len(names) - 10:,} more"]
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])


def window_systems(joint: GroupWindow, candidate: Candidate) -> list[System]:
    """The systems of a contract that the window is about, by product."""
    of = {"function": "function_id", "product": "product_id"}.get(joint.by)
    systems = [
        system
        for system in candidate.contract.systems.all()
        if of is None or getattr(system, of) == joint.key.pk
    ]
    return sorted(systems, key=lambda system: (system.product.name, system.pk))


MAX_CONTRACTS_PER_WINDOW = 200
"""Contracts of one window that its page shows and plans for."""
MAX_CONTRACTS_IN_LIST = 50
"""Contracts of each window that a list shows."""


@dataclass(frozen=True)
class WindowSummary:
    """One window in words."""

    joint: GroupWindow
    sentence: str
    chance: str
    address: str

    @property
    def name(self) -> str:
        """What is to be bought, or from whom."""
        return str(self.joint.key.name)

    @property
    def leads(self) -> Sequence[Borough]:
        """The boroughs that lead its contracts, by name."""
        return self.joint.leads

    @property
    def illustrative(self) -> bool:
        """Whether any of its contracts is invented."""
        return self.joint.illustrative

    @property
    def assumed(self) -> bool:
        """Whether the notice of any of its contracts is assumed."""
        return any(
            candidate.span is not None and candidate.span.assumed
            for candidate in self.joint.members
        )


@dataclass(frozen=True)
class WindowDetail(WindowSummary):
    """One window with its contracts, those first that must be acted on first.

    `rows` pair each contract with the systems it pays for that are known.
    """

    rows: Sequence[tuple[Candidate, Sequence[System]]]
    misses: Sequence[NearMiss]

    @property
    def contracts(self) -> int:
        """How many contracts it has; a nation's windows have more than `rows`."""
        return len(self.joint.members)


def _words(joint: GroupWindow, chosen: TogetherFilter, today: datetime.date) -> dict[str, Any]:
    query = chosen.query_string(target=[])
    return {
        "joint": joint,
        "sentence": window_sentence(joint, today),
        "chance": closing_note(joint, today),
        "address": f"/contracts/together/{joint.id}/{'?' if query else ''}{query}",
    }


def summarise_windows(
    joints: Iterable[GroupWindow], chosen: TogetherFilter, today: datetime.date
) -> list[WindowSummary]:
    """Some windows in words; they ask the database nothing."""
    return [WindowSummary(**_words(joint, chosen, today)) for joint in joints]


def detail_windows(
    joints: Iterable[GroupWindow], chosen: TogetherFilter, today: datetime.date, most: int
) -> list[WindowDetail]:
    """Some windows, each with so many of its contracts; three queries for all of them."""
    several = [(joint, joint.members[:most]) for joint in joints]
    records = contract_rows.fetch_contracts(
        candidate.held for _, members in several for candidate in members
    )
    return [
        WindowDetail(
            **_words(joint, chosen, today),
            # One may have been deleted since its window was found
            rows=[
                _row(joint, candidate, records[candidate.held.pk])
                for candidate in members
                if candidate.held.pk in records
            ],
            misses=near_misses(joint, chosen.lead),
        )
        for joint, members in several
    ]


def _row(
    joint: GroupWindow, candidate: Candidate, record: Contract
) -> tuple[Candidate, Sequence[System]]:
    read = replace(candidate, record=record)
    return read, window_systems(joint, read)


def windows_with_most_boroughs(
    chosen: TogetherFilter, today: datetime.date, most: int = 3
) -> list[WindowSummary]:
    """The windows with the most boroughs, one for each group; then the first to close."""
    ordered = sorted(
        _one_each(
            windows.windows_for(chosen, today).windows, lambda window: -len(window.window.leads)
        ),
        key=lambda window: (-len(window.window.leads), window.closes_on, window.key.name),
    )
    return summarise_windows(ordered[:most], chosen, today)


def windows_for_borough(
    borough: Borough, today: datetime.date, months: int, *, illustrative: bool = True
) -> list[WindowSummary]:
    """The windows in which a borough takes part, one for each group, first to close first."""
    data = QueryDict(f"borough={borough.slug}&months={months}", mutable=True)
    if not illustrative:
        data["illustrative"] = "no"
    filterset = TogetherFilter(data, Contract.objects.all())
    found = _one_each(
        windows.windows_for(filterset, today).windows, lambda window: window.closes_on
    )
    return summarise_windows(found, filterset, today)


def _one_each(
    windows: Iterable[GroupWindow], rank: Callable[[GroupWindow], Any]
) -> list[GroupWindow]:
    """Of each group the window that ranks first, the groups in their order."""
    best: dict[object, GroupWindow] = {}
    for joint in windows:
        window = best.get(joint.key)
        if window is None or rank(joint) < rank(window):
            best[joint.key] = joint
    return list(best.values())


def window_file_rows(windows: Sequence[GroupWindow]) -> Iterator[Mapping[str, Any]]:
    """The rows of `TOGETHER_COLUMNS`."""
    for joint in windows:
        shared = {
            "window_id": joint.id,
            "group_by": joint.by,
            "group": joint.key.name,
            "opens_on": joint.opens_on,
            "closes_on": joint.closes_on,
            "boroughs": [lead.name for lead in joint.leads],
        }
        for candidate in joint.members:
            yield shared | _contract_cells(candidate)


def _contract_cells(candidate: Candidate) -> dict[str, Any]:
    span = candidate.span
    assumed = span is not None and span.assumed
    act_by = span.act_by if span else None
    return {
        "contract_id": candidate.held.pk,
        "lead_borough": candidate.lead.name,
        "must_start": None if assumed or span is None else span.must_start,
        "act_by": None if assumed else act_by,
        "annual_value": candidate.held.annual_value,
        "assumed_notice_months": candidate.notice_months if assumed else None,
        "assumed_act_by": act_by if assumed else None,
    }


@dataclass(frozen=True)
class Targets:
    """`chosen` is the plan shown: the one asked for, else the cheapest, else the last end.

    `earliest` is the first day that leaves time to buy. `offered` are the ends of the contracts.
    """

    chosen: TargetPlan
    cheapest: TargetPlan | None
    earliest: datetime.date
    offered: Sequence[TargetPlan]
    rows: Sequence[tuple[Candidate, ContractStep]]

    @property
    def too_soon(self) -> bool:
        """Whether the chosen date leaves no time to buy."""
        return self.chosen.target < self.earliest


def target_plans(
    detail: WindowDetail, chosen: WindowFilter, today: datetime.date
) -> Targets | None:
    """The plans for a window's contracts; None where they are more than are shown."""
    if detail.contracts > len(detail.rows):
        return None
    holdings = planned_contracts(detail.joint)
    earliest = today + relativedelta(months=chosen.lead)
    best = cheapest_target(holdings, earliest)
    ends = sorted({holding.ends_on for holding in holdings})
    asked = chosen.values.get("target")
    plan = (
        plan_for_target(holdings, asked) if asked else best or plan_for_target(holdings, ends[-1])
    )
    offered = [plan_for_target(holdings, end) for end in ends]
    rows = zip([candidate for candidate, _ in detail.rows], plan.steps, strict=True)
    return Targets(plan, best, earliest, offered, list(rows))
