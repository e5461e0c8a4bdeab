"""Windows as pages, files and calendars show them: sentences, contracts, near misses, plans."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta
from django.http import QueryDict
from django.urls import get_script_prefix

from boroughs.models import Borough
from citytools.history.data_version import derived_value
from citytools.worlds.addresses import site_path
from contracts.joint_procurement.contract_rows import ContractRow, read_rows
from contracts.joint_procurement.filters import TogetherFilter, WindowFilter
from contracts.joint_procurement.plan import (
    Plan,
    Step,
    cheapest_target,
    near_contracts,
    near_misses,
    plan_for_target,
)
from contracts.joint_procurement.windows import Window, read_windows
from contracts.models import Contract, must_start
from contracts.models.term import ASSUMED_MONTHS, ASSUMED_NOTICE_MONTHS, CanAct
from systems.models import System

# Bodies named in a sentence: all of London, but not of a nation.
MAX_NAMES = 40


@dataclass(frozen=True)
class WindowView:
    """One window in words; in detail with its contracts, first to act on first, too late last.

    `rows` pair a contract with those of its systems that the window is about.
    """

    window: Window
    sentence: str
    closing_note: str
    address: str
    rows: Sequence[tuple[ContractRow, Sequence[System]]] = ()
    near_misses: Sequence[Step] = ()
    leads: Sequence[Borough] = ()

    @property
    def name(self) -> str:
        """What is to be bought, or from whom."""
        return self.window.name


def summarise_windows(windows: Iterable[Window], query: TogetherFilter) -> list[WindowView]:
    """Windows in words: 'Barnet and Camden: 2 contracts for Rents end on …. All can still …'.

    No query: there may be thousands.
    """
    string = query.query_string(target=[])
    views = []
    for window in windows:
        note = " ".join(_sentences(window, query))
        address = site_path(f"/contracts/together/{window.id}/{'?' if string else ''}{string}")
        views.append(WindowView(window, f"{join_names(window.lead_names)}: {note}", note, address))
    return views


def detail_windows(
    windows: Iterable[Window], query: TogetherFilter, today: datetime.date, max_contracts: int
) -> list[WindowView]:
    """Windows in words, each with so many of its contracts; three queries for all of them."""
    views = summarise_windows(windows, query)
    keys = {view.window.id: view.window.all_ids[:max_contracts] for view in views}
    near = {key for view in views for _, key in near_contracts(view.window)}
    rows = read_rows(near.union(*keys.values()), query, today, for_page=True)
    return [
        replace(
            view,
            # A contract may have been deleted since its window was computed
            rows=[
                (rows[key], _window_systems(view.window, rows[key].record))
                for key in keys[view.window.id]
                if key in rows
            ],
            near_misses=near_misses(view.window, rows, query.lead),
        )
        for view in views
    ]


def _window_systems(window: Window, contract: Contract) -> list[System]:
    """The systems of a contract that the window is about, by product."""
    field = {"function": "function_id", "product": "product_id"}.get(window.group_by)
    systems = [
        system
        for system in contract.systems.all()
        if field is None or getattr(system, field) == window.group
    ]
    return sorted(systems, key=lambda system: (system.product.name, system.pk))


def _sentences(window: Window, query: TogetherFilter) -> Iterator[str]:
    """When its contracts end, whether one can act, who is too late, and what they cost."""
    relation = {"function": "for", "supplier": "with"}.get(window.group_by, "that pay for")
    contracts = f"{len(window.contract_ids):,} contracts {relation} {window.name}"
    yield f"{contracts} end {days_in_words(window.ends_first, window.ends_last)}."
    yield f"{_can_act(window)}{_assumption(window, query)}."
    if window.late_ids:
        yield f"Too late: {join_names(window.late_names)}."
    worth = known_worth(window)
    yield f"{worth[0].upper()}{worth[1:]}."


def days_in_words(first: datetime.date, last: datetime.date) -> str:
    """'on 31 March 2027' or 'between 31 March and 31 December 2027'."""
    if first == last:
        return f"on {last:%-d %B %Y}"
    begin = f"{first:%-d %B}" if first.year == last.year else f"{first:%-d %B %Y}"
    return f"between {begin} and {last:%-d %B %Y}"


def _can_act(window: Window) -> str:
    late = window.perhaps_late
    ask = f", {'' if late == window.may else f'{late:,} of them '}perhaps too late: ask"
    doubt = ask if late else ""
    if window.can_until is None:
        return f"All may still be acted on{doubt}"
    can = f"{window.can:,}" if window.may else "All"
    until = f"{'the first ' if window.can > 1 else ''}until {window.can_until:%-d %B %Y}"
    may = f"; {window.may:,} may{doubt}" if window.may else ""
    return f"{can} can still be acted on, {until}{may}"


def _assumption(window: Window, query: TogetherFilter) -> str:
    if not window.assumed:
        return ""
    whole = window.assumed == len(window.contract_ids)
    subject = "no notice is known" if whole else f"the notice of {window.assumed:,} is not known"
    return f" ({subject}: {assumed_months(query)} are assumed)"


def assumed_months(query: TogetherFilter) -> str:
    """'12 to 3 months', what is assumed where a notice is not known."""
    months = query.assumed_notice
    if months is None:
        return ASSUMED_MONTHS
    return f"{months} month{'' if months == 1 else 's'}"


def known_worth(window: Window) -> str:
    """'£1.2 m a year known for 2 of 3 contracts'; from a million on in millions.

    Without those that include services: '…, without 1 that includes services'.
    """
    total, services = len(window.contract_ids), window.services
    if window.annual_value is None:
        return f"what the {total} contracts cost is not known"
    include = "includes" if services == 1 else "include"
    left_out = f", without {services} that {include} services" if services else ""
    pounds = window.annual_value
    cost = f"£{pounds / 1_000_000:.1f} m" if pounds >= 1_000_000 else f"£{pounds:,.0f}"
    share = f"all {total}" if window.priced == total else f"{window.priced} of {total}"
    return f"{cost} a year known for {share} contracts{left_out}"


def join_names(names: Sequence[str]) -> str:
    """'A, B and C'; of very many the first ten and how many more."""
    if len(names) > MAX_NAMES:
        names = [*names[:10], f"{len(names) - 10:,} more"]
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])


def windows_for_borough(
    borough: Borough, today: datetime.date, horizon_months: int
) -> list[WindowView]:
    """The windows in which a borough may have to act so soon, one for each group, first first."""
    # A contract may have to be acted on within the months and end so much later
    months = horizon_months + ASSUMED_NOTICE_MONTHS[0]
    data = QueryDict(f"borough={borough.slug}&months={months}")
    query = TogetherFilter(data, Contract.objects.all())
    windows = read_windows(query, today, one_per_group=True)
    # Where it is perhaps too late for all there is less of a chance
    windows.sort(key=lambda window: window.perhaps_late == len(window.contract_ids))
    views = summarise_windows(windows, query)
    names = {name for view in views for name in view.window.lead_names}
    leads = {lead.name: lead for lead in Borough.objects.filter(name__in=names)}
    return [
        replace(view, leads=[leads[name] for name in view.window.lead_names if name in leads])
        for view in views
    ]


class Partners(NamedTuple):
    """Boroughs that decide in the same months, on what, and the window's address."""

    name: str
    address: str
    boroughs: Sequence[str]


def partners_by_contract(
    borough: Borough, today: datetime.date, horizon_months: int
) -> dict[int, Partners]:
    """By contract, the window that most other boroughs take part in; found once a version."""
    # The prefix, since what is stored holds addresses
    name = f"partners of {borough.slug} in {horizon_months} months under {get_script_prefix()}"
    stored = derived_value(name, lambda: [*_partners(borough, today, horizon_months).items()])
    return {key: Partners(*partners) for key, partners in stored}


def _partners(borough: Borough, today: datetime.date, months: int) -> dict[int, Partners]:
    partners: dict[int, Partners] = {}
    for view in windows_for_borough(borough, today, months):
        others = [lead for lead in view.window.lead_names if lead != borough.name]
        for key in view.window.contract_ids:
            if key not in partners or len(others) > len(partners[key].boroughs):
                partners[key] = Partners(view.name, view.address, others)
    return partners


def window_file_rows(
    windows: Sequence[Window], query: TogetherFilter, today: datetime.date
) -> Iterator[Mapping[str, Any]]:
    """The rows of `TOGETHER_COLUMNS`; one query."""
    rows = read_rows({key for window in windows for key in window.all_ids}, query, today)
    for window in windows:
        shared = {
            "window_id": window.id,
            "group_by": window.group_by,
            "group": window.name,
            "opens_on": must_start(window.act_by_earliest, query.lead),
            "closes_on": window.act_by_earliest,
            "boroughs": window.lead_names,
        }
        for key in window.all_ids:
            if key in rows:
                yield shared | _contract_cells(rows[key], query)


def _contract_cells(row: ContractRow, query: TogetherFilter) -> dict[str, Any]:
    act_by = row.act_by
    assumes = query.assumed_notice is not None and row.record.notice_months is None
    return {
        "contract_id": row.record.key,
        "lead_borough": row.lead.name,
        "must_start": must_start(act_by.earliest, query.lead) if act_by.is_stated else None,
        "act_by": act_by.earliest if act_by.is_stated else None,
        "annual_value": row.annual_value,
        "assumed_notice_months": query.assumed_notice if assumes else None,
        "assumed_act_by": act_by.latest if assumes else None,
        "act_by_earliest": act_by.earliest,
        "act_by_latest": act_by.latest,
        "act_by_basis": act_by.basis,
        "can_act": row.can_act,
        "ends_on": row.end,
    }


def target_plans(view: WindowView, query: WindowFilter, today: datetime.date) -> dict[str, Any]:
    """`plan` for the target of the query, else the cheapest, else for the last end; `cheapest`.

    `earliest` is the first day that leaves time to buy, `alternatives` are plans for the ends of
    the contracts, without those too late. Empty where the window has more than are shown.
    """
    contracts = [row for row, _ in view.rows if row.can_act != CanAct.NO]
    if len(view.window.contract_ids) > len(contracts):
        return {}
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
