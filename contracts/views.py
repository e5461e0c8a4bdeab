"""Pages and files of contracts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs import models
from boroughs.models import Subject
from citytools.facts import dates
from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import Listing
from citytools.lists.query_form import render_page
from contracts import charts
from contracts.feeds import entries
from contracts.filters import ContractFilter
from contracts.models import Contract
from systems.models import System


def contract_list(request: HttpRequest) -> HttpResponse:
    """Contracts as filtered, with the decisions ahead."""
    filterset = ContractFilter(
        request.GET, Contract.objects.for_list().soonest_first(dates.today())
    )
    nouns = ("Contracts", "contract", "contracts")
    listing = Listing(
        filterset, "contracts:list", "contracts:csv", *nouns, tabular=True, counts_facets=True
    )
    context = {
        "listing": listing,
        "coverage": models.coverage_for(
            Subject.CONTRACTS,
            filterset.rows.borough_count(),
        ),
        "chart": charts.decisions_ahead(filterset.rows, dates.today(), listing.csv),
        "worth": filterset.rows.worth(),
        "follow": None
        if listing.problems
        else entries.follow_links_for_list(request, filterset.query_string()),
    }
    return render(request, "contracts/list.html", context, status=listing.status)


def contract(request: HttpRequest, key: str = "", number: int | None = None) -> HttpResponse:
    """One contract: who shares it, what it pays for, and by when to act."""
    record = record_or_moved(Contract.objects.for_list(), number=number, key=key)
    systems = System.objects.for_list().filter(contracts=record)[:50]
    follow = entries.follow_links_for_contract(request, record)
    context = {"contract": record, "systems": systems, "follow": follow}
    return render_page(request, "contracts/detail.html", context)
