"""The calendars and feeds of contracts. An unchanged one is answered by 304 to who has it."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import conditional_page
from icalendar import Calendar, Event

from citytools.exports.atom import ChangesFeed
from citytools.facts import dates
from citytools.facts.markdown import single_line
from citytools.history.change_sql import ChangeFilter
from citytools.history.change_words import ChangeInWords
from citytools.history.changes import ChangeList
from citytools.history.former_keys import record_or_moved
from citytools.http.file_response import bad_request_text
from citytools.lists.query_form import QueryForm
from citytools.worlds import in_demonstration, world_file_name, world_title
from contracts.changes import CONTRACT
from contracts.feeds.entries import (
    Address,
    CalendarEntry,
    contract_entries,
    contract_summary,
    framework_entries,
    last_changed_at,
    with_change_counts,
)
from contracts.filters import ContractFilter
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import WindowView, summarise_windows
from contracts.joint_procurement.windows import read_windows
from contracts.models import Contract, ContractQuerySet, Framework, must_start


class ContractChangesFeed(ChangesFeed):
    """What was written to some contracts, and where each fact comes from today."""

    subtitle = "Contracts added and changed, newest first. Each entry names its contract's page."

    def __init__(self, contracts: ContractQuerySet, title: str, page: str, address: str) -> None:
        """`page` shows the contracts, `address` is the feed's own; both paths of this site."""
        changes = ChangeList([CONTRACT], ChangeFilter(records=contracts), by_record=True)
        super().__init__(changes, title, page, address)

    def items(self) -> list[ChangeInWords]:
        items = super().items()
        numbers = [item.entry.record for item in items if item.entry.record]
        self.contracts = Contract.objects.for_list().in_bulk(numbers)
        return items

    def item_lines(self, item: ChangeInWords) -> list[str]:
        """What is different, then by when to act and what is known of the contract."""
        contract = self.contracts.get(item.entry.record or 0)
        if contract is None:
            return item.sentences
        act_by = contract.term.act_by_words(dates.today()).sentence
        return [*item.sentences, act_by, *contract_summary(contract)]


CONTENT_TYPE = "text/calendar; charset=utf-8"
_DAY = datetime.timedelta(days=1)


def render_calendar(entries: Iterable[CalendarEntry], name: str) -> bytes:
    """The file: the same entries give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//LOTI//City Tools: London//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _text(single_line(world_title(name))))
    calendar.add("x-wr-timezone", "Europe/London")
    calendar.add("x-published-ttl", "P1D")
    for entry in entries:
        calendar.add_component(_event(entry))
    content: bytes = calendar.to_ical()
    return content


def _event(entry: CalendarEntry) -> Event:
    """A whole day, which ends as the next begins; it leaves its reader free."""
    event = Event()
    domain = "demonstration.city-tools" if in_demonstration() else "city-tools"
    event.add("uid", f"{entry.key}@{domain}")
    # Not the present moment: unchanged entries must give the same bytes, and so the same ETag
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.changes)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + _DAY)  # RFC 5545: the end is not part of the event
    event.add("summary", _text(entry.summary))
    event.add("description", _text(entry.description))
    event.add("url", entry.address)
    if entry.tentative:
        event.add("status", "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    return event


def _text(text: str) -> str:
    """The library takes a backslash before N for a new line, so a space goes between the two."""
    return text.replace("\\N", "\\ N")


def window_entries(
    views: Sequence[WindowView], lead_months: int, address: Address
) -> Iterator[CalendarEntry]:
    """The days of the windows; one query for when their contracts were last changed."""
    keys = {key for view in views for key in view.window.contract_ids}
    contracts = {
        contract.pk: contract
        for contract in with_change_counts(Contract.objects.filter(pk__in=keys)).order_by()
    }
    for view in views:
        rows = [contracts[key] for key in view.window.contract_ids if key in contracts]
        yield from _window_days(view, rows, lead_months, address)


def _window_days(
    view: WindowView, contracts: Sequence[Any], lead_months: int, address: Address
) -> Iterator[CalendarEntry]:
    """When somebody may have to act, and when work must start to be ready for it."""
    window = view.window
    what = f"to buy together: {view.name} ({len(window.lead_names)})"
    closing = CalendarEntry(
        key=f"window-{window.id}-closes",
        day=window.act_by_earliest,
        summary=single_line(f"First day that may be the last {what}"),
        lines=[view.sentence],
        address=address(view.address),
        changes=sum(contract.changes for contract in contracts),
        changed_at=max(
            last_changed_at(contract.changed_at, contract.source_day.isoformat())
            for contract in contracts
        ),
        tentative=bool(window.may or window.assumed),
    )
    yield replace(
        closing,
        key=f"window-{window.id}-opens",
        day=must_start(window.act_by_earliest, lead_months),
        summary=single_line(f"Work must start {what}"),
    )
    yield closing


# Contracts that one calendar holds.
MAX_CALENDAR_ENTRIES = 2_000


@conditional_page
def contracts_ics(request: HttpRequest) -> HttpResponse:
    """The days of the filtered contracts; who follows them gets every change."""
    filterset = ContractFilter(request.GET, Contract.objects.for_list())
    rows = list(with_change_counts(filterset.rows).order_by("pk")[: MAX_CALENDAR_ENTRIES + 1])
    problems = filterset.problems or _too_many(rows)
    if problems:
        return bad_request_text(problems)
    filters = f": {filterset.in_words}" if filterset.in_words else ""
    return _calendar(request, rows, f"City Tools: contracts{filters}", "contracts.ics")


@conditional_page
def together_ics(request: HttpRequest) -> HttpResponse:
    """When to act, and to start, on the windows of the page, by the page's own choices."""
    filterset, today = TogetherFilter(request.GET, Contract.objects.all()), dates.today()
    windows = read_windows(filterset, today, (1, MAX_CALENDAR_ENTRIES + 1))
    problems = filterset.problems or _too_many(windows)
    if problems:
        return bad_request_text(problems)
    views = summarise_windows(windows, filterset)
    days = window_entries(views, filterset.lead, request.build_absolute_uri)
    return _file(days, "City Tools: windows to buy together", "together.ics")


@conditional_page
def contract_ics(request: HttpRequest, key: str = "", number: int | None = None) -> HttpResponse:
    """The days of one contract."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    contract = record_or_moved(
        with_change_counts(Contract.objects.for_list()), number=number, key=key
    )
    return _calendar(request, [contract], f"City Tools: {contract}", "contract.ics")


@conditional_page
def contracts_atom(request: HttpRequest) -> HttpResponseBase:
    """The newest changes of the filtered contracts."""
    filterset = ContractFilter(request.GET, Contract.objects.all())
    if filterset.problems:
        return bad_request_text(filterset.problems)
    filters = f": {filterset.in_words}" if filterset.in_words else ""
    query = filterset.query_string()
    page = reverse("contracts:list") + (f"?{query}" if query else "")
    title = f"City Tools: changes of contracts{filters}"
    return ContractChangesFeed(filterset.rows, title, page, request.get_full_path())(request)


@conditional_page
def contract_atom(
    request: HttpRequest, key: str = "", number: int | None = None
) -> HttpResponseBase:
    """The newest changes of one contract."""
    if problems := QueryForm(request).problems:
        return bad_request_text(problems)
    contract = record_or_moved(Contract.objects.select_related("lead"), number=number, key=key)
    title = f"City Tools: changes of {contract}"
    feed = ContractChangesFeed(
        Contract.objects.filter(pk=contract.pk), title, contract.get_absolute_url(), request.path
    )
    return feed(request)


def _too_many(rows: Sequence[Any]) -> list[tuple[str, str]]:
    if len(rows) <= MAX_CALENDAR_ENTRIES:
        return []
    reason = (
        f"A calendar holds at most {MAX_CALENDAR_ENTRIES:,} of these. "
        "Narrow it, such as by borough=camden."
    )
    return [("ics", reason)]


def _calendar(
    request: HttpRequest, contracts: Sequence[Any], name: str, filename: str
) -> HttpResponse:
    frameworks = Framework.objects.filter(
        pk__in={contract.framework_id for contract in contracts} - {None}
    )
    calendar_entries = [
        entry
        for contract in contracts
        for entry in contract_entries(contract, request.build_absolute_uri)
    ]
    calendar_entries += framework_entries(
        with_change_counts(frameworks).order_by("pk"), request.build_absolute_uri
    )
    return _file(calendar_entries, name, filename)


def _file(entries: Iterable[CalendarEntry], title: str, filename: str) -> HttpResponse:
    response = HttpResponse(render_calendar(entries, title), content_type=CONTENT_TYPE)
    stem, _, suffix = filename.rpartition(".")
    name = f"{world_file_name(stem)}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
