"""Pages and files of contracts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from boroughs import coverage
from boroughs.models import Subject
from citytools import clock
from citytools.asked import page
from citytools.lists.listing import Listing
from contracts import charts
from contracts.feeds import links
from contracts.filters import ContractFilter
from contracts.models import Contract
from systems.models import System


def contract_list(request: HttpRequest) -> HttpResponse:
    """Contracts as filtered, with the decisions ahead."""
    chosen = ContractFilter(request.GET, Contract.objects.for_list().soonest_first(clock.today()))
    listing = Listing(
        chosen,
        "contracts:list",
        "contracts:csv",
        "Contracts",
        "contract",
        "contracts",
        tabular=True,
        counted=True,
    )
    context = {
        "listing": listing,
        "coverage": coverage.of(
            Subject.CONTRACTS, chosen.rows.borough_count(), illustrative=chosen.illustrative
        ),
        "chart": charts.decisions_ahead(chosen.rows, clock.today(), listing.csv),
        "worth": chosen.rows.worth(),
        "follow": None if listing.problems else links.of_list(request, chosen.query()),
    }
    return render(request, "contracts/list.html", context, status=listing.status)


def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract: who shares it, what it pays for, and by when to act."""
    found = get_object_or_404(Contract.objects.for_list(), pk=pk)
    systems = System.objects.for_list().filter(contracts=found)[:50]
    follow = links.of_contract(request, found)
    context = {"contract": found, "systems": systems, "follow": follow}
    return page(request, "contracts/detail.html", context)
