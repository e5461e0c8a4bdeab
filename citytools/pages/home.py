"""The first page: what this is, how much of London it knows and how, what comes next."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import get_script_prefix, reverse

from boroughs.models import LONDON, Borough, Coverage, Subject
from boroughs.profile.tile_map import MEASURES, tile_map
from citytools.facts import dates
from citytools.facts.statistics import count_all
from citytools.history.data_version import derived_value
from citytools.lists.query_form import OptionField, QueryForm, render_page
from citytools.pages import evidence
from citytools.pages.changes import latest_changes
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


def overview_counts(today: datetime.date) -> dict[str, int]:
    """What the first page counts, by name; one query."""
    systems = System.objects.of_the_33()
    year = today + relativedelta(months=DECISION_MONTHS)
    ending = Contract.objects.running_on(today).filter(rolling=False, ends_first__lte=year)
    return count_all(
        systems=systems.values("pk"),
        boroughs=systems.values("borough").distinct(),
        functions_used=systems.in_use().values("function").distinct(),
        functions=Function.objects.values("pk"),
        contracts=Contract.objects.values("pk"),
        ending=ending.values("pk"),
        levels=SkillLevel.objects.values("pk"),
    )


def overview_figures(counts: Mapping[str, int], today: datetime.date) -> list[OverviewFigure]:
    """Systems of the 33, functions known of, contracts, and contracts that may end in a year."""
    year = today + relativedelta(months=DECISION_MONTHS)
    running = {"standing": ["current", "past_act_by"], "ends_before": year}
    return [
        OverviewFigure(
            counts["systems"],
            f"systems in {counts['boroughs']} of {LONDON} authorities",
            f"{reverse('systems:list')}?counted=of_the_33",
        ),
        OverviewFigure(
            counts["functions_used"],
            "kinds of work (functions) with a system in use that we know",
            reverse("systems:map"),
            out_of=counts["functions"],
        ),
        OverviewFigure(counts["contracts"], "contracts and tenders", reverse("contracts:list")),
        OverviewFigure(
            counts["ending"],
            f"contracts that may end within {DECISION_MONTHS} months",
            f"{reverse('contracts:list')}?{urlencode(running, doseq=True)}&sort=ends_on",
        ),
    ]


def teaching_matches(limit: int = 5) -> QuerySet[Any]:
    """Skills that one of the 33 would teach and another wants, most wanted first."""
    london = ~Q(levels__borough__kind=Borough.Kind.REGIONAL)
    offers = Count("levels", filter=london & Q(levels__can_teach=True))
    wishes = Count("levels", filter=london & Q(levels__wants_help=True))
    counted = Skill.objects.annotate(offers=offers, wishes=wishes)
    return counted.filter(offers__gt=0, wishes__gt=0).order_by("-wishes", "position", "pk")[:limit]


@dataclass(frozen=True)
class WindowCard:
    """A window to buy together, as the first page shows it."""

    name: str
    sentence: str
    address: str


def widest_windows(today: datetime.date) -> list[WindowCard]:
    """The windows with the most boroughs, computed once a version of the data."""
    # The prefix, since the cards hold addresses
    stored = derived_value(f"windows under {get_script_prefix()}", lambda: _window_cards(today))
    return [WindowCard(*card) for card in stored]


def _window_cards(today: datetime.date) -> list[tuple[str, str, str]]:
    everything = TogetherFilter(QueryDict(), Contract.objects.all())
    windows = windows_with_most_boroughs(everything, today)
    return [(window.name, window.sentence, window.address) for window in windows]


class HomeQueryForm(QueryForm):
    """What the map of the overview shows."""

    measure = OptionField("Map shows", [(key, measure.words) for key, measure in MEASURES.items()])


def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    today, query = dates.today(), HomeQueryForm(request)
    key, sources = query.value("measure", "systems"), evidence.count_sources()
    counts, tiles = overview_counts(today), tile_map(key, today)
    context = {
        "figures": overview_figures(counts, today),
        "coverage": Coverage(LONDON, tiles.reporting[Subject.SYSTEMS]),
        "levels": counts["levels"],
        "sources": sources,
        "newest": evidence.newest_day(sources),
        "measures": MEASURES,
        "tiles": tiles,
        "chart": charts.decisions_ahead(Contract.objects.all(), today, reverse("contracts:csv")),
        "windows": widest_windows(today),
        "teaching": teaching_matches(),
        "changes": latest_changes(limit=5),
        "findings": run_claim_tests(list(Finding.objects.published(today)[:3]), Scope(today)),
    }
    return render_page(request, "home.html", context, query)
