"""The first page: three ways in, the next decisions, what is known and what changed."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import get_script_prefix

from boroughs.models import LONDON, Borough, Subject
from boroughs.profile.tile_map import TileMap, tile_map
from citytools.facts import dates
from citytools.history.data_version import derived_value
from citytools.lists.prepared_query import PreparedCounts, PreparedQuery
from citytools.lists.query_form import QueryForm, render_page
from citytools.pages.changes import ChangedRecords, changes_of_the_month
from citytools.worlds.addresses import page_address
from contracts.act_by_axis import act_by_axis
from contracts.models import Contract
from contracts.models.term import decision_between
from research.metrics.base import Scope
from research.models import Finding
from research.publications.verdicts import Verdict, run_claim_tests
from systems.models import Function, System

MAX_DECISIONS = 8
MAX_CHANGES = 4
# Findings that are tested for the three that the page shows
MAX_FINDINGS = 100


def _ahead(today: datetime.date) -> dict[str, Any]:
    """The list's filter of the contracts that are still to be decided on."""
    return {"standing": ["current", "future", "planned"], "ends_after": str(today)}


def _due_now(today: datetime.date) -> dict[str, Any]:
    """The list's filter of those of them that may have to be decided on today."""
    return _ahead(today) | {"act_by_before": str(today)}


def _list_address(route: str, **query: Any) -> str:
    return f"{page_address(route)}?{urlencode(query, doseq=True)}"


@PreparedCounts
def overview_counts(today: datetime.date) -> dict[str, QuerySet[Any]]:
    """What the first page counts, by name."""
    due = Contract.objects.filter(decision_between(today, today))
    systems = System.objects.of_the_33()
    return {
        "systems": systems.values("pk"),
        "boroughs": systems.values("borough").distinct(),
        "functions": Function.objects.values("pk"),
        "contracts": Contract.objects.values("pk"),
        "due": due.values("pk"),
        "due_boroughs": due.exclude(lead__kind=Borough.Kind.REGIONAL).values("lead").distinct(),
        "ahead": Contract.objects.filter(decision_between(today, datetime.date.max)).values("pk"),
        "ends": Contract.objects.filter(ends_last__gte=today).values("pk"),
    }


@PreparedQuery
def _next_decisions(today: datetime.date) -> QuerySet[Contract]:
    """The contracts that are still to be decided on, first to be acted on first."""
    ahead = Contract.objects.filter(decision_between(today, datetime.date.max))
    contracts = ahead.select_related("lead", "supplier")
    order = F("act_by_earliest").asc(nulls_last=True), F("act_by_latest").asc(nulls_last=True)
    return contracts.order_by(*order, "pk")[:MAX_DECISIONS]


@PreparedQuery
def _functions_by_borough() -> QuerySet[Any]:
    """(borough of the 33, for how many functions it has a system in use)."""
    used = System.objects.of_the_33().in_use().order_by().values_list("borough")
    counted: QuerySet[Any] = used.annotate(number=Count("function", distinct=True))
    return counted


def share_of_answers(tiles: TileMap, functions: int) -> int:
    """Per cent of boroughs × functions for which the answer is known, rounded down.

    Where a borough's latest return on systems is complete, all its answers are.
    """
    used = dict(_functions_by_borough())
    known = 0
    for tile in tiles.tiles:
        borough: Any = tile.borough
        known += functions if borough.latest_systems is True else used.get(borough.pk, 0)
    return 100 * known // (LONDON * functions) if functions else 0


@dataclass(frozen=True)
class OverviewFigure:
    """One big number, what it counts, and where its rows are."""

    number: str
    words: str
    address: str


def overview_figures(
    counts: Mapping[str, int], share: int, reporting: int, today: datetime.date
) -> list[OverviewFigure]:
    """Systems, contracts, the share of answers that is known, and returns."""
    return [
        OverviewFigure(
            f"{counts['systems']:,}",
            f"systems in {counts['boroughs']} boroughs",
            _list_address("systems:list", counted="of_the_33"),
        ),
        OverviewFigure(
            f"{counts['contracts']:,}",
            f"contracts and tenders, {counts['ends']:,} with an end ahead",
            page_address("contracts:list"),
        ),
        OverviewFigure(
            f"{share}%",
            f"of the map of {LONDON} boroughs and {counts['functions']} functions",
            page_address("systems:map"),
        ),
        OverviewFigure(
            str(reporting),
            f"of {LONDON} boroughs {'has' if reporting == 1 else 'have'} sent a return on systems",
            page_address("boroughs:list"),
        ),
    ]


class FindingCard(NamedTuple):
    """A finding as the first page shows it; `state` and `tag` are its verdict."""

    title: str
    summary: str
    address: str
    state: str
    tag: str


def _stored_parts(today: datetime.date) -> dict[str, list[Any]]:
    """What changed and the newest findings, once a version of the data."""
    # The prefix, since they hold addresses
    name = f"first page under {get_script_prefix()}"
    changes, findings = derived_value(
        name, lambda: (changes_of_the_month(MAX_CHANGES), _finding_cards(today))
    )
    return {
        "changes": [ChangedRecords(*change) for change in changes],
        "findings": [FindingCard(*card) for card in findings],
    }


def _finding_cards(today: datetime.date) -> list[FindingCard]:
    """Three findings: those that hold by today's rows, then those that do not, then the others."""
    tests = run_claim_tests(list(Finding.objects.published(today)[:MAX_FINDINGS]), Scope(today))
    ranks = {Verdict.HOLDS: 0, Verdict.DOES_NOT_HOLD: 1}
    # Stable: within a rank the newest stays first
    tests.sort(key=lambda test: ranks.get(test.now, len(ranks)))
    return [
        FindingCard(
            test.finding.title,
            test.finding.summary,
            test.finding.get_absolute_url(),
            test.now.name.lower(),
            test.tag,
        )
        for test in tests[:3]
    ]


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    if measure := request.GET.get("measure"):
        # The choice of the map's measure once stood here
        address = _list_address("boroughs:list", measure=measure)
        return HttpResponsePermanentRedirect(address)
    query, today = QueryForm(request), dates.today()
    counts, tiles = overview_counts(today), tile_map("decisions", today)
    reporting = tiles.reporting[Subject.SYSTEMS]
    share = share_of_answers(tiles, counts["functions"])
    context = {
        "counts": counts,
        "reporting": reporting,
        "due_address": _list_address("contracts:list", **_due_now(today), sort="act_by"),
        "ahead_address": _list_address("contracts:list", **_ahead(today), sort="act_by"),
        "figures": overview_figures(counts, share, reporting, today),
        "axis": act_by_axis(_next_decisions(today), today),
        "tiles": tiles,
        "functions": _function_names(),
        **_stored_parts(today),
    }
    return render_page(request, "home.html", context, query)


@PreparedQuery
def _function_names() -> QuerySet[Any]:
    return Function.objects.order_by("name", "pk").values_list("name", "slug")
