"""What of a contract can be drawn on a line of days, and what only said: pure functions.

A month or a year is never a day: where a contract begins or ends within one, that whole stretch is
in doubt and drawn so. What has no end on record has no bar.
"""

import datetime
import enum
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count

from boroughs.models import Borough
from citytools.facts.dates import first_day, last_day
from citytools.lists.fields import OptionField
from citytools.lists.filters import ParameterFilter
from citytools.lists.filterset import FactFilterSet
from citytools.lists.listing import FileLinks, Listing
from citytools.lists.query_form import FilterChip
from contracts.filters import ContractFilter
from contracts.models import Contract, ContractPartner, ContractTerm
from systems.models import ServiceArea

MAX_BARS = 100
"""Bars that one picture holds."""
_DAY = datetime.timedelta(days=1)


class StretchKind(enum.StrEnum):
    """What is known of a stretch of days."""

    RUNS = "Runs"
    EXTENSION = "Possible extension"
    IN_DOUBT = "Known only as a month or year"


@dataclass(frozen=True)
class DayStretch:
    """Days from the first up to, but not including, `after`."""

    kind: StretchKind
    first: datetime.date
    after: datetime.date


@dataclass(frozen=True)
class ContractBar:
    """A contract with an end, and its stretches from the picture's edge on."""

    contract: Contract
    stretches: Sequence[DayStretch]

    @property
    def start_known(self) -> bool:
        """Whether the start is on record; if not, the bar begins at the picture's edge."""
        return bool(self.contract.starts_on)


def why_not_drawn(term: ContractTerm) -> str:
    """Why a contract has no bar; empty where it has one."""
    if term.rolling:
        return "rolling: no end date"
    return "" if term.ends_on else "no end known"


def left_edge(contracts: Sequence[Contract], today: datetime.date) -> datetime.date:
    """Where the picture begins: the January before the year of the earliest end, or of today."""
    ends = [
        first_day(contract.ends_on) for contract in contracts if not why_not_drawn(contract.term)
    ]
    return datetime.date(min([today, *ends]).year - 1, 1, 1)


def contract_bars(contracts: Sequence[Contract], edge: datetime.date) -> list[ContractBar]:
    """The bars of the contracts that have an end, in their order."""
    return [
        ContractBar(
            contract,
            [_cut(part, edge) for part in term_stretches(contract.term, edge) if part.after > edge],
        )
        for contract in contracts
        if not why_not_drawn(contract.term)
    ]


def _cut(part: DayStretch, edge: datetime.date) -> DayStretch:
    return DayStretch(part.kind, max(part.first, edge), part.after)


def term_stretches(term: ContractTerm, edge: datetime.date) -> Iterator[DayStretch]:
    """The parts of a term that ends: sure days, possible extension, and what is in doubt.

    A start not on record is taken to lie before the edge of the picture.
    """
    ending, ended = _span(term.ends_on)
    begins, begun = _span(term.starts_on) if term.starts_on else (edge, edge)
    if begun <= ending:
        yield from _part(StretchKind.IN_DOUBT, begins, begun)
        yield DayStretch(StretchKind.RUNS, begun, ending + _DAY)
        yield from _part(StretchKind.IN_DOUBT, ending + _DAY, ended + _DAY)
    else:
        yield DayStretch(StretchKind.IN_DOUBT, begins, ended + _DAY)
    if term.extension_until:
        first, last = _span(term.extension_until)
        sure = max(first, ended) + _DAY
        yield from _part(StretchKind.EXTENSION, ended + _DAY, sure)
        yield from _part(StretchKind.IN_DOUBT, sure, last + _DAY)


def _span(partial: str) -> tuple[datetime.date, datetime.date]:
    return first_day(partial), last_day(partial)


def _part(kind: StretchKind, first: datetime.date, after: datetime.date) -> Iterator[DayStretch]:
    if first < after:
        yield DayStretch(kind, first, after)


FUNCTION, BOROUGH = "function", "borough"
_WORDS = {FUNCTION: "Function", BOROUGH: "Borough"}


class TimelineFilter(ContractFilter):
    """Contracts as everywhere, grouped by what they are for or by who leads them."""

    by = ParameterFilter(OptionField("Group bars by", list(_WORDS.items())))

    @property
    def grouping(self) -> str:
        """How the bars are grouped: by function unless asked otherwise."""
        return str(self.values.get("by") or FUNCTION)

    @property
    def other_grouping(self) -> tuple[str, str]:
        """The other way to group: its words and its query string."""
        other = BOROUGH if self.grouping == FUNCTION else FUNCTION
        return _WORDS[other].lower(), self.query_string(by=[other])

    @property
    def query_of_list(self) -> str:
        """The query string that means the same rows on the list and in its files."""
        return self.query_string(by=[])

    @cached_property
    def chips(self) -> list[FilterChip]:
        """As on every list; the grouping leaves no row out and is no filter."""
        return [chip for chip in super().chips if chip.name != "by"]


class TimelineListing(Listing):
    """A page of the timeline: as many rows as the picture has bars at most."""

    filterset: TimelineFilter

    @property
    def files(self) -> FileLinks:
        """The addresses of exactly these rows as files, which know no grouping."""
        return FileLinks(self.file, self.filterset.query_of_list)


@dataclass(frozen=True)
class Way:
    """One value to narrow by, how many contracts it leaves, and its query string."""

    label: str
    count: int
    query: str


def ways_to_narrow(chosen: FactFilterSet) -> Iterator[tuple[str, list[Way]]]:
    """('service area', its values that leave fewer rows), and the same for boroughs.

    A filter that is in use already is not offered again. A contract of several areas, or of
    several boroughs, counts with each.
    """
    for name, counts in (("service_area", _count_by_area), ("borough", _count_by_borough)):
        if not chosen.data.getlist(name):
            ways = [
                Way(label, count, chosen.query_string(**{name: [slug]}))
                for label, slug, count in counts(chosen.rows.order_by())
            ]
            yield str(chosen.filters[name].label).lower(), ways


def _count_by_area(contracts: Any) -> list[tuple[str, str, int]]:
    areas = ServiceArea.objects.filter(functions__contracts__in=contracts.values("pk"))
    counted = areas.annotate(found=Count("functions__contracts", distinct=True))
    return list(counted.order_by("position", "pk").values_list("name", "slug", "found"))


def _count_by_borough(contracts: Any) -> list[tuple[str, str, int]]:
    shared = ContractPartner.objects.filter(contract__in=contracts.values("pk"))
    # A lead is never a partner of its own contract, so the two add up
    counts = Counter(dict(_count_rows(contracts, "lead")))
    counts.update(dict(_count_rows(shared, "borough")))
    boroughs = Borough.objects.filter(pk__in=counts).order_by("name", "pk")
    return [(borough.name, borough.slug, counts[borough.pk]) for borough in boroughs]


def _count_rows(rows: Any, field: str) -> Any:
    return rows.order_by().values_list(field).annotate(found=Count("pk"))
