"""Which days of a contract can be drawn, and the filter and narrowing of the timeline.

A month or a year is never a day: where a contract begins or ends within one, that whole stretch is
in doubt and drawn so. What has no end on record has no bar.
"""

import datetime
import enum
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count

from boroughs.models import Borough
from citytools.facts.dates import first_day, last_day
from citytools.lists.fields import OptionField
from citytools.lists.filters import FactFilterSet, Measure, ParameterFilter
from citytools.lists.listing import FileLinks, Listing
from citytools.lists.query_form import FilterChip
from contracts.filters import ContractFilter
from contracts.models import Contract, ContractPartner, ContractTerm
from systems.models import ServiceArea

# Bars that one picture holds.
MAX_BARS = 100
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
    """The bars of the contracts that have an end, in their order; none begins before the edge."""
    return [
        ContractBar(
            contract,
            [
                replace(stretch, first=max(stretch.first, edge))
                for stretch in term_stretches(contract.term, edge)
                if stretch.after > edge
            ],
        )
        for contract in contracts
        if not why_not_drawn(contract.term)
    ]


def term_stretches(term: ContractTerm, edge: datetime.date) -> Iterator[DayStretch]:
    """The parts of a term that ends: sure days, possible extension, and what is in doubt.

    A start not on record is taken to lie before the edge of the picture.
    """
    start = term.starts_on
    starts, started = (first_day(start), last_day(start)) if start else (edge, edge)
    ends, ended = first_day(term.ends_on), last_day(term.ends_on) + _DAY
    if started <= ends:
        bounds = [
            (StretchKind.IN_DOUBT, starts, started),
            (StretchKind.RUNS, started, ends + _DAY),
            (StretchKind.IN_DOUBT, ends + _DAY, ended),
        ]
    else:
        bounds = [(StretchKind.IN_DOUBT, starts, ended)]
    if until := term.extension_until:
        sure = max(first_day(until) + _DAY, ended)
        bounds += [
            (StretchKind.EXTENSION, ended, sure),
            (StretchKind.IN_DOUBT, sure, last_day(until) + _DAY),
        ]
    yield from (DayStretch(kind, first, after) for kind, first, after in bounds if first < after)


FUNCTION, BOROUGH = "function", "borough"
_WORDS = {FUNCTION: "Function", BOROUGH: "Borough"}


class TimelineFilter(ContractFilter):
    """Contracts as everywhere, grouped by what they are for or by who leads them."""

    measures: ClassVar[Mapping[str, Measure]] = {"boroughs": ContractFilter.measures["boroughs"]}

    by = ParameterFilter(OptionField("Group bars by", list(_WORDS.items())))

    @property
    def grouping(self) -> str:
        """function, unless the query says borough."""
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
class NarrowingLink:
    """One value to narrow by, how many contracts it leaves, and its query string."""

    label: str
    count: int
    query: str


def narrowing_links(filterset: FactFilterSet) -> Iterator[tuple[str, list[NarrowingLink]]]:
    """('service area', its values that leave fewer rows), and the same for boroughs.

    A filter that is in use already is not offered again. A contract of several areas, or of
    several boroughs, counts with each.
    """
    for name, count in (("service_area", _count_by_area), ("borough", _count_by_borough)):
        if not filterset.data.getlist(name):
            links = [
                NarrowingLink(label, number, filterset.query_string(**{name: [slug]}))
                for label, slug, number in count(filterset.rows.order_by())
            ]
            yield str(filterset.filters[name].label).lower(), links


def _count_by_area(contracts: Any) -> list[tuple[str, str, int]]:
    areas = ServiceArea.objects.filter(functions__contracts__in=contracts.values("pk"))
    counts = areas.annotate(number=Count("functions__contracts", distinct=True))
    return list(counts.order_by("position", "pk").values_list("name", "slug", "number"))


def _count_by_borough(contracts: Any) -> list[tuple[str, str, int]]:
    shared = ContractPartner.objects.filter(contract__in=contracts.values("pk"))
    # A lead is never a partner of its own contract, so the two add up
    counts = Counter(dict(contracts.values_list("lead").annotate(Count("pk"))))
    counts.update(dict(shared.order_by().values_list("borough").annotate(Count("pk"))))
    boroughs = Borough.objects.filter(pk__in=counts).order_by("name", "pk")
    return [(borough.name, borough.slug, counts[borough.pk]) for borough in boroughs]
