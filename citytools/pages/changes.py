"""`/changes/`: what changed, in plain words and without names, as page, files and feed."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.dateformat import format as in_format
from django.views.decorators.http import conditional_page

from boroughs.models import Borough
from citytools.exports.atom import ChangesFeed
from citytools.exports.export import Export
from citytools.facts import dates
from citytools.history import as_of_views
from citytools.history.change_kinds import change_kinds
from citytools.history.change_sql import ACTIONS, ChangeFilter, Subject
from citytools.history.change_words import ChangeInWords, changes_in_words, concerned
from citytools.history.changes import ChangeEntry, ChangeList
from citytools.http.file_response import bad_request_text
from citytools.lists.columns import Column
from citytools.lists.fields import OptionField, OptionsField, PastDayField, RecordsField
from citytools.lists.listing import BoundedPaginator, Listing
from citytools.lists.query_form import QueryForm
from citytools.worlds.addresses import page_address
from systems.models import Function, Product, ServiceArea, Supplier

USUAL_DAYS = 30
PERIODS = ((7, "7 days"), (USUAL_DAYS, "30 days"), (365, "12 months"))
"""Days to look back, and what that is called."""
_YEARS = range(2000, 2101)
MAX_CHANGES_IN_FILE = 10_000
"""Rows of a file: to put each into words takes half a millisecond."""
_CHUNK_ROWS = 1_000
"""Entries of a file that are put into words at a time."""


def _kinds() -> list[tuple[str, str]]:
    return [(kind.name, kind.label) for kind in change_kinds()]


CHANGE_COLUMNS = (
    Column("change", "text", "Identifies the row for ever."),
    Column("changed_at", "text", "When it was written, in London, to the second (ISO 8601)."),
    Column("kind", "text", "What kind of record changed, as the filter kind names it."),
    Column("action", "text", "What became of the record.", allowed=ACTIONS),
    Column("record", "text", "What the record was called then; of many, how many of which kind."),
    Column(
        "records",
        "integer",
        "Records that the row stands for: more than one where many were written together.",
        unit="records",
    ),
    Column("address", "text", "Where to read it on this site; empty where it is no longer there."),
    Column(
        "gss_codes",
        "list",
        "Codes of the boroughs that the record belonged to before or after; empty for many.",
    ),
    Column("boroughs", "list", "The boroughs of these codes, in the same order."),
    Column(
        "differences", "list", "What a change made different: fields with their values, and links."
    ),
    Column("illustrative", "yes or no", "Whether the record is invented for demonstration."),
)


class MomentField(forms.CharField):
    """The moment of a transaction, in UTC and to the microsecond, as the page's links write it."""

    def clean(self, value: Any) -> Any:
        """ValidationError for anything else."""
        text = super().clean(value)
        try:
            moment = datetime.datetime.fromisoformat(text) if text else None
        except ValueError:
            moment = None
        if text and (moment is None or moment.tzinfo is None or moment.year not in _YEARS):
            example = "2026-11-28T09:15:02.123456Z"
            raise forms.ValidationError(f"Take a link of the page, which writes it as {example}.")
        return moment


class ChangesForm(QueryForm):
    """What page, files and feed are asked; without a day, the changes of the last 30 days."""

    remedy = "No rows are shown, so that nothing wrong is."
    non_filter_names = frozenset({"page", "columns"})
    primary_filters = ("since", "kind", "borough")
    display_filters = frozenset({"moment"})
    columns = CHANGE_COLUMNS

    since = PastDayField("Since")
    kind = OptionsField("Kind", _kinds)
    borough = RecordsField("Borough", Borough.objects.with_aside())
    service_area = RecordsField("Service area", ServiceArea.objects.all())
    function = RecordsField("Function", Function.objects.grouped(), within="service_area")
    product = RecordsField("Product", Product.objects.all(), looked_up=True)
    supplier = RecordsField("Supplier", Supplier.objects.all(), looked_up=True)
    action = OptionsField("What became of it", [(name, name.capitalize()) for name in ACTIONS])
    by = OptionField("Written together", [("", "one row"), ("record", "row by row")])
    moment = MomentField(label="Written at", required=False, max_length=40)

    @property
    def first_day(self) -> datetime.date | None:
        """The first day of the period; None where a moment is named instead."""
        day: datetime.date | None = self.values.get("since")
        if day or self.values.get("moment"):
            return day
        return dates.today() - datetime.timedelta(days=USUAL_DAYS)

    @cached_property
    def changes(self) -> ChangeList:
        """The entries of the query; none while there are problems."""
        names = self.values.get("kind")
        kinds = [kind for kind in change_kinds() if not names or kind.name in names]
        day = self.first_day
        change_filter = ChangeFilter(
            since=_beginning(day) if day else None,
            moment=self.values.get("moment"),
            subjects=list(self._subjects()),
            actions=self.values.get("action") or (),
        )
        by_record = self.values.get("by") == "record"
        # Whatever is asked fills no cache: anybody can ask much
        usual = not self.data.keys() - self.non_filter_names
        return ChangeList([] if self.problems else kinds, change_filter, by_record, cached=usual)

    def _subjects(self) -> Iterator[Subject]:
        for name, model in _SUBJECTS.items():
            if records := list(self.values.get(name) or ()):
                subject: dict[Any, Any] = {model: records}
                if model is ServiceArea:
                    subject[Function] = list(Function.objects.filter(service_area__in=records))
                yield subject

    @property
    def in_words(self) -> str:
        """The filter, with the period that it always has."""
        words: str = super().in_words
        if self.problems or self.data.get("since") or not self.first_day:
            return words
        return "; ".join(filter(None, [f"since {_day(self.first_day)}", words]))

    def address(self, change: ChangeInWords) -> str:
        """Where a change leads: its record, or the records of the filter written together."""
        if change.entry.record is not None:
            return change.address
        query = self.query_string(**_together(change.entry), since=[])
        return f"{page_address('changes:list')}?{query}"


_SUBJECTS: Mapping[str, Any] = {
    "borough": Borough,
    "service_area": ServiceArea,
    "function": Function,
    "product": Product,
    "supplier": Supplier,
}


def _together(entry: ChangeEntry) -> dict[str, list[str]]:
    """What names the records of an entry, one by one, in a query string."""
    return {
        "moment": [entry.at.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")],
        "kind": [entry.kind.name],
        "action": [entry.action],
        "by": ["record"],
    }


class ChangedRecords(NamedTuple):
    """'817 systems added', and where they are listed."""

    words: str
    address: str


def changes_of_the_month(limit: int) -> list[ChangedRecords]:
    """What the last 30 days brought, by kind of record and outcome, most first."""
    since = _beginning(dates.today() - datetime.timedelta(days=USUAL_DAYS))
    totals = ChangeList(change_kinds(), ChangeFilter(since=since)).totals()
    page = page_address("changes:list")
    return [
        ChangedRecords(
            total.words,
            f"{page}?{urlencode({'kind': total.kind.name, 'action': total.action})}",
        )
        for total in totals[:limit]
    ]


def _day(day: datetime.date) -> str:
    return in_format(day, "j F Y")


def _beginning(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


@dataclass(frozen=True)
class LookBack:
    """A period up to today, by the query string of the same filters."""

    words: str
    first_day: datetime.date
    query: str


@dataclass
class ChangesListing(Listing):
    """A page of changes."""

    filterset: Any

    @cached_property
    def _paginator(self) -> "Paginator[Any]":
        return BoundedPaginator(self.filterset.changes, self.page_size)

    @property
    def max_rows_in_file(self) -> int:
        """The limit for rows that are put into words."""
        return CHANGES.row_limit

    @cached_property
    def changes(self) -> list[dict[str, Any]]:
        """The changes of this page, each with its day and where it leads."""
        return [
            {
                "day": timezone.localdate(change.entry.at),
                "at": change.entry.at,
                "change": change,
                "address": self.filterset.address(change),
            }
            for change in changes_in_words(list(self.page.object_list))
        ]

    @cached_property
    def periods(self) -> list[LookBack]:
        """How far back the page can look, the shortest first."""
        today, began = dates.today(), as_of_views.history_start_date()
        days = [(words, today - datetime.timedelta(days=number)) for number, words in PERIODS]
        if began and began < days[-1][1]:
            days.append(("from the beginning", began))
        query = self.filterset.query_string
        return [LookBack(words, day, query(since=[str(day)], moment=[])) for words, day in days]

    @property
    def longer_periods(self) -> list[LookBack]:
        """Those that reach further back than the page does."""
        first = self.filterset.first_day
        return [period for period in self.periods if first and period.first_day < first]


def change_rows(form: ChangesForm, today: datetime.date) -> Iterator[Mapping[str, Any]]:
    """The entries as rows of a file."""
    entries = form.changes[: CHANGES.row_limit + 1]
    if len(entries) > CHANGES.row_limit:
        # They are refused by their number: words for all of them would be for nothing
        yield from repeat({}, len(entries))
        return
    for start in range(0, len(entries), _CHUNK_ROWS):
        chunk = entries[start : start + _CHUNK_ROWS]
        keys = concerned(chunk, Borough)
        boroughs = Borough.objects.in_bulk({key for numbers in keys.values() for key in numbers})
        for change in changes_in_words(chunk):
            own = [boroughs[key] for key in keys.get(change.entry.key, ()) if key in boroughs]
            yield _row(form, change, sorted(own, key=lambda borough: (borough.name, borough.pk)))


def _row(form: ChangesForm, change: ChangeInWords, boroughs: list[Borough]) -> dict[str, Any]:
    entry = change.entry
    return {
        "change": entry.key,
        "changed_at": timezone.localtime(entry.at).isoformat(timespec="seconds"),
        "kind": entry.kind.name,
        "action": entry.action,
        "record": change.name,
        "records": entry.number,
        "address": form.address(change),
        "gss_codes": [borough.gss_code for borough in boroughs],
        "boroughs": [borough.name for borough in boroughs],
        "differences": change.sentences,
        "illustrative": entry.illustrative,
    }


CHANGES = Export(
    name="changes",
    title="Changes",
    row="One change: what one transaction did to one record or, the same, to many of a kind.",
    route="changes:csv",
    page="changes:list",
    filter=ChangesForm,
    choose=lambda request, _: ChangesForm(request),
    compute_rows=change_rows,
    max_rows=MAX_CHANGES_IN_FILE,
)


class AllChangesFeed(ChangesFeed):
    """The feed of the page."""

    def __init__(self, form: ChangesForm, address: str) -> None:
        query = form.query_string()
        page = page_address("changes:list") + (f"?{query}" if query else "")
        super().__init__(form.changes, f"City Tools: changes: {form.in_words}", page, address)
        self.form = form

    def item_link(self, item: ChangeInWords) -> str:
        return self.form.address(item) or self.link


def changes(request: HttpRequest) -> HttpResponse:
    """What changed, newest first."""
    form = ChangesForm(request)
    listing = ChangesListing(form, "changes:list", "changes:csv", "Changes", "change", "changes")
    atom = page_address("changes:atom") + (f"?{form.query_string()}" if form.data else "")
    context = {"listing": listing, "atom": request.build_absolute_uri(atom)}
    return render(request, "changes.html", context, status=listing.status)


@conditional_page
def changes_atom(request: HttpRequest) -> HttpResponseBase:
    """The newest changes as a feed."""
    form = ChangesForm(request)
    if form.problems:
        return bad_request_text(form.problems)
    return AllChangesFeed(form, request.get_full_path())(request)


urlpatterns = [
    path("", changes, name="list"),
    *CHANGES.paths(),
    path("changes.atom", changes_atom, name="atom"),
]
