"""Pages of systems, of functions as a list, and of both as a map."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs import models
from boroughs.models import Subject
from citytools.charts import Chart, sideways_bars
from citytools.facts import dates
from citytools.facts.statistics import MIN_RECORDS_FOR_PERCENT, share_in_words
from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import Listing
from citytools.lists.prepared_query import PreparedQuery
from citytools.lists.query_form import render_page
from contracts.models import Contract, ContractPartner
from research.publications import about
from systems.filters import SystemFilter
from systems.functions.overview import MAX_FUNCTIONS, FunctionFilter, summarise_functions
from systems.models import Function, ServiceArea, System
from systems.service_map.map import MapFilter, service_map_for


def system_list(request: HttpRequest) -> HttpResponse:
    """Systems as filtered, with where they are in the council's work."""
    filterset = SystemFilter(request.GET, System.objects.for_list())
    nouns = ("Systems", "system", "systems")
    listing = Listing(
        filterset, "systems:list", "systems:csv", *nouns, tabular=True, counts_facets=True
    )
    context = {
        "listing": listing,
        "coverage": models.coverage_for(Subject.SYSTEMS, listing.boroughs),
        "chart": systems_by_area_chart(listing),
        "about": about.research_about_filter(filterset, dates.today()),
    }
    return render(request, "systems/list.html", context, status=listing.status)


def system(request: HttpRequest, key: str = "", number: int | None = None) -> HttpResponse:
    """One system: what is known, its contracts, and who else runs the product."""
    record = record_or_moved(System.objects.for_list(), number=number, prepared=_system, key=key)
    elsewhere = _elsewhere(record.product_id, record.borough_id)
    for system in elsewhere:
        system.product = record.product
    context = {
        "system": record,
        "contracts": _contracts_with_partners(record.pk),
        "elsewhere": elsewhere,
    }
    return render_page(request, "systems/detail.html", context)


_TABLE_FIELDS = (
    *("key", "hosting", "status", "companion", "national_or_shared", "live_since", "satisfaction"),
    *("source_kind", "source_url", "as_of", "read_on", "confidence", "confirmed_on"),
    *("product_id", "borough__name", "borough__slug", "function__name", "function__slug"),
)


@PreparedQuery
def _system(key: str) -> QuerySet[System]:
    return System.objects.for_list().order_by().filter(key=key)


def _contracts_with_partners(system: int) -> list[Contract]:
    contracts = _contracts_for(system)
    # Prepared too: what is prefetched Django compiles anew each time, a fifth of the page's work
    links = _partners_for(system) if contracts else []
    for contract in contracts:
        contract.partner_bodies = [
            link.borough for link in links if link.contract_id == contract.pk
        ]
    return contracts


@PreparedQuery
def _contracts_for(system: int) -> QuerySet[Contract]:
    contracts = Contract.objects.select_related("lead", "supplier").only(*_CONTRACT_FIELDS)
    return contracts.filter(systems=system)[:20]


_CONTRACT_FIELDS = (
    *("key", "title", "lead__name", "lead__slug", "supplier__name", "stage", "rolling"),
    "notice_months",
    *("starts_on", "ends_on", "extension_until", "act_by", "annual_value", "includes_services"),
    *("source_kind", "source_url", "as_of", "read_on", "confidence", "confirmed_on"),
)


@PreparedQuery
def _partners_for(system: int) -> QuerySet[ContractPartner]:
    """Links of the contracts that pay for a system, by the body's name."""
    names = ("contract_id", "borough__name", "borough__slug")
    links = ContractPartner.objects.select_related("borough").only(*names)
    return links.filter(contract__systems=system).order_by("borough__name", "pk")


@PreparedQuery
def _elsewhere(product: int, borough: int) -> QuerySet[System]:
    """The same product in other bodies, as the table shows them."""
    systems = System.objects.select_related("borough", "function").only(*_TABLE_FIELDS)
    systems = systems.filter(product=product).exclude(borough=borough)
    return systems.order_by("borough__name", "function__position", "pk")[:20]


def systems_by_area_chart(listing: Listing) -> Chart:
    """Systems per service area, most first; equal numbers in the order of the areas."""
    systems = listing.tally("systems by area")
    boroughs = {row["area"]: row["boroughs"] for row in listing.measure("boroughs by area")}
    rows = [
        (area["name"], systems[area["slug"]], boroughs.get(area["slug"], 0))
        for area in listing.measure("areas")
        if area["slug"] in systems
    ]
    rows.sort(key=lambda row: -row[1])
    names, counts = [row[0] for row in rows], [row[1] for row in rows]
    return Chart(
        key="systems-by-service-area",
        title=_title(names, counts),
        sentence=_sentence(names, counts),
        figure=sideways_bars(names, {"Systems": counts}),
        head=("Service area", "Systems", "Boroughs of those systems"),
        rows=rows,
        source="Systems chosen on this page, each with its own source and date.",
        csv=listing.csv,
        height="tall",
    )


def _title(names: list[str], counts: list[int]) -> str:
    if not names:
        return "No systems to show"
    if counts.count(counts[0]) > 1:
        return f"No service area has the most systems: up to {counts[0]:,} of {sum(counts):,} each"
    return f"{names[0]} has the most systems: {counts[0]:,} of {sum(counts):,}"


def _sentence(names: list[str], counts: list[int]) -> str:
    if not names:
        return "No system matches the filters."
    if len(names) < 3:
        return f"All of the {sum(counts):,} are in {' and '.join(names)}."
    total = sum(counts)
    share = share_in_words(sum(counts[:2]), total, places=0)
    held = share if total < MIN_RECORDS_FOR_PERCENT else f"{share} of the {total:,}"
    top = f"{names[0]} and {names[1]} together hold {held} systems"
    if counts[-1] == counts[-2]:
        return f"{top}."
    return f"{top}; of the {len(names)} with any, {names[-1]} has the fewest, {counts[-1]:,}."


def function_list(request: HttpRequest) -> HttpResponse:
    """Every function by service area, with what London knows about it."""
    filterset = FunctionFilter(request.GET, Function.objects.grouped())
    nouns = ("Functions", "function", "functions")
    listing = Listing(filterset, "functions:list", "functions:csv", *nouns, page_size=MAX_FUNCTIONS)
    summaries = [] if listing.problems else summarise_functions(filterset, dates.today())
    context = {
        "listing": listing,
        "summaries": summaries,
        "known": sum(summary.boroughs > 0 for summary in summaries),
        "due": sum(summary.contracts_due_now > 0 for summary in summaries),
        "areas": ServiceArea.objects.all(),
    }
    return render(request, "functions/list.html", context, status=listing.status)


@dataclass
class MapListing(Listing):
    """The map as a list, whose rows are answers."""

    lists_facts = False
    answers: int = 0

    @property
    def total(self) -> int:
        return self.answers


def service_map(request: HttpRequest) -> HttpResponse:
    """Function by borough: who runs what."""
    filterset = MapFilter(request.GET, System.objects.in_use())
    who_runs_what = service_map_for(filterset)
    nouns = ("Service map", "answer", "answers")
    listing = MapListing(
        filterset, "systems:map", "systems:map_csv", *nouns, answers=who_runs_what.size
    )
    context = {
        "listing": listing,
        "map": who_runs_what,
        "coverage": models.coverage_for(
            Subject.SYSTEMS,
            len(who_runs_what.boroughs),
        ),
        "about": about.research_about_filter(filterset, dates.today()),
    }
    return render(request, "systems/map.html", context, status=listing.status)
