"""The calendars and feeds of contracts. An unchanged one is answered by 304 to who has it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import conditional_page

from citytools import clock
from citytools.asked import Asked
from citytools.http.file_response import refusal
from contracts.feeds import entries, ics, windows
from contracts.feeds.atom import ChangesFeed
from contracts.feeds.entries import Entry
from contracts.filters import ContractFilter
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import all_told
from contracts.joint_procurement.windows import of
from contracts.models import Contract, Framework

MOST = 2_000
"""Contracts that one calendar holds."""


@conditional_page
def contracts_ics(request: HttpRequest) -> HttpResponse:
    """The days of the filtered contracts; who follows them gets every change."""
    chosen = ContractFilter(request.GET, Contract.objects.for_list())
    rows = list(entries.counted_contracts(chosen.rows).order_by("pk")[: MOST + 1])
    problems = chosen.problems or _too_many(rows)
    if problems:
        return refusal(problems)
    named = f": {chosen.in_words}" if chosen.in_words else ""
    return _calendar(request, rows, f"City Tools: contracts{named}", "contracts.ics")


@conditional_page
def together_ics(request: HttpRequest) -> HttpResponse:
    """When the windows of the page open and close, by the page's own choices."""
    chosen, today = TogetherFilter(request.GET, Contract.objects.all()), clock.today()
    made = of(chosen, today).windows
    problems = chosen.problems or _too_many(made)
    if problems:
        return refusal(problems)
    found = windows.of_windows(all_told(made, chosen, today), request.build_absolute_uri)
    return _file(found, "City Tools: windows to buy together", "together.ics")


@conditional_page
def contract_ics(request: HttpRequest, pk: int) -> HttpResponse:
    """The days of one contract."""
    if problems := Asked(request).problems:
        return refusal(problems)
    found = get_object_or_404(entries.counted_contracts(Contract.objects.for_list()), pk=pk)
    return _calendar(request, [found], f"City Tools: {found}", "contract.ics")


@conditional_page
def contracts_atom(request: HttpRequest) -> HttpResponseBase:
    """The newest changes of the filtered contracts."""
    chosen = ContractFilter(request.GET, Contract.objects.all())
    if chosen.problems:
        return refusal(chosen.problems)
    named = f": {chosen.in_words}" if chosen.in_words else ""
    query = chosen.query()
    page = reverse("contracts:list") + (f"?{query}" if query else "")
    title = f"City Tools: changes of contracts{named}"
    return ChangesFeed(chosen.rows, title, page, request.get_full_path())(request)


@conditional_page
def contract_atom(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The newest changes of one contract."""
    if problems := Asked(request).problems:
        return refusal(problems)
    found = get_object_or_404(Contract.objects.select_related("lead"), pk=pk)
    title = f"City Tools: changes of {found}"
    feed = ChangesFeed(
        Contract.objects.filter(pk=pk), title, found.get_absolute_url(), request.path
    )
    return feed(request)


def _too_many(rows: Sequence[Any]) -> list[tuple[str, str]]:
    if len(rows) <= MOST:
        return []
    reason = f"A calendar holds at most {MOST:,} of these. Narrow it, such as by borough=camden."
    return [("ics", reason)]


def _calendar(
    request: HttpRequest, contracts: Sequence[Any], name: str, filename: str
) -> HttpResponse:
    frameworks = Framework.objects.filter(pk__in={one.framework_id for one in contracts} - {None})
    found = [
        entry for one in contracts for entry in entries.of_contract(one, request.build_absolute_uri)
    ]
    found += entries.of_frameworks(
        entries.counted_frameworks(frameworks).order_by("pk"), request.build_absolute_uri
    )
    return _file(found, name, filename)


def _file(found: Sequence[Entry], name: str, filename: str) -> HttpResponse:
    response = HttpResponse(ics.calendar(found, name), content_type=ics.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
