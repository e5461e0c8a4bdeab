"""The first page: what this is, how much of London it knows and how, what comes next."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import get_script_prefix

from boroughs.models import LONDON, Borough, Coverage, Subject
from boroughs.profile.tile_map import MEASURES, tile_map
from citytools.facts import dates
from citytools.history.data_version import derived_value
from citytools.lists.prepared_query import PreparedCounts, PreparedQuery
from citytools.lists.query_form import OptionField, QueryForm, render_page
from citytools.pages import evidence
from citytools.pages.changes import latest_changes
from citytools.worlds.addresses import page_address
from contracts import charts
from contracts.joint_procurement.filters import TogetherFilter
from contracts.joint_procurement.presentation import windows_with_most_boroughs
from contracts.models import DECISION_MONTHS, Contract
from research.metrics.base import Scope
from research.models import Finding
from research.publications.verdicts import run_claim_tests
from skills.models import Skill, SkillLevel
from systems.models import Function, System


@dataclass(frozen=True)
class OverviewFigure:
    """One big number, what it counts, and where its rows are."""

    number: int
    words: str
    address: str
    out_of: int | None = None


@PreparedCounts
def overview_counts(today: datetime.date, last: datetime.date) -> dict[str, QuerySet[Any]]:
    """What the first page counts, by name; contracts that may end from today to the last day."""
    systems = System.objects.of_the_33()
    ending = Contract.objects.running_on(today).filter(rolling=False, ends_first__lte=last)
    return {
        "systems": systems.values("pk"),
        "boroughs": systems.values("borough").distinct(),
        "functions_used": systems.in_use().values("function").distinct(),
        "functions": Function.objects.values("pk"),
        "contracts": Contract.objects.values("pk"),
        "ending": ending.values("pk"),
        "levels": SkillLevel.objects.values("pk"),
    }


def overview_figures(counts: Mapping[str, int], last: datetime.date) -> list[OverviewFigure]:
    """Systems of the 33, functions known of, contracts, and contracts that may end in a year."""
    running = {"standing": ["current", "past_act_by"], "ends_before": last}
    return [
        OverviewFigure(
            counts["systems"],
            f"systems in {counts['boroughs']} of {LONDON} authorities",
            f"{page_address('systems:list')}?counted=of_the_33",
        ),
        OverviewFigure(
            counts["functions_used"],
            "kinds of work (functions) with a system in use that we know",
            page_address("systems:map"),
            out_of=counts["functions"],
        ),
        OverviewFigure(
            counts["contracts"], "contracts and tenders", page_address("contracts:list")
        ),
        OverviewFigure(
            counts["ending"],
            f"contracts that may end within {DECISION_MONTHS} months",
            f"{page_address('contracts:list')}?{urlencode(running, doseq=True)}&sort=ends_on",
        ),
    ]


@PreparedQuery
def teaching_matches() -> QuerySet[Any]:
    """Five skills that one of the 33 would teach and another wants, most wanted first."""
    london = ~Q(levels__borough__kind=Borough.Kind.REGIONAL)
    offers = Count("levels", filter=london & Q(levels__can_teach=True))
    wishes = Count("levels", filter=london & Q(levels__wants_help=True))
    counted = Skill.objects.annotate(offers=offers, wishes=wishes)
    return counted.filter(offers__gt=0, wishes__gt=0).order_by("-wishes", "position", "pk")[:5]


class WindowCard(NamedTuple):
    """A window to buy together, as the first page shows it."""

    name: str
    sentence: str
    address: str


class FindingCard(NamedTuple):
    """A finding as the first page shows it; `state` and `tag` are its verdict."""

    title: str
    summary: str
    address: str
    state: str
    tag: str


def _cards(today: datetime.date) -> dict[str, list[Any]]:
    """The windows with the most boroughs and the newest findings, once a version of the data."""
    # The prefix, since the cards hold addresses
    name = f"cards under {get_script_prefix()}"
    windows, findings = derived_value(name, lambda: (_window_cards(today), _finding_cards(today)))
    return {
        "windows": [WindowCard(*card) for card in windows],
        "findings": [FindingCard(*card) for card in findings],
    }


def _window_cards(today: datetime.date) -> list[WindowCard]:
    everything = TogetherFilter(QueryDict(), Contract.objects.all())
    windows = windows_with_most_boroughs(everything, today)
    return [WindowCard(window.name, window.sentence, window.address) for window in windows]


def _finding_cards(today: datetime.date) -> list[FindingCard]:
    tests = run_claim_tests(list(Finding.objects.published(today)[:3]), Scope(today))
    return [
        FindingCard(
            test.finding.title,
            test.finding.summary,
            test.finding.get_absolute_url(),
            test.now.name.lower(),
            test.tag,
        )
        for test in tests
    ]


class HomeQueryForm(QueryForm):
    """What the map of the overview shows."""

    measure = OptionField("Map shows", [(key, measure.words) for key, measure in MEASURES.items()])


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    today, query = dates.today(), HomeQueryForm(request)
    key, sources = query.value("measure", "systems"), evidence.count_sources()
    last = today + relativedelta(months=DECISION_MONTHS)
    counts, tiles = overview_counts(today, last), tile_map(key, today)
    context = {
        "figures": overview_figures(counts, last),
        "coverage": Coverage(LONDON, tiles.reporting[Subject.SYSTEMS]),
        "levels": counts["levels"],
        "sources": sources,
        "newest": evidence.newest_day(sources),
        "measures": MEASURES,
        "tiles": tiles,
        "chart": charts.decisions_ahead(
            Contract.objects.all(), today, page_address("contracts:csv")
        ),
        **_cards(today),
        "teaching": teaching_matches(),
        "changes": latest_changes(limit=5),
    }
    return render_page(request, "home.html", context, query)
