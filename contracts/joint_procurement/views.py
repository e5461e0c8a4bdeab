"""The page and the file of joint-procurement windows, and the planner of one."""

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
from contracts.joint_procurement import presentation, windows
from contracts.joint_procurement.filters import TogetherFilter, WindowFilter
from contracts.joint_procurement.presentation import (
    MAX_CONTRACTS_IN_LIST,
    MAX_CONTRACTS_PER_WINDOW,
    WindowDetail,
    detail_windows,
)
from contracts.joint_procurement.windows import GroupWindow, WindowSearch
from contracts.models import Contract
from research.publications import about

MAX_WINDOWS_IN_CHART = 15
"""Windows drawn at the most."""
MAX_CONTRACTS_IN_CHART = 60
"""Contracts of one window drawn at the most."""


def windows_chart(found: Sequence[GroupWindow], today: datetime.date, csv: str) -> Chart:
    """The first windows to close, each from its opening, or from today, to its close."""
    drawn = found[:MAX_WINDOWS_IN_CHART]
    stretches = [
        GanttBar(f"{one.key.name} ({len(one.leads)})", max(one.opens_on, today), one.closes_on)
        for one in drawn
    ]
    return Chart(
        key="windows",
        title=_title(found),
        sentence=_sentence(found, len(drawn)),
        figure=gantt(stretches, today),
        head=("Window", "Opens", "Closes", "Boroughs"),
        rows=[
            (one.key.name, _day(one.opens_on), _day(one.closes_on), len(one.leads)) for one in drawn
        ],
        source=f"Contracts that run, with an act-by date, as at {_day(today)}. The dashed line is "
        "today.",
        csv=csv,
        height="tall" if len(drawn) > 8 else "medium",
    )


def _title(found: Sequence[GroupWindow]) -> str:
    if not found:
        return "No window to show"
    most = max(found, key=lambda one: len(one.window.leads))
    return f"{most.key.name} could bring {len(most.leads)} boroughs together, the most of any"


def _sentence(found: Sequence[GroupWindow], drawn: int) -> str:
    if not found:
        return "No two boroughs can choose together under these filters."
    cut = f" The {drawn} that close first are drawn." if len(found) > drawn else ""
    first = found[0]
    return (
        f"{first.key.name} closes first, on {_day(first.closes_on)}; in brackets, how many "
        f"boroughs.{cut}"
    )


def window_chart(detail: WindowDetail, today: datetime.date) -> Chart:
    """From must-start to act-by for each contract that is shown of a window; the window shaded."""
    joint = detail.joint
    drawn = [
        (candidate, candidate.span)
        for candidate, _ in detail.rows[:MAX_CONTRACTS_IN_CHART]
        if candidate.span
    ]
    cut = f" The {len(drawn)} to act on first are drawn." if detail.contracts > len(drawn) else ""
    return Chart(
        key="window",
        title=f"{len(joint.leads):,} boroughs share the days from {_day(joint.opens_on)} to "
        f"{_day(joint.closes_on)}",
        sentence="Each bar runs from the day on which work on a successor must start to the day by "
        f"which to act; the shaded band is the window.{cut}",
        figure=gantt(
            [
                GanttBar(candidate.lead.name, span.must_start, span.act_by)
                for candidate, span in drawn
            ],
            today,
            (joint.opens_on, joint.closes_on),
        ),
        head=("Contract", "Work must start", "Act by"),
        rows=[
            (
                f"{candidate.lead.name}: {candidate.contract.title}",
                _day(span.must_start),
                _day(span.act_by) + (" (notice assumed)" if span.assumed else ""),
            )
            for candidate, span in drawn
        ],
        source=f"As at {_day(today)}, the dashed line.",
        height="medium",
    )


def _day(day: datetime.date) -> str:
    return f"{day:%-d %B %Y}"


PAGE_SIZE = 10


@dataclass
class Windows(Listing):
    """A list of windows, which Python makes of the chosen contracts."""

    made: WindowSearch | None = None

    @cached_property
    def _paginator(self) -> "Paginator[GroupWindow]":
        return Paginator(self.made.windows if self.made else [], PAGE_SIZE)

    @property
    def rows_in_file(self) -> int:
        """A row for each contract of each window."""
        return sum(len(joint.members) for joint in self._paginator.object_list)

    @property
    def most_in_file(self) -> int:
        """They are made in Python."""
        return export.MAX_COMPUTED_ROWS

    @property
    def csv(self) -> str:
        """The address of their file, where it may be made."""
        return super().csv if self.rows_in_file <= self.most_in_file else ""


def together(request: HttpRequest) -> HttpResponse:
    """Who can still choose together, and until when."""
    filterset, today = _chosen(request), dates.today()
    search = windows.windows_for(filterset, today)
    listing = Windows(
        filterset,
        "contracts:together",
        "contracts:together_csv",
        "Buy together",
        "window",
        "windows",
        made=search,
    )
    context = {
        "listing": listing,
        "found": search,
        "windows": detail_windows(listing.page, filterset, today, MAX_CONTRACTS_IN_LIST),
        "chart": windows_chart(search.windows, today, listing.csv),
        "today": today,
        "about": about.research_about_filter(filterset, today),
    }
    return render(request, "contracts/together.html", context, status=listing.status)


def window(request: HttpRequest, window_id: str) -> HttpResponse:
    """One window: its contracts, near misses, and the planner of a common end date."""
    filterset, today = WindowFilter(request.GET, Contract.objects.all()), dates.today()
    joint = windows.windows_for(filterset, today).named(window_id)
    context: dict[str, Any] = {
        "chosen": filterset,
        "today": today,
        "list": filterset.query(target=[]),
    }
    if joint is not None:
        detail = detail_windows([joint], filterset, today, MAX_CONTRACTS_PER_WINDOW)[0]
        context |= {
            "shown": detail,
            "chart": window_chart(detail, today),
            "targets": presentation.target_plans(detail, filterset, today),
        }
    status = 400 if filterset.problems else 200 if joint else 404
    return render(request, "contracts/window.html", context, status=status)


def _chosen(request: HttpRequest) -> TogetherFilter:
    return TogetherFilter(request.GET, Contract.objects.all())
