"""The pages of joint-procurement windows, and of one with the planner of a common end date."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools.charts import Chart, GanttBar, gantt
from citytools.exports import export
from citytools.facts import dates
from citytools.facts.dates import partial_date_in_words
from citytools.lists.listing import Listing
from contracts.joint_procurement.filters import TogetherFilter, WindowFilter
from contracts.joint_procurement.presentation import (
    WindowView,
    assumed_months,
    days_in_words,
    detail_windows,
    target_plans,
)
from contracts.joint_procurement.windows import Window, count_contracts, read_windows
from contracts.models import Contract
from research.publications import about

# Contracts of one window that its page shows and plans for.
MAX_CONTRACTS_PER_WINDOW = 200
# Contracts of each window that the list shows: of a nation's windows each has hundreds.
MAX_CONTRACTS_IN_LIST = 10
MAX_WINDOWS_IN_CHART = 15
MAX_CONTRACTS_IN_CHART = 60
PAGE_SIZE = 10


def windows_chart(windows: Sequence[Window], today: datetime.date, csv: str) -> Chart:
    """The first windows to have to act on, each from its first end to its last."""
    drawn = [window for window in windows if window.number <= MAX_WINDOWS_IN_CHART]
    bars = [
        GanttBar(
            f"{window.name} ({len(window.lead_names)})",
            window.ends_first,
            window.ends_last,
            [window.act_by_earliest],
        )
        for window in drawn
    ]
    title, sentence = _windows_in_words(drawn, today)
    return Chart(
        key="windows",
        title=title,
        sentence=sentence,
        figure=gantt(bars, today, ("First end to last", "First act-by day")),
        head=("Window", "First act-by day", "First end", "Last end", "Boroughs"),
        rows=[
            (
                window.name,
                _day(window.act_by_earliest),
                _day(window.ends_first),
                _day(window.ends_last),
                len(window.lead_names),
            )
            for window in drawn
        ],
        source=f"Contracts that run and end, as at {_day(today)}, the dashed line.",
        csv=csv,
        height="tall" if len(drawn) > 8 else "medium",
    )


def _windows_in_words(drawn: Sequence[Window], today: datetime.date) -> tuple[str, str]:
    if not drawn:
        return "No window to show", "No contracts of two boroughs end together under these filters."
    first, widest = drawn[0], max(drawn, key=lambda window: len(window.lead_names))
    cut = len(drawn) < first.total
    return (
        f"{widest.name} could bring {len(widest.lead_names)} boroughs together, the most of "
        + (f"the first {len(drawn)}" if cut else "any"),
        f"{first.name} comes first: its first act-by day "
        + ("may have been " if first.act_by_earliest < today else "is ")
        + f"{_day(first.act_by_earliest)}. In brackets, how many boroughs."
        + (f" The {len(drawn)} to act on first are drawn." if cut else ""),
    )


def window_chart(view: WindowView, today: datetime.date) -> Chart:
    """Of each contract shown the days by which to act, and its end; the window's ends shaded."""
    window = view.window
    drawn = [row for row, _ in view.rows[:MAX_CONTRACTS_IN_CHART]]
    cut = len(window.all_ids) > len(drawn)
    bars = [
        GanttBar(
            f"{row.lead.name} ({row.can_act})",
            row.act_by.earliest,
            row.act_by.latest,
            [row.act_by.earliest, row.ends_on],
        )
        for row in drawn
    ]
    names = ("May have to act", "First act-by day", "End")
    return Chart(
        key="window",
        title=f"The contracts of {len(window.lead_names):,} boroughs end "
        + days_in_words(window.ends_first, window.ends_last),
        sentence="A hatched bar holds the days that may be the last to act on; a diamond is the "
        "end. In brackets, whether one can still act. The ends of the window are shaded."
        + (f" The {len(drawn)} to act on first are drawn." if cut else ""),
        figure=gantt(bars, today, names, (window.ends_first, window.ends_last), hatched=True),
        head=("Contract", "Act by", "Can act", "Ends"),
        rows=[
            (
                f"{row.lead.name}: {row.record.title}",
                f"{row.act_by.in_words()} ({row.act_by.basis})",
                row.can_act,
                partial_date_in_words(row.end),
            )
            for row in drawn
        ],
        source=f"As at {_day(today)}, the dashed line.",
        height="medium",
    )


def _day(day: datetime.date) -> str:
    return f"{day:%-d %B %Y}"


class WindowPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Pages of windows, of which those of the page that was asked for were read."""

    @cached_property
    def count(self) -> int:
        """All windows, on every page."""
        return self.object_list[0].total if self.object_list else 0

    def page(self, number: int | str) -> "Page[Window]":
        """One page; EmptyPage or PageNotAnInteger where there is no such."""
        number = self.validate_number(number)
        last = number * self.per_page
        shown = range(last - self.per_page + 1, last + 1)
        windows = [window for window in self.object_list if window.number in shown]
        return Page(windows, number, self)


@dataclass
class WindowListing(Listing):
    """A list of windows, of which the database gives the first and those of the page."""

    lists_facts = False
    windows: Sequence[Window] = ()

    @cached_property
    def _paginator(self) -> WindowPaginator:
        return WindowPaginator(self.windows, PAGE_SIZE)

    @property
    def rows_in_file(self) -> int:
        """A row for each contract of each window."""
        return self.windows[0].contracts_in_all if self.windows else 0

    @property
    def max_rows_in_file(self) -> int:
        """The limit for rows that no query streams."""
        return export.MAX_COMPUTED_ROWS

    @property
    def csv(self) -> str:
        return super().csv if self.rows_in_file <= self.max_rows_in_file else ""


def _numbers_of_page(text: str) -> tuple[int, int]:
    """The first and the last window of a page, as far as there can be so many."""
    page = int(text) if text.isdecimal() and len(text) < 7 else 1
    return (page - 1) * PAGE_SIZE + 1, page * PAGE_SIZE


def together(request: HttpRequest) -> HttpResponse:
    """Whose contracts end together, and until when each can act."""
    filterset, today = TogetherFilter(request.GET, Contract.objects.all()), dates.today()
    numbers = _numbers_of_page(filterset.data.get("page", "1"))
    listing = WindowListing(
        filterset,
        "contracts:together",
        "contracts:together_csv",
        "Buy together",
        "window",
        "windows",
        windows=read_windows(filterset, today, numbers, MAX_WINDOWS_IN_CHART),
    )
    context = {
        "listing": listing,
        "counts": count_contracts(filterset, today),
        "windows": detail_windows(listing.page, filterset, today, MAX_CONTRACTS_IN_LIST),
        "chart": windows_chart(listing.windows, today, listing.csv),
        "assumed_months": assumed_months(filterset),
        "today": today,
        "about": about.research_about_filter(filterset, today),
    }
    return render(request, "contracts/together.html", context, status=listing.status)


def window(request: HttpRequest, window_id: str) -> HttpResponse:
    """One window: its contracts, near misses, and the planner of a common end date."""
    filterset, today = WindowFilter(request.GET, Contract.objects.all()), dates.today()
    windows = read_windows(filterset, today, id=window_id)
    context: dict[str, Any] = {
        "chosen": filterset,
        "today": today,
        "assumed_months": assumed_months(filterset),
        "list": filterset.query_string(target=[]),
    }
    for view in detail_windows(windows, filterset, today, MAX_CONTRACTS_PER_WINDOW):
        context |= {"view": view, "chart": window_chart(view, today)}
        context |= target_plans(view, filterset, today)
    status = 400 if filterset.problems else 200 if windows else 404
    return render(request, "contracts/window.html", context, status=status)
