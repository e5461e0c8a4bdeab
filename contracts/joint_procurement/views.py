"""The page and the file of joint-procurement windows, and the planner of one."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytools import clock
from citytools.exports import export
from citytools.lists.listing import Listing
from contracts.joint_procurement import windows
from contracts.joint_procurement.filters import TogetherFilter, WindowFilter
from contracts.joint_procurement.presentation import MOST, MOST_LISTED, all_shown
from contracts.joint_procurement.windows import Found, Joint
from contracts.models import Contract
from contracts.together import charts, targets
from research import about

PAGE_SIZE = 10


@dataclass
class Windows(Listing):
    """A list of windows, which Python makes of the chosen contracts."""

    made: Found | None = None

    @cached_property
    def _paginator(self) -> "Paginator[Joint]":
        return Paginator(self.made.windows if self.made else [], PAGE_SIZE)

    @property
    def rows_in_file(self) -> int:
        """A row for each contract of each window."""
        return sum(len(joint.members) for joint in self._paginator.object_list)

    @property
    def most_in_file(self) -> int:
        """They are made in Python."""
        return export.MOST_MADE

    @property
    def csv(self) -> str:
        """The address of their file, where it may be made."""
        return super().csv if self.rows_in_file <= self.most_in_file else ""


def together(request: HttpRequest) -> HttpResponse:
    """Who can still choose together, and until when."""
    chosen, today = _chosen(request), clock.today()
    made = windows.of(chosen, today)
    listing = Windows(
        chosen,
        "contracts:together",
        "contracts:together_csv",
        "Buy together",
        "window",
        "windows",
        made=made,
    )
    context = {
        "listing": listing,
        "found": made,
        "windows": all_shown(listing.page, chosen, today, MOST_LISTED),
        "chart": charts.windows(made.windows, today, listing.csv),
        "today": today,
        "about": about.of_choice(chosen, today),
    }
    return render(request, "contracts/together.html", context, status=listing.status)


def window(request: HttpRequest, window_id: str) -> HttpResponse:
    """One window: its contracts, near misses, and the planner of a common end date."""
    chosen, today = WindowFilter(request.GET, Contract.objects.all()), clock.today()
    joint = windows.of(chosen, today).named(window_id)
    context: dict[str, Any] = {"chosen": chosen, "today": today, "list": chosen.query(target=[])}
    if joint is not None:
        shown = all_shown([joint], chosen, today, MOST)[0]
        context |= {
            "shown": shown,
            "chart": charts.members(shown, today),
            "targets": targets.of(shown, chosen, today),
        }
    status = 400 if chosen.problems else 200 if joint else 404
    return render(request, "contracts/window.html", context, status=status)


def _chosen(request: HttpRequest) -> TogetherFilter:
    return TogetherFilter(request.GET, Contract.objects.all())
