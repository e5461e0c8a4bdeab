"""Pages and files of contracts."""

import re
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from boroughs import models
from boroughs.models import Subject
from citytools.facts import dates
from citytools.history.former_keys import record_or_moved
from citytools.lists.listing import Listing
from citytools.lists.prepared_query import PreparedQuery
from citytools.lists.query_form import render_page
from contracts import charts
from contracts.feeds import entries
from contracts.filters import ContractFilter
from contracts.models import Contract
from systems.models import System


class OfficialNotice(NamedTuple):
    """Where a purchase is published by law: the service, and its address there."""

    name: str
    url: str


# Contracts Finder numbers notices apart from OCIDs, so that an OCID leads to its data alone
_PUBLISHERS = (
    (
        re.compile(r"ocds-h6vhtk-[0-9a-f]{6}"),
        "Find a Tender",
        "https://www.find-tender.service.gov.uk/procurement/",
    ),
    (
        re.compile(r"ocds-b5fd17-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "Contracts Finder, as data",
        "https://www.contractsfinder.service.gov.uk/Published/OCDS/Record/",
    ),
)


def official_notice(ocid: str) -> OfficialNotice | None:
    """The official notice of an OCID; None where its form is not one that a service gives."""
    for form, name, address in _PUBLISHERS:
        if form.fullmatch(ocid):
            return OfficialNotice(name, address + ocid)
    return None


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
        "coverage": models.coverage_for(Subject.CONTRACTS, listing.boroughs),
        "chart": charts.decisions_chart(listing.tally("decisions"), dates.today(), listing.csv),
        "worth": listing.row("worth"),
        "follow": None
        if listing.problems
        else entries.follow_links_for_list(request, filterset.query_string()),
    }
    return render(request, "contracts/list.html", context, status=listing.status)


def contract(request: HttpRequest, key: str = "", number: int | None = None) -> HttpResponse:
    """One contract: who shares it, what it pays for, and by when to act."""
    contracts = Contract.objects.for_list()
    record = record_or_moved(contracts, number=number, prepared=_contract, key=key)
    follow = entries.follow_links_for_contract(request, record)
    context = {
        "contract": record,
        "systems": _systems_for(record.pk),
        "follow": follow,
        "official_notice": official_notice(record.ocid),
    }
    return render_page(request, "contracts/detail.html", context)


@PreparedQuery
def _contract(key: str) -> QuerySet[Contract]:
    return Contract.objects.for_list().order_by().filter(key=key)


@PreparedQuery
def _systems_for(contract: int) -> QuerySet[System]:
    return System.objects.for_list().filter(contracts=contract)[:50]
