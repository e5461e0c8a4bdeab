"""Windows as pages, files and calendars show them: sentences, contracts, near misses, plans."""

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.http import QueryDict

from boroughs.models import Borough
from citytools.worlds.addresses import site_path
from contracts.joint_procurement.contract_rows import ContractRow, fetch_records
from contracts.joint_procurement.filters import TogetherFilter, WindowFilter
from contracts.joint_procurement.plan import (
    Plan,
    Step,
    cheapest_target,
    near_misses,
    plan_for_target,
)
from contracts.joint_procurement.windows import Window, windows_for
from contracts.models import Contract
from systems.models import System

# Bodies named in a sentence: all of London, but not of a nation.
MAX_NAMES = 40


@dataclass(frozen=True)
class WindowView:
    """One window in words; in detail with its contracts, those first that must be acted on first.

    `rows` pair a contract with those of its systems that the window is about.
    """

    window: Window
    sentence: str
    closing_note: str
    address: str
    rows: Sequence[tuple[ContractRow, Sequence[System]]] = ()
    near_misses: Sequence[Step] = ()

    @property
    def name(self) -> str:
        """What is to be bought, or from whom."""
        return self.window.group.name

    @property
    def leads(self) -> Sequence[Borough]:
        return self.window.leads


def summarise_windows(
    windows: Iterable[Window], query: TogetherFilter, today: datetime.date
) -> list[WindowView]:
    """Windows in words: 'Camden and Barnet can still choose together between … and …; £1.2 m …'.

    No query: there may be thousands.
    """
    string = query.query_string(target=[])
    views = []
    for window in windows:
        note = f"can still choose together {_when(window, today)}; {known_worth(window.contracts)}."
        sentence = f"{join_names([lead.name for lead in window.leads])} {note}"
        address = site_path(f"/contracts/together/{window.id}/{'?' if string else ''}{string}")
        views.append(WindowView(window, sentence, note, address))
    return views


def detail_windows(
    windows: Iterable[Window], query: TogetherFilter, today: datetime.date, max_contracts: int
) -> list[WindowView]:
    """Windows in words, each with so many of its contracts; three queries for all of them."""
    views = summarise_windows(windows, query, today)
    records = fetch_records(row for view in views for row in view.window.contracts[:max_contracts])
    return [
        replace(
            view,
            # A contract may have been deleted since its window was computed
            rows=[
                (replace(row, record=record), _window_systems(view.window, record))
                for row in view.window.contracts[:max_contracts]
                if (record := records.get(row.pk))
            ],
            near_misses=near_misses(view.window, query.lead),
        )
        for view in views
    ]


def _window_systems(window: Window, contract: Contract) -> list[System]:
    """The systems of a contract that the window is about, by product."""
    field = {"function": "function_id", "product": "product_id"}.get(window.group_by)
    systems = [
        system
        for system in contract.systems.all()
        if field is None or getattr(system, field) == window.group.pk
    ]
    return sorted(systems, key=lambda system: (system.product.name, system.pk))


def _when(window: Window, today: datetime.date) -> str:
    closes = f"{window.closes_on:%-d %B %Y}"
    if window.opens_on <= today:
        return "today only" if window.closes_on == today else f"until {closes}"
    if window.opens_on == window.closes_on:
        return f"on {closes} only"
    same = window.opens_on.year == window.closes_on.year
    opens = f"{window.opens_on:%-d %B}" if same else f"{window.opens_on:%-d %B %Y}"
    return f"between {opens} and {closes}"


def known_worth(contracts: Sequence[ContractRow]) -> str:
    """'£1.2 m a year known for 2 of 3 contracts'; from a million on in millions.

    Without those that include services: '…; 1 of them includes services and is left out'.
    """
    summed = [row for row in contracts if not row.includes_services]
    known = [row.annual_value for row in summed if row.annual_value is not None]
    total, services = len(contracts), len(contracts) - len(summed)
    left_out = "" if not services else f", {services} of which include services and are left out"
    if services == 1:
        left_out = ", 1 of which includes services and is left out"
    if not known:
        return f"what the {total} contracts cost is not known{left_out}"
    pounds = sum(known, Decimal(0))
    worth = f"£{pounds / 1_000_000:.1f} m" if pounds >= 1_000_000 else f"£{pounds:,.0f}"
    share = f"all {total}" if len(known) == total else f"{len(known)} of {total}"
    return f"{worth} a year known for {share} contracts{left_out}"


def join_names(names: Sequence[str]) -> str:
    """'A, B and C'; of very many the first ten and how many more."""
    if len(names) > MAX_NAMES:
        names = [*names[:10], f"{len(names) - 10:,} more"]
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])


def windows_with_most_boroughs(
    query: TogetherFilter, today: datetime.date, limit: int = 3
) -> list[WindowView]:
    """The windows with the most boroughs, one for each group; then the first to close."""
    widest = _best_per_group(windows_for(query, today), lambda window: -len(window.lead_ids))
    widest.sort(
        key=lambda window: (-len(window.lead_ids), window.closes_on, window.group.name),
    )
    return summarise_windows(widest[:limit], query, today)


def windows_for_borough(
    borough: Borough, today: datetime.date, horizon_months: int
) -> list[WindowView]:
    """The windows in which a borough takes part, one for each group, first to close first."""
    data = QueryDict(f"borough={borough.slug}&months={horizon_months}")
    query = TogetherFilter(data, Contract.objects.all())
    windows = _best_per_group(windows_for(query, today), lambda window: window.closes_on)
    return summarise_windows(windows, query, today)


def _best_per_group(windows: Iterable[Window], rank: Callable[[Window], Any]) -> list[Window]:
    """Of each group the window that ranks first, the groups in their order."""
    best: dict[object, Window] = {}
    for window in windows:
        other = best.setdefault(window.group, window)
        best[window.group] = min(other, window, key=rank)
    return list(best.values())


def window_file_rows(windows: Iterable[Window]) -> Iterator[Mapping[str, Any]]:
    """The rows of `TOGETHER_COLUMNS`."""
    for window in windows:
        shared = {
            "window_id": window.id,
            "group_by": window.group_by,
            "group": window.group.name,
            "opens_on": window.opens_on,
            "closes_on": window.closes_on,
            "boroughs": [lead.name for lead in window.leads],
        }
        for contract in window.contracts:
            yield shared | _contract_cells(contract)


def _contract_cells(contract: ContractRow) -> dict[str, Any]:
    assumed = contract.notice_assumed
    return {
        "contract_id": contract.key,
        "lead_borough": contract.lead.name,
        "must_start": None if assumed else contract.must_start,
        "act_by": None if assumed else contract.act_by,
        "annual_value": contract.annual_value,
        "assumed_notice_months": contract.notice_months if assumed else None,
        "assumed_act_by": contract.act_by if assumed else None,
    }


def target_plans(view: WindowView, query: WindowFilter, today: datetime.date) -> dict[str, Any]:
    """`plan` for the target of the query, else the cheapest, else for the last end; `cheapest`.

    `earliest` is the first day that leaves time to buy, `alternatives` are plans for the ends of
    the contracts. Empty where the window has more contracts than are shown.
    """
    if len(view.window.contracts) > len(view.rows):
        return {}
    contracts = [row for row, _ in view.rows]
    earliest = today + relativedelta(months=query.lead)
    cheapest = cheapest_target(contracts, earliest)
    ends = sorted({row.ends_on for row in contracts})
    alternatives = [plan_for_target(contracts, end) for end in ends]
    target = query.values.get("target")
    plan: Plan = plan_for_target(contracts, target) if target else cheapest or alternatives[-1]
    return {
        "plan": plan,
        "cheapest": cheapest,
        "earliest": earliest,
        "alternatives": alternatives,
        "too_soon": plan.target < earliest,
    }
