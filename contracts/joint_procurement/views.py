"""The pages of joint-procurement windows, and of one with the planner of a common end date."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools.charts import Chart, GanttBar, gantt
from citytools.exports import export
from citytools.facts import dates
from citytools.lists.listing import Listing
from contracts.joint_procurement.contract_rows import read_contracts
from contracts.joint_procurement.filters import TogetherFilter, WindowFilter
from contracts.joint_procurement.presentation import WindowView, detail_windows, target_plans
from contracts.joint_procurement.windows import Window, group_windows, windows_for
from contracts.models import Contract
from research.publications import about

# Contracts of one window that its page shows and plans for.
MAX_CONTRACTS_PER_WINDOW = 200
# Contracts of each window that the list shows.
MAX_CONTRACTS_IN_LIST = 50
MAX_WINDOWS_IN_CHART = 15
MAX_CONTRACTS_IN_CHART = 60
PAGE_SIZE = 10


def windows_chart(windows: Sequence[Window], today: datetime.date, csv: str) -> Chart:
    """The first windows to close, each from its opening, or from today, to its close."""
    drawn = windows[:MAX_WINDOWS_IN_CHART]
    bars = [
        GanttBar(
            f"{window.group.name} ({len(window.leads)})",
            max(window.opens_on, today),
            window.closes_on,
        )
        for window in drawn
    ]
    title, sentence = _windows_in_words(windows, len(drawn))
    return Chart(
        key="windows",
        title=title,
        sentence=sentence,
        figure=gantt(bars, today),
        head=("Window", "Opens", "Closes", "Boroughs"),
        rows=[
            (window.group.name, _day(window.opens_on), _day(window.closes_on), len(window.leads))
            for window in drawn
        ],
        source=f"Contracts that run, with an act-by date, as at {_day(today)}. The dashed line is "
        "today.",
        csv=csv,
        height="tall" if len(drawn) > 8 else "medium",
    )


def _windows_in_words(windows: Sequence[Window], drawn: int) -> tuple[str, str]:
    if not windows:
        return "No window to show", "No two boroughs can choose together under these filters."
    first, widest = windows[0], max(windows, key=lambda window: len(window.lead_ids))
    cut = f" The {drawn} that close first are drawn." if len(windows) > drawn else ""
    closes = f"{first.group.name} closes first, on {_day(first.closes_on)}"
    return (
        f"{widest.group.name} could bring {len(widest.leads)} boroughs together, the most of any",
        f"{closes}; in brackets, how many boroughs.{cut}",
    )


def window_chart(view: WindowView, today: datetime.date) -> Chart:
    """From must-start to act-by for each contract that is shown of a window; the window shaded."""
    window = view.window
    drawn = [row for row, _ in view.rows[:MAX_CONTRACTS_IN_CHART]]
    cut = (
        f" The {len(drawn)} to act on first are drawn."
        if len(window.contracts) > len(drawn)
        else ""
    )
    return Chart(
        key="window",
        title=f"{len(window.leads):,} boroughs share the days from {_day(window.opens_on)} to "
        f"{_day(window.closes_on)}",
        sentence="Each bar runs from the day on which work on a successor must start to the day by "
        f"which to act; the shaded band is the window.{cut}",
        figure=gantt(
            [GanttBar(row.lead.name, row.must_start, row.act_by) for row in drawn],
            today,
            (window.opens_on, window.closes_on),
        ),
        head=("Contract", "Work must start", "Act by"),
        rows=[
            (
                f"{row.lead.name}: {row.record.title if row.record else ''}",
                _day(row.must_start),
                _day(row.act_by) + (" (notice assumed)" if row.notice_assumed else ""),
            )
            for row in drawn
        ],
        source=f"As at {_day(today)}, the dashed line.",
        height="medium",
    )


def _day(day: datetime.date) -> str:
    return f"{day:%-d %B %Y}"


@dataclass
class WindowListing(Listing):
    """A list of windows, which Python computes from the selected contracts."""

    windows: Sequence[Window] = ()

    @cached_property
    def _paginator(self) -> "Paginator[Window]":
        return Paginator(self.windows, PAGE_SIZE)

    @property
    def rows_in_file(self) -> int:
        """A row for each contract of each window."""
        return sum(len(window.contracts) for window in self.windows)

    @property
    def max_rows_in_file(self) -> int:
        """The limit for rows that no query streams."""
        return export.MAX_COMPUTED_ROWS

    @property
    def csv(self) -> str:
        return super().csv if self.rows_in_file <= self.max_rows_in_file else ""


def together(request: HttpRequest) -> HttpResponse:
    """Who can still choose together, and until when."""
    filterset, today = TogetherFilter(request.GET, Contract.objects.all()), dates.today()
    contracts, counts = read_contracts(filterset, today)
    listing = WindowListing(
        filterset,
        "contracts:together",
        "contracts:together_csv",
        "Buy together",
        "window",
        "windows",
        windows=group_windows(contracts, filterset, today),
    )
    context = {
        "listing": listing,
        "counts": counts,
        "windows": detail_windows(listing.page, filterset, today, MAX_CONTRACTS_IN_LIST),
        "chart": windows_chart(listing.windows, today, listing.csv),
        "today": today,
        "about": about.research_about_filter(filterset, today),
    }
    return render(request, "contracts/together.html", context, status=listing.status)


def window(request: HttpRequest, window_id: str) -> HttpResponse:
    """One window: its contracts, near misses, and the planner of a common end date."""
    filterset, today = WindowFilter(request.GET, Contract.objects.all()), dates.today()
    matches = [window for window in windows_for(filterset, today) if window.id == window_id]
    context: dict[str, Any] = {
        "chosen": filterset,
        "today": today,
        "list": filterset.query_string(target=[]),
    }
    for view in detail_windows(matches[:1], filterset, today, MAX_CONTRACTS_PER_WINDOW):
        context |= {"view": view, "chart": window_chart(view, today)}
        context |= target_plans(view, filterset, today)
    status = 400 if filterset.problems else 200 if matches else 404
    return render(request, "contracts/window.html", context, status=status)
